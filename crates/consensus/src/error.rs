//! Why a block is not allowed.

use alloy_primitives::{B256, Bloom, Bytes, U256};
use hanzo_poc::PocError;
use hanzo_types::Fault;
use thiserror::Error;

/// A header that the rules need could not be read on this node.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("reading the header {hash}: {reason}")]
pub struct UnreadableAncestor {
    /// Hash of the header.
    pub hash: B256,
    /// What the store says.
    pub reason: String,
}

/// Why a block is not allowed. Every variant carries what the header says and what the rule
/// demands, and [`ConsensusError::fault`] says what the sender of such a block deserves.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConsensusError {
    /// The block is not the child of the given parent.
    #[error("parent hash is {found}, the parent is {expected}")]
    ParentHash {
        /// Hash of the parent.
        expected: B256,
        /// What the header says.
        found: B256,
    },
    /// The number is not the parent's plus one.
    #[error("block number is {found}, expected {expected}")]
    Number {
        /// Parent's number plus one.
        expected: u64,
        /// What the header says.
        found: u64,
    },
    /// The block is not younger than its parent.
    #[error("timestamp {found} is not after the parent's {parent}")]
    TimestampNotAfterParent {
        /// Timestamp of the parent, in Unix seconds.
        parent: u64,
        /// Timestamp of the block, in Unix seconds.
        found: u64,
    },
    /// This node cannot read what it needs to judge the block.
    #[error(transparent)]
    Ancestor(#[from] UnreadableAncestor),
    /// The block claims to come from the future. Transient: it may become valid.
    #[error("timestamp {found} is more than {max_ahead} s ahead of the local clock {now}")]
    FutureTimestamp {
        /// Local clock, in Unix seconds.
        now: u64,
        /// Timestamp of the block, in Unix seconds.
        found: u64,
        /// Allowed lead, in seconds.
        max_ahead: u64,
    },
    /// The difficulty does not follow from the ancestors.
    #[error("difficulty is {found}, expected {expected}")]
    Difficulty {
        /// What the rule gives.
        expected: U256,
        /// What the header says.
        found: U256,
    },
    /// The gas limit moved too far.
    #[error("gas limit is {found}, allowed is {min} to {max}")]
    GasLimit {
        /// What the header says.
        found: u64,
        /// Smallest allowed limit.
        min: u64,
        /// Largest allowed limit.
        max: u64,
    },
    /// More gas used than the limit allows.
    #[error("gas used {used} exceeds the gas limit {limit}")]
    GasUsedAboveLimit {
        /// Gas used, by the header.
        used: u64,
        /// Gas limit, by the header.
        limit: u64,
    },
    /// The base fee does not follow from the parent. Source: EIP-1559.
    #[error("base fee is {}, expected {expected}", or_absent(*found))]
    BaseFee {
        /// What the rule gives, in wei.
        expected: u64,
        /// What the header says, in wei.
        found: Option<u64>,
    },
    /// Too many bytes of extra data.
    #[error("extra data has {found} bytes, at most {max} are allowed")]
    ExtraDataTooLong {
        /// Length of the extra data.
        found: usize,
        /// Allowed length.
        max: usize,
    },
    /// The extra data announces a kind of work that is not active. Source: decision D-03.
    #[error("extra data {extra_data} announces the job kind, which is not active on this chain")]
    UnsupportedKind {
        /// The 32 bytes that begin with 0x01.
        extra_data: Bytes,
    },
    /// A field that has one legal value on this chain has another (decision D-02).
    #[error("header field {field} is {found}, must be {expected}")]
    FixedField {
        /// JSON-RPC name of the field.
        field: &'static str,
        /// The only legal value.
        expected: String,
        /// What the header says.
        found: String,
    },
    /// The seal is not valid.
    #[error("seal: {0}")]
    Seal(#[from] PocError),
    /// The body is not the one the header commits to.
    #[error("transactions root is {header}, the body has {computed}")]
    TransactionsRoot {
        /// What the header says.
        header: B256,
        /// Root of the body's transactions.
        computed: B256,
    },
    /// A body with ommers; Hanzo chains and merged chains have none.
    #[error("body has {found} ommers, must have none")]
    Ommers {
        /// Number of ommers.
        found: usize,
    },
    /// A body with withdrawals, or without the empty list.
    #[error("body has {} withdrawals, must have an empty list", or_no_list(*found))]
    Withdrawals {
        /// Number of withdrawals; `None` if the list is absent.
        found: Option<usize>,
    },
    /// The block is larger than the protocol carries. Source: EIP-7934.
    #[error("block has {found} bytes of RLP, at most {max} are allowed")]
    BlockTooLarge {
        /// Length of the encoding.
        found: usize,
        /// Allowed length.
        max: usize,
    },
    /// A blob transaction; this chain has no blobs (decision D-02).
    #[error("transaction {index} ({hash}) is of type 3: blob transactions are not supported")]
    BlobTransaction {
        /// Position in the block.
        index: usize,
        /// Its hash.
        hash: B256,
    },
    /// More ommers than a mined block may have. Source: Yellow Paper §11.1.
    #[error("body has {found} ommers, at most {max} are allowed")]
    TooManyOmmers {
        /// Number of ommers.
        found: usize,
        /// Allowed number.
        max: usize,
    },
    /// The ommers are not those the header commits to.
    #[error("header field sha3Uncles is {header}, the body has {computed}")]
    OmmersHash {
        /// What the header says.
        header: B256,
        /// Hash of the body's ommers.
        computed: B256,
    },
    /// An ommer that this block may not include. Source: Yellow Paper §11.1.
    #[error("ommer {index} ({hash}) {fault}")]
    Ommer {
        /// Position in the block.
        index: usize,
        /// Its hash.
        hash: B256,
        /// What is wrong with it.
        fault: OmmerFault,
    },
    /// The withdrawals are not those the header commits to. Source: EIP-4895.
    #[error("withdrawals root is {}, the body has {}", or_absent(*header), or_absent(*computed))]
    WithdrawalsRoot {
        /// What the header says; `None` if the field is absent.
        header: Option<B256>,
        /// Root of the body's withdrawals; `None` if the list is absent.
        computed: Option<B256>,
    },
    /// The DAO fork prescribes or forbids this extra data. Source: EIP-779.
    #[error(
        "extra data is {found}, {}",
        expected.as_ref().map_or_else(
            || "which this side of the DAO fork forbids".to_owned(),
            |expected| format!("the DAO fork prescribes {expected}"),
        )
    )]
    DaoExtraData {
        /// What is prescribed; `None` if only the other side's mark is forbidden.
        expected: Option<Bytes>,
        /// What the header says.
        found: Bytes,
    },
    /// More blob gas than a block may use. Source: EIP-4844.
    #[error("blob gas used is {used}, at most {max} are allowed")]
    BlobGasAboveLimit {
        /// What the header says.
        used: u64,
        /// Allowed blob gas.
        max: u64,
    },
    /// The blobs of the body use another amount of gas than the header says. Source: EIP-4844.
    #[error("blob gas used is {header}, the blobs use {computed}")]
    BlobGasUsed {
        /// What the header says.
        header: u64,
        /// What the body's blobs use.
        computed: u64,
    },
    /// The excess blob gas does not follow from the parent. Source: EIP-4844, EIP-7918.
    #[error("excess blob gas is {found}, expected {expected}")]
    ExcessBlobGas {
        /// What the rule gives.
        expected: u64,
        /// What the header says.
        found: u64,
    },
    /// Execution produced other requests than the header commits to. Source: EIP-7685.
    #[error("requests hash is {header}, execution gives {computed}")]
    RequestsHash {
        /// What the header says.
        header: B256,
        /// Hash of the requests.
        computed: B256,
    },
    /// A transaction of a type that does not exist yet.
    #[error("transaction {index} ({hash}) is of type {kind}, which comes with {since}")]
    TransactionType {
        /// Position in the block.
        index: usize,
        /// Its hash.
        hash: B256,
        /// Its type. Source: EIP-2718.
        kind: u8,
        /// Fork that introduces the type.
        since: &'static str,
    },
    /// A transaction for another chain. Source: EIP-155.
    #[error("transaction {index} ({hash}) has chain id {found}, this chain is {expected}")]
    TransactionChainId {
        /// Position in the block.
        index: usize,
        /// Its hash.
        hash: B256,
        /// Chain id of this chain.
        expected: u64,
        /// Chain id of the transaction.
        found: u64,
    },
    /// A transaction with a chain id, before that existed. Source: EIP-155.
    #[error("transaction {index} ({hash}) has chain id {found} before EIP-155 is in force")]
    ProtectedTransaction {
        /// Position in the block.
        index: usize,
        /// Its hash.
        hash: B256,
        /// Chain id of the transaction.
        found: u64,
    },
    /// Execution used another amount of gas than the header says.
    #[error("gas used is {header}, execution used {computed}")]
    GasUsed {
        /// What the header says.
        header: u64,
        /// What execution used.
        computed: u64,
    },
    /// Execution produced other receipts than the header commits to.
    #[error("receipts root is {header}, execution gives {computed}")]
    ReceiptsRoot {
        /// What the header says.
        header: B256,
        /// Root of the receipts.
        computed: B256,
    },
    /// Execution produced other logs than the header's filter.
    #[error("logs bloom {}", bloom_difference(header, computed))]
    LogsBloom {
        /// What the header says.
        header: Box<Bloom>,
        /// Union of the receipts' filters.
        computed: Box<Bloom>,
    },
}

impl ConsensusError {
    /// Whose fault the rejection is. Only a clock ahead of ours is excused, and what this node
    /// cannot read is its own fault.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::FutureTimestamp { .. } => Fault::Transient,
            Self::Ancestor(_) => Fault::Local,
            Self::ParentHash { .. }
            | Self::Number { .. }
            | Self::TimestampNotAfterParent { .. }
            | Self::Difficulty { .. }
            | Self::GasLimit { .. }
            | Self::GasUsedAboveLimit { .. }
            | Self::BaseFee { .. }
            | Self::ExtraDataTooLong { .. }
            | Self::UnsupportedKind { .. }
            | Self::FixedField { .. }
            | Self::Seal(_)
            | Self::TransactionsRoot { .. }
            | Self::Ommers { .. }
            | Self::Withdrawals { .. }
            | Self::BlockTooLarge { .. }
            | Self::BlobTransaction { .. }
            | Self::TooManyOmmers { .. }
            | Self::OmmersHash { .. }
            | Self::Ommer { .. }
            | Self::WithdrawalsRoot { .. }
            | Self::DaoExtraData { .. }
            | Self::BlobGasAboveLimit { .. }
            | Self::BlobGasUsed { .. }
            | Self::ExcessBlobGas { .. }
            | Self::RequestsHash { .. }
            | Self::TransactionType { .. }
            | Self::TransactionChainId { .. }
            | Self::ProtectedTransaction { .. }
            | Self::GasUsed { .. }
            | Self::ReceiptsRoot { .. }
            | Self::LogsBloom { .. } => Fault::Peer,
        }
    }
}

/// Why a block may not include an ommer. Source: Yellow Paper §11.1.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OmmerFault {
    /// This block or a recent ancestor has it already.
    #[error("is included already")]
    AlreadyIncluded,
    /// It is on the chain.
    #[error("is an ancestor of the block")]
    Ancestor,
    /// Its parent is not one of the ancestors that ommers may have.
    #[error("has the parent {parent}, which is none of the second to seventh ancestors")]
    Parent {
        /// Hash of its parent.
        parent: B256,
    },
    /// Its own header breaks a rule.
    #[error("is not valid: {0}")]
    Header(Box<ConsensusError>),
}

fn or_absent(field: Option<impl std::fmt::Display>) -> String {
    field.map_or_else(|| "absent".to_owned(), |field| field.to_string())
}

fn or_no_list(length: Option<usize>) -> String {
    length.map_or_else(|| "no list of".to_owned(), |length| length.to_string())
}

/// The first byte in which two filters differ: both at length would be a kibibyte of text.
fn bloom_difference(header: &Bloom, computed: &Bloom) -> String {
    let bytes = header.0.iter().zip(&computed.0).enumerate();
    match bytes.into_iter().find(|(_, (header, computed))| header != computed) {
        Some((index, (header, computed))) => {
            format!("has {header:#04x} at byte {index}, execution gives {computed:#04x}")
        }
        None => "is the one execution gives".to_owned(),
    }
}
