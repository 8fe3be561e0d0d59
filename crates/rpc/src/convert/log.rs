//! Log objects.

use alloy_primitives::{B256, Log};
use hanzo_types::{Receipt, RecoveredBlock};

/// The log object of execution-apis.
pub(crate) type RpcLog = alloy_rpc_types_eth::Log;

/// Whether a log's block has left the canonical chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Removal {
    /// The block is canonical.
    None,
    /// A reorganisation removed the block.
    Reorganised,
}

/// The logs of one block with their positions in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BlockLogs<'a> {
    block: &'a RecoveredBlock,
    receipts: &'a [Receipt],
    removal: Removal,
}

impl<'a> BlockLogs<'a> {
    pub(crate) const fn new(
        block: &'a RecoveredBlock,
        receipts: &'a [Receipt],
        removal: Removal,
    ) -> Self {
        Self { block, receipts, removal }
    }

    /// The logs for which `wanted` holds, in order.
    pub(crate) fn matching(
        self,
        wanted: impl Fn(&Log) -> bool + 'a,
    ) -> impl Iterator<Item = RpcLog> + 'a {
        let transactions = self.block.body().transactions.iter();
        self.receipts
            .iter()
            .zip(transactions)
            .enumerate()
            .flat_map(|(index, (receipt, transaction))| {
                let hash = *transaction.tx_hash();
                receipt.logs().iter().map(move |log| (index, hash, log))
            })
            .enumerate()
            .filter(move |(_, (_, _, log))| wanted(log))
            .map(move |(log_index, (index, hash, log))| {
                self.positioned(log, (index, hash), log_index)
            })
    }

    fn positioned(self, log: &Log, (index, hash): (usize, B256), log_index: usize) -> RpcLog {
        RpcLog {
            inner: log.clone(),
            block_hash: Some(self.block.hash()),
            block_number: Some(self.block.number),
            block_timestamp: Some(self.block.timestamp),
            transaction_hash: Some(hash),
            transaction_index: u64::try_from(index).ok(),
            log_index: u64::try_from(log_index).ok(),
            removed: self.removal == Removal::Reorganised,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{Address, U256};
    use hanzo_testkit::{Signer, TestChain, dev_spec, token};

    #[test]
    fn logs_are_numbered_across_the_block_and_say_if_it_is_gone() {
        let chain = TestChain::new(dev_spec());
        let sender = Signer::dev(0, chain.spec());
        let token = sender.address().create(0);
        let input = token::transfer_input(Address::repeat_byte(1), U256::from(1));
        let transfer = |nonce| sender.call(nonce, token, U256::ZERO, input.clone(), 100_000);
        let built = chain.build(vec![
            sender.create(0, token::creation_code(), 500_000),
            transfer(1),
            transfer(2),
        ]);
        let receipts = &built.prebuilt.executed.outcome.receipts;
        let logs = |removal| -> Vec<RpcLog> {
            BlockLogs::new(&built.block, receipts, removal).matching(|_| true).collect()
        };
        for (removal, removed) in [(Removal::None, false), (Removal::Reorganised, true)] {
            let positions: Vec<_> = logs(removal)
                .iter()
                .map(|log| (log.transaction_index, log.log_index, log.removed))
                .collect();
            assert_eq!(positions, [(Some(1), Some(0), removed), (Some(2), Some(1), removed)]);
        }
    }
}
