//! What became of a case.

use serde::Serialize;
use std::{fmt, path::PathBuf};

/// One case of one file, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseResult {
    /// The file.
    pub file: PathBuf,
    /// Name of the case inside the file; empty if it is about the file as a whole. A state test
    /// has one case per fork and entry, and says so here.
    pub case: String,
    /// The network or fork; empty if it is not known.
    pub fork: String,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: CaseOutcome,
    /// What was refused as it should be, and why: so that a reader can see whether the reason is
    /// the one the fixture has in mind, which the runner does not compare.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<Refusal>,
}

/// What became of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "lowercase")]
pub enum CaseOutcome {
    /// Everything is as the fixture says.
    Passed,
    /// Something is not.
    Failed {
        /// All differences that were found; never empty.
        mismatches: Vec<Mismatch>,
    },
    /// It was not run.
    Skipped {
        /// Why not.
        reason: String,
    },
}

/// A difference between the fixture and this software.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// What differs.
    pub what: String,
    /// What the fixture says.
    pub expected: String,
    /// What came out.
    pub found: String,
}

/// A block or transaction that was refused as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Which: `block 3` by arrival, or `transaction`.
    pub what: String,
    /// The reason that the fixture gives.
    pub expected: String,
    /// The reason that this software gives.
    pub found: String,
}

impl Mismatch {
    /// A difference in `what`.
    pub fn new(
        what: impl Into<String>,
        expected: impl fmt::Display,
        found: impl fmt::Display,
    ) -> Self {
        Self { what: what.into(), expected: expected.to_string(), found: found.to_string() }
    }

    /// Something that cannot be evaluated at all.
    pub fn broken(what: impl Into<String>, found: impl fmt::Display) -> Self {
        Self::new(what, "can be evaluated", found)
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}, found {}", self.what, self.expected, self.found)
    }
}

impl CaseOutcome {
    /// Passed if there is no mismatch.
    #[must_use]
    pub fn of(mismatches: Vec<Mismatch>) -> Self {
        if mismatches.is_empty() { Self::Passed } else { Self::Failed { mismatches } }
    }

    /// A failure with one difference.
    #[must_use]
    pub fn failed(mismatch: Mismatch) -> Self {
        Self::Failed { mismatches: vec![mismatch] }
    }
}

impl fmt::Display for CaseResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.outcome {
            CaseOutcome::Passed => "pass",
            CaseOutcome::Failed { .. } => "FAIL",
            CaseOutcome::Skipped { .. } => "skip",
        };
        write!(f, "{word}  {}", self.file.display())?;
        if !self.case.is_empty() {
            write!(f, " {}", self.case)?;
        }
        if !self.fork.is_empty() {
            write!(f, " [{}]", self.fork)?;
        }
        match &self.outcome {
            CaseOutcome::Passed => Ok(()),
            CaseOutcome::Skipped { reason } => write!(f, ": {reason}"),
            CaseOutcome::Failed { mismatches } => {
                mismatches.iter().try_for_each(|mismatch| write!(f, "\n      {mismatch}"))
            }
        }
    }
}
