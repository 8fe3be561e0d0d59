//! Adding up the coins of a stopped node.

use alloy_primitives::U256;
use hanzo_state::StateRead as _;
use hanzo_store::{ChainIdentity, Store, StoreConfig};
use hanzo_types::{AI_SUPPLY, ChainSpec, SupplySlot};
use std::path::Path;

/// What a data directory says about the coins on its chain, in wei.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Books {
    /// Sum of all balances.
    pub balances: U256,
    /// Coins at genesis.
    pub genesis: U256,
    /// Minted since.
    pub minted: U256,
    /// Burned since.
    pub burned: U256,
}

impl Books {
    /// Reads the data directory of a node on the chain of `spec` that has stopped in order.
    #[must_use]
    pub fn read(datadir: &Path, spec: &ChainSpec) -> Self {
        let identity =
            ChainIdentity { chain_id: spec.chain_id(), genesis_hash: spec.genesis_hash() };
        let store = Store::open(&StoreConfig::at(datadir.join("db")), identity).unwrap();
        let view = store.view();
        let mut balances = U256::ZERO;
        for entry in view.accounts() {
            balances += entry.unwrap().1.balance;
        }
        let counter = |slot: SupplySlot| view.storage(AI_SUPPLY, slot.key()).unwrap();
        Self {
            balances,
            genesis: spec.hanzo_rules().unwrap().genesis_supply(),
            minted: counter(SupplySlot::Minted),
            burned: counter(SupplySlot::Burned),
        }
    }

    /// Checks that every coin is accounted for.
    pub fn assert_balanced(&self) {
        assert_eq!(self.balances, self.genesis + self.minted - self.burned, "{self:?}");
    }
}
