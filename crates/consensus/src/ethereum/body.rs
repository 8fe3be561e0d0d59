//! A body and the header that commits to it.

use super::{EthereumRules, transactions};
use crate::ConsensusError;
use alloy_consensus::proofs::{calculate_ommers_root, calculate_withdrawals_root};
use alloy_hardforks::EthereumHardfork;
use alloy_rlp::Encodable as _;
use hanzo_types::{MAX_BLOCK_RLP_BYTES, SealedBlock, transactions_root};

/// Most ommers of a mined block. Source: Yellow Paper §11.1.
const MAX_OMMERS: usize = 2;

/// Checks that the body is the one the header commits to, and what it may contain.
pub(super) fn check(rules: &EthereumRules, block: &SealedBlock) -> Result<(), ConsensusError> {
    check_size(rules, block)?;
    check_ommers(rules, block)?;
    check_withdrawals(block)?;
    transactions::check(rules, block)?;
    let computed = transactions_root(&block.body().transactions);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ethereum::fixture::{FORKS, Line};
    use alloy_consensus::TxLegacy;
    use alloy_eips::eip4895::Withdrawal;
    use alloy_hardforks::EthereumHardfork as Fork;
    use alloy_primitives::{B256, Signature};
    use hanzo_types::{Block, BlockBody, Transaction};

    /// A block at `fork` whose header commits to the body that `change` makes.
    fn committed(line: &Line, change: impl FnOnce(&mut BlockBody)) -> Block {
        let mut header = line.child();
        let mut body = BlockBody {
            withdrawals: header.withdrawals_root.map(|_| Default::default()),
            ..Default::default()
        };
        change(&mut body);
        header.ommers_hash = calculate_ommers_root(&body.ommers);
        header.transactions_root = transactions_root(&body.transactions);
        header.withdrawals_root =
            body.withdrawals.as_ref().map(|list| calculate_withdrawals_root(list));
        Block { header, body }
    }

    fn judge(line: &Line, block: Block) -> Result<(), ConsensusError> {
        check(&line.rules, &SealedBlock::seal_slow(block))
    }

    fn transaction(input_bytes: usize) -> Transaction {
        let transaction = TxLegacy { input: vec![1; input_bytes].into(), ..Default::default() };
        Transaction::new_unhashed(transaction.into(), Signature::test_signature())
    }

    #[test]
    fn a_body_that_the_header_commits_to_is_valid_at_every_fork() {
        for fork in FORKS {
            let line = Line::at(fork);
            let block = committed(&line, |body| body.transactions = vec![transaction(1)]);
            assert_eq!(judge(&line, block), Ok(()), "{fork}");
        }
    }

    #[test]
    fn transactions_other_than_the_header_commits_to_are_refused_with_both_roots() {
        let line = Line::at(Fork::Osaka);
        let mut block = committed(&line, |_| {});
        let header = block.header.transactions_root;
        block.body.transactions.push(transaction(1));
        let computed = transactions_root(&block.body.transactions);
        let refused = Err(ConsensusError::TransactionsRoot { header, computed });
        assert_eq!(judge(&line, block), refused);
    }

    #[test]
    fn withdrawals_other_than_the_header_commits_to_are_refused_with_both_roots() {
        let line = Line::at(Fork::Shanghai);
        let withdrawal = Withdrawal { amount: 1, ..Default::default() };
        let block = committed(&line, |body| body.withdrawals = Some(vec![withdrawal].into()));
        assert_eq!(judge(&line, block.clone()), Ok(()));
        let root = block.header.withdrawals_root;
        let mut without = block.clone();
        without.body.withdrawals = None;
        let refused = ConsensusError::WithdrawalsRoot { header: root, computed: None };
        assert_eq!(judge(&line, without), Err(refused));
        let mut uncommitted = block;
        uncommitted.header.withdrawals_root = None;
        let refused = ConsensusError::WithdrawalsRoot { header: None, computed: root };
        assert_eq!(judge(&line, uncommitted), Err(refused));
    }

    #[test]
    fn a_mined_block_has_at_most_two_ommers_and_a_merged_one_none() {
        for fork in FORKS {
            let line = Line::at(fork);
            let with = |count| {
                let ommers = vec![line.child(); count];
                judge(&line, committed(&line, |body| body.ommers = ommers))
            };
            assert_eq!(with(0), Ok(()), "{fork}");
            if fork >= Fork::Paris {
                assert_eq!(with(1), Err(ConsensusError::Ommers { found: 1 }), "{fork}");
            } else {
                assert_eq!(with(2), Ok(()), "{fork}");
                let refused = Err(ConsensusError::TooManyOmmers { found: 3, max: 2 });
                assert_eq!(with(3), refused, "{fork}");
            }
        }
    }

    #[test]
    fn ommers_other_than_the_header_commits_to_are_refused_with_both_hashes() {
        let line = Line::at(Fork::Byzantium);
        let mut block = committed(&line, |body| body.ommers = vec![line.child()]);
        let computed = block.header.ommers_hash;
        block.header.ommers_hash = B256::ZERO;
        let refused = Err(ConsensusError::OmmersHash { header: B256::ZERO, computed });
        assert_eq!(judge(&line, block), refused);
    }

    #[test]
    fn the_size_of_a_block_is_limited_from_osaka_on_to_the_byte() {
        let line = Line::at(Fork::Osaka);
        let of = |line: &Line, input_bytes: usize| {
            committed(line, |body| body.transactions = vec![transaction(input_bytes)])
        };
        let overhead = of(&line, 1 << 23).length() - (1 << 23);
        let fitting = MAX_BLOCK_RLP_BYTES - overhead;
        assert_eq!(judge(&line, of(&line, fitting)), Ok(()));
        let refused = ConsensusError::BlockTooLarge {
            found: MAX_BLOCK_RLP_BYTES + 1,
            max: MAX_BLOCK_RLP_BYTES,
        };
        assert_eq!(judge(&line, of(&line, fitting + 1)), Err(refused));
        let before = Line::at(Fork::Prague);
        assert_eq!(judge(&before, of(&before, fitting + 1)), Ok(()));
    }
}
