//! The nodes.

use crate::target::Target;
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{Address, Bytes};
use alloy_provider::Provider as _;
use alloy_rpc_types_eth::Header as RpcHeader;
use hanzo_e2e::{Client, Feed, MinerProcess, NodeCommand, NodeProcess, client, cluster_of};
use hanzo_network::{BlockAnnouncement, Multiaddr, Protocol, ProtocolNames};
use hanzo_testkit::{Signer, TestChain};
use hanzo_types::{ChainSpec, Header};
use serde_json::{Value, json};
use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::sleep,
};

/// What nodes log: who misbehaved how, and what became of them.
const LOG: [&str; 4] = ["--log.format", "json", "--log.filter", "info,network=debug"];

/// Difficulty of the first blocks, in multiply-accumulates: a few tenths of a second on one core, so that a
/// chain with some work in it can be made.
const DIFFICULTY: u64 = 1 << 34;

/// Blocks of a chain with little work in it: more than announcements bring.
const LIGHT_BLOCKS: usize = 20;

/// A chain that has no more blocks in this time is past its first ones. It may have one a second.
const SETTLED_BLOCKS: u64 = 25;
const SETTLED_TIME: Duration = Duration::from_secs(20);

/// Paid for the blocks.
const COINBASE: &str = "0xa1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1";

/// Headers that were heard of and not looked at.
const HEADERS_QUEUE: usize = 64;

/// The victim, the honest node that somebody mines for, and the follower that knows the victim alone.
pub(crate) struct Field {
    pub(crate) victim: NodeProcess,
    pub(crate) honest: NodeProcess,
    pub(crate) follower: NodeProcess,
    pub(crate) clients: Clients,
    pub(crate) spec: Arc<ChainSpec>,
    light_chain: Arc<[Header]>,
    _folder: TempDir,
}

/// Clients of the three nodes.
#[derive(Debug, Clone)]
pub(crate) struct Clients {
    pub(crate) victim: Client,
    pub(crate) honest: Client,
    pub(crate) follower: Client,
}

impl Field {
    /// All three connected, with nobody mining.
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let genesis = cluster_of(folder.path(), DIFFICULTY);
        let spec = Arc::new(ChainSpec::from_genesis_json(&fs::read(&genesis).unwrap()).unwrap());
        let start = |name: &str, flags: &[&str]| {
            let command = NodeCommand::new(&folder.path().join(name)).chain(&genesis);
            command.flags(&["--no-mine"]).flags(&LOG).flags(flags).start()
        };
        let victim = start("victim", &["--metrics", "127.0.0.1:0"]);
        let bootnodes = ["--bootnodes", victim.multiaddr()];
        let honest = start("honest", &bootnodes);
        let follower = start("follower", &[&["--trusted-only"], &bootnodes[..]].concat());
        let clients = Clients {
            victim: client(victim.url()),
            honest: client(honest.url()),
            follower: client(follower.url()),
        };
        let light_chain = light_chain(&spec);
        let field = Self { victim, honest, follower, clients, spec, light_chain, _folder: folder };
        while field.clients.peers().await.len() < 2 {
            sleep(Duration::from_millis(100)).await;
        }
        field
    }

    /// A miner for the honest node, on one core.
    pub(crate) fn mine(&self) -> MinerProcess {
        MinerProcess::start(&self.honest.ws_url(), COINBASE.parse().unwrap(), &[])
    }

    /// Waits until the first blocks are over, which come as fast as they are found, and everybody has them.
    pub(crate) async fn settle(&self) {
        let mut before = 0;
        loop {
            let now = ask_number(&self.clients.honest, "eth_blockNumber").await;
            let follower = ask_number(&self.clients.follower, "eth_blockNumber").await;
            let is_slow = now > before && now - before <= SETTLED_BLOCKS;
            if is_slow && follower + 2 >= now {
                return;
            }
            before = now;
            sleep(SETTLED_TIME).await;
        }
    }

    /// Names of the honest nodes.
    pub(crate) fn honest_peers(&self) -> [String; 2] {
        [&self.honest, &self.follower].map(|node| peer_of(node.multiaddr()))
    }

    /// What attackers know. The newest block is told for as long as the tasks live.
    pub(crate) async fn target(&self, tasks: &mut JoinSet<()>) -> Target {
        let address: Multiaddr = self.victim.multiaddr().parse().unwrap();
        let port = address.iter().find_map(|part| match part {
            Protocol::Tcp(port) => Some(port),
            _ => None,
        });
        Target {
            socket: SocketAddr::from((Ipv4Addr::LOCALHOST, port.unwrap())),
            peer: peer_of(self.victim.multiaddr()).parse().unwrap(),
            address,
            names: Arc::new(ProtocolNames::of(&self.spec)),
            newest: self.newest(tasks).await,
            light_chain: Arc::clone(&self.light_chain),
            mined_transaction: first_transaction(&self.spec),
        }
    }

    async fn newest(
        &self,
        tasks: &mut JoinSet<()>,
    ) -> watch::Receiver<Option<Arc<BlockAnnouncement>>> {
        let feed = Feed::open(&self.honest.ws_url(), "eth", json!(["newHeads"])).await;
        let (heads, mut heard) = mpsc::channel(HEADERS_QUEUE);
        let (newest, receiver) = watch::channel(None);
        let read = |head: &Value, _| -> RpcHeader { serde_json::from_value(head.clone()).unwrap() };
        tasks.spawn(feed.pass_on(read, heads));
        tasks.spawn(async move {
            while let Some(head) = heard.recv().await {
                assert_eq!(head.inner.hash_slow(), head.hash, "a header that is not the whole one");
                let announcement = BlockAnnouncement {
                    header: head.inner,
                    transactions: Vec::new(),
                    sidecar: Bytes::new(),
                };
                newest.send_replace(Some(Arc::new(announcement)));
            }
        });
        receiver
    }
}

impl Clients {
    /// The peers of the victim that have passed the handshake or may yet.
    pub(crate) async fn peers(&self) -> Vec<Value> {
        ask(&self.victim, "admin_peers", json!([])).await.as_array().unwrap().clone()
    }
}

/// What a node answers.
pub(crate) async fn ask(client: &Client, method: &'static str, parameters: Value) -> Value {
    client.raw_request(method.into(), parameters).await.unwrap()
}

/// A number that a node answers.
pub(crate) async fn ask_number(client: &Client, method: &'static str) -> u64 {
    let number = ask(client, method, json!([])).await;
    u64::from_str_radix(number.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
}

/// The transaction that is mined before the siege: of the first account.
pub(crate) fn first_transaction(spec: &ChainSpec) -> Bytes {
    let transfer = Signer::dev(0, spec).transfer(0, Address::repeat_byte(0x77), 1);
    transfer.inner().encoded_2718().into()
}

/// A chain of empty blocks that nobody else has, each as hard as the first ones.
fn light_chain(spec: &Arc<ChainSpec>) -> Arc<[Header]> {
    let mut chain = TestChain::new(Arc::clone(spec));
    let interval = spec.hanzo_rules().unwrap().config().target_block_time;
    let next = |_| {
        let timestamp = chain.view().head().timestamp + interval;
        let built = chain.build_with(Vec::new(), |header| header.timestamp = timestamp);
        let block = hanzo_testkit::seal(built.block);
        let header = block.header().clone();
        let _ = chain.import_mined(block, built.prebuilt).unwrap();
        header
    };
    (0..LIGHT_BLOCKS).map(next).collect()
}

fn peer_of(multiaddr: &str) -> String {
    multiaddr.rsplit('/').next().unwrap().to_owned()
}
