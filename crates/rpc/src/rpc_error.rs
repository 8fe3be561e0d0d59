//! Errors as a client sees them.

use alloy_primitives::{Address, B256, Bytes, hex};
use hanzo_chain::HistoryError;
use hanzo_evm::{CallError, CallObjection, ExecutionError, SimulationError};
use hanzo_pool::PoolError;
use hanzo_state::StateError;
use hanzo_types::Fault;
use jsonrpsee::types::ErrorObjectOwned;
use std::time::Duration;
use thiserror::Error;

/// Code of a reverted execution; `data` holds the revert data. Source: EIP-1474, geth.
pub(crate) const REVERTED: i32 = 3;
/// Code of a transaction that was not mined in time. Source: EIP-7966.
pub(crate) const NOT_MINED_IN_TIME: i32 = 4;
/// Code of a request that is well-formed but cannot be answered. Source: geth.
pub(crate) const SERVER_ERROR: i32 = -32_000;
/// Code of a simulated call that broke a rule of the EVM. Source: `eth_simulateV1`.
pub(crate) const VM_ERROR: i32 = -32_015;
/// Code of simulated blocks whose numbers do not rise. Source: `eth_simulateV1`.
pub(crate) const BLOCK_NUMBER_INVALID: i32 = -38_020;
/// Code of simulated blocks whose times do not rise. Source: `eth_simulateV1`.
pub(crate) const BLOCK_TIMESTAMP_INVALID: i32 = -38_021;
/// Code of a simulation that is too large. Source: `eth_simulateV1`.
pub(crate) const CLIENT_LIMIT_EXCEEDED: i32 = -38_026;
/// Code of an exceeded limit. Source: EIP-1474.
pub(crate) const LIMIT_EXCEEDED: i32 = -32_005;
/// Code of a request that is none. Source: JSON-RPC 2.0.
pub(crate) const INVALID_REQUEST: i32 = -32_600;
/// Code of an unknown or forbidden method. Source: JSON-RPC 2.0.
pub(crate) const METHOD_NOT_FOUND: i32 = -32_601;
/// Code of malformed parameters. Source: JSON-RPC 2.0.
pub(crate) const INVALID_PARAMS: i32 = -32_602;
/// Code of a failure of this node. Source: JSON-RPC 2.0.
pub(crate) const INTERNAL_ERROR: i32 = -32_603;

/// An error as a client sees it. Where tools match on the words, the words are geth's.
#[derive(Debug, Error)]
pub(crate) enum RpcError {
    #[error("invalid argument {index} ({name}): {reason}")]
    InvalidArgument { index: usize, name: &'static str, reason: String },
    #[error("missing value for required argument {index} ({name})")]
    MissingArgument { index: usize, name: &'static str },
    #[error("too many arguments, want at most {limit}, have {have}")]
    TooManyArguments { limit: usize, have: usize },
    #[error("{0}")]
    InvalidParams(String),
    #[error("invalid block range params: fromBlock {from:#x} is above toBlock {to:#x}")]
    BlockRange { from: u64, to: u64 },
    #[error("pending logs are not supported")]
    PendingLogs,
    #[error("execution reverted{}", revert_suffix(.message))]
    Reverted { message: String, data: Bytes },
    #[error("invalid request: the id must be text, null or a whole number below 2^64")]
    NoId,
    #[error("the method {method} does not exist/is not available")]
    MethodNotFound { method: String },
    #[error("header not found")]
    HeaderNotFound,
    #[error("transaction not found")]
    TransactionNotFound,
    #[error("parent {parent} not found")]
    ParentNotFound { parent: B256 },
    #[error("block {number} does not follow its parent, which is block {parent}")]
    BlockNumber { number: u64, parent: u64 },
    #[error("genesis is not traceable")]
    UntraceableGenesis,
    #[error("tracing on top of pending is not supported")]
    UntraceablePending,
    #[error(
        "transaction index {index} out of range for block {hash}, which has {count} transactions"
    )]
    TransactionIndex { index: u64, hash: B256, count: usize },
    #[error("unknown block")]
    UnknownBlock,
    #[error("hash {hash} is not currently canonical")]
    NotCanonical { hash: B256 },
    #[error("filter not found")]
    FilterNotFound,
    #[error("no \"{name}\" subscription in {namespace} namespace")]
    UnknownSubscription { name: String, namespace: &'static str },
    #[error("{message}")]
    SealRejected { reason: &'static str, message: String },
    #[error("notifications not supported")]
    NotificationsNotSupported,
    #[error("the transaction was added to the pool but not mined within {} ms", waited.as_millis())]
    NotMinedInTime { hash: B256, waited: Duration },
    #[error(
        "this chain is read-only: it is a plain Ethereum chain that was imported from files, and \
         this node builds no blocks on it"
    )]
    ReadOnlyChain,
    #[error("{message}")]
    Simulation { code: i32, message: String },
    #[error("{0}")]
    Server(String),
    #[error(transparent)]
    Limit(#[from] Limit),
    #[error("internal error: {0}")]
    Internal(String),
}

/// A limit that a request exceeds.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum Limit {
    #[error("query exceeds the limit of {limit} blocks: {asked} asked")]
    LogRange { limit: u64, asked: u64 },
    #[error("query exceeds the limit of {limit} results; a smaller range has fewer: {retry}")]
    LogResults { limit: usize, retry: String },
    #[error("{asked} storage keys exceed the limit of {limit}")]
    ProofSlots { limit: usize, asked: usize },
    #[error("{asked} slots exceed the limit of {limit}")]
    StorageRange { limit: usize, asked: usize },
    #[error(
        "storage of {address} and its history have more than the limit of {limit} entries, and the \
         order of their hashes needs all of them"
    )]
    StorageEntries { limit: usize, address: Address },
    #[error("query exceeds the limit of {} ms", limit.as_millis())]
    QueryTime { limit: Duration },
    #[error("execution exceeds the limit of {} ms", limit.as_millis())]
    ExecutionTime { limit: Duration },
    #[error("exceed max addresses or topics per search position: {have}, the limit is {limit}")]
    LogAlternatives { limit: usize, have: usize },
    #[error("server is busy: the limit of {limit} waiting {lane} requests is reached")]
    Queue { lane: &'static str, limit: usize },
    #[error("server is busy: no slot for {lane} within the limit of {} ms", limit.as_millis())]
    QueueTime { lane: &'static str, limit: Duration },
    #[error("the limit of {limit} unanswered requests on one connection is reached")]
    CallsInFlight { limit: usize },
    #[error("the limit of {limit} IPC connections is reached")]
    IpcConnections { limit: usize },
    #[error("request of more than the limit of {limit} bytes")]
    RequestBytes { limit: u32 },
    #[error(
        "this request, {bytes} bytes so far, and those of other clients exceed the limit of {limit} \
         bytes; try again, or send less"
    )]
    AllRequestBytes { limit: u64, bytes: u64 },
    #[error("the request did not arrive within the limit of {} s", limit.as_secs())]
    RequestTime { limit: Duration },
    #[error("the limit of {limit} connections is reached")]
    Connections { limit: u32 },
    #[error("response of more than the limit of {limit} bytes")]
    ResponseBytes { limit: usize },
    #[error(
        "this answer, {bytes} bytes so far, and those that clients have not read yet exceed the \
         limit of {limit} bytes; read them, or ask for less"
    )]
    AnswerBytes { limit: u64, bytes: u64 },
    #[error("batch of {have} requests exceeds the limit of {limit}")]
    BatchEntries { limit: u32, have: usize },
    #[error("the limit of {limit} subscriptions on one connection is reached")]
    Subscriptions { limit: u32 },
    #[error("the reader is slower than the limit of {} ms allows", limit.as_millis())]
    SlowReader { limit: Duration },
    #[error("{missed} updates were missed: the reader fell behind the limit of {limit}")]
    Lagged { missed: u64, limit: usize },
}

impl RpcError {
    pub(crate) const fn code(&self) -> i32 {
        match self {
            Self::InvalidArgument { .. }
            | Self::MissingArgument { .. }
            | Self::TooManyArguments { .. }
            | Self::BlockRange { .. }
            | Self::InvalidParams(_) => INVALID_PARAMS,
            Self::NoId => INVALID_REQUEST,
            Self::MethodNotFound { .. }
            | Self::UnknownSubscription { .. }
            | Self::NotificationsNotSupported => METHOD_NOT_FOUND,
            Self::Reverted { .. } => REVERTED,
            Self::NotMinedInTime { .. } => NOT_MINED_IN_TIME,
            Self::HeaderNotFound
            | Self::TransactionNotFound
            | Self::ParentNotFound { .. }
            | Self::BlockNumber { .. }
            | Self::UntraceableGenesis
            | Self::UntraceablePending
            | Self::TransactionIndex { .. }
            | Self::UnknownBlock
            | Self::NotCanonical { .. }
            | Self::FilterNotFound
            | Self::PendingLogs
            | Self::ReadOnlyChain
            | Self::SealRejected { .. }
            | Self::Server(_) => SERVER_ERROR,
            Self::Simulation { code, .. } => *code,
            Self::Limit(_) => LIMIT_EXCEEDED,
            Self::Internal(_) => INTERNAL_ERROR,
        }
    }

    /// A method that is not served, or not on this transport. Its name is repeated up to a length
    /// that any real name is below.
    pub(crate) fn method_not_found(name: &str) -> Self {
        const LONGEST_NAME: usize = 64;
        Self::MethodNotFound { method: name.chars().take(LONGEST_NAME).collect() }
    }

    /// A failure of this node: logged here, once, because the client is told only that it
    /// happened.
    pub(crate) fn internal(error: impl std::fmt::Display) -> Self {
        tracing::error!(target: "rpc", %error, "request failed on this node's side");
        Self::Internal(error.to_string())
    }
}

fn revert_suffix(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(": {message}") }
}

impl From<RpcError> for ErrorObjectOwned {
    fn from(error: RpcError) -> Self {
        let data = if let RpcError::Reverted { data, .. } = &error {
            Some(hex::encode_prefixed(data))
        } else if let RpcError::NotMinedInTime { hash, .. } = &error {
            Some(hash.to_string())
        } else if let RpcError::SealRejected { reason, .. } = &error {
            Some((*reason).to_owned())
        } else {
            None
        };
        Self::owned(error.code(), error.to_string(), data)
    }
}

/// For results whose error can only be this node's failure.
pub(crate) trait OrInternal<T> {
    /// # Errors
    /// [`RpcError::Internal`], logged.
    fn or_internal(self) -> Result<T, RpcError>;
}

impl<T, E: std::fmt::Display> OrInternal<T> for Result<T, E> {
    fn or_internal(self) -> Result<T, RpcError> {
        self.map_err(RpcError::internal)
    }
}

impl From<HistoryError> for RpcError {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::AboveHead { .. } => Self::HeaderNotFound,
            HistoryError::Unavailable { .. }
            | HistoryError::ReceiptsPruned { .. }
            | HistoryError::ProofWindow { .. } => Self::Server(error.to_string()),
        }
    }
}

impl From<CallError> for RpcError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Revert { ref output } => {
                let text = error.to_string();
                let message = text.strip_prefix("execution reverted: ").unwrap_or_default();
                Self::Reverted { message: message.to_owned(), data: output.clone() }
            }
            CallError::State(error) => Self::internal(error),
            CallError::Halt { .. }
            | CallError::GasRequiredExceedsAllowance { .. }
            | CallError::InsufficientFunds { .. }
            | CallError::PriceBelowBaseFee { .. }
            | CallError::InvalidRequest(_) => Self::Server(error.to_string()),
        }
    }
}

/// Source of the codes: `eth_simulateV1` of execution-apis.
impl From<SimulationError> for RpcError {
    fn from(error: SimulationError) -> Self {
        let message = error.to_string();
        let code = match error {
            SimulationError::Call { objection, .. } => match objection {
                CallObjection::NonceTooLow => -38_010,
                CallObjection::NonceTooHigh => -38_011,
                CallObjection::FeeBelowBaseFee => -38_012,
                CallObjection::IntrinsicGas => -38_013,
                CallObjection::InsufficientFunds => -38_014,
                CallObjection::BlockGasLimit => -38_015,
                CallObjection::SenderIsContract => -38_024,
                CallObjection::InitCodeSize => -38_025,
                CallObjection::Malformed => INVALID_PARAMS,
            },
            SimulationError::MovedToItself { .. } => -38_022,
            SimulationError::MovedTwice { .. } => -38_023,
            SimulationError::WipedStorage { .. } | SimulationError::TimeUp => CLIENT_LIMIT_EXCEEDED,
            // Storage that is assumed for an account that does not exist.
            SimulationError::Overrides(_)
            | SimulationError::State(StateError::StorageWithoutAccount { .. }) => INVALID_PARAMS,
            SimulationError::State(_) | SimulationError::Block(ExecutionError::State(_)) => {
                return Self::internal(message);
            }
            // What the request assumes can make a block impossible.
            SimulationError::Block(_) => SERVER_ERROR,
        };
        Self::Simulation { code, message }
    }
}

impl From<PoolError> for RpcError {
    fn from(error: PoolError) -> Self {
        match error.fault() {
            Fault::Local => Self::internal(error),
            Fault::Peer | Fault::Transient => Self::Server(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(error: RpcError) -> ErrorObjectOwned {
        error.into()
    }

    #[test]
    fn a_revert_carries_code_three_and_its_data() {
        // Error(string) "no" by the ABI.
        let output = hex!(
            "08c379a0"
            "0000000000000000000000000000000000000000000000000000000000000020"
            "0000000000000000000000000000000000000000000000000000000000000002"
            "6e6f000000000000000000000000000000000000000000000000000000000000"
        );
        let error = object(CallError::Revert { output: output.into() }.into());
        assert_eq!(error.code(), REVERTED);
        assert_eq!(error.message(), "execution reverted: no");
        assert_eq!(
            error.data().unwrap().get(),
            format!("\"{}\"", hex::encode_prefixed(output)).as_str()
        );
    }

    #[test]
    fn a_revert_without_data_has_empty_bytes_not_null() {
        let error = object(CallError::Revert { output: Bytes::new() }.into());
        assert_eq!(error.message(), "execution reverted");
        assert_eq!(error.data().unwrap().get(), "\"0x\"");
    }

    #[test]
    fn a_history_gap_is_a_server_error_that_names_the_oldest_state() {
        let error = object(HistoryError::Unavailable { number: 3, oldest: 40 }.into());
        assert_eq!(error.code(), SERVER_ERROR);
        assert!(error.message().starts_with("historical state not available"));
        assert!(error.message().contains("40"));
    }

    #[test]
    fn a_block_above_the_head_is_not_found() {
        let error = object(HistoryError::AboveHead { number: 9, head: 4 }.into());
        assert_eq!((error.code(), error.message()), (SERVER_ERROR, "header not found"));
    }

    #[test]
    fn every_limit_error_states_the_limit() {
        let limits = [
            Limit::LogRange { limit: 77, asked: 78 },
            Limit::LogResults { limit: 77, retry: String::new() },
            Limit::ProofSlots { limit: 77, asked: 78 },
            Limit::StorageRange { limit: 77, asked: 78 },
            Limit::StorageEntries { limit: 77, address: Address::ZERO },
            Limit::QueryTime { limit: Duration::from_millis(77) },
            Limit::ExecutionTime { limit: Duration::from_millis(77) },
            Limit::LogAlternatives { limit: 77, have: 78 },
            Limit::Queue { lane: "scan", limit: 77 },
            Limit::QueueTime { lane: "scan", limit: Duration::from_millis(77) },
            Limit::CallsInFlight { limit: 77 },
            Limit::RequestBytes { limit: 77 },
            Limit::ResponseBytes { limit: 77 },
            Limit::AnswerBytes { limit: 77, bytes: 78 },
            Limit::BatchEntries { limit: 77, have: 78 },
            Limit::Subscriptions { limit: 77 },
            Limit::IpcConnections { limit: 77 },
            Limit::SlowReader { limit: Duration::from_millis(77) },
            Limit::Lagged { missed: 5, limit: 77 },
        ];
        for limit in limits {
            let error = object(RpcError::from(limit));
            assert_eq!(error.code(), LIMIT_EXCEEDED);
            assert!(error.message().contains("77"), "{}", error.message());
        }
    }
}
