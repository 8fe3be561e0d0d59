//! Starting, and refusing to start.

use hanzo_e2e::{NodeCommand, NodeProcess, run_to_end};
use hanzo_testkit::{dev_genesis_json, spec_with};
use std::{fs, net::TcpListener, process::Output};

fn refusal(output: &Output) -> String {
    assert!(!output.status.success(), "the node started");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_data_directory_of_another_genesis_is_refused_with_both_hashes() {
    let datadir = tempfile::tempdir().unwrap();
    let path = datadir.path().to_str().unwrap();
    assert!(run_to_end(&["init", "--dev", "--datadir", path]).status.success());
    let output =
        run_to_end(&["node", "--dev", "--dev.code-size-limit", "65536", "--datadir", path]);
    let text = refusal(&output);
    let ours = spec_with(|genesis| {
        genesis["config"]["hanzo"]["contractSizeLimit"] = 65_536.into();
    });
    assert!(text.contains(&ours.genesis_hash().to_string()), "{text}");
    assert!(text.contains(&hanzo_testkit::dev_spec().genesis_hash().to_string()), "{text}");
}

#[test]
fn a_data_directory_of_another_chain_is_refused() {
    let datadir = tempfile::tempdir().unwrap();
    let path = datadir.path().to_str().unwrap();
    assert!(run_to_end(&["init", "--dev", "--datadir", path]).status.success());
    let text = refusal(&run_to_end(&["node", "--chain", "testnet", "--datadir", path]));
    assert!(text.contains("31337") && text.contains("36962"), "{text}");
}

#[test]
fn two_nodes_cannot_share_a_data_directory() {
    let datadir = tempfile::tempdir().unwrap();
    let node = NodeProcess::start(datadir.path(), &[]);
    let path = datadir.path().to_str().unwrap();
    let text = refusal(&run_to_end(&["node", "--dev", "--http.port", "0", "--datadir", path]));
    assert!(text.contains("lock") || text.contains("use"), "{text}");
    node.stop();
}

#[test]
fn a_port_in_use_is_named() {
    let datadir = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let path = datadir.path().to_str().unwrap();
    let text = refusal(&run_to_end(&["node", "--dev", "--http.port", &port, "--datadir", path]));
    assert!(text.contains(&port), "{text}");
}

#[test]
fn a_data_directory_that_is_a_file_is_refused_with_its_path() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, b"not a directory").unwrap();
    let path = file.to_str().unwrap();
    let text = refusal(&run_to_end(&["node", "--dev", "--datadir", path]));
    assert!(text.contains(path), "{text}");
}

#[test]
fn a_malformed_genesis_names_its_field() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("genesis.json");
    let path = file.to_str().unwrap();
    let data = directory.path().join("data");
    let data = data.to_str().unwrap();
    let cases = [
        ("\"gasLimit\": \"0x1c9c380\"", "\"gasLimit\": \"lots\"", "gasLimit"),
        ("\"targetBlockTime\": 6", "\"targetBlockTime\": -1", "config.hanzo.targetBlockTime"),
        ("\"targetBlockTime\": 6", "\"targetBlockTime\": 7", "extraData"),
        ("\"osakaTime\": 0", "\"osakaTime\": 5", "config.osakaTime"),
        ("\"difficultyRule\"", "\"dificultyRule\"", "config.hanzo"),
        ("\"timestamp\": \"0x6b00df00\"", "\"timestamp\": \"0xffffffffffffffff\"", "timestamp"),
        (
            "\"alloc\": {",
            "\"alloc\": {\n\"0x4E59B44847b379578588920ca78fbf26c0b4956c\": {\"balance\": \"0x1\"},",
            "alloc.0x4e59b44847b379578588920ca78fbf26c0b4956c",
        ),
    ];
    for (from, to, field) in cases {
        let changed = dev_genesis_json().replace(from, to);
        assert_ne!(changed, dev_genesis_json(), "`{from}` is not in the file");
        fs::write(&file, changed).unwrap();
        let text = refusal(&run_to_end(&["node", "--chain", path, "--datadir", data]));
        assert!(text.contains(field), "{field}: {text}");
    }
}

#[test]
fn a_block_time_is_for_a_dev_chain_even_if_it_comes_from_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("genesis.json");
    let path = file.to_str().unwrap();
    let data = directory.path().join("data");
    let data = data.to_str().unwrap();
    let arguments = |chain| ["node", "--chain", chain, "--dev.block-time", "1s", "--datadir", data];
    for chain in ["testnet", "mainnet"] {
        assert!(refusal(&run_to_end(&arguments(chain))).contains("--dev.block-time needs --dev"));
    }
    fs::write(&file, include_str!("../../../../genesis/testnet.json")).unwrap();
    let text = refusal(&run_to_end(&arguments(path)));
    assert!(text.contains("31337") && text.contains("36962"), "{text}");
    fs::write(&file, dev_genesis_json()).unwrap();
    let node = NodeCommand::new(&directory.path().join("dev"));
    node.chain(&file).flags(&["--dev.block-time", "1s"]).start().stop();
}

#[test]
fn mining_on_the_draft_mainnet_is_refused() {
    let datadir = tempfile::tempdir().unwrap();
    let path = datadir.path().to_str().unwrap();
    let text = refusal(&run_to_end(&[
        "node",
        "--chain",
        "mainnet",
        "--mine",
        "--miner.etherbase",
        "0x00000000000000000000000000000000000000aa",
        "--datadir",
        path,
    ]));
    assert!(text.contains("draft"), "{text}");
}

#[test]
fn mining_without_a_coinbase_is_refused_outside_the_dev_chain() {
    let datadir = tempfile::tempdir().unwrap();
    let path = datadir.path().to_str().unwrap();
    let text = refusal(&run_to_end(&["node", "--chain", "testnet", "--mine", "--datadir", path]));
    assert!(text.contains("--miner.etherbase"), "{text}");
}

#[test]
fn an_unknown_key_in_the_configuration_file_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("hanzo.toml");
    fs::write(&file, "chain = \"dev\"\n[http]\nprot = 1\n").unwrap();
    let text = refusal(&run_to_end(&["node", "--config", file.to_str().unwrap()]));
    assert!(text.contains("prot"), "{text}");
}
