//! Names of things: block types, the chain specification, the emission schedule, faults.
//!
//! Owns the vocabulary every other crate speaks and the data that a genesis file fixes for ever.
//! It must never read a clock, a file or the environment, and it never runs a transaction.
//!
//! ```text
//! genesis.json ──▶ ChainSpec::from_genesis_json ──▶ ChainSpec ──▶ every other crate
//!                     │  names the malformed field      ├─ Rules::Hanzo: settings, emission
//!                     └─ checks the settings hash       └─ Rules::Ethereum: fork schedule
//! ```
//!
//! Invariants: two nodes with equal genesis hashes have equal consensus settings (a Hanzo
//! chain's settings are hashed into `extraData`); every amount is in wei and every duration in whole seconds
//! unless the name says otherwise.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod addresses;
mod blob_schedule;
mod block;
mod chain_spec;
mod decode_block;
mod dev_accounts;
mod emission;
mod ethereum_forks;
mod ethereum_genesis;
mod fault;
mod fork_hash;
mod genesis;
mod genesis_error;
mod genesis_header;
mod hanzo_config;
mod hanzo_rules;
mod list_root;
mod outcome;
mod randao;
mod seal_hash;
mod seal_kind;
mod share_epoch;
mod storage_only;
mod supply;
mod total_difficulty;
mod transaction_gas;
mod unique_keys;

pub use addresses::*;
pub use block::*;
pub use chain_spec::{ChainName, ChainSpec, MAX_BLOCK_RLP_BYTES, Rules};
pub use decode_block::{BlockDecodeError, decode_block};
pub use dev_accounts::{DEV_ACCOUNTS, DEV_COINBASE, DEV_MNEMONIC};
pub use emission::{EmissionPreset, EmissionSchedule, SECONDS_PER_YEAR};
pub use ethereum_forks::{DaoFork, DaoSide, EthereumForks};
pub use fault::Fault;
pub use genesis::settings_hash;
pub use genesis_error::GenesisError;
pub use hanzo_config::{DifficultyRule, HanzoConfig, MAX_TARGET_BLOCK_TIME, MIN_TARGET_BLOCK_TIME};
pub use hanzo_rules::HanzoRules;
pub use list_root::{receipts_root, transactions_root};
pub use outcome::{BlockOutcome, BlockSupply};
pub use randao::prev_randao;
pub use seal_hash::{SealHash, seal_hash};
pub use seal_kind::{MAX_EXTRA_DATA_BYTES, SealKind};
pub use share_epoch::{
    EpochField, SHARE_EPOCH_BLOCKS, SHARE_WINDOW_BLOCKS, ShareEpoch, first_share_difficulty,
    next_share_difficulty,
};
pub use storage_only::StorageOnlyAccounts;
pub use supply::{
    MAX_SUPPLY_WEI, MINING_BUCKET_WEI, RecycleBurns, SupplyCounters, SupplySlot,
    TRAINING_BUCKET_WEI, ai_to_wei,
};
pub use total_difficulty::TotalDifficulty;
pub use transaction_gas::MIN_TRANSACTION_GAS;
