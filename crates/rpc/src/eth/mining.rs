//! The node itself: chain id, head, miner.

use crate::{eth::Eth, rpc_error::RpcError};
use alloy_primitives::{Address, U64, U256};

impl Eth {
    pub(crate) fn chain_id(&self) -> Result<U64, RpcError> {
        Ok(U64::from(self.node.chain.view().spec().chain_id()))
    }

    pub(crate) fn block_number(&self) -> Result<U64, RpcError> {
        Ok(U64::from(self.node.chain.view().head_number()))
    }

    /// Always false: a node without peers has nothing to catch up with.
    pub(crate) fn syncing(&self) -> Result<bool, RpcError> {
        Ok(false)
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

    /// Multiply-accumulates per second (decision D-37).
    pub(crate) fn hashrate(&self) -> Result<U64, RpcError> {
        Ok(U64::from(self.node.miner.hashrate_macs_per_second()))
    }

    /// Price of blob gas in the head; null before blobs exist, as in geth.
    pub(crate) fn blob_base_fee(&self) -> Result<Option<U256>, RpcError> {
        let view = self.node.chain.view();
        Ok(view.spec().blob_gas_price(view.head()).map(U256::from))
    }
}
