//! The image and the compose file fit the programs and each other. What is done inside of containers needs
//! a container engine, and is not tested here.

use hanzo_e2e::{MinerProcess, NodeCommand, NodeProcess, binary_named, quick_cluster};
use hanzo_types::DEV_ACCOUNTS;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn text(path: &str) -> String {
    fs::read_to_string(repository(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The items of every list with this name in the compose file.
fn lists(compose: &str, name: &str) -> Vec<Vec<String>> {
    let mut lists = Vec::new();
    let mut lines = compose.lines().map(str::trim).filter(|line| !line.starts_with('#')).peekable();
    while let Some(line) = lines.next() {
        if line != format!("{name}:") {
            continue;
        }
        let mut items = Vec::new();
        while let Some(item) = lines.peek().and_then(|line| line.strip_prefix("- ")) {
            items.push(item.trim_matches('"').to_owned());
            lines.next();
        }
        lists.push(items);
    }
    lists
}

/// Addresses of accounts in a text, in their order.
fn addresses(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter(|word| word.starts_with("0x") && word.len() == 42).map(str::to_owned).collect()
}

fn is_healthy(program: &str, port: &str) -> bool {
    let mut command = Command::new(repository("docker/healthcheck"));
    command.args([program, port]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let status = command.status().unwrap();
    assert_ne!(status.code(), Some(2), "healthcheck does not know {program}");
    status.success()
}

/// The port in a URL.
fn port(url: &str) -> &str {
    url.rsplit(':').next().unwrap().trim_end_matches("/metrics")
}

#[test]
fn the_programs_understand_every_command_of_the_compose_file() {
    let commands = lists(&text("docker/compose.yaml"), "command");
    assert_eq!(commands.len(), 4, "one of the first node, one of the others, two of miners");
    for command in commands {
        let is_node = command.first().unwrap() == "node";
        let program = binary_named(if is_node { "hanzo" } else { "hanzo-miner" });
        // With --help at the end, flags and values before it are read and nothing is started.
        let output = Command::new(program).args(&command).arg("--help").output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command:?}: {words}");
    }
}

#[test]
fn the_bootnode_of_the_compose_file_has_the_key_of_the_repository() {
    let folder = tempfile::tempdir().unwrap();
    let command =
        NodeCommand::new(&folder.path().join("data")).chain(&quick_cluster(folder.path()));
    let key = repository("docker/devnet.nodekey");
    let node = command.flags(&["--nodekey", key.to_str().unwrap()]).start();
    let (_, id) = node.multiaddr().rsplit_once('/').unwrap();
    let bootnode = format!("--bootnodes=/dns4/node1/tcp/30303/p2p/{id}");
    let commands = lists(&text("docker/compose.yaml"), "command");
    let flags: Vec<_> =
        commands.iter().flatten().filter(|flag| flag.contains("node1/tcp")).collect();
    assert_eq!(flags, [&bootnode]);
    node.stop();
}

/// What is known of one of the two clusters is true of the other.
#[test]
fn containers_and_plain_processes_have_the_same_ports_and_coinbases() {
    let (compose, script) = (text("docker/compose.yaml"), text("docker/devnet-cluster"));
    let ports: BTreeSet<_> = lists(&compose, "ports").into_iter().flatten().collect();
    for (below, inside, flag) in
        [(8_544, 8_545, "--http.port"), (30_302, 30_303, "--port"), (9_000, 9_001, "--metrics")]
    {
        assert!(script.contains(&format!("{flag} $(({below} + number))")), "{flag}");
        for number in 1..=3 {
            let published = format!("127.0.0.1:{}:{inside}", below + number);
            assert!(ports.contains(&published), "{published} is missing: {ports:?}");
        }
    }
    // Whoever is in the same network must reach none of them.
    assert!(ports.iter().all(|port| port.starts_with("127.0.0.1:")), "{ports:?}");
    let expected: Vec<_> = DEV_ACCOUNTS[18..].iter().map(ToString::to_string).collect();
    assert_eq!(addresses(&compose), expected);
    assert_eq!(addresses(&script), expected);
}

#[test]
fn the_image_is_built_by_the_toolchain_of_the_repository_and_exposes_what_is_published() {
    let (dockerfile, toolchain) = (text("docker/Dockerfile"), text("rust-toolchain.toml"));
    let (_, rest) = toolchain.split_once("channel = \"").unwrap();
    let version = rest.split_once('"').unwrap().0;
    assert!(dockerfile.contains(&format!("FROM rust:{version}-")), "not {version}");
    let exposed = dockerfile.lines().find_map(|line| line.strip_prefix("EXPOSE ")).unwrap();
    let exposed: BTreeSet<_> = exposed.split(' ').map(str::to_owned).collect();
    // Nodes have three, the other programs one.
    let published =
        lists(&text("docker/compose.yaml"), "ports").into_iter().filter(|ports| ports.len() == 3);
    let published = published.flatten().map(|port| port.rsplit(':').next().unwrap().to_owned());
    assert_eq!(published.collect::<BTreeSet<_>>(), exposed);
}

#[test]
fn a_node_is_healthy_while_it_answers() {
    let datadir = tempfile::tempdir().unwrap();
    let node = NodeProcess::start(datadir.path(), &["--metrics", "127.0.0.1:0"]);
    let url = node.url().to_owned();
    assert!(is_healthy("node", port(&url)));
    // Something that listens and is no node.
    assert!(!is_healthy("node", port(node.metrics_url().unwrap())));
    node.stop();
    assert!(!is_healthy("node", port(&url)));
}

#[test]
fn a_miner_is_healthy_while_it_has_a_node() {
    let datadir = tempfile::tempdir().unwrap();
    let node = NodeProcess::start(datadir.path(), &[]);
    let miner =
        MinerProcess::start(&node.ws_url(), DEV_ACCOUNTS[18], &["--metrics", "127.0.0.1:0"]);
    miner.metrics_until(|all| all.value("hanzo_miner_connected") > 0.5);
    assert!(is_healthy("miner", port(miner.metrics_url())));
    node.stop();
    miner.metrics_until(|all| all.value("hanzo_miner_connected") < 0.5);
    assert!(!is_healthy("miner", port(miner.metrics_url())));
    miner.stop();
}
