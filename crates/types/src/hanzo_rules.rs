//! What makes a Hanzo chain: settings, emission, initial supply.

use crate::{EmissionSchedule, HanzoConfig};
use alloy_primitives::U256;

/// The consensus settings of a Hanzo chain and what follows from them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HanzoRules {
    config: HanzoConfig,
    emission: EmissionSchedule,
    genesis_supply: U256,
}

impl HanzoRules {
    pub(crate) const fn new(config: HanzoConfig, genesis_supply: U256) -> Self {
        let emission = EmissionSchedule::new(config.emission_preset, config.target_block_time);
        Self { config, emission, genesis_supply }
    }

    /// The consensus settings.
    #[must_use]
    pub const fn config(&self) -> &HanzoConfig {
        &self.config
    }

    /// How much a block may mint, by height.
    #[must_use]
    pub const fn emission(&self) -> &EmissionSchedule {
        &self.emission
    }

    /// Coins that exist at genesis, in wei.
    #[must_use]
    pub const fn genesis_supply(&self) -> U256 {
        self.genesis_supply
    }
}
