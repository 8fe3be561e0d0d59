//! `config.hanzo` of a genesis file: the settings that make a chain a Hanzo chain.

use crate::{EmissionPreset, RecycleBurns};
use serde::{Deserialize, Serialize};

/// Shortest target block time of a chain that adjusts its difficulty, in seconds: at one second
/// per block whole-second timestamps could only ever lower the difficulty (decision D-05).
pub const MIN_TARGET_BLOCK_TIME: u64 = 2;

/// Longest target block time, in seconds (decision D-05).
pub const MAX_TARGET_BLOCK_TIME: u64 = 3600;

/// How the difficulty of the next block follows from its ancestors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DifficultyRule {
    /// Relative ASERT with the interval clamped to one half-life of 60 target block times.
    /// Source: proof-of-compute §7.
    Asert,
    /// Every block has the difficulty of the genesis block. The dev chain only.
    Fixed,
}

/// The consensus settings of a Hanzo chain. All of them are part of the genesis hash (D-31).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HanzoConfig {
    /// Target block time T, in seconds. On the dev chain it only feeds the emission schedule.
    pub target_block_time: u64,
    /// How difficulty follows from the ancestors.
    pub difficulty_rule: DifficultyRule,
    /// Which emission curve the chain follows.
    #[serde(default)]
    pub emission_preset: EmissionPreset,
    /// Whether burned coins refill the mining bucket.
    #[serde(default = "recycle_by_default")]
    pub recycle_burns: bool,
    /// A draft has no launch values yet: mining on it is refused.
    #[serde(default)]
    pub draft: bool,
    /// Largest contract code in bytes; absent means EIP-170 (24 576).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract_size_limit: Option<u64>,
    /// Largest gas limit of one transaction; absent means EIP-7825 (16 777 216).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_gas_limit_cap: Option<u64>,
}

const fn recycle_by_default() -> bool {
    true
}

impl HanzoConfig {
    /// The recycling rule as the supply arithmetic takes it.
    #[must_use]
    pub const fn recycling(&self) -> RecycleBurns {
        if self.recycle_burns { RecycleBurns::Yes } else { RecycleBurns::No }
    }
}
