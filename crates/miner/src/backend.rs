//! What multiplies.

use hanzo_poc::{SearchOutcome, UnitSearch};
use std::fmt::Debug;

/// What multiplies: the processor, or an accelerator.
pub trait Backend: Debug + Send + Sync {
    /// What it is, for people.
    fn name(&self) -> String;

    /// Searches until a seal is found, all units are taken or the search is cancelled: within
    /// milliseconds, or newer work waits. Blocks.
    fn search(&self, search: UnitSearch<'_>) -> SearchOutcome;
}
