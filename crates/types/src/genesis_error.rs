//! Why a genesis file is refused.

use crate::{AI_SUPPLY, COMPUTE_MINING};
use alloy_primitives::{Address, B256, U256};
use thiserror::Error;

/// Why a genesis file is refused. Every variant names the field.
#[derive(Debug, Error)]
pub enum GenesisError {
    /// Not JSON, or a value that a field cannot hold.
    #[error("genesis field `{field}`: {reason}")]
    Malformed {
        /// Path of the field, as in `alloc.0x…​.balance`; `.` for the file as a whole.
        field: String,
        /// What the JSON reader found.
        reason: String,
    },
    /// A field without which there is no block 0.
    #[error("genesis field `{field}` is missing")]
    Missing {
        /// Path of the field.
        field: &'static str,
    },
    /// A fork is not active from the first block.
    #[error(
        "genesis field `config.{field}` must be 0 (Hanzo chains run Osaka rules from genesis), found {found}"
    )]
    Fork {
        /// Name of the fork field.
        field: &'static str,
        /// What the file says.
        found: String,
    },
    /// A fork that this software, or this kind of chain, does not have.
    #[error("genesis field `config.{field}` must be absent: {reason}")]
    UnknownFork {
        /// Name of the field.
        field: String,
        /// What is known instead.
        reason: &'static str,
    },
    /// A fork starts before the one it builds on, or without it.
    #[error(
        "genesis fields `config.{earlier}` ({earlier_at}) and `config.{later}` ({later_at}) are out of order"
    )]
    ForkOrder {
        /// Field of the fork that comes first.
        earlier: &'static str,
        /// When it starts, or `absent`.
        earlier_at: String,
        /// Field of the fork that builds on it.
        later: &'static str,
        /// When it starts.
        later_at: String,
    },
    /// The rules of this chain are not implemented.
    #[error("genesis field `config.{field}`: {reason}")]
    Unsupported {
        /// Name of the field.
        field: &'static str,
        /// What is missing.
        reason: &'static str,
    },
    /// The number of blobs is not known from some fork on.
    #[error("genesis field `config.blobSchedule.{fork}`: {reason}")]
    BlobSchedule {
        /// Name of the fork.
        fork: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// A number outside its range.
    #[error("genesis field `{field}` is {found}, allowed is {min} to {max}")]
    OutOfRange {
        /// Path of the field.
        field: &'static str,
        /// What the file says.
        found: String,
        /// Smallest allowed value.
        min: String,
        /// Largest allowed value.
        max: String,
    },
    /// A field that only the dev chains may set.
    #[error("genesis field `{field}` is allowed on chain id 31337 only, this file has {chain_id}")]
    DevOnly {
        /// Path of the field.
        field: &'static str,
        /// Chain id of the file.
        chain_id: u64,
    },
    /// A predeploy is missing, or its nonce or code is not the one that protects it.
    #[error("genesis field `alloc.{address}` must have nonce 1 and {code}")]
    Predeploy {
        /// Address of the account.
        address: Address,
        /// What its code has to be.
        code: &'static str,
    },
    /// A supply counter does not start at zero.
    #[error(
        "genesis field `alloc.{AI_SUPPLY}.storage`: slot {slot} counts coins from the first block on and must be 0, found {found}"
    )]
    Counter {
        /// Storage slot of `AISupply`.
        slot: u8,
        /// Its value.
        found: U256,
    },
    /// Epoch 0 has another difficulty of shares than follows from the first block's.
    #[error(
        "genesis field `alloc.{COMPUTE_MINING}.storage.{slot}` is the difficulty of shares in epoch 0 and must be {expected:#066x} for this `difficulty`, found {found:#x}"
    )]
    ShareDifficulty {
        /// Storage slot of `ComputeMining`.
        slot: B256,
        /// What it has to be, in multiply-accumulates.
        expected: U256,
        /// What the file says.
        found: U256,
    },
    /// The books of work shares do not begin empty.
    #[error(
        "genesis field `alloc.{COMPUTE_MINING}.storage.{slot}`: shares and pools are counted from the first block on, so it must be 0, found {found:#x}"
    )]
    ShareBooks {
        /// Storage slot of `ComputeMining`.
        slot: B256,
        /// Its value.
        found: U256,
    },
    /// A publicly known key holds coins on a chain of value.
    #[error(
        "genesis field `alloc.{address}` funds a publicly known development key, allowed on chain ids 31337 and 36961 only, this file has {chain_id}"
    )]
    DevKey {
        /// Address of the account.
        address: Address,
        /// Chain id of the file.
        chain_id: u64,
    },
    /// More coins than the cap leaves beside the two minting buckets.
    #[error(
        "genesis field `alloc` distributes {total} wei, at most {limit} wei fit under the cap beside the mining and training buckets"
    )]
    Supply {
        /// Sum of all balances, in wei.
        total: U256,
        /// Largest allowed sum, in wei.
        limit: U256,
    },
    /// `extraData` is not the hash of the settings.
    #[error(
        "genesis field `extraData` is {found}, the hash of the settings in `config` is {expected}"
    )]
    SettingsHash {
        /// Hash of `config`.
        expected: B256,
        /// What the file says, as hex.
        found: String,
    },
}
