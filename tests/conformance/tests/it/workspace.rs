//! Directories with fixtures in them.

use hanzo_conformance::{CaseOutcome, CaseResult, CaseSelection, RunConfig, Summary, run};
use serde_json::Value;
use std::{fs, num::NonZeroUsize, path::PathBuf};
use tempfile::TempDir;

/// Where the repository's own fixtures are.
pub(crate) fn own_fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// One of the repository's own fixtures, to be changed.
pub(crate) fn own_case(name: &str) -> Value {
    let text = fs::read_to_string(own_fixtures().join(format!("{name}.json"))).unwrap();
    let mut file: Value = serde_json::from_str(&text).unwrap();
    file[name].take()
}

/// A directory with one fixture file that has one case.
pub(crate) fn directory_with(case: &Value) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let text = serde_json::json!({ "case": case }).to_string();
    fs::write(directory.path().join("fixture.json"), text).unwrap();
    directory
}

/// Runs everything at these paths on `jobs` threads.
pub(crate) fn run_with(paths: &[PathBuf], jobs: usize) -> (Vec<CaseResult>, Summary) {
    let files = hanzo_conformance::fixture_files(paths).unwrap();
    let jobs = NonZeroUsize::new(jobs).unwrap();
    let config = RunConfig { jobs, selection: CaseSelection::default() };
    let mut results = Vec::new();
    let summary = run(&files, &config, &mut |result| results.push(result.clone())).unwrap();
    (results, summary)
}

/// What becomes of one case.
pub(crate) fn outcome_of(case: &Value) -> CaseOutcome {
    let directory = directory_with(case);
    let (results, _) = run_with(&[directory.path().to_owned()], 1);
    let [result] = results.as_slice() else { panic!("{} results", results.len()) };
    result.outcome.clone()
}

/// What differs in a case that must fail.
pub(crate) fn failure_of(case: &Value) -> String {
    match outcome_of(case) {
        CaseOutcome::Failed { mismatches } => {
            mismatches.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        }
        other @ (CaseOutcome::Passed | CaseOutcome::Skipped { .. }) => panic!("{other:?}"),
    }
}
