//! What multiplies.

use hanzo_poc::{CancelFlag, SearchOutcome, SearchProgress, SearchUnits, Target, Work};
use std::fmt::Debug;

/// A search for one seal.
#[derive(Debug, Clone, Copy)]
pub struct Search<'a> {
    /// The work of a header.
    pub work: &'a Work,
    /// The largest lottery number that wins.
    pub target: Target,
    /// Where to look.
    pub units: &'a SearchUnits,
    /// Ends the search when it is raised; within milliseconds, or newer work waits.
    pub cancel: &'a CancelFlag,
    /// Counts the tiles that were tested.
    pub progress: &'a SearchProgress,
}

/// What multiplies: the processor, or an accelerator.
pub trait Backend: Debug + Send + Sync {
    /// What it is, for people.
    fn name(&self) -> String;

    /// Searches until a seal is found, all units are taken or the search is cancelled. Blocks.
    fn search(&self, search: Search<'_>) -> SearchOutcome;
}
