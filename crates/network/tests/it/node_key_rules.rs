//! Rules of the file with a node's key.

use hanzo_network::load_or_create_node_key;
use std::{fs, process::Command};

#[test]
fn a_key_is_made_once_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nodekey");
    let made = load_or_create_node_key(&path).unwrap().public();
    assert_eq!(load_or_create_node_key(&path).unwrap().public(), made);
    let digits = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!(" 0x{digits}\n")).unwrap();
    assert_eq!(load_or_create_node_key(&path).unwrap().public(), made);
}

#[test]
fn what_is_no_key_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nodekey");
    let long = "ab".repeat(1_000_000);
    for (bytes, reason) in [
        (&b""[..], "0 bytes are no key"),
        (b"abc", "odd number of digits"),
        (b"abcd", "2 bytes are no key"),
        (&[b'0'; 64], "32 bytes are no key"),
        (b"\xff\xfe", "no text"),
        (long.as_bytes(), "too long"),
    ] {
        fs::write(&path, bytes).unwrap();
        let error = load_or_create_node_key(&path).unwrap_err().to_string();
        assert!(error.contains(reason) && error.contains("64 hexadecimal digits"), "{error}");
    }
}

#[test]
fn a_pipe_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    for path in [path.as_path(), folder.path()] {
        let error = load_or_create_node_key(path).unwrap_err().to_string();
        assert!(error.ends_with("(--nodekey): it is no file"), "{error}");
    }
}
