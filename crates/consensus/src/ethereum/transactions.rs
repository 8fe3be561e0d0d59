//! Which transactions a block may contain, as far as no state is needed. Intrinsic gas, fees and
//! nonces are the EVM's.

use super::EthereumRules;
use crate::ConsensusError;
use alloy_consensus::{Transaction as _, TxType};
use alloy_eips::eip4844::DATA_GAS_PER_BLOB;
use alloy_hardforks::EthereumHardfork;
use hanzo_types::{Header, SealedBlock, Transaction};

/// Checks types, chain ids and the number of blobs.
pub(super) fn check(rules: &EthereumRules, block: &SealedBlock) -> Result<(), ConsensusError> {
    let header = block.header();
    let mut blobs = 0_u64;
    for (index, transaction) in block.body().transactions.iter().enumerate() {
        check_type(rules, header, index, transaction)?;
        check_chain_id(rules, header, index, transaction)?;
        blobs = blobs.saturating_add(transaction.blob_count().unwrap_or_default());
    }
    let computed = blobs.saturating_mul(DATA_GAS_PER_BLOB);
    match header.blob_gas_used {
        Some(used) if used != computed => {
            Err(ConsensusError::BlobGasUsed { header: used, computed })
        }
        Some(_) | None => Ok(()),
    }
}

fn check_type(
    rules: &EthereumRules,
    header: &Header,
    index: usize,
    transaction: &Transaction,
) -> Result<(), ConsensusError> {
    let kind = transaction.tx_type();
    let since = match kind {
        TxType::Legacy => return Ok(()),
        TxType::Eip2930 => EthereumHardfork::Berlin,
        TxType::Eip1559 => EthereumHardfork::London,
        TxType::Eip4844 => EthereumHardfork::Cancun,
        TxType::Eip7702 => EthereumHardfork::Prague,
    };
    if rules.has(since, header) {
        return Ok(());
    }
    Err(ConsensusError::TransactionType {
        index,
        hash: *transaction.tx_hash(),
        kind: kind.into(),
        since: since.name(),
    })
}

/// Source: EIP-155.
fn check_chain_id(
    rules: &EthereumRules,
    header: &Header,
    index: usize,
    transaction: &Transaction,
) -> Result<(), ConsensusError> {
    let Some(found) = transaction.chain_id() else { return Ok(()) };
    let hash = *transaction.tx_hash();
    let protected = rules.forks().eip155_block().is_some_and(|start| start <= header.number);
    if !protected {
        return Err(ConsensusError::ProtectedTransaction { index, hash, found });
    }
    let expected = rules.spec().chain_id();
    if found != expected {
        return Err(ConsensusError::TransactionChainId { index, hash, expected, found });
    }
    Ok(())
}
