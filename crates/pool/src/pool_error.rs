//! Why a transaction does not get into the pool.

use alloy_primitives::{Address, B256, U256};
use hanzo_state::StateError;
use hanzo_types::Fault;
use thiserror::Error;

/// Why a transaction does not get into the pool.
///
/// The texts are geth's, word for word, because wallets and libraries match on them; where geth's
/// text has no numbers, the variant still carries them.
#[derive(Debug, Error)]
pub enum PoolError {
    /// Its encoding is too long.
    #[error("oversized data: transaction size {bytes}, limit {limit}")]
    Oversized {
        /// Length of the EIP-2718 encoding.
        bytes: usize,
        /// Longest encoding allowed.
        limit: usize,
    },
    /// It does not decode.
    #[error("invalid transaction encoding: {reason}")]
    Malformed {
        /// The decoder's objection.
        reason: String,
    },
    /// It is a blob transaction (type 3); no Hanzo chain has a blob network (decision D-02).
    #[error(
        "transaction type not supported: blob transactions (type 3) are not supported on this chain"
    )]
    BlobTransaction,
    /// Its type is unknown.
    #[error("transaction type not supported: type {ty}")]
    UnsupportedType {
        /// First byte of the encoding.
        ty: u8,
    },
    /// It was signed for another chain.
    #[error("invalid chain id for signer: have {have} want {want}")]
    InvalidChainId {
        /// Chain id in the transaction.
        have: u64,
        /// Chain id of this chain.
        want: u64,
    },
    /// It was signed for no chain in particular, so it could be replayed on any.
    #[error("only replay-protected (EIP-155) transactions allowed over RPC")]
    Unprotected,
    /// Its signature recovers to no address, or its `s` is in the upper half of the curve order.
    #[error("invalid sender: invalid transaction v, r, s values")]
    InvalidSignature,
    /// Its init code is too long. Source: EIP-3860.
    #[error("max initcode size exceeded: code size {bytes} limit {limit}")]
    InitCodeTooLarge {
        /// Length of the init code.
        bytes: usize,
        /// Longest init code allowed.
        limit: usize,
    },
    /// Its gas limit exceeds what one transaction may have. Source: EIP-7825.
    #[error("transaction gas limit too high (cap: {cap}, tx: {gas_limit})")]
    GasLimitTooHigh {
        /// Gas limit of the transaction.
        gas_limit: u64,
        /// Largest gas limit allowed.
        cap: u64,
    },
    /// Its gas limit exceeds that of a whole block.
    #[error("exceeds block gas limit")]
    ExceedsBlockGasLimit {
        /// Gas limit of the transaction.
        gas_limit: u64,
        /// Gas limit of the head.
        block_gas_limit: u64,
    },
    /// It offers a higher tip than it is ready to pay in all. Source: EIP-1559.
    #[error("max priority fee per gas higher than max fee per gas")]
    TipAboveFeeCap {
        /// Tip, in wei per gas.
        tip: u128,
        /// Fee cap, in wei per gas.
        fee_cap: u128,
    },
    /// Its nonce is the largest there is, which no account can reach. Source: EIP-2681.
    #[error("nonce has max value")]
    NonceMax,
    /// Its gas limit does not even pay for the transaction itself.
    #[error("intrinsic gas too low: gas {gas_limit}, minimum needed {needed}")]
    IntrinsicGas {
        /// Gas limit of the transaction.
        gas_limit: u64,
        /// Least gas limit.
        needed: u64,
    },
    /// Its gas limit does not pay for its data. Source: EIP-7623.
    #[error("insufficient gas for floor data gas cost: gas {gas_limit}, minimum needed {needed}")]
    FloorDataGas {
        /// Gas limit of the transaction.
        gas_limit: u64,
        /// Least gas limit.
        needed: u64,
    },
    /// It sets code for nobody. Source: EIP-7702.
    #[error("set code tx must have at least one authorization tuple")]
    EmptyAuthorizationList,
    /// The pool has this very transaction.
    #[error("already known")]
    AlreadyKnown {
        /// Its hash.
        hash: B256,
    },
    /// Its nonce was used already.
    #[error("nonce too low: next nonce {next}, tx nonce {nonce}")]
    NonceTooLow {
        /// Nonce of the account.
        next: u64,
        /// Nonce of the transaction.
        nonce: u64,
    },
    /// Its nonce is further ahead than the pool has room.
    #[error("nonce too high: tx nonce {nonce}, next nonce {next}, limit {limit} ahead")]
    NonceTooHigh {
        /// Nonce of the account.
        next: u64,
        /// Nonce of the transaction.
        nonce: u64,
        /// How far ahead a nonce has to be to be refused.
        limit: u64,
    },
    /// Its sender is a contract. Source: EIP-3607.
    #[error("sender not an eoa: address {address}, codehash: {code_hash}")]
    SenderNotEoa {
        /// The sender.
        address: Address,
        /// Hash of its code.
        code_hash: B256,
    },
    /// The sender cannot pay for it.
    #[error(
        "insufficient funds for gas * price + value: balance {balance}, tx cost {cost}, overshot {}",
        cost.saturating_sub(*balance)
    )]
    InsufficientFunds {
        /// Balance of the sender, in wei.
        balance: U256,
        /// Most that the transaction can cost, in wei.
        cost: U256,
    },
    /// The sender cannot pay for it on top of what it has in the pool.
    #[error(
        "insufficient funds for gas * price + value: balance {balance}, queued cost {queued}, \
         tx cost {cost}, overshot {}",
        queued.saturating_add(*cost).saturating_sub(*balance)
    )]
    Overdraft {
        /// Balance of the sender, in wei.
        balance: U256,
        /// Most that its pooled transactions can cost, in wei.
        queued: U256,
        /// Most that this transaction can cost, in wei.
        cost: U256,
    },
    /// The sender cannot pay for the replacement on top of what else it has in the pool.
    #[error(
        "insufficient funds for gas * price + value: balance {balance}, queued cost {queued}, \
         tx bumped {bump}, overshot {}",
        queued.saturating_add(*bump).saturating_sub(*balance)
    )]
    ReplacementOverdraft {
        /// Balance of the sender, in wei.
        balance: U256,
        /// Most that its pooled transactions can cost, in wei.
        queued: U256,
        /// How much more the replacement can cost than what it replaces, in wei.
        bump: U256,
    },
    /// It would not pay the base fee of the next block, and this pool parks nothing.
    #[error(
        "max fee per gas less than block base fee: address {address}, maxFeePerGas: {fee_cap}, \
         baseFee: {base_fee}"
    )]
    FeeCapBelowBaseFee {
        /// The sender.
        address: Address,
        /// Fee cap of the transaction, in wei per gas.
        fee_cap: u128,
        /// Base fee of the next block, in wei per gas.
        base_fee: u64,
    },
    /// It has the nonce of a pooled transaction and offers too little more.
    #[error("replacement transaction underpriced")]
    ReplacementUnderpriced {
        /// Least fee cap of a replacement, in wei per gas.
        needed_fee_cap: u128,
        /// Least tip of a replacement, in wei per gas.
        needed_tip: u128,
    },
    /// The sender has as many transactions in the pool as it may have.
    #[error("account limit exceeded: pooled {pooled} txs, limit {limit}")]
    SenderLimit {
        /// Transactions of the sender.
        pooled: usize,
        /// Most transactions of one sender.
        limit: usize,
    },
    /// The pool is full of transactions that pay more.
    #[error("txpool is full")]
    Full {
        /// Most transactions.
        max_transactions: usize,
        /// Most bytes.
        max_bytes: usize,
    },
    /// The head kept moving while the sender was read.
    #[error("the head moved {attempts} times while the sender's account was read, try again")]
    HeadMoved {
        /// How often the account was read.
        attempts: usize,
    },
    /// The sender's account cannot be read.
    #[error(transparent)]
    State(#[from] StateError),
}

impl PoolError {
    /// Whose fault it is. What no state of the chain could make valid is the sender's; what depends
    /// on the state or on the pool may pass.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Oversized { .. }
            | Self::Malformed { .. }
            | Self::BlobTransaction
            | Self::UnsupportedType { .. }
            | Self::InvalidChainId { .. }
            | Self::Unprotected
            | Self::InvalidSignature
            | Self::InitCodeTooLarge { .. }
            | Self::GasLimitTooHigh { .. }
            | Self::TipAboveFeeCap { .. }
            | Self::NonceMax
            | Self::IntrinsicGas { .. }
            | Self::FloorDataGas { .. }
            | Self::EmptyAuthorizationList => Fault::Peer,
            Self::ExceedsBlockGasLimit { .. }
            | Self::AlreadyKnown { .. }
            | Self::NonceTooLow { .. }
            | Self::NonceTooHigh { .. }
            | Self::SenderNotEoa { .. }
            | Self::InsufficientFunds { .. }
            | Self::Overdraft { .. }
            | Self::ReplacementOverdraft { .. }
            | Self::FeeCapBelowBaseFee { .. }
            | Self::ReplacementUnderpriced { .. }
            | Self::SenderLimit { .. }
            | Self::Full { .. }
            | Self::HeadMoved { .. } => Fault::Transient,
            Self::State(error) => error.fault(),
        }
    }
}
