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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ethereum::fixture::{FORKS, Line};
    use alloy_consensus::{
        EthereumTypedTransaction, TxEip1559, TxEip2930, TxEip4844, TxEip7702, TxLegacy,
    };
    use alloy_hardforks::EthereumHardfork as Fork;
    use alloy_primitives::{B256, Signature};
    use hanzo_types::{Block, BlockBody};

    fn signed(transaction: impl Into<EthereumTypedTransaction<TxEip4844>>) -> Transaction {
        Transaction::new_unhashed(transaction.into(), Signature::test_signature())
    }

    fn legacy(chain_id: Option<u64>) -> Transaction {
        signed(TxLegacy { chain_id, ..Default::default() })
    }

    fn blobs(count: usize) -> Transaction {
        let blob_versioned_hashes = vec![B256::ZERO; count];
        signed(TxEip4844 { chain_id: 1, blob_versioned_hashes, ..Default::default() })
    }

    /// What the rules say about a block of these transactions that claims this much blob gas.
    fn judge(
        line: &Line,
        transactions: Vec<Transaction>,
        blob_gas_used: u64,
    ) -> Result<(), ConsensusError> {
        let mut header = line.child();
        header.blob_gas_used = header.blob_gas_used.map(|_| blob_gas_used);
        let body = BlockBody { transactions, ..Default::default() };
        check(&line.rules, &SealedBlock::seal_slow(Block { header, body }))
    }

    #[test]
    fn each_type_of_transaction_comes_with_its_fork() {
        let types = [
            (Fork::Frontier, legacy(None)),
            (Fork::Berlin, signed(TxEip2930 { chain_id: 1, ..Default::default() })),
            (Fork::London, signed(TxEip1559 { chain_id: 1, ..Default::default() })),
            (Fork::Cancun, blobs(0)),
            (Fork::Prague, signed(TxEip7702 { chain_id: 1, ..Default::default() })),
        ];
        for fork in FORKS {
            let line = Line::at(fork);
            for (since, transaction) in &types {
                let (hash, kind) = (*transaction.tx_hash(), transaction.tx_type().into());
                let verdict = judge(&line, vec![legacy(None), transaction.clone()], 0);
                let since_name = since.name();
                let refused =
                    ConsensusError::TransactionType { index: 1, hash, kind, since: since_name };
                let expected = if fork >= *since { Ok(()) } else { Err(refused) };
                assert_eq!(verdict, expected, "type {kind} at {fork}");
            }
        }
    }

    #[test]
    fn a_chain_id_is_refused_before_eip_155_and_then_has_to_be_that_of_the_chain() {
        let before = Line::at(Fork::Tangerine);
        let hash = *legacy(Some(1)).tx_hash();
        let refused = ConsensusError::ProtectedTransaction { index: 0, hash, found: 1 };
        assert_eq!(judge(&before, vec![legacy(Some(1))], 0), Err(refused));
        let after = Line::at(Fork::SpuriousDragon);
        assert_eq!(judge(&after, vec![legacy(Some(1)), legacy(None)], 0), Ok(()));
        let hash = *legacy(Some(2)).tx_hash();
        let refused = ConsensusError::TransactionChainId { index: 1, hash, expected: 1, found: 2 };
        assert_eq!(judge(&after, vec![legacy(None), legacy(Some(2))], 0), Err(refused));
    }

    #[test]
    fn eip_155_starts_at_its_own_block() {
        let line = Line::with(Fork::Tangerine, |config| config["eip155Block"] = 2.into());
        assert!(judge(&line, vec![legacy(Some(1))], 0).is_err());
        assert_eq!(judge(&line.extend_by(1), vec![legacy(Some(1))], 0), Ok(()));
    }

    #[test]
    fn blob_gas_is_the_sum_over_all_blobs_of_the_body() {
        let line = Line::at(Fork::Osaka);
        let body = || vec![blobs(2), legacy(None), blobs(1)];
        let computed = 3 * DATA_GAS_PER_BLOB;
        assert_eq!(judge(&line, body(), computed), Ok(()));
        for header in [0, computed - 1, computed + DATA_GAS_PER_BLOB] {
            let refused = Err(ConsensusError::BlobGasUsed { header, computed });
            assert_eq!(judge(&line, body(), header), refused);
        }
    }
}
