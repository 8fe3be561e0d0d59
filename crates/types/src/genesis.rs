//! Reading and checking a genesis file in geth's format.

use crate::{
    AI_SUPPLY, COMPUTE_MINING, ChainName, DEV_ACCOUNTS, DifficultyRule, EpochField, HanzoConfig,
    MAX_SUPPLY_WEI, MAX_TARGET_BLOCK_TIME, MIN_TARGET_BLOCK_TIME, MINING_BUCKET_WEI,
    NATIVE_ACCOUNT_CODE, NATIVE_ACCOUNTS, SYSTEM_CONTRACTS, ShareEpoch, SupplySlot,
    TRAINING_BUCKET_WEI, ethereum_genesis::unknown_fork, first_share_difficulty,
    genesis_error::GenesisError, unique_keys::UniqueKeys,
};
use alloy_genesis::{ChainConfig, Genesis};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use serde_json::Value;
use std::collections::BTreeSet;

/// Smallest difficulty of a block with the synthetic kind. Source: proof-of-compute §3.
pub(crate) const MIN_DIFFICULTY: u64 = 1 << 26;

/// Smallest gas limit of a block. Source: Yellow Paper §4.4.4.
pub(crate) const MIN_GAS_LIMIT: u64 = 5_000;

/// A genesis file that could be read. What it says is not checked yet.
#[derive(Debug)]
pub(crate) struct GenesisFile {
    document: Value,
    /// The file in geth's format.
    pub(crate) genesis: Genesis,
}

impl GenesisFile {
    /// Reads a genesis file in geth's format.
    ///
    /// # Errors
    /// [`GenesisError::Malformed`] naming the first field that cannot be read.
    pub(crate) fn read(json: &[u8]) -> Result<Self, GenesisError> {
        let document: Value =
            serde_json::from_slice(json).map_err(|error| malformed(".".to_owned(), &error))?;
        let UniqueKeys = parse(json, "")?;
        let genesis: Genesis = parse(json, "")?;
        check_addresses(&document)?;
        Ok(Self { document, genesis })
    }

    /// The section that makes a chain a Hanzo chain.
    pub(crate) fn hanzo_section(&self) -> Option<&Value> {
        self.document.get("config")?.get("hanzo")
    }

    /// Fields without which block 0, or the chain that transactions are signed for, would be
    /// somebody's guess. A dot leads into an object.
    ///
    /// # Errors
    /// [`GenesisError::Missing`].
    pub(crate) fn require(&self, fields: &[&'static str]) -> Result<(), GenesisError> {
        let find = |field: &str| {
            field.split('.').try_fold(&self.document, |object, name| object.get(name))
        };
        let missing = fields.iter().find(|field| find(field).is_none());
        missing.map_or(Ok(()), |field| Err(GenesisError::Missing { field }))
    }

    /// Checks everything that a Hanzo chain's `section` and file must obey.
    ///
    /// # Errors
    /// [`GenesisError`] naming the first field that is wrong.
    pub(crate) fn check_hanzo(&self, section: &Value) -> Result<HanzoSettings, GenesisError> {
        let genesis = &self.genesis;
        let config: HanzoConfig = parse(section.to_string().as_bytes(), "config.hanzo.")?;
        check_forks(&genesis.config)?;
        check_ranges(genesis, &config)?;
        check_dev_only(genesis, &config)?;
        check_predeploys(genesis)?;
        let supply = check_supply(genesis)?;
        check_settings_hash(genesis, &self.document)?;
        Ok(HanzoSettings { config, supply })
    }
}

/// What a checked Hanzo genesis file fixes.
#[derive(Debug)]
pub(crate) struct HanzoSettings {
    pub(crate) config: HanzoConfig,
    /// Coins that exist at genesis, in wei.
    pub(crate) supply: U256,
}

fn parse<T: serde::de::DeserializeOwned>(json: &[u8], prefix: &str) -> Result<T, GenesisError> {
    let deserializer = &mut serde_json::Deserializer::from_slice(json);
    serde_path_to_error::deserialize(deserializer)
        .map_err(|error| malformed(format!("{prefix}{}", error.path()), error.inner()))
}

fn malformed(field: String, reason: &serde_json::Error) -> GenesisError {
    GenesisError::Malformed { field, reason: reason.to_string() }
}

/// Keccak-256 of the canonical JSON (sorted keys, no white space) of the `config` object: chain
/// id, fork schedule and `config.hanzo`. It is the `extraData` of the genesis block, so that
/// nodes with different settings have different genesis hashes. Source: decision D-31.
#[must_use]
pub fn settings_hash(config: &Value) -> B256 {
    let mut canonical = String::new();
    write_canonical(config, &mut canonical);
    keccak256(canonical)
}

fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_unstable();
            out.push('{');
            for (index, key) in keys.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                if let Some(inner) = map.get(key) {
                    write_canonical(inner, out);
                }
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_canonical(item, out);
            }
            out.push(']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            out.push_str(&value.to_string());
        }
    }
}

fn check_forks(config: &ChainConfig) -> Result<(), GenesisError> {
    let active = [
        ("homesteadBlock", config.homestead_block),
        ("eip150Block", config.eip150_block),
        ("eip155Block", config.eip155_block),
        ("eip158Block", config.eip158_block),
        ("byzantiumBlock", config.byzantium_block),
        ("constantinopleBlock", config.constantinople_block),
        ("petersburgBlock", config.petersburg_block),
        ("istanbulBlock", config.istanbul_block),
        ("berlinBlock", config.berlin_block),
        ("londonBlock", config.london_block),
        ("shanghaiTime", config.shanghai_time),
        ("cancunTime", config.cancun_time),
        ("pragueTime", config.prague_time),
        ("osakaTime", config.osaka_time),
    ];
    for (field, activation) in active {
        if activation != Some(0) {
            let found = activation.map_or_else(|| "nothing".to_owned(), |value| value.to_string());
            return Err(GenesisError::Fork { field, found });
        }
    }
    let absent = [
        ("daoForkBlock", config.dao_fork_block),
        ("amsterdamTime", config.amsterdam_time),
        ("bpo1Time", config.bpo1_time),
        ("bpo2Time", config.bpo2_time),
        ("bpo3Time", config.bpo3_time),
        ("bpo4Time", config.bpo4_time),
        ("bpo5Time", config.bpo5_time),
    ];
    let later = absent.into_iter().find(|(_, activation)| activation.is_some());
    let later = later.map(|(field, _)| field).or_else(|| unknown_fork(config));
    later.map_or(Ok(()), |field| {
        let reason = "Hanzo chains stop at Osaka";
        Err(GenesisError::UnknownFork { field: field.to_owned(), reason })
    })
}

/// An address may be written in several ways, but stand only once.
fn check_addresses(document: &Value) -> Result<(), GenesisError> {
    let alloc = document.get("alloc").and_then(Value::as_object);
    let mut seen = BTreeSet::new();
    for name in alloc.into_iter().flatten().map(|(name, _)| name) {
        let lower = name.to_ascii_lowercase();
        if !seen.insert(lower.strip_prefix("0x").unwrap_or(&lower).to_owned()) {
            return Err(GenesisError::Malformed {
                field: format!("alloc.{name}"),
                reason: "the address stands twice".to_owned(),
            });
        }
    }
    Ok(())
}

fn check_ranges(genesis: &Genesis, config: &HanzoConfig) -> Result<(), GenesisError> {
    // 2^53 − 1 over the EIP-155 factor: wallets written in JavaScript refuse larger chain ids.
    in_range("config.chainId", genesis.config.chain_id, 1, 4_503_599_627_370_476)?;
    in_range("gasLimit", genesis.gas_limit, MIN_GAS_LIMIT, i64::MAX.unsigned_abs())?;
    // Every block adds a second at least; half of the range is never used up.
    in_range("timestamp", genesis.timestamp, 0, i64::MAX.unsigned_abs())?;
    let shortest = match config.difficulty_rule {
        DifficultyRule::Asert => MIN_TARGET_BLOCK_TIME,
        DifficultyRule::Fixed => 1,
    };
    let time = config.target_block_time;
    in_range("config.hanzo.targetBlockTime", time, shortest, MAX_TARGET_BLOCK_TIME)?;
    let least = U256::from(MIN_DIFFICULTY);
    let most = U256::MAX.wrapping_shr(64);
    if genesis.difficulty < least || genesis.difficulty > most {
        return Err(GenesisError::OutOfRange {
            field: "difficulty",
            found: genesis.difficulty.to_string(),
            min: least.to_string(),
            max: most.to_string(),
        });
    }
    let base_fee = genesis.base_fee_per_gas.unwrap_or_default();
    in_range(
        "baseFeePerGas",
        u64::try_from(base_fee).unwrap_or(u64::MAX),
        1,
        i64::MAX.unsigned_abs(),
    )?;
    in_range("number", genesis.number.unwrap_or_default(), 0, 0)?;
    in_range("nonce", genesis.nonce, 0, 0)
}

pub(crate) fn in_range(
    field: &'static str,
    found: u64,
    min: u64,
    max: u64,
) -> Result<(), GenesisError> {
    if (min..=max).contains(&found) {
        return Ok(());
    }
    let (found, min, max) = (found.to_string(), min.to_string(), max.to_string());
    Err(GenesisError::OutOfRange { field, found, min, max })
}

fn check_dev_only(genesis: &Genesis, config: &HanzoConfig) -> Result<(), GenesisError> {
    let chain_id = genesis.config.chain_id;
    let name = ChainName::of(chain_id);
    if name != ChainName::Dev {
        let field = match config {
            HanzoConfig { difficulty_rule: DifficultyRule::Fixed, .. } => {
                "config.hanzo.difficultyRule"
            }
            HanzoConfig { contract_size_limit: Some(_), .. } => "config.hanzo.contractSizeLimit",
            HanzoConfig { transaction_gas_limit_cap: Some(_), .. } => {
                "config.hanzo.transactionGasLimitCap"
            }
            HanzoConfig { .. } => return check_dev_keys(genesis, name),
        };
        return Err(GenesisError::DevOnly { field, chain_id });
    }
    Ok(())
}

fn check_dev_keys(genesis: &Genesis, name: ChainName) -> Result<(), GenesisError> {
    if name == ChainName::Cluster {
        return Ok(());
    }
    DEV_ACCOUNTS
        .into_iter()
        .find(|address| genesis.alloc.contains_key(address))
        .map_or(Ok(()), |address| {
            Err(GenesisError::DevKey { address, chain_id: genesis.config.chain_id })
        })
}

fn check_predeploys(genesis: &Genesis) -> Result<(), GenesisError> {
    for address in NATIVE_ACCOUNTS {
        let is_native = |code: &Bytes| *code == NATIVE_ACCOUNT_CODE;
        check_predeploy(genesis, (address, "code 0xfe"), is_native)?;
    }
    // Without its code the EIP-2935 system call succeeds silently and writes nothing.
    let history = alloy_eips::eip2935::HISTORY_STORAGE_ADDRESS;
    let beacon = alloy_eips::eip4788::BEACON_ROOTS_ADDRESS;
    for address in [history, beacon].into_iter().chain(SYSTEM_CONTRACTS) {
        check_predeploy(genesis, (address, "code"), |code| !code.is_empty())?;
    }
    check_counters(genesis)?;
    check_share_difficulty(genesis)
}

fn check_predeploy(
    genesis: &Genesis,
    (address, code): (Address, &'static str),
    is_right: impl FnOnce(&Bytes) -> bool,
) -> Result<(), GenesisError> {
    let missing = || GenesisError::Predeploy { address, code };
    let account = genesis.alloc.get(&address).ok_or_else(missing)?;
    if account.nonce == Some(1) && account.code.as_ref().is_some_and(is_right) {
        return Ok(());
    }
    Err(missing())
}

/// Nothing is minted or burned before the first block: what exists at genesis are the balances.
fn check_counters(genesis: &Genesis) -> Result<(), GenesisError> {
    let storage = genesis.alloc.get(&AI_SUPPLY).and_then(|account| account.storage.as_ref());
    for slot in SupplySlot::ALL {
        let key = B256::from(slot.key());
        let found = storage.and_then(|slots| slots.get(&key)).copied().unwrap_or_default();
        if !found.is_zero() {
            return Err(GenesisError::Counter { slot: slot as u8, found: found.into() });
        }
    }
    Ok(())
}

/// Shares of epoch 0 need a difficulty before any block could set one; all else of the books is empty.
fn check_share_difficulty(genesis: &Genesis) -> Result<(), GenesisError> {
    let slot = B256::from(ShareEpoch::new(0).slot(EpochField::ShareDifficulty));
    let expected = first_share_difficulty(genesis.difficulty);
    let storage = genesis.alloc.get(&COMPUTE_MINING).and_then(|account| account.storage.as_ref());
    let found = storage.and_then(|slots| slots.get(&slot)).copied().unwrap_or_default().into();
    if found != expected {
        return Err(GenesisError::ShareDifficulty { slot, expected, found });
    }
    // A pool that no coins cover would be paid from the coins of others.
    let is_entry = |(other, value): &(&B256, &B256)| **other != slot && !value.is_zero();
    match storage.into_iter().flatten().find(is_entry) {
        Some((slot, found)) => {
            Err(GenesisError::ShareBooks { slot: *slot, found: (*found).into() })
        }
        None => Ok(()),
    }
}

fn check_supply(genesis: &Genesis) -> Result<U256, GenesisError> {
    let limit =
        MAX_SUPPLY_WEI.saturating_sub(MINING_BUCKET_WEI).saturating_sub(TRAINING_BUCKET_WEI);
    let total = genesis
        .alloc
        .values()
        .map(|account| account.balance)
        .fold(U256::ZERO, U256::saturating_add);
    if total > limit { Err(GenesisError::Supply { total, limit }) } else { Ok(total) }
}

fn check_settings_hash(genesis: &Genesis, document: &Value) -> Result<(), GenesisError> {
    let expected = settings_hash(document.get("config").unwrap_or(&Value::Null));
    if genesis.extra_data.as_ref() == expected.as_slice() {
        return Ok(());
    }
    Err(GenesisError::SettingsHash { expected, found: genesis.extra_data.to_string() })
}
