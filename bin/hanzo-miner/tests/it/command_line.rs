//! What it says, and with which exit status.

use std::process::{Command, Output, Stdio};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hanzo-miner"))
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn complaint(arguments: &[&str], status: i32) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(status), "{arguments:?}");
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn bad_settings_are_refused_before_anything_is_done() {
    let text = complaint(&["--threads", "0"], 1);
    assert_eq!(text, "error: --threads 0: want 1 to 1024\n");
    let text = complaint(&["--node", "localhost"], 1);
    assert_eq!(text, "error: --node \"localhost\": want ws://HOST:PORT, without encryption\n");
    let text = complaint(&["--config", "/nowhere/miner.toml"], 1);
    assert!(text.starts_with("error: /nowhere/miner.toml: "), "{text}");
    // What the parser of flags refuses.
    assert!(complaint(&["--kernel", "abacus"], 2).contains("this processor has portable"));
    assert!(complaint(&["--metrics", "nowhere"], 2).contains("`nowhere` is neither a port"));
    assert!(complaint(&["--coinbase", "0x12"], 2).contains("--coinbase"));
    assert!(complaint(&["bench", "--milliseconds", "1"], 2).contains("10..=60000"));
    assert!(complaint(&["--nodes", "x"], 2).contains("unexpected argument"));
}

#[test]
fn a_header_that_is_none_is_refused() {
    assert!(complaint(&["verify", "0xzz"], 1).starts_with("error: not hexadecimal"));
    assert!(complaint(&["verify", "0xc0"], 1).starts_with("error: not the RLP of a header"));
}

#[test]
fn the_bench_names_every_kernel_of_this_processor() {
    let output = run(&["bench", "--threads", "1", "--milliseconds", "10"]);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().next().unwrap().starts_with("portable"), "{text}");
    assert!(text.lines().all(|line| line.contains("MAC/s") && line.ends_with('%')), "{text}");
}
