//! Checks of a plain Ethereum genesis file.

use crate::{
    GenesisError,
    genesis::{MIN_GAS_LIMIT, in_range},
};
use alloy_genesis::{ChainConfig, Genesis};
use alloy_primitives::{B256, U256};

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

/// Checks that the forks are known and in order.
///
/// # Errors
/// [`GenesisError`] naming the first field that is wrong.
pub(crate) fn check_config(config: &ChainConfig) -> Result<(), GenesisError> {
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
    let names_a_fork = |name: &str| name.ends_with("Block") || name.ends_with("Time");
    config
        .extra_fields
        .iter()
        .filter(|(name, value)| names_a_fork(name) && !value.is_null())
        .find(|(name, _)| !HARMLESS_FIELDS.contains(&name.as_str()))
        .map_or(Ok(()), |(name, _)| Err(unknown(name)))
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
