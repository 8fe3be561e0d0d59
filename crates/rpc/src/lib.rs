//! JSON-RPC over HTTP, WebSocket and IPC.
//!
//! Owns the way from a request of a wallet, library or tool to an answer in the shape and words
//! those clients know from other Ethereum nodes. It decides nothing about the chain, never writes
//! state, and never reads the store or runs the EVM on an async worker thread.
//!
//! ```text
//!  TCP ─▶ slots ─▶ HostGuard ─▶ CORS ─▶ whole body or WebSocket ─▶ CallGuard ─▶ method table (only
//!  Unix socket ─▶ JSON framing ──────────────────────────────────────┘       the permitted namespaces)
//!                                                                        │
//!            memory only: answered at once ◀── Eth, Debug, Net, … ───▶ ExecutionSlots
//!                                                                        │ (bounded lanes)
//!  CanonUpdate, pool events ─▶ subscriptions (bounded buffers) ◀─────────┘
//! ```
//!
//! Invariants: a method of a namespace that is not permitted does not exist, alone or in a batch;
//! every limit has a name, a value and an error that states both; all answers together, from their
//! making on, take no more memory than one budget, and all requests no more than
//! another; an answer is about one [`ChainView`](hanzo_chain::ChainView) from beginning to end; a state
//! that is not available is an error, never another state.

mod admin;
mod answer_budget_layer;
mod answer_bytes;
mod arguments;
mod batch_entries;
mod block_reference;
mod call_guard;
mod call_request;
mod client_stream;
mod config;
mod connection_flow;
mod connection_slots;
mod convert;
mod counted_json;
mod deadline;
mod debug;
mod eth;
mod execution_slots;
mod fee_history;
mod fee_oracle;
mod filter_registry;
mod go_duration;
mod host_guard;
mod http_listener;
mod http_refusal;
mod ipc;
mod limits;
mod log_filter;
mod log_scan;
mod memory_budget;
mod method_table;
mod metrics;
mod namespace;
mod net;
mod node_context;
mod poc;
mod request_body_layer;
mod request_window;
mod rpc_error;
mod server;
mod simulation_request;
mod start_error;
mod subscription_id;
mod subscriptions;
mod txpool;
mod unsent_answers;
mod value_count;
mod web3;

pub use config::{ConfigError, CorsOrigins, HttpConfig, RpcConfig};
pub use ipc::{JsonFrames, LocalSession, RequestTooLong};
pub use limits::RpcLimits;
pub use namespace::{Namespace, UnknownNamespace};
pub use server::{RpcDependencies, RpcHandle, RpcServer};
pub use start_error::RpcStartError;
