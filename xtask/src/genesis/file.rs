//! The genesis file in geth's format.

use super::{Chain, alloc::alloc};
use hanzo_types::settings_hash;
use serde_json::{Map, Value, json};

/// 2026-11-21 00:00:00 UTC: before any block can be mined, and fixed, so that the file is
/// reproducible.
const GENESIS_TIMESTAMP: u64 = 1_795_219_200;

/// Gas limit of decision D-02.
const GAS_LIMIT: u64 = 30_000_000;

/// Base fee of block 0: 1 gwei, as on Ethereum at the London fork.
const BASE_FEE: u64 = 1_000_000_000;

/// Forks by block, all active from block 0 (decision D-02).
const BLOCK_FORKS: [&str; 10] = [
    "homesteadBlock",
    "eip150Block",
    "eip155Block",
    "eip158Block",
    "byzantiumBlock",
    "constantinopleBlock",
    "petersburgBlock",
    "istanbulBlock",
    "berlinBlock",
    "londonBlock",
];

/// Forks by time, all active from genesis (decision D-02).
const TIME_FORKS: [&str; 4] = ["shanghaiTime", "cancunTime", "pragueTime", "osakaTime"];

/// The genesis file of `chain`. Keys come out sorted: a map of this library is a tree.
///
/// # Errors
/// If the artifact of a predeploy cannot be used.
pub(crate) fn genesis(chain: Chain) -> anyhow::Result<Value> {
    let config = config(chain);
    Ok(json!({
        "extraData": settings_hash(&config).to_string(),
        "config": config,
        "nonce": "0x0",
        "timestamp": hex(GENESIS_TIMESTAMP),
        "gasLimit": hex(GAS_LIMIT),
        "difficulty": hex(chain.difficulty),
        "mixHash": format!("0x{}", "0".repeat(64)),
        "coinbase": format!("0x{}", "0".repeat(40)),
        "baseFeePerGas": hex(BASE_FEE),
        "alloc": alloc(chain)?,
    }))
}

fn config(chain: Chain) -> Value {
    let mut config = Map::new();
    config.insert("chainId".to_owned(), chain.chain_id.into());
    for fork in BLOCK_FORKS.into_iter().chain(TIME_FORKS) {
        config.insert(fork.to_owned(), 0.into());
    }
    config.insert("terminalTotalDifficulty".to_owned(), 0.into());
    let mut hanzo = json!({
        "targetBlockTime": chain.target_block_time,
        "difficultyRule": chain.difficulty_rule,
        "emissionPreset": "table",
        "recycleBurns": true,
    });
    if chain.draft
        && let Some(settings) = hanzo.as_object_mut()
    {
        settings.insert("draft".to_owned(), true.into());
    }
    config.insert("hanzo".to_owned(), hanzo);
    Value::Object(config)
}

pub(crate) fn hex(value: u64) -> String {
    format!("{value:#x}")
}
