//! The node itself: chain id, head, miner.

use crate::{
    arguments::Arguments,
    eth::Eth,
    poc::{report_rate, submit_ethash, work_error},
    rpc_error::RpcError,
};
use alloy_primitives::{Address, B64, B256, U64, U256};
use hanzo_chain::SyncProgress;
use serde::Serialize;

/// Whether the node catches up with others, as geth answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum SyncingAnswer {
    No(bool),
    #[serde(rename_all = "camelCase")]
    Yes {
        starting_block: U64,
        current_block: U64,
        highest_block: U64,
    },
}

impl Eth {
    pub(crate) fn chain_id(&self) -> Result<U64, RpcError> {
        Ok(U64::from(self.node.chain.view().spec().chain_id()))
    }

    pub(crate) fn block_number(&self) -> Result<U64, RpcError> {
        Ok(U64::from(self.node.chain.view().head_number()))
    }

    /// False, or how far the node is while it catches up with others.
    pub(crate) fn syncing(&self) -> Result<SyncingAnswer, RpcError> {
        let progress = self.node.chain.sync_progress().filter(SyncProgress::is_far_behind);
        Ok(progress.map_or(SyncingAnswer::No(false), |progress| SyncingAnswer::Yes {
            starting_block: U64::from(progress.starting_block),
            current_block: U64::from(progress.current_block),
            highest_block: U64::from(progress.highest_block),
        }))
    }

    /// Always empty: the node holds no keys.
    pub(crate) fn accounts(&self) -> Result<[Address; 0], RpcError> {
        Ok([])
    }

    pub(crate) fn coinbase(&self) -> Result<Address, RpcError> {
        let coinbase = self.node.miner.coinbase();
        coinbase
            .ok_or_else(|| RpcError::Server("etherbase must be explicitly specified".to_owned()))
    }

    pub(crate) fn mining(&self) -> Result<bool, RpcError> {
        Ok(self.node.miner.is_mining())
    }

    /// Multiply-accumulates per second, of this process and of the miners that report to it
    /// (decision D-37).
    pub(crate) fn hashrate(&self) -> Result<U64, RpcError> {
        Ok(U64::from(self.node.work.macs_per_second()))
    }

    /// Work in the form of ethash: seal hash, σ in place of the seed, target, number. Its users start
    /// at rows of their own choice, since it has no place for a lease (decision D-37).
    pub(crate) fn get_work(&self, _: &Arguments<'_>) -> Result<[B256; 4], RpcError> {
        self.node.require_writable()?;
        let package = self.node.work.work(None).map_err(work_error)?;
        let number = U256::from(package.template.block().number);
        Ok([package.seal_hash(), package.sigma(), package.target().into(), number.into()])
    }

    /// Nonce, seal hash, mix: whether the seal was taken.
    pub(crate) fn submit_work(&self, arguments: &Arguments<'_>) -> Result<bool, RpcError> {
        let nonce: B64 = arguments.required(0, "nonce")?;
        let seal_hash: B256 = arguments.required(1, "hash")?;
        let mix: B256 = arguments.required(2, "mixDigest")?;
        submit_ethash(&self.node, (nonce, seal_hash, mix))
    }

    /// A miner says how fast it is, in multiply-accumulates per second.
    pub(crate) fn submit_hashrate(&self, arguments: &Arguments<'_>) -> Result<bool, RpcError> {
        report_rate(&self.node, arguments)
    }

    /// Price of blob gas in the head; null before blobs exist, as in geth.
    pub(crate) fn blob_base_fee(&self) -> Result<Option<U256>, RpcError> {
        let view = self.node.chain.view();
        Ok(view.spec().blob_gas_price(view.head()).map(U256::from))
    }
}
