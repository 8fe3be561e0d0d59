//! How many cases passed, failed and were skipped.

use crate::{CaseOutcome, CaseResult};
use serde::Serialize;
use std::{collections::BTreeMap, fmt};

/// Totals of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Cases where everything is as the fixture says.
    pub passed: usize,
    /// Cases where something is not.
    pub failed: usize,
    /// Cases, or whole files, that were not run.
    pub skipped: usize,
    /// How many were skipped for each reason.
    pub skip_reasons: BTreeMap<String, usize>,
}

/// What a run amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conclusion {
    /// Something was run, and all of it passed.
    Passed,
    /// Something failed.
    Failed,
    /// Nothing was run: a wrong directory must not look like success.
    NothingRun,
}

impl Summary {
    /// Counts a result.
    pub fn count(&mut self, result: &CaseResult) {
        match &result.outcome {
            CaseOutcome::Passed => self.passed += 1,
            CaseOutcome::Failed { .. } => self.failed += 1,
            CaseOutcome::Skipped { reason } => {
                self.skipped += 1;
                *self.skip_reasons.entry(reason.clone()).or_default() += 1;
            }
        }
    }

    /// What the run amounts to.
    #[must_use]
    pub const fn conclusion(&self) -> Conclusion {
        match (self.failed, self.passed) {
            (0, 0) => Conclusion::NothingRun,
            (0, _) => Conclusion::Passed,
            (_, _) => Conclusion::Failed,
        }
    }
}

impl Conclusion {
    /// Exit status of the program.
    #[must_use]
    pub const fn exit_status(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed => 1,
            Self::NothingRun => 2,
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)?;
        for (reason, count) in &self.skip_reasons {
            write!(f, "\n  skipped {count}: {reason}")?;
        }
        Ok(())
    }
}
