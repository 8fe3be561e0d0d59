//! Runs transactions: block execution, block building, calls, estimates, traces and simulations.
//!
//! Owns the seam to revm: which rules the EVM runs, what happens before the first and after the
//! last transaction, and how a result becomes a [`StateDiff`](hanzo_state::StateDiff). It never
//! decides whether a block is allowed, never computes a state root and never touches a disk.
//!
//! ```text
//!  &dyn WorldState ─▶ StateDatabase ─▶ revm State ─▶ alloy-evm's executor ─▶ Executed
//!                                         │                                    ├ outcome
//!             HanzoBlock: after the last transaction burns, subsidy, share pool └ diff
//!          EthereumBlock: intermediate roots, DAO; after it requests, rewards, withdrawals
//!  execute (import), BlockBuilder (mining) and simulate_block (blocks that nobody has mined) drive
//!  the same executor; BlockReplay (traces) starts blocks in the same way and runs their
//!  transactions under an inspector.
//! ```
//!
//! Invariants: importing a block that [`BlockBuilder`] built gives the same outcome and diff; in
//! every diff of a Hanzo block the sum of balance changes equals minted minus burned.

mod accounting;
mod block_builder;
mod block_evm;
mod block_forks;
mod block_inspector;
mod block_start;
mod call;
mod call_error;
mod call_overrides;
mod create_collision;
mod deposits;
mod diff;
mod environment;
mod error;
mod estimate;
mod ethereum_block;
mod evm_factory;
mod evm_rules;
mod execute;
mod hanzo_block;
mod intermediate_root;
mod precompiles;
mod prepared_call;
mod push_error;
mod receipt_builder;
mod share_books;
mod simulate;
mod slot_write;
mod state_database;
mod system_request;
mod trace;
mod transact;

pub use accounting::{SHARE_POOL_BASIS_POINTS, settle_block};
pub use block_builder::BlockBuilder;
pub use call::{AccessListOutcome, CallContext, CallOutcome, call, create_access_list};
pub use call_error::CallError;
pub use call_overrides::CallOverrides;
pub use deposits::deposits;
pub use environment::DEFAULT_TRANSACTION_GAS_LIMIT_CAP;
pub use error::ExecutionError;
pub use estimate::{ESTIMATE_ERROR_RATIO, estimate_gas};
pub use evm_factory::precompile_addresses;
pub use execute::{Executed, execute};
pub use push_error::PushError;
pub use simulate::{
    CallObjection, SimulatedBlock, SimulatedCall, SimulationError, SimulationPlan, SimulationTerms,
    Transfers, Validation, simulate_block, simulated_header,
};
pub use trace::{
    BlockReplay, MidBlockState, TraceError, TraceLimits, Tracer, TracerError, trace_call,
};
pub use transact::{Transacted, TransactionStatus, transact};
