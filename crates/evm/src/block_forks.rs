//! The forks of one block as alloy-evm wants to see them.

use alloy_evm::eth::spec::EthExecutorSpec;
use alloy_hardforks::{EthereumHardfork, EthereumHardforks, ForkCondition};
use alloy_primitives::Address;
use hanzo_types::{ChainSpec, Header};

/// The forks in force in one block: everything up to the newest one.
///
/// alloy-evm asks by number and time; whether a chain has merged follows from neither, so the
/// question is answered once, by [`ChainSpec::fork_at`]. The DAO fork is never in force here: its
/// change of balances is made before the first transaction, not after the last.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BlockForks {
    newest: EthereumHardfork,
}

impl BlockForks {
    /// The forks in force in the block with this header.
    pub(crate) fn of(spec: &ChainSpec, header: &Header) -> Self {
        Self { newest: spec.fork_at(header) }
    }

    /// Whether the rules of `fork` are in force.
    pub(crate) fn has(&self, fork: EthereumHardfork) -> bool {
        fork <= self.newest
    }
}

impl EthereumHardforks for BlockForks {
    fn ethereum_fork_activation(&self, fork: EthereumHardfork) -> ForkCondition {
        if fork == EthereumHardfork::Dao || !self.has(fork) {
            ForkCondition::Never
        } else if fork <= EthereumHardfork::Paris {
            ForkCondition::Block(0)
        } else {
            ForkCondition::Timestamp(0)
        }
    }
}

impl EthExecutorSpec for BlockForks {
    /// Nobody asks: deposits are collected here, not by alloy-evm.
    fn deposit_contract_address(&self) -> Option<Address> {
        None
    }
}
