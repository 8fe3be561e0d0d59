//! Blocks that nobody has mined: `eth_simulateV1`.

mod assumed_state;
mod block;
mod error;
mod header;
mod transfer_logs;

pub use block::{SimulatedBlock, SimulatedCall, SimulationPlan, SimulationTerms, simulate_block};
pub use error::{CallObjection, SimulationError};
pub use header::{Transfers, Validation, simulated_header};

pub(crate) use transfer_logs::TransferLogs;
