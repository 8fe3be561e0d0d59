//! A body and the header that commits to it.

use super::{EthereumRules, transactions};
use crate::ConsensusError;
use alloy_consensus::proofs::{
    calculate_ommers_root, calculate_transaction_root, calculate_withdrawals_root,
};
use alloy_hardforks::EthereumHardfork;
use alloy_rlp::Encodable as _;
use hanzo_types::{MAX_BLOCK_RLP_BYTES, SealedBlock};

/// Most ommers of a mined block. Source: Yellow Paper §11.1.
const MAX_OMMERS: usize = 2;

/// Checks that the body is the one the header commits to, and what it may contain.
pub(super) fn check(rules: &EthereumRules, block: &SealedBlock) -> Result<(), ConsensusError> {
    check_size(rules, block)?;
    check_ommers(rules, block)?;
    check_withdrawals(block)?;
    transactions::check(rules, block)?;
    let computed = calculate_transaction_root(&block.body().transactions);
    if computed != block.transactions_root {
        return Err(ConsensusError::TransactionsRoot { header: block.transactions_root, computed });
    }
    Ok(())
}

/// Source: EIP-7934.
fn check_size(rules: &EthereumRules, block: &SealedBlock) -> Result<(), ConsensusError> {
    if !rules.has(EthereumHardfork::Osaka, block.header()) {
        return Ok(());
    }
    let length = block.length();
    if length > MAX_BLOCK_RLP_BYTES {
        return Err(ConsensusError::BlockTooLarge { found: length, max: MAX_BLOCK_RLP_BYTES });
    }
    Ok(())
}

fn check_ommers(rules: &EthereumRules, block: &SealedBlock) -> Result<(), ConsensusError> {
    let ommers = &block.body().ommers;
    let merged = rules.has(EthereumHardfork::Paris, block.header());
    if merged && !ommers.is_empty() {
        return Err(ConsensusError::Ommers { found: ommers.len() });
    }
    if ommers.len() > MAX_OMMERS {
        return Err(ConsensusError::TooManyOmmers { found: ommers.len(), max: MAX_OMMERS });
    }
    let computed = calculate_ommers_root(ommers);
    if computed != block.ommers_hash {
        return Err(ConsensusError::OmmersHash { header: block.ommers_hash, computed });
    }
    Ok(())
}

/// Whether the field may be there at all is a matter of the header. Source: EIP-4895.
fn check_withdrawals(block: &SealedBlock) -> Result<(), ConsensusError> {
    let computed = block.body().withdrawals.as_ref().map(|list| calculate_withdrawals_root(list));
    if computed != block.withdrawals_root {
        return Err(ConsensusError::WithdrawalsRoot { header: block.withdrawals_root, computed });
    }
    Ok(())
}
