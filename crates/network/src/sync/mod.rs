//! Getting the chain that others have.
//!
//! ```text
//!  a peer says it has a heavier chain
//!     │ locator ─▶ headers, 512 at a time ─▶ every rule and seal of each is checked
//!     ▼
//!  heavier by what was checked?  no ─▶ the peer said too much
//!     │ yes
//!     ▼
//!  blocks in batches of 64, from every peer that has them ─▶ import, in order
//! ```
//!
//! The machine is pure: events in, actions out. It holds one hash per block that it is to fetch, and
//! blocks of [`MAX_BATCHES`] batches at most.

mod action;
mod batch;
mod check_headers;
mod event;
mod locator;
mod machine;
mod run;
mod servers;
mod sync_peer;
mod turns;

pub use action::{HeadersFrom, SyncAction};
pub use batch::{MAX_BATCHES, MAX_DOWNLOAD_ATTEMPTS};
pub use check_headers::{CheckedHeaders, HeaderTip, HeadersFault, check_headers};
pub use event::{ImportVerdict, RequestFailure, SyncEvent};
pub use locator::locator;
pub use machine::SyncMachine;
pub use run::{MAX_PLANNED_BLOCKS, STALLED_AFTER};
