//! Traces of transactions and calls, in the JSON forms of geth.

mod block_replay;
mod bounded_json;
mod call;
mod inspector;
mod limits;
mod mid_block_state;
mod struct_logger;
mod trace_error;
mod tracer;

pub use block_replay::BlockReplay;
pub use call::trace_call;
pub use limits::TraceLimits;
pub use mid_block_state::MidBlockState;
pub use trace_error::TraceError;
pub use tracer::{Tracer, TracerError};

pub(crate) use inspector::{Recorded, TraceInspector};
