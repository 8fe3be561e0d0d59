//! Every limit of the server.

use crate::ConfigError;
use std::{num::NonZeroUsize, time::Duration};

const MIB: u32 = 1 << 20;

/// Largest request: a transaction is at most 128 KiB, 256 KiB in hexadecimal, and a batch carries
/// some dozens of the largest; geth allows 5 MiB, reth 15 MiB.
const MAX_REQUEST_BYTES: u32 = 15 * MIB;

/// Largest request on a WebSocket: several of the largest transactions. Every connection may hold one
/// of them for as long as it likes.
const MAX_WEBSOCKET_REQUEST_BYTES: u32 = 2 * MIB;

/// Requests that are being received or answered, of all connections together: one of the largest with half a
/// million values, as in the storage of an account that a call is to assume, and room for the others.
const MAX_ALL_REQUEST_BYTES: u64 = 128 << 20;

/// How long a request may take to arrive: 15 MiB at 4 Mbit/s. Source: geth's default.
const REQUEST_TIME: Duration = Duration::from_secs(30);

/// How long a connection may be open without a byte in either direction. Source: geth's default.
const IDLE_CONNECTION_PATIENCE: Duration = Duration::from_secs(120);

/// Largest response: 20 000 logs with a few KiB of data each, or a batch of full blocks. Source:
/// reth's default.
const MAX_RESPONSE_BYTES: u32 = 150 * MIB;

/// Answers that are being made or that clients have not read, of all connections together: one of
/// the largest and room for the others.
const MAX_ANSWER_BYTES: u64 = 256 << 20;

/// Open connections, HTTP and WebSocket together. Source: reth's default.
const MAX_CONNECTIONS: u32 = 500;

/// Open IPC connections. Only this machine's users can open one.
const MAX_IPC_CONNECTIONS: usize = 64;

/// Subscriptions of one connection: a dapp has a handful, an indexer one per contract it follows.
const MAX_SUBSCRIPTIONS: u32 = 128;

/// Requests in one batch. ethers v6 and viem send at most 100 by default.
const MAX_BATCH_ENTRIES: u32 = 100;

/// Requests of one WebSocket or IPC connection that are not answered yet. A client that pipelines
/// more gains nothing, because the lanes below are narrower.
const MAX_CALLS_IN_FLIGHT: usize = 512;

/// Messages that wait for a slow WebSocket or IPC reader. At one notification per block and 100
/// logs in each that is ten blocks.
const CONNECTION_BUFFER: u32 = 1024;

/// How long a full buffer may stay full before its subscription is closed.
const SLOW_READER_PATIENCE: Duration = Duration::from_secs(10);

/// How long a client on the TCP port may read nothing: longer than a change of networks takes.
const STALLED_CONNECTION_PATIENCE: Duration = Duration::from_secs(60);

/// Blocks that one log query may span: some hours at 2 s a block. Source: architecture, trap 11.
const LOG_RANGE_BLOCKS: u64 = 10_000;

/// Logs that one query may return. Source: architecture, trap 11.
const LOG_RESULTS: usize = 20_000;

/// Time that one log query may take. Source: architecture, trap 11.
const LOG_TIME: Duration = Duration::from_secs(5);

/// Addresses, or alternatives at one topic position, that one log filter may name. Source: geth.
const LOG_ALTERNATIVES: usize = 1_000;

/// Gas of one call. Source: geth's `--rpc.gascap`.
const CALL_GAS_CAP: u64 = 50_000_000;

/// Time that one call, estimate or pending block may take. Source: geth's `--rpc.evmtimeout`.
const EXECUTION_TIME: Duration = Duration::from_secs(5);

/// Time that one look-up may take. It reads a few records; only a stalled disk needs longer.
const LOOKUP_TIME: Duration = Duration::from_secs(10);

/// How long a request waits for a free slot before it is told that the server is busy.
const QUEUE_TIME: Duration = Duration::from_secs(10);

/// Requests that wait for a slot in one lane: with 500 connections, two from each.
const QUEUED_REQUESTS: usize = 1_000;

/// Filters of all clients together; the one that was not polled for longest goes first.
const MAX_FILTERS: usize = 1_024;

/// Blocks of one fee history. Source: geth.
const FEE_HISTORY_BLOCKS: u64 = 1_024;

/// Percentiles of one fee history. Source: geth.
const FEE_HISTORY_PERCENTILES: usize = 100;

/// Distance from the head to which Merkle proofs reach. The trie of an older block is computed
/// from what every block since then changed. ADR-0012.
const PROOF_WINDOW_BLOCKS: u64 = 256;

/// Storage keys of one proof. Source: geth.
const PROOF_SLOTS: usize = 1_024;

/// Slots of one answer of `debug_storageRangeAt`, about 2 MiB of JSON. Remix asks for 1 000.
const STORAGE_RANGE_SLOTS: usize = 10_000;

/// Slots of an account, and past values of them, that one answer of `debug_storageRangeAt` may take
/// to find: some 20 MiB of rows read in sequence, some tenths of a second of hashing.
const STORAGE_RANGE_ENTRIES: usize = 200_000;

/// Blocks of one simulation, those in between included. Source: execution-apis.
const SIMULATED_BLOCKS: u64 = 256;

/// Slots of an account, and past values of them, that are read to wipe its storage when a simulation
/// assumes another one. Nobody replaces a storage who cannot write down the new one.
const WIPED_SLOTS: usize = 10_000;

/// Every limit of the server. Exceeding one is an error that names it and its value.
#[derive(Debug, Clone)]
pub struct RpcLimits {
    /// Largest request, in bytes.
    pub request_bytes: u32,
    /// Largest request on a WebSocket, in bytes.
    pub websocket_request_bytes: u32,
    /// Bytes of all requests that are being received, over plain HTTP, or answered; what their values take
    /// included.
    pub all_request_bytes: u64,
    /// How long a request over plain HTTP may take to arrive.
    pub request_time: Duration,
    /// How long a connection on the TCP port may be open without a byte in either direction; it is
    /// closed before twice the time has passed.
    pub idle_connection_patience: Duration,
    /// Largest response, in bytes.
    pub response_bytes: u32,
    /// Bytes of all answers that are being made or that clients have not read yet.
    pub answer_bytes: u64,
    /// Open HTTP and WebSocket connections.
    pub connections: u32,
    /// Open IPC connections.
    pub ipc_connections: usize,
    /// Subscriptions of one connection.
    pub subscriptions_per_connection: u32,
    /// Requests in one batch.
    pub batch_entries: u32,
    /// Unanswered requests of one connection.
    pub calls_in_flight: usize,
    /// Messages that wait for one connection to read them.
    pub connection_buffer: u32,
    /// How long a full buffer may stay full before its subscription is closed.
    pub slow_reader_patience: Duration,
    /// How long a client on the TCP port may read nothing of what is sent before its connection is
    /// closed. On Linux only.
    pub stalled_connection_patience: Duration,
    /// Blocks that one log query may span.
    pub log_range_blocks: u64,
    /// Logs that one query may return.
    pub log_results: usize,
    /// Time that one log query may take.
    pub log_time: Duration,
    /// Addresses, or alternatives at one topic position, in one log filter.
    pub log_alternatives: usize,
    /// Gas of one call.
    pub call_gas: u64,
    /// Time that one call, estimate or pending block may take.
    pub execution_time: Duration,
    /// Time that one look-up may take.
    pub lookup_time: Duration,
    /// How long a request waits for a free slot.
    pub queue_time: Duration,
    /// Look-ups that run at the same time.
    pub concurrent_lookups: usize,
    /// Calls, estimates and pending blocks that run at the same time.
    pub concurrent_executions: usize,
    /// Log queries and fee histories that run at the same time.
    pub concurrent_scans: usize,
    /// Requests that wait in each of these three lanes.
    pub queued_requests: usize,
    /// Filters of all clients together.
    pub filters: usize,
    /// Blocks of one fee history.
    pub fee_history_blocks: u64,
    /// Percentiles of one fee history.
    pub fee_history_percentiles: usize,
    /// Distance from the head to which Merkle proofs reach, in blocks.
    pub proof_window_blocks: u64,
    /// Storage keys of one proof.
    pub proof_slots: usize,
    /// Slots of one storage range.
    pub storage_range_slots: usize,
    /// Slots of an account, and past values of them, that are read for one storage range.
    pub storage_range_entries: usize,
    /// Blocks of one simulation.
    pub simulated_blocks: u64,
    /// Slots of an account, and past values of them, that a simulation reads to wipe its storage.
    pub wiped_slots: usize,
}

impl Default for RpcLimits {
    /// Look-ups mostly wait for the disk, so four per core keep it busy. Executions are pure
    /// computation: one per core but one, which blocks are built and imported on while calls come in
    /// as fast as they can. Scans get half the cores, so that a flood of log queries leaves room for
    /// everybody else.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self {
            request_bytes: MAX_REQUEST_BYTES,
            websocket_request_bytes: MAX_WEBSOCKET_REQUEST_BYTES,
            all_request_bytes: MAX_ALL_REQUEST_BYTES,
            request_time: REQUEST_TIME,
            idle_connection_patience: IDLE_CONNECTION_PATIENCE,
            response_bytes: MAX_RESPONSE_BYTES,
            answer_bytes: MAX_ANSWER_BYTES,
            connections: MAX_CONNECTIONS,
            ipc_connections: MAX_IPC_CONNECTIONS,
            subscriptions_per_connection: MAX_SUBSCRIPTIONS,
            batch_entries: MAX_BATCH_ENTRIES,
            calls_in_flight: MAX_CALLS_IN_FLIGHT,
            connection_buffer: CONNECTION_BUFFER,
            slow_reader_patience: SLOW_READER_PATIENCE,
            stalled_connection_patience: STALLED_CONNECTION_PATIENCE,
            log_range_blocks: LOG_RANGE_BLOCKS,
            log_results: LOG_RESULTS,
            log_time: LOG_TIME,
            log_alternatives: LOG_ALTERNATIVES,
            call_gas: CALL_GAS_CAP,
            execution_time: EXECUTION_TIME,
            lookup_time: LOOKUP_TIME,
            queue_time: QUEUE_TIME,
            concurrent_lookups: cores.saturating_mul(4),
            concurrent_executions: cores.saturating_sub(1).max(1),
            concurrent_scans: cores.div_ceil(2),
            queued_requests: QUEUED_REQUESTS,
            filters: MAX_FILTERS,
            fee_history_blocks: FEE_HISTORY_BLOCKS,
            fee_history_percentiles: FEE_HISTORY_PERCENTILES,
            proof_window_blocks: PROOF_WINDOW_BLOCKS,
            proof_slots: PROOF_SLOTS,
            storage_range_slots: STORAGE_RANGE_SLOTS,
            storage_range_entries: STORAGE_RANGE_ENTRIES,
            simulated_blocks: SIMULATED_BLOCKS,
            wiped_slots: WIPED_SLOTS,
        }
    }
}

impl RpcLimits {
    /// Checks that no limit forbids everything.
    ///
    /// # Errors
    /// [`ConfigError::ZeroLimit`] with the name of the limit.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let limits = [
            ("request_bytes", u64::from(self.request_bytes)),
            ("websocket_request_bytes", u64::from(self.websocket_request_bytes)),
            ("all_request_bytes", self.all_request_bytes),
            ("response_bytes", u64::from(self.response_bytes)),
            ("answer_bytes", self.answer_bytes),
            ("connections", u64::from(self.connections)),
            ("ipc_connections", wide(self.ipc_connections)),
            ("subscriptions_per_connection", u64::from(self.subscriptions_per_connection)),
            ("batch_entries", u64::from(self.batch_entries)),
            ("calls_in_flight", wide(self.calls_in_flight)),
            ("connection_buffer", u64::from(self.connection_buffer)),
            ("log_range_blocks", self.log_range_blocks),
            ("log_results", wide(self.log_results)),
            ("log_alternatives", wide(self.log_alternatives)),
            ("call_gas", self.call_gas),
            ("concurrent_lookups", wide(self.concurrent_lookups)),
            ("concurrent_executions", wide(self.concurrent_executions)),
            ("concurrent_scans", wide(self.concurrent_scans)),
            ("filters", wide(self.filters)),
            ("fee_history_blocks", self.fee_history_blocks),
            ("proof_slots", wide(self.proof_slots)),
            ("storage_range_slots", wide(self.storage_range_slots)),
            ("storage_range_entries", wide(self.storage_range_entries)),
            ("simulated_blocks", self.simulated_blocks),
        ];
        match limits.into_iter().find(|(_, value)| *value == 0) {
            Some((name, _)) => Err(ConfigError::ZeroLimit { name }),
            None => Ok(()),
        }
    }
}

fn wide(value: usize) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid() {
        assert_eq!(RpcLimits::default().validate(), Ok(()));
    }

    #[test]
    fn a_limit_of_zero_is_refused_by_name() {
        let limits = RpcLimits { batch_entries: 0, ..RpcLimits::default() };
        assert_eq!(limits.validate(), Err(ConfigError::ZeroLimit { name: "batch_entries" }));
    }
}
