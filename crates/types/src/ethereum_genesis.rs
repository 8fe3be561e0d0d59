//! Checks of a plain Ethereum genesis file.

use crate::{
    EthereumForks, GenesisError,
    genesis::{MIN_GAS_LIMIT, in_range},
};
use alloy_genesis::{ChainConfig, Genesis};
use alloy_primitives::{B256, U256};

/// Largest chain id, ⌊(2^64 − 1) / 2⌋ − 36: with it `v` of a signature still has 64 bits. Source:
/// EIP-2294.
const MAX_CHAIN_ID: u64 = u64::MAX / 2 - 36;

/// Fields of `config` that other clients write and that change no rule here.
const HARMLESS_FIELDS: [&str; 2] = ["mergeForkBlock", "enableVerkleAtGenesis"];

/// Whether a fork may be left out although later ones are there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Necessity {
    /// Later forks build on it.
    Required,
    /// It changes nothing that later forks need.
    Optional,
}

/// A field of `config` that says when a fork starts.
type ForkField = (&'static str, Option<u64>, Necessity);

/// Checks the fields of block 0.
///
/// # Errors
/// [`GenesisError::OutOfRange`].
pub(crate) fn check_block_zero(genesis: &Genesis) -> Result<(), GenesisError> {
    in_range("gasLimit", genesis.gas_limit, MIN_GAS_LIMIT, i64::MAX.unsigned_abs())?;
    in_range("timestamp", genesis.timestamp, 0, i64::MAX.unsigned_abs())?;
    in_range("number", genesis.number.unwrap_or_default(), 0, 0)?;
    let base_fee = u64::try_from(genesis.base_fee_per_gas.unwrap_or_default());
    in_range("baseFeePerGas", base_fee.unwrap_or(u64::MAX), 0, i64::MAX.unsigned_abs())?;
    if genesis.parent_hash.is_some_and(|parent| parent != B256::ZERO) {
        return Err(GenesisError::OutOfRange {
            field: "parentHash",
            found: genesis.parent_hash.unwrap_or_default().to_string(),
            min: B256::ZERO.to_string(),
            max: B256::ZERO.to_string(),
        });
    }
    Ok(())
}

/// Largest excess blob gas of block 0, in update fractions: the price is e to this power, and
/// beyond it leaves the 128 bits it is computed in.
const MAX_EXCESS_FRACTIONS: u128 = 50;

/// Checks that the price of blob gas in block 0 can be computed.
///
/// # Errors
/// [`GenesisError::OutOfRange`].
pub(crate) fn check_excess_blob_gas(
    genesis: &Genesis,
    forks: &EthereumForks,
) -> Result<(), GenesisError> {
    let Some(params) = forks.blob_params(genesis.timestamp) else { return Ok(()) };
    let most = params.update_fraction.saturating_mul(MAX_EXCESS_FRACTIONS);
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    in_range("excessBlobGas", genesis.excess_blob_gas.unwrap_or_default(), 0, most)
}

/// Checks that the forks are known and in order.
///
/// # Errors
/// [`GenesisError`] naming the first field that is wrong.
pub(crate) fn check_config(config: &ChainConfig) -> Result<(), GenesisError> {
    in_range("config.chainId", config.chain_id, 1, MAX_CHAIN_ID)?;
    check_known(config)?;
    check_supported(config)?;
    check_order(&block_fields(config))?;
    check_order(&time_fields(config))?;
    check_merge(config)
}

/// The difficulty that ends mining. A file may say instead that it was passed long ago.
pub(crate) fn terminal_total_difficulty(config: &ChainConfig) -> Option<U256> {
    let passed = config.terminal_total_difficulty_passed.then_some(U256::ZERO);
    config.terminal_total_difficulty.or(passed)
}

/// A fork that this software does not know would be followed under the wrong rules.
fn check_known(config: &ChainConfig) -> Result<(), GenesisError> {
    let unknown = |field: &str| GenesisError::UnknownFork {
        field: field.to_owned(),
        reason: "the newest fork this software knows is Osaka",
    };
    if config.amsterdam_time.is_some() {
        return Err(unknown("amsterdamTime"));
    }
    if config.bogota_time.is_some() {
        return Err(unknown("bogotaTime"));
    }
    unknown_fork(config).map_or(Ok(()), |name| Err(unknown(name)))
}

/// The first field that looks like the start of a fork and is none this software ever heard of.
pub(crate) fn unknown_fork(config: &ChainConfig) -> Option<&str> {
    let names_a_fork = |name: &str| name.ends_with("Block") || name.ends_with("Time");
    config
        .extra_fields
        .iter()
        .filter(|(name, value)| names_a_fork(name) && !value.is_null())
        .map(|(name, _)| name.as_str())
        .find(|name| !HARMLESS_FIELDS.contains(name))
}

fn check_supported(config: &ChainConfig) -> Result<(), GenesisError> {
    if config.clique.is_some() {
        let reason = "proof of authority is not implemented";
        return Err(GenesisError::Unsupported { field: "clique", reason });
    }
    if config.parlia.is_some() {
        let reason = "proof of staked authority is not implemented";
        return Err(GenesisError::Unsupported { field: "parlia", reason });
    }
    let petersburg = config.petersburg_block.or(config.constantinople_block);
    if petersburg != config.constantinople_block {
        let reason = "must equal constantinopleBlock: the rules in between (EIP-1283) were \
                      withdrawn and are not implemented";
        return Err(GenesisError::Unsupported { field: "petersburgBlock", reason });
    }
    Ok(())
}

const fn block_fields(config: &ChainConfig) -> [ForkField; 15] {
    use Necessity::{Optional, Required};
    [
        ("homesteadBlock", config.homestead_block, Required),
        ("daoForkBlock", config.dao_fork_block, Optional),
        ("eip150Block", config.eip150_block, Required),
        ("eip155Block", config.eip155_block, Required),
        ("eip158Block", config.eip158_block, Required),
        ("byzantiumBlock", config.byzantium_block, Required),
        ("constantinopleBlock", config.constantinople_block, Required),
        ("petersburgBlock", config.petersburg_block, Optional),
        ("istanbulBlock", config.istanbul_block, Required),
        ("muirGlacierBlock", config.muir_glacier_block, Optional),
        ("berlinBlock", config.berlin_block, Required),
        ("londonBlock", config.london_block, Required),
        ("arrowGlacierBlock", config.arrow_glacier_block, Optional),
        ("grayGlacierBlock", config.gray_glacier_block, Optional),
        ("mergeNetsplitBlock", config.merge_netsplit_block, Optional),
    ]
}

const fn time_fields(config: &ChainConfig) -> [ForkField; 9] {
    use Necessity::{Optional, Required};
    [
        ("shanghaiTime", config.shanghai_time, Required),
        ("cancunTime", config.cancun_time, Required),
        ("pragueTime", config.prague_time, Required),
        ("osakaTime", config.osaka_time, Required),
        ("bpo1Time", config.bpo1_time, Optional),
        ("bpo2Time", config.bpo2_time, Optional),
        ("bpo3Time", config.bpo3_time, Optional),
        ("bpo4Time", config.bpo4_time, Optional),
        ("bpo5Time", config.bpo5_time, Optional),
    ]
}

/// Each fork starts no earlier than the one before it and only if that one starts at all.
fn check_order(fields: &[ForkField]) -> Result<(), GenesisError> {
    let mut previous: Option<(&'static str, Option<u64>)> = None;
    for (later, at, necessity) in fields.iter().copied() {
        if let (Some(at), Some((earlier, earlier_at))) = (at, previous)
            && earlier_at.is_none_or(|earlier_at| earlier_at > at)
        {
            return Err(GenesisError::ForkOrder {
                earlier,
                earlier_at: earlier_at.map_or_else(|| "absent".to_owned(), |at| at.to_string()),
                later,
                later_at: at.to_string(),
            });
        }
        if at.is_some() || necessity == Necessity::Required {
            previous = Some((later, at));
        }
    }
    Ok(())
}

/// The merge builds on London, and the forks by time build on the merge.
fn check_merge(config: &ChainConfig) -> Result<(), GenesisError> {
    let out_of_order = |earlier, earlier_at: Option<u64>, later, later_at: String| {
        let earlier_at = earlier_at.map_or_else(|| "absent".to_owned(), |at| at.to_string());
        Err(GenesisError::ForkOrder { earlier, earlier_at, later, later_at })
    };
    let terminal = terminal_total_difficulty(config);
    if let (None, Some(time)) = (terminal, config.shanghai_time) {
        let earlier = "terminalTotalDifficulty";
        return out_of_order(earlier, None, "shanghaiTime", time.to_string());
    }
    let Some(terminal) = terminal else { return Ok(()) };
    let london = config.london_block;
    let london_is_late = terminal.is_zero() && london != Some(0);
    if london.is_none() || london_is_late {
        let later = "terminalTotalDifficulty";
        return out_of_order("londonBlock", london, later, terminal.to_string());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ChainSpec, Header, Rules};
    use alloy_hardforks::EthereumHardfork;
    use serde_json::{Value, json};

    /// A chain that runs through every fork: ten blocks or a thousand seconds apart.
    fn genesis() -> Value {
        json!({
            "config": {
                "chainId": 5,
                "homesteadBlock": 0,
                "eip150Block": 10,
                "eip155Block": 20,
                "eip158Block": 20,
                "byzantiumBlock": 30,
                "constantinopleBlock": 40,
                "petersburgBlock": 40,
                "istanbulBlock": 50,
                "muirGlacierBlock": 60,
                "berlinBlock": 70,
                "londonBlock": 80,
                "mergeNetsplitBlock": 90,
                "terminalTotalDifficulty": 1_000,
                "terminalTotalDifficultyPassed": true,
                "shanghaiTime": 1_000,
                "cancunTime": 2_000,
                "pragueTime": 3_000,
                "osakaTime": 4_000,
                "bpo1Time": 5_000,
                "ethash": {},
            },
            "difficulty": "0x20000",
            "gasLimit": "0x1388",
            "alloc": {},
        })
    }

    fn read(change: impl FnOnce(&mut Value)) -> Result<ChainSpec, GenesisError> {
        let mut genesis = genesis();
        change(&mut genesis);
        ChainSpec::from_genesis_json(genesis.to_string().as_bytes())
    }

    fn refusal(change: impl FnOnce(&mut Value)) -> String {
        read(change).unwrap_err().to_string()
    }

    fn forks(spec: &ChainSpec) -> &EthereumForks {
        let Rules::Ethereum(forks) = spec.rules() else { panic!("a Hanzo chain") };
        forks
    }

    #[test]
    fn the_fork_of_a_block_follows_from_number_then_from_the_merge_then_from_time() {
        let spec = read(|_| {}).unwrap();
        let mined = |number| Header { number, difficulty: U256::ONE, ..Default::default() };
        for (number, fork) in [
            (9, EthereumHardfork::Homestead),
            (10, EthereumHardfork::Tangerine),
            (20, EthereumHardfork::SpuriousDragon),
            (39, EthereumHardfork::Byzantium),
            (40, EthereumHardfork::Petersburg),
            (75, EthereumHardfork::Berlin),
            (1_000_000, EthereumHardfork::London),
        ] {
            assert_eq!(spec.fork_at(&mined(number)), fork, "{number}");
        }
        let merged = |timestamp| Header { number: 100, timestamp, ..Default::default() };
        for (time, fork) in [
            (999, EthereumHardfork::Paris),
            (1_000, EthereumHardfork::Shanghai),
            (2_999, EthereumHardfork::Cancun),
            (3_000, EthereumHardfork::Prague),
            (9_999, EthereumHardfork::Osaka),
        ] {
            assert_eq!(spec.fork_at(&merged(time)), fork, "{time}");
        }
        let late_but_mined = Header { timestamp: 9_999, ..mined(100) };
        assert_eq!(spec.fork_at(&late_but_mined), EthereumHardfork::London);
    }

    #[test]
    fn blob_parameters_are_the_published_ones_unless_the_file_says_otherwise() {
        let spec = read(|genesis| {
            genesis["config"]["blobSchedule"] = json!({
                "prague": { "target": 2, "max": 4, "baseFeeUpdateFraction": 7 },
            });
        })
        .unwrap();
        let max = |time| spec.blob_params(time).map(|params| params.max_blob_count);
        assert_eq!(max(1_999), None);
        assert_eq!([max(2_000), max(3_000), max(4_000), max(5_000)], [6, 4, 9, 15].map(Some));
        let per_transaction = |time| spec.blob_params(time).unwrap().max_blobs_per_tx;
        assert_eq!([per_transaction(2_000), per_transaction(5_000)], [6, 6]);
    }

    #[test]
    fn a_terminal_difficulty_that_was_passed_long_ago_needs_no_number() {
        let spec = read(|genesis| {
            let config = genesis["config"].as_object_mut().unwrap();
            config.remove("terminalTotalDifficulty");
            for block in config.iter_mut().filter(|(name, _)| name.ends_with("Block")) {
                *block.1 = 0.into();
            }
        })
        .unwrap();
        assert_eq!(forks(&spec).terminal_total_difficulty(), Some(U256::ZERO));
    }

    #[test]
    fn petersburg_comes_with_constantinople_where_it_is_not_named() {
        let spec = read(|genesis| {
            genesis["config"].as_object_mut().unwrap().remove("petersburgBlock");
        })
        .unwrap();
        assert_eq!(forks(&spec).block_of(EthereumHardfork::Petersburg), Some(40));
    }

    #[test]
    fn the_chain_id_is_never_guessed() {
        let missing = refusal(|genesis| {
            genesis["config"].as_object_mut().unwrap().remove("chainId");
        });
        assert_eq!(missing, "genesis field `config.chainId` is missing");
        for wrong in [0, MAX_CHAIN_ID + 1] {
            let refused = refusal(|genesis| genesis["config"]["chainId"] = wrong.into());
            let text = format!("`config.chainId` is {wrong}, allowed is 1 to {MAX_CHAIN_ID}");
            assert!(refused.contains(&text), "{refused}");
        }
        assert_eq!(
            read(|genesis| genesis["config"]["chainId"] = MAX_CHAIN_ID.into()).unwrap().chain_id(),
            MAX_CHAIN_ID
        );
    }

    #[test]
    fn forks_out_of_order_are_refused_with_both_fields() {
        let late = refusal(|genesis| genesis["config"]["byzantiumBlock"] = 41.into());
        assert!(late.contains("`config.byzantiumBlock` (41)"), "{late}");
        assert!(late.contains("`config.constantinopleBlock` (40)"), "{late}");
        let skipped = refusal(|genesis| {
            genesis["config"].as_object_mut().unwrap().remove("pragueTime");
        });
        assert!(skipped.contains("`config.pragueTime` (absent)"), "{skipped}");
        let unmerged = refusal(|genesis| {
            genesis["config"].as_object_mut().unwrap().remove("terminalTotalDifficulty");
            genesis["config"]["terminalTotalDifficultyPassed"] = false.into();
        });
        assert!(unmerged.contains("`config.terminalTotalDifficulty` (absent)"), "{unmerged}");
        let too_early = refusal(|genesis| {
            genesis["config"]["terminalTotalDifficulty"] = 0.into();
        });
        assert!(too_early.contains("`config.londonBlock` (80)"), "{too_early}");
    }

    #[test]
    fn forks_that_are_unknown_or_not_implemented_are_refused() {
        for field in ["amsterdamTime", "verkleTime", "futureBlock"] {
            let reason = refusal(|genesis| genesis["config"][field] = 9_999.into());
            assert!(reason.contains(&format!("`config.{field}`")), "{reason}");
        }
        let reason = refusal(|genesis| genesis["config"]["petersburgBlock"] = 45.into());
        assert!(reason.contains("EIP-1283"), "{reason}");
        let reason = refusal(|genesis| {
            genesis["config"]["clique"] = json!({ "period": 1, "epoch": 30_000 });
        });
        assert!(reason.contains("`config.clique`"), "{reason}");
    }

    #[test]
    fn a_blob_schedule_that_cannot_be_followed_is_refused() {
        let reason = refusal(|genesis| genesis["config"]["bpo3Time"] = 6_000.into());
        assert!(reason.contains("`config.blobSchedule.bpo3`"), "{reason}");
        let entry = |target: u64, max: u64, fraction: u64| {
            let params = json!({ "target": target, "max": max, "baseFeeUpdateFraction": fraction });
            refusal(|genesis| genesis["config"]["blobSchedule"] = json!({ "osaka": params }))
        };
        assert!(entry(6, 9, 0).contains("baseFeeUpdateFraction"));
        assert!(entry(9, 6, 1).contains("larger than `max`"));
        assert!(entry(0, 0, 1).contains("room for a blob"));
        assert!(entry(1, 65_537, 1).contains("larger than 65536"));
        let reason = refusal(|genesis| {
            let params = json!({ "target": 1, "max": 2, "baseFeeUpdateFraction": 3 });
            genesis["config"]["blobSchedule"] = json!({ "london": params });
        });
        assert!(reason.contains("`config.blobSchedule.london`"), "{reason}");
    }

    #[test]
    fn fields_of_block_zero_are_required_and_bounded() {
        for field in ["gasLimit", "difficulty", "alloc"] {
            let reason = refusal(|genesis| {
                genesis.as_object_mut().unwrap().remove(field);
            });
            assert!(reason.contains(&format!("`{field}` is missing")), "{reason}");
        }
        let reason = refusal(|genesis| genesis["gasLimit"] = "0x1387".into());
        assert!(reason.contains("`gasLimit` is 4999"), "{reason}");
        let reason = refusal(|genesis| {
            genesis["timestamp"] = "0x7d0".into();
            genesis["excessBlobGas"] = "0xa000000".into();
        });
        assert!(reason.contains("`excessBlobGas` is 167772160"), "{reason}");
        let reason = refusal(|genesis| genesis["number"] = "0x1".into());
        assert!(reason.contains("`number`"), "{reason}");
        let reason = refusal(|genesis| genesis["parentHash"] = json!(B256::repeat_byte(1)));
        assert!(reason.contains("`parentHash`"), "{reason}");
        let reason = refusal(|genesis| {
            let account = json!({ "balance": "0x1" });
            genesis["alloc"]["0x00000000000000000000000000000000000000aa"] = account.clone();
            genesis["alloc"]["00000000000000000000000000000000000000AA"] = account;
        });
        assert!(reason.contains("stands twice"), "{reason}");
    }
}
