//! One case of a file, from its text to its results.

use crate::{
    BlockchainTest, CaseFormat, CaseOutcome, CaseResult, CaseSelection, Mismatch, StateTest,
    blockchain_case, panic_note, state_case,
};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
};

/// A case that waits to be run.
#[derive(Debug)]
pub(crate) struct Case {
    /// The file it is in.
    pub(crate) file: PathBuf,
    /// Its name in the file.
    pub(crate) name: String,
    /// Its text.
    pub(crate) text: Box<RawValue>,
}

impl Case {
    /// Runs what is wanted of the case. A state test has a result for each fork and variation.
    pub(crate) fn run(&self, selection: &CaseSelection) -> Vec<CaseResult> {
        // The case owns everything it touches, so that a panic leaves nothing half changed.
        catch_unwind(AssertUnwindSafe(|| self.run_uncaught(selection))).unwrap_or_else(|payload| {
            let found = panic_note::describe(&*payload);
            let mismatch = Mismatch::new("the runner", "no panic", found);
            vec![self.result("", CaseOutcome::failed(mismatch))]
        })
    }

    fn run_uncaught(&self, selection: &CaseSelection) -> Vec<CaseResult> {
        match CaseFormat::of(&self.text) {
            CaseFormat::Blockchain => self.run_blockchain(selection).into_iter().collect(),
            CaseFormat::State => self.run_state(selection),
            CaseFormat::Other { reason } if selection.forks.is_empty() => {
                vec![self.result("", CaseOutcome::Skipped { reason })]
            }
            CaseFormat::Other { .. } => Vec::new(),
        }
    }

    fn run_blockchain(&self, selection: &CaseSelection) -> Option<CaseResult> {
        let test: BlockchainTest = match self.read() {
            Ok(test) => test,
            Err(malformed) => return Some(*malformed),
        };
        if !selection.wants_fork(&test.network) {
            return None;
        }
        let mut refusals = Vec::new();
        let outcome = blockchain_case::run(&test, &mut refusals);
        Some(CaseResult { refusals, ..self.result(&test.network, outcome) })
    }

    fn run_state(&self, selection: &CaseSelection) -> Vec<CaseResult> {
        let test: StateTest = match self.read() {
            Ok(test) => test,
            Err(malformed) => return vec![*malformed],
        };
        let mut results = Vec::new();
        for (fork, entries) in test.post.iter().filter(|(fork, _)| selection.wants_fork(fork)) {
            for entry in entries {
                let mut refusals = Vec::new();
                let outcome = state_case::run(&test, fork, entry, &mut refusals);
                let variation = entry.indexes;
                let case = format!(
                    "{} data {} gas {} value {}",
                    self.name, variation.data, variation.gas, variation.value
                );
                results.push(CaseResult { case, refusals, ..self.result(fork, outcome) });
            }
        }
        results
    }

    /// Reads the case, or says which field is wrong.
    fn read<T: DeserializeOwned>(&self) -> Result<T, Box<CaseResult>> {
        let mut deserializer = serde_json::Deserializer::from_str(self.text.get());
        serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let mismatch = Mismatch::broken("the fixture", error);
            Box::new(self.result("", CaseOutcome::failed(mismatch)))
        })
    }

    fn result(&self, fork: &str, outcome: CaseOutcome) -> CaseResult {
        CaseResult {
            file: self.file.clone(),
            case: self.name.clone(),
            fork: fork.to_owned(),
            outcome,
            refusals: Vec::new(),
        }
    }
}
