//! Names of networks, and the forks that each stands for.

use alloy_eips::eip7840::BlobParams;
use alloy_genesis::ChainConfig;
use alloy_primitives::{Address, U256, address};
use std::{collections::BTreeMap, str::FromStr};
use thiserror::Error;

/// Where deposits of Ethereum's main network are made; the fixtures use it on every chain.
/// Source: EIP-6110.
const DEPOSIT_CONTRACT: Address = address!("00000000219ab540356cbb839cbe05303d7705fa");

/// A fork of Ethereum, in the order in which they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fork {
    /// Block 0.
    Frontier,
    /// EIP-2 and others.
    Homestead,
    /// The irregular state change. Only networks that are named after it have it.
    Dao,
    /// EIP-150.
    TangerineWhistle,
    /// EIP-155, 160, 161, 170.
    SpuriousDragon,
    /// Byzantium.
    Byzantium,
    /// Constantinople, with the gas rule of EIP-1283 that Petersburg took back.
    Constantinople,
    /// Petersburg, which the fixtures also call ConstantinopleFix.
    Petersburg,
    /// Istanbul.
    Istanbul,
    /// EIP-2384.
    MuirGlacier,
    /// Berlin.
    Berlin,
    /// London.
    London,
    /// EIP-4345.
    ArrowGlacier,
    /// EIP-5133.
    GrayGlacier,
    /// The merge.
    Paris,
    /// Shanghai.
    Shanghai,
    /// Cancun.
    Cancun,
    /// Prague.
    Prague,
    /// Osaka.
    Osaka,
    /// First fork of blob parameters only. Source: EIP-7892.
    Bpo1,
    /// Second fork of blob parameters only.
    Bpo2,
    /// Third fork of blob parameters only.
    Bpo3,
    /// Fourth fork of blob parameters only.
    Bpo4,
    /// Fifth fork of blob parameters only.
    Bpo5,
}

/// When the last fork of a network happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Switch {
    /// In block 0.
    Genesis,
    /// In the block with this number.
    Block(u64),
    /// In the first block with this timestamp or a later one.
    Time(u64),
    /// After the block with which the total difficulty reaches this.
    TotalDifficulty(U256),
}

impl Switch {
    /// Whether Ethereum's forks from the one to the other happen in this way.
    fn fits(self, from_genesis: Fork, last: Fork) -> bool {
        match self {
            Self::Genesis => true,
            Self::Block(_) => last < Fork::Paris,
            Self::Time(_) => from_genesis >= Fork::Paris,
            Self::TotalDifficulty(_) => last == Fork::Paris,
        }
    }
}

/// The forks that a network's name stands for: all up to one from block 0, and perhaps more from
/// some point on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForkSchedule {
    from_genesis: Fork,
    last: Fork,
    switch: Switch,
}

/// A network that this runner cannot set up.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NetworkError {
    /// The name is not one of Ethereum's forks up to the last known one.
    #[error("unknown network '{name}'")]
    Unknown {
        /// The name.
        name: String,
    },
    /// Constantinople's gas rule for SSTORE lived on test networks only.
    #[error("network '{name}' needs EIP-1283, which was withdrawn before it was live")]
    Withdrawn {
        /// The name.
        name: String,
    },
}

impl ForkSchedule {
    /// The chain configuration with these forks.
    #[must_use]
    pub fn to_config(
        self,
        chain_id: u64,
        blob_schedule: &BTreeMap<String, BlobParams>,
    ) -> ChainConfig {
        let mut config = ChainConfig {
            chain_id,
            deposit_contract_address: Some(DEPOSIT_CONTRACT),
            blob_schedule: standard_blob_schedule(),
            ..Default::default()
        };
        config.blob_schedule.extend(blob_schedule.iter().map(|(name, params)| {
            // Geth's genesis files have the names in lower case, the fixtures capitalise them.
            (name.to_lowercase(), *params)
        }));
        for fork in Fork::ALL {
            if let Some(switch) = self.activation(fork) {
                activate(&mut config, fork, switch);
            }
        }
        config
    }

    /// When `fork` happens, if it does.
    fn activation(self, fork: Fork) -> Option<Switch> {
        // It belongs to one network's history and not to the rules that later forks build on.
        if fork == Fork::Dao && fork != self.last {
            return None;
        }
        if fork <= self.from_genesis {
            return Some(Switch::Genesis);
        }
        if fork > self.last {
            return None;
        }
        // The glaciers between the two are about the difficulty of blocks that never come.
        let by_difficulty = matches!(self.switch, Switch::TotalDifficulty(_));
        (fork == Fork::Paris || !by_difficulty).then_some(self.switch)
    }
}

impl FromStr for ForkSchedule {
    type Err = NetworkError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let unknown = || NetworkError::Unknown { name: name.to_owned() };
        let schedule = match name.split_once("To") {
            None => {
                let fork = Fork::named(name).ok_or_else(unknown)?;
                Self { from_genesis: fork, last: fork, switch: Switch::Genesis }
            }
            Some((first, rest)) => {
                let (last, point) = rest.split_once("At").ok_or_else(unknown)?;
                let from_genesis = Fork::named(first).ok_or_else(unknown)?;
                let last = Fork::named(last).ok_or_else(unknown)?;
                let switch = parse_switch(point).ok_or_else(unknown)?;
                if from_genesis >= last || !switch.fits(from_genesis, last) {
                    return Err(unknown());
                }
                Self { from_genesis, last, switch }
            }
        };
        if schedule.from_genesis == Fork::Constantinople || schedule.last == Fork::Constantinople {
            return Err(NetworkError::Withdrawn { name: name.to_owned() });
        }
        Ok(schedule)
    }
}

impl Fork {
    /// All forks, in order.
    const ALL: [Self; 24] = [
        Self::Frontier,
        Self::Homestead,
        Self::Dao,
        Self::TangerineWhistle,
        Self::SpuriousDragon,
        Self::Byzantium,
        Self::Constantinople,
        Self::Petersburg,
        Self::Istanbul,
        Self::MuirGlacier,
        Self::Berlin,
        Self::London,
        Self::ArrowGlacier,
        Self::GrayGlacier,
        Self::Paris,
        Self::Shanghai,
        Self::Cancun,
        Self::Prague,
        Self::Osaka,
        Self::Bpo1,
        Self::Bpo2,
        Self::Bpo3,
        Self::Bpo4,
        Self::Bpo5,
    ];

    /// The fork with this name in any of the suites.
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "Frontier" => Self::Frontier,
            "Homestead" => Self::Homestead,
            "Dao" | "DAO" | "DAOFork" => Self::Dao,
            "EIP150" | "TangerineWhistle" => Self::TangerineWhistle,
            "EIP158" | "SpuriousDragon" => Self::SpuriousDragon,
            "Byzantium" => Self::Byzantium,
            "Constantinople" => Self::Constantinople,
            "ConstantinopleFix" | "Petersburg" => Self::Petersburg,
            "Istanbul" => Self::Istanbul,
            "MuirGlacier" => Self::MuirGlacier,
            "Berlin" => Self::Berlin,
            "London" => Self::London,
            "ArrowGlacier" => Self::ArrowGlacier,
            "GrayGlacier" => Self::GrayGlacier,
            "Merge" | "Paris" => Self::Paris,
            "Shanghai" => Self::Shanghai,
            "Cancun" => Self::Cancun,
            "Prague" => Self::Prague,
            "Osaka" => Self::Osaka,
            "BPO1" => Self::Bpo1,
            "BPO2" => Self::Bpo2,
            "BPO3" => Self::Bpo3,
            "BPO4" => Self::Bpo4,
            "BPO5" => Self::Bpo5,
            _ => return None,
        })
    }
}

/// Reads `5`, `Time15k` or `DiffC0000`.
fn parse_switch(text: &str) -> Option<Switch> {
    if let Some(time) = text.strip_prefix("Time") {
        let seconds = match time.strip_suffix('k') {
            Some(thousands) => thousands.parse::<u64>().ok()?.checked_mul(1_000)?,
            None => time.parse().ok()?,
        };
        return Some(Switch::Time(seconds));
    }
    if let Some(difficulty) = text.strip_prefix("Diff") {
        let digits = difficulty.strip_prefix("0x").unwrap_or(difficulty);
        return U256::from_str_radix(digits, 16).ok().map(Switch::TotalDifficulty);
    }
    text.parse().ok().map(Switch::Block)
}

/// Writes one fork into the configuration.
fn activate(config: &mut ChainConfig, fork: Fork, switch: Switch) {
    let (point, total_difficulty) = match switch {
        Switch::Genesis => (0, U256::ZERO),
        Switch::Block(point) | Switch::Time(point) => (point, U256::ZERO),
        Switch::TotalDifficulty(total) => (0, total),
    };
    let field = match fork {
        Fork::Frontier => return,
        Fork::Paris => {
            config.terminal_total_difficulty = Some(total_difficulty);
            config.terminal_total_difficulty_passed = switch == Switch::Genesis;
            return;
        }
        Fork::Dao => {
            config.dao_fork_support = true;
            &mut config.dao_fork_block
        }
        Fork::SpuriousDragon => {
            config.eip155_block = Some(point);
            &mut config.eip158_block
        }
        Fork::Homestead => &mut config.homestead_block,
        Fork::TangerineWhistle => &mut config.eip150_block,
        Fork::Byzantium => &mut config.byzantium_block,
        Fork::Constantinople => &mut config.constantinople_block,
        Fork::Petersburg => &mut config.petersburg_block,
        Fork::Istanbul => &mut config.istanbul_block,
        Fork::MuirGlacier => &mut config.muir_glacier_block,
        Fork::Berlin => &mut config.berlin_block,
        Fork::London => &mut config.london_block,
        Fork::ArrowGlacier => &mut config.arrow_glacier_block,
        Fork::GrayGlacier => &mut config.gray_glacier_block,
        Fork::Shanghai => &mut config.shanghai_time,
        Fork::Cancun => &mut config.cancun_time,
        Fork::Prague => &mut config.prague_time,
        Fork::Osaka => &mut config.osaka_time,
        Fork::Bpo1 => &mut config.bpo1_time,
        Fork::Bpo2 => &mut config.bpo2_time,
        Fork::Bpo3 => &mut config.bpo3_time,
        Fork::Bpo4 => &mut config.bpo4_time,
        Fork::Bpo5 => &mut config.bpo5_time,
    };
    *field = Some(point);
}

/// Blob parameters of the forks that EIPs define; a fixture may bring its own.
/// Source: EIP-4844, EIP-7691, EIP-7594, EIP-7892.
fn standard_blob_schedule() -> BTreeMap<String, BlobParams> {
    [
        ("cancun", BlobParams::cancun()),
        ("prague", BlobParams::prague()),
        ("osaka", BlobParams::osaka()),
        ("bpo1", BlobParams::bpo1()),
        ("bpo2", BlobParams::bpo2()),
    ]
    .map(|(name, params)| (name.to_owned(), params))
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(name: &str) -> ChainConfig {
        name.parse::<ForkSchedule>().unwrap().to_config(1, &BTreeMap::new())
    }

    #[test]
    fn a_plain_name_activates_everything_up_to_it_at_genesis() {
        let berlin = config("Berlin");
        assert_eq!(berlin.homestead_block, Some(0));
        assert_eq!((berlin.eip155_block, berlin.eip158_block), (Some(0), Some(0)));
        assert_eq!((berlin.petersburg_block, berlin.berlin_block), (Some(0), Some(0)));
        assert_eq!((berlin.london_block, berlin.terminal_total_difficulty), (None, None));
        assert_eq!((berlin.dao_fork_block, berlin.dao_fork_support), (None, false));
    }

    #[test]
    fn frontier_activates_nothing() {
        let frontier = config("Frontier");
        assert_eq!((frontier.homestead_block, frontier.berlin_block), (None, None));
    }

    #[test]
    fn a_merged_network_has_the_terminal_difficulty_zero() {
        for name in ["Merge", "Paris", "Shanghai", "Osaka", "BPO4"] {
            assert_eq!(config(name).terminal_total_difficulty, Some(U256::ZERO), "{name}");
        }
        assert_eq!((config("Paris").shanghai_time, config("Shanghai").cancun_time), (None, None));
        assert_eq!((config("BPO2").bpo2_time, config("BPO2").bpo3_time), (Some(0), None));
    }

    #[test]
    fn a_transition_by_block_moves_what_is_between_the_two() {
        let fix = config("ByzantiumToConstantinopleFixAt5");
        assert_eq!((fix.byzantium_block, fix.constantinople_block), (Some(0), Some(5)));
        assert_eq!((fix.petersburg_block, fix.istanbul_block), (Some(5), None));
    }

    #[test]
    fn a_transition_by_time_counts_in_thousands() {
        let cancun = config("ShanghaiToCancunAtTime15k");
        assert_eq!((cancun.shanghai_time, cancun.cancun_time), (Some(0), Some(15_000)));
        let bpo = config("BPO2ToBPO3AtTime15k");
        assert_eq!((bpo.bpo2_time, bpo.bpo3_time, bpo.bpo4_time), (Some(0), Some(15_000), None));
    }

    #[test]
    fn a_transition_by_total_difficulty_is_the_merge() {
        for name in ["ArrowGlacierToParisAtDiffC0000", "ArrowGlacierToMergeAtDiffC0000"] {
            let merge = config(name);
            assert_eq!(merge.arrow_glacier_block, Some(0));
            assert_eq!(merge.terminal_total_difficulty, Some(U256::from(0xc0000)));
            assert!(!merge.terminal_total_difficulty_passed);
        }
    }

    #[test]
    fn only_networks_named_after_the_dao_have_its_fork() {
        let dao = config("HomesteadToDaoAt5");
        assert_eq!((dao.dao_fork_block, dao.dao_fork_support), (Some(5), true));
        assert_eq!(config("HomesteadToEIP150At5").dao_fork_block, None);
        assert_eq!(config("HomesteadToEIP150At5").eip150_block, Some(5));
    }

    #[test]
    fn a_fixture_overrides_the_blob_parameters_of_a_fork() {
        let own = BlobParams { max_blob_count: 99, ..BlobParams::prague() };
        let schedule = BTreeMap::from([("Prague".to_owned(), own)]);
        let config = "Osaka".parse::<ForkSchedule>().unwrap().to_config(1, &schedule);
        assert_eq!(config.blob_schedule["prague"].max_blob_count, 99);
        assert_eq!(config.blob_schedule["cancun"], BlobParams::cancun());
    }

    #[test]
    fn an_unknown_name_is_named() {
        for name in [
            "",
            "Verkle",
            "LondonToVerkleAt5",
            "BerlinToLondon",
            "LondonToBerlinAt5",
            "BerlinToLondonAtTime15k",
            "LondonToShanghaiAtTime15k",
            "ShanghaiToCancunAt5",
            "LondonToShanghaiAtDiffC0000",
        ] {
            let error = name.parse::<ForkSchedule>().unwrap_err();
            assert_eq!(error, NetworkError::Unknown { name: name.to_owned() });
        }
    }

    #[test]
    fn constantinople_itself_is_named_as_withdrawn() {
        let error = "Constantinople".parse::<ForkSchedule>().unwrap_err();
        assert_eq!(error, NetworkError::Withdrawn { name: "Constantinople".to_owned() });
    }
}
