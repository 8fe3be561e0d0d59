//! Several nodes on loopback.

use alloy_primitives::{Address, U256, address};
use alloy_provider::Provider as _;
use alloy_rpc_types_eth::TransactionRequest;
use hanzo_e2e::{
    Client, MinerProcess, NodeCommand, NodeProcess, client, quick_cluster, run_to_end,
};
use hanzo_types::DEV_ACCOUNTS;
use serde_json::{Value, json};
use std::path::Path;

const COINBASE: Address = address!("0x00000000000000000000000000000000000c01ba");

const OTHER_COINBASE: Address = address!("0x00000000000000000000000000000000000c01bb");

/// Nodes on one chain, each with its own data directory.
struct Cluster {
    folder: tempfile::TempDir,
}

impl Cluster {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let _ = quick_cluster(folder.path());
        Self { folder }
    }

    fn start(&self, name: &str, flags: &[&str]) -> NodeProcess {
        let chain = self.folder.path().join("cluster.json");
        NodeCommand::new(&self.folder.path().join(name)).chain(&chain).flags(flags).start()
    }

    fn follower(&self, name: &str, bootnodes: &[&NodeProcess]) -> NodeProcess {
        let bootnodes: Vec<_> = bootnodes.iter().map(|node| node.multiaddr()).collect();
        self.start(name, &["--bootnodes", &bootnodes.join(",")])
    }

    fn miner(&self, name: &str, coinbase: Address, bootnodes: &[&NodeProcess]) -> NodeProcess {
        let bootnodes: Vec<_> = bootnodes.iter().map(|node| node.multiaddr()).collect();
        let (bootnodes, coinbase) = (bootnodes.join(","), coinbase.to_string());
        let mining = ["--mine", "--miner.threads", "1", "--miner.etherbase", &coinbase];
        self.start(name, &[&mining[..], &["--bootnodes", &bootnodes]].concat())
    }

    /// A node in the middle of others, and one that is connected with it alone.
    async fn pair(&self) -> ((NodeProcess, Client), (NodeProcess, Client)) {
        let middle = self.start("middle", &[]);
        let origin = self.follower("origin", &[&middle]);
        let (middle_rpc, origin_rpc) = (client(middle.url()), client(origin.url()));
        until(async || peers(&origin_rpc).await == 1).await;
        ((middle, middle_rpc), (origin, origin_rpc))
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

async fn ask(client: &Client, method: &'static str, parameters: Value) -> Value {
    client.raw_request(method.into(), parameters).await.unwrap()
}

/// Asks until the answer is the one that is waited for. Every question is a request, which paces it.
async fn until(what: impl AsyncFn() -> bool) {
    while !what().await {}
}

async fn head(client: &Client) -> u64 {
    client.get_block_number().await.unwrap()
}

async fn hash_of(client: &Client, number: u64) -> Option<Value> {
    let parameters = json!([format!("{number:#x}"), false]);
    let block = ask(client, "eth_getBlockByNumber", parameters).await;
    block.get("hash").cloned()
}

async fn peers(client: &Client) -> u64 {
    let count = ask(client, "net_peerCount", json!([])).await;
    u64::from_str_radix(count.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

async fn send(client: &Client, from: usize, to: Address) -> alloy_primitives::B256 {
    let request =
        TransactionRequest::default().from(DEV_ACCOUNTS[from]).to(to).value(U256::from(7));
    *client.send_transaction(request).await.unwrap().tx_hash()
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_and_transactions_reach_nodes_that_are_not_connected_with_each_other() {
    let cluster = Cluster::new();
    let miner = cluster.miner("miner", COINBASE, &[]);
    let middle = cluster.follower("middle", &[&miner]);
    let trusted = ["--trusted-only", "--bootnodes", middle.multiaddr()];
    let far = cluster.start("far", &trusted);
    let (miner_rpc, far_rpc) = (client(miner.url()), client(far.url()));
    // What comes before a node has found its place is not passed on.
    until(async || peers(&far_rpc).await == 1).await;
    let reached = head(&miner_rpc).await;
    until(async || head(&far_rpc).await > reached).await;

    let to = address!("0x00000000000000000000000000000000000000aa");
    let transaction = send(&far_rpc, 0, to).await;
    until(async || far_rpc.get_transaction_receipt(transaction).await.unwrap().is_some()).await;
    assert_eq!(far_rpc.get_balance(to).await.unwrap(), U256::from(7));
    assert_eq!(miner_rpc.get_balance(to).await.unwrap(), U256::from(7));
    let number = head(&far_rpc).await;
    assert_eq!(hash_of(&far_rpc, number).await, hash_of(&miner_rpc, number).await);
    far.stop();
    middle.stop();
    miner.stop();
}

/// The chain's difficulty is so low that a miner finds many blocks a second, and each is stamped later
/// than its parent.
#[tokio::test(flavor = "multi_thread")]
async fn what_outside_miners_find_is_taken_by_nodes_that_compare_it_with_their_clock() {
    const BLOCKS: u64 = 24;
    let cluster = Cluster::new();
    let node = cluster.start("node", &["--miner.etherbase", &COINBASE.to_string()]);
    let far = cluster.follower("far", &[&node]);
    let (rpc, far_rpc) = (client(node.url()), client(far.url()));
    until(async || peers(&far_rpc).await == 1).await;
    let miner = MinerProcess::start(&node.ws_url(), COINBASE, &[]);
    until(async || head(&far_rpc).await >= BLOCKS).await;
    let (status, log) = miner.stop();
    assert!(status.success(), "{log}");
    assert!(log.contains("ahead_of_clock"), "it was told why there is no work: {log}");
    assert!(!log.contains("seal not taken"), "nothing is searched meanwhile: {log}");
    let reached = head(&rpc).await;
    until(async || head(&far_rpc).await == reached).await;
    assert_eq!(hash_of(&far_rpc, reached).await, hash_of(&rpc, reached).await);
    assert_eq!(peers(&far_rpc).await, 1, "nobody was blamed");
    far.stop();
    node.stop();
}

#[test]
fn a_port_where_another_node_listens_is_an_error_that_names_flag_and_port() {
    let cluster = Cluster::new();
    let first = cluster.start("first", &[]);
    let port = first.multiaddr().split('/').nth(4).unwrap().to_owned();
    let (chain, datadir) = (cluster.path().join("cluster.json"), cluster.path().join("second"));
    let (chain, datadir) = (chain.to_str().unwrap(), datadir.to_str().unwrap());
    let output = run_to_end(&[
        "node",
        "--chain",
        chain,
        "--datadir",
        datadir,
        "--http.port",
        "0",
        "--ipcdisable",
        "--mdns",
        "off",
        "--addr",
        "127.0.0.1",
        "--port",
        &port,
    ]);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "the node started");
    assert!(text.contains("--port") && text.contains(&format!("/tcp/{port}")), "{text}");
    first.stop();
}

/// The address of a node, and the name of another.
#[tokio::test(flavor = "multi_thread")]
async fn a_bootnode_that_is_not_reached_is_told_of_in_the_log() {
    let cluster = Cluster::new();
    let first = cluster.start("first", &[]);
    let address = first.multiaddr().rsplit_once('/').unwrap().0.to_owned();
    let wrong = format!("{address}/{}", hanzo_network::PeerId::random());
    let second = cluster.start("second", &["--bootnodes", &wrong]);
    let rpc = client(second.url());
    // Nobody says when a connection has failed: it has when another one is made.
    let friend = cluster.follower("friend", &[&second]);
    until(async || peers(&rpc).await == 1).await;
    friend.stop();
    second.signal("TERM");
    let log = second.wait().log;
    assert!(log.contains("a named peer is not reached"), "{log}");
    first.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_miner_that_joins_mines_what_others_have_in_their_pools() {
    let cluster = Cluster::new();
    let ((middle, middle_rpc), (origin, origin_rpc)) = cluster.pair().await;
    let to = address!("0x00000000000000000000000000000000000000ad");
    let transaction = send(&origin_rpc, 0, to).await;
    let is_there =
        async || middle_rpc.get_transaction_by_hash(transaction).await.unwrap().is_some();
    until(is_there).await;
    // Whoever told of it does so no more.
    origin.stop();
    let miner = cluster.miner("miner", COINBASE, &[&middle]);
    let is_mined =
        async || middle_rpc.get_transaction_receipt(transaction).await.unwrap().is_some();
    until(is_mined).await;
    miner.stop();
    middle.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_stops_tells_others_of_the_last_transactions() {
    let cluster = Cluster::new();
    let ((middle, middle_rpc), (origin, origin_rpc)) = cluster.pair().await;
    let to = address!("0x00000000000000000000000000000000000000ae");
    let is_there = async |hash| middle_rpc.get_transaction_by_hash(hash).await.unwrap().is_some();
    let first = send(&origin_rpc, 0, to).await;
    until(async || is_there(first).await).await;
    // Some of these wait for others when the node is told to stop.
    let mut last = Vec::new();
    for _ in 0..8 {
        last.push(send(&origin_rpc, 0, to).await);
    }
    origin.stop();
    for hash in last {
        until(async || is_there(hash).await).await;
    }
    middle.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_comes_late_gets_the_chain_also_if_it_is_killed_meanwhile() {
    let cluster = Cluster::new();
    let miner = cluster.miner("miner", COINBASE, &[]);
    let miner_rpc = client(miner.url());
    until(async || head(&miner_rpc).await >= 20).await;
    let late = cluster.follower("late", &[&miner]);
    let late_rpc = client(late.url());
    until(async || head(&late_rpc).await >= 1).await;
    late.kill();

    let late = cluster.follower("late", &[&miner]);
    let late_rpc = client(late.url());
    let goal = head(&miner_rpc).await;
    until(async || head(&late_rpc).await >= goal).await;
    assert_eq!(hash_of(&late_rpc, goal).await, hash_of(&miner_rpc, goal).await);
    assert_eq!(ask(&late_rpc, "eth_syncing", json!([])).await, json!(false));
    late.stop();
    miner.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_partition_the_heavier_half_wins_and_transactions_of_the_other_are_mined_again() {
    let cluster = Cluster::new();
    let left = cluster.miner("left", COINBASE, &[]);
    let left_rpc = client(left.url());
    // The first blocks come at once, until the chain is ahead of the clock.
    until(async || head(&left_rpc).await >= 12).await;
    let right = cluster.miner("right", OTHER_COINBASE, &[]);
    let right_rpc = client(right.url());
    let to = address!("0x00000000000000000000000000000000000000bb");
    let transaction = send(&right_rpc, 1, to).await;
    until(async || right_rpc.get_transaction_receipt(transaction).await.unwrap().is_some()).await;
    until(async || head(&right_rpc).await >= 3).await;
    assert_ne!(hash_of(&left_rpc, 1).await, hash_of(&right_rpc, 1).await);

    let added = ask(&right_rpc, "admin_addPeer", json!([left.multiaddr()])).await;
    assert_eq!(added, json!(true));
    until(async || hash_of(&left_rpc, 1).await == hash_of(&right_rpc, 1).await).await;
    // Whichever half lost, the transaction is on the chain of both in the end.
    until(async || {
        let there = left_rpc.get_transaction_receipt(transaction).await.unwrap();
        let here = right_rpc.get_transaction_receipt(transaction).await.unwrap();
        there.is_some() && there.map(|receipt| receipt.block_hash) == here.map(|r| r.block_hash)
    })
    .await;
    right.stop();
    left.stop();
}

/// As in a network of containers, where addresses are not known beforehand.
#[tokio::test(flavor = "multi_thread")]
async fn a_bootnode_may_be_named_by_its_host() {
    let cluster = Cluster::new();
    let first = cluster.follower("first", &[]);
    let named = first.multiaddr().replace("/ip4/127.0.0.1/", "/dns4/localhost/");
    assert_ne!(named, first.multiaddr());
    let second = cluster.start("second", &["--trusted-only", "--bootnodes", &named]);
    let (first_rpc, second_rpc) = (client(first.url()), client(second.url()));
    until(async || peers(&first_rpc).await == 1 && peers(&second_rpc).await == 1).await;
    second.stop();
    first.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_of_another_chain_is_disconnected_and_both_say_why() {
    let cluster = Cluster::new();
    let node = cluster.follower("node", &[]);
    let elsewhere = tempfile::tempdir().unwrap();
    let flags = ["--bootnodes", node.multiaddr()];
    let chain = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../genesis/cluster.json");
    let stranger = NodeCommand::new(elsewhere.path()).chain(&chain).flags(&flags).start();
    let (rpc, stranger_rpc) = (client(node.url()), client(stranger.url()));
    let genesis = async |rpc: &_| {
        let info = ask(rpc, "admin_nodeInfo", json!([])).await;
        info["protocols"]["hanzo"]["genesis"].as_str().unwrap().to_owned()
    };
    let (ours, theirs) = (genesis(&rpc).await, genesis(&stranger_rpc).await);
    // Nobody says when a connection has failed: it has when another one is made.
    let friend = cluster.follower("friend", &[&node]);
    until(async || peers(&rpc).await == 1).await;
    assert_eq!(peers(&stranger_rpc).await, 0);
    friend.stop();
    stranger.signal("TERM");
    let log = stranger.wait().log;
    assert!(log.contains("another chain") && log.contains(&ours), "{log}");
    node.signal("TERM");
    let log = node.wait().log;
    assert!(log.contains("another chain") && log.contains(&theirs), "{log}");
    assert!(cluster.path().join("node").join("nodekey").exists());
}
