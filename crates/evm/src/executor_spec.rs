//! The chain specification as alloy-evm's block executor wants to see it.

use alloy_evm::eth::spec::EthExecutorSpec;
use alloy_hardforks::{EthereumHardfork, EthereumHardforks, ForkCondition};
use alloy_primitives::Address;
use hanzo_types::ChainSpec;
use std::sync::Arc;

/// A chain specification without a deposit contract: this chain has no validators to deposit for.
#[derive(Debug, Clone)]
pub(crate) struct ExecutorSpec(pub(crate) Arc<ChainSpec>);

impl EthereumHardforks for ExecutorSpec {
    fn ethereum_fork_activation(&self, fork: EthereumHardfork) -> ForkCondition {
        self.0.ethereum_fork_activation(fork)
    }
}

impl EthExecutorSpec for ExecutorSpec {
    fn deposit_contract_address(&self) -> Option<Address> {
        None
    }
}
