//! The program: what it prints, and how it ends.

use crate::workspace::{directory_with, own_case, own_fixtures};
use serde_json::{Value, json};
use std::{
    ffi::OsStr,
    fs,
    process::{Command, Output},
};

fn run<I: AsRef<OsStr>>(arguments: impl IntoIterator<Item = I>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hanzo-conformance")).args(arguments).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn success_is_status_0_and_counts_what_passed() {
    let directory = directory_with(&own_case("wrong_state_root"));
    let output = run([directory.path()]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text(&output), "1 file: 1 passed, 0 failed, 0 skipped\n");
}

#[test]
fn a_failure_is_status_1_and_names_file_case_fork_and_difference() {
    let mut case = own_case("wrong_state_root");
    case["lastblockhash"] = case["blocks"][0]["blockHeader"]["hash"].clone();
    let directory = directory_with(&case);
    let output = run([directory.path()]);
    assert_eq!(output.status.code(), Some(1));
    let text = text(&output);
    for part in ["FAIL", "fixture.json case [Berlin]", "lastblockhash: expected 0x", "1 failed"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_run_without_cases_is_status_2() {
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(run([empty.path()]).status.code(), Some(2));
    let skipped = directory_with(&json!({ "engineNewPayloads": [] }));
    let output = run([skipped.path()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("skipped 1: engine API test"), "{}", text(&output));
}

#[test]
fn a_missing_path_or_a_wrong_flag_is_status_2() {
    let missing = run(["no-such-directory"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("no-such-directory"));
    assert_eq!(run(["--no-such-flag"]).status.code(), Some(2));
    assert_eq!(run(Vec::<String>::new()).status.code(), Some(2));
}

#[test]
fn a_damaged_file_is_a_failure_and_not_skipped() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("cut.json"), r#"{"case":{"blocks":["#).unwrap();
    let output = run([directory.path()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("cut.json"));
}

#[test]
fn sources_and_indexes_are_skipped_with_the_reason() {
    let directory = directory_with(&own_case("duplicate_block"));
    fs::write(directory.path().join("filler.yml"), "case: {}").unwrap();
    fs::write(directory.path().join("index.json"), r#"{"root_hash":"0x00"}"#).unwrap();
    let output = run([directory.path()]);
    assert_eq!(output.status.code(), Some(0));
    let text = text(&output);
    assert!(text.contains("1 passed, 0 failed, 2 skipped"), "{text}");
    assert!(text.contains("source of fixtures") && text.contains("index or metadata"), "{text}");
}

#[test]
fn fork_and_filter_choose_cases() {
    let own = own_fixtures();
    let forks = run([own.as_os_str(), "--fork".as_ref(), "Paris".as_ref(), "-v".as_ref()]);
    let text_of_forks = text(&forks);
    assert!(text_of_forks.contains("[Paris]") && !text_of_forks.contains("[London]"));
    let one = run([own.as_os_str(), "--filter".as_ref(), "duplicate_block".as_ref()]);
    assert!(text(&one).contains("1 passed"), "{}", text(&one));
    let none = run([own.as_os_str(), "--filter".as_ref(), "no such case".as_ref()]);
    assert_eq!(none.status.code(), Some(2));
}

#[test]
fn the_json_report_has_a_line_for_each_case_and_one_for_the_totals() {
    let directory = directory_with(&own_case("wrong_state_root"));
    let report = directory.path().join("report");
    let output = run([directory.path().as_os_str(), "--json".as_ref(), report.as_os_str()]);
    assert_eq!(output.status.code(), Some(0));
    let report = fs::read_to_string(report).unwrap();
    let lines: Vec<Value> =
        report.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert_eq!((&lines[0]["result"], &lines[0]["fork"]), (&json!("passed"), &json!("Berlin")));
    assert_eq!(lines[0]["refusals"][0]["expected"], "BlockException.INVALID_STATE_ROOT");
    assert_eq!((&lines[1]["passed"], &lines[1]["failed"]), (&json!(1), &json!(0)));
}
