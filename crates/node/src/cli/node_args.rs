//! The flags of `hanzo node`, named as in reth and geth.

use super::{metrics_args::MetricsArgs, network_args::NetworkArgs, reorg_args::ReorgArgs, set};
use crate::{
    ChainSource, DevSettings, NetworkSettings, Node, NodeConfig, NodeError, RpcSettings,
    config_file::ConfigFile,
    units::{Retained, parse_duration, parse_extra_data, parse_listen_address, parse_retained},
};
use alloy_primitives::{Address, Bytes};
use clap::Args;
use hanzo_chain::ReorgLimits;
use hanzo_mining::DEFAULT_BENEFICIARIES;
use hanzo_store::Retention;
use std::{
    net::{IpAddr, Ipv4Addr},
    path::PathBuf,
    time::Duration,
};

/// Port of the RPC server, the one every Ethereum tool tries first.
const DEFAULT_HTTP_PORT: u16 = 8545;

/// Most gas a call may use; geth's default.
const DEFAULT_RPC_GAS_CAP: u64 = 50_000_000;

/// Most connections at once.
const DEFAULT_MAX_CONNECTIONS: u32 = 500;

/// How long work that nobody waits for any more may go on when the node has stopped.
const LAST_WORK: Duration = Duration::from_secs(1);

/// Most requests in a batch; ethers sends up to 100.
const DEFAULT_MAX_BATCH: u32 = 100;

/// Which chain, and where it is kept.
#[derive(Debug, Args)]
pub(crate) struct ChainArgs {
    /// dev, cluster, testnet, mainnet, or a genesis file in geth's format: without a `config.hanzo` section
    /// it is a plain Ethereum chain, which is imported and served, but not built on.
    #[arg(long, value_name = "CHAIN")]
    chain: Option<String>,
    /// Shorthand for `--chain dev`: one node, instant blocks, funded accounts.
    #[arg(long)]
    dev: bool,
    /// Where the chain is kept [default: the platform's data directory].
    #[arg(long, value_name = "DIR")]
    datadir: Option<PathBuf>,
    /// A TOML file with the same settings; flags win over it.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Largest contract code in bytes; fixed when the data directory is created. Needs --dev.
    #[arg(long = "dev.code-size-limit", value_name = "BYTES", allow_negative_numbers = true)]
    code_size_limit: Option<u64>,
    /// Largest gas limit of a transaction; fixed when the data directory is created. Needs --dev.
    #[arg(long = "dev.tx-gas-cap", value_name = "GAS", allow_negative_numbers = true)]
    tx_gas_cap: Option<u64>,
}

/// Runs a node.
#[derive(Debug, Args)]
pub(crate) struct NodeArgs {
    #[command(flatten)]
    chain: ChainArgs,
    #[command(flatten)]
    prune: PruneArgs,
    #[command(flatten)]
    reorg: ReorgArgs,
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    rpc: RpcArgs,
    #[command(flatten)]
    metrics: MetricsArgs,
    #[command(flatten)]
    miner: MinerArgs,
}

/// How much of the past is kept.
#[derive(Debug, Args)]
#[command(next_help_heading = "History")]
pub(crate) struct PruneArgs {
    /// Keeps the states of this many past blocks, at least 256, or `archive` for all
    /// [default: archive].
    #[arg(long = "prune.states", value_name = "BLOCKS", value_parser = parse_retained)]
    states: Option<Retained>,
    /// Keeps the receipts and logs of this many blocks, at least 256, or `archive` for all
    /// [default: archive].
    #[arg(long = "prune.receipts", value_name = "BLOCKS", value_parser = parse_retained)]
    receipts: Option<Retained>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "RPC")]
struct RpcArgs {
    /// Serves JSON-RPC over HTTP; this is the default.
    #[arg(long)]
    http: bool,
    /// Serves nothing over HTTP or WebSocket.
    #[arg(long = "no-http", conflicts_with_all = ["http", "ws"])]
    no_http: bool,
    /// Address to listen on, or `localhost` [default: 127.0.0.1].
    #[arg(long = "http.addr", value_name = "IP", value_parser = parse_listen_address)]
    http_addr: Option<IpAddr>,
    /// Port for HTTP and WebSocket; 0 lets the system choose [default: 8545].
    #[arg(long = "http.port", value_name = "PORT", allow_negative_numbers = true)]
    http_port: Option<u16>,
    /// Namespaces to serve, separated by commas, or `all`
    /// [default: eth,net,web3,txpool,rpc; on a loopback address also debug, poc and admin].
    #[arg(long = "http.api", value_name = "NAMES", value_delimiter = ',')]
    http_api: Option<Vec<String>>,
    /// Origins that browsers may call from, separated by commas, or `*`
    /// [default: `*` on the dev chain, none elsewhere].
    #[arg(long = "http.corsdomain", value_name = "ORIGINS", value_delimiter = ',')]
    cors_origins: Option<Vec<String>>,
    /// Host names accepted besides localhost, separated by commas, or `*`.
    #[arg(long = "http.vhosts", value_name = "HOSTS", value_delimiter = ',')]
    virtual_hosts: Option<Vec<String>>,
    /// Serves WebSocket on the same port; this is the default.
    #[arg(long)]
    ws: bool,
    /// Serves no IPC socket.
    #[arg(long = "ipcdisable")]
    ipc_disable: bool,
    /// Where the IPC socket goes [default: hanzo.ipc in the data directory].
    #[arg(long = "ipcpath", value_name = "PATH")]
    ipc_path: Option<PathBuf>,
    /// Most gas that a call may use [default: 50000000].
    #[arg(long = "rpc.gascap", value_name = "GAS", allow_negative_numbers = true)]
    gas_cap: Option<u64>,
    /// Most connections over HTTP and WebSocket at once [default: 500].
    #[arg(long = "rpc.max-connections", value_name = "N", allow_negative_numbers = true)]
    max_connections: Option<u32>,
    /// Most requests in a batch [default: 100].
    #[arg(long = "rpc.max-batch", value_name = "N", allow_negative_numbers = true)]
    max_batch: Option<u32>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Mining")]
struct MinerArgs {
    /// Mines in this process [default: on the dev chain only].
    #[arg(long)]
    mine: bool,
    /// Does not mine.
    #[arg(long = "no-mine", conflicts_with = "mine")]
    no_mine: bool,
    /// Who is paid for blocks.
    #[arg(long = "miner.etherbase", value_name = "ADDRESS")]
    etherbase: Option<Address>,
    /// Threads that search for a seal [default: 1 on the dev chain, all cores elsewhere].
    #[arg(long = "miner.threads", value_name = "N", allow_negative_numbers = true)]
    threads: Option<usize>,
    /// Up to 32 bytes in the header of own blocks, as text or 0x-prefixed hex.
    #[arg(long = "miner.extradata", value_name = "DATA", value_parser = parse_extra_data)]
    extra_data: Option<Bytes>,
    /// Coinbases that miners outside this process can work for at a time [default: 64].
    #[arg(long = "miner.max-beneficiaries", value_name = "N", allow_negative_numbers = true)]
    max_beneficiaries: Option<usize>,
    /// Gas limit that own blocks steer to [default: the genesis limit].
    #[arg(long = "builder.gaslimit", value_name = "GAS", allow_negative_numbers = true)]
    gas_limit: Option<u64>,
    /// Makes a block every so often instead of when a transaction arrives, e.g. 2s. Needs --dev or
    /// a chain file with id 31337.
    #[arg(long = "dev.block-time", value_name = "DURATION", value_parser = parse_duration)]
    dev_block_time: Option<Duration>,
}

impl NodeArgs {
    pub(crate) fn run(self) -> Result<(), NodeError> {
        let config = self.into_config()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .thread_name("hanzo")
            .build()?;
        let ended = runtime.block_on(async { Node::start(config).await?.run().await });
        // Everything is written. A question that somebody still calculates an answer to must not keep the
        // process, and with it the lock of the database.
        runtime.shutdown_timeout(LAST_WORK);
        ended
    }

    pub(crate) fn into_config(self) -> Result<NodeConfig, NodeError> {
        let (mut config, file) = self.chain.into_parts()?;
        config.retention = self.prune.retention(&file);
        config.reorg = self.reorg.limits(&file.reorg);
        config.network = self.network.settings(&file.network);
        self.rpc.apply(&mut config.rpc, &file);
        config.metrics = self.metrics.address(&file.metrics);
        self.miner.apply(&mut config, &file);
        Ok(config)
    }
}

impl ChainArgs {
    /// Configuration of a node that is told nothing but its chain.
    pub(crate) fn into_config(self) -> Result<NodeConfig, NodeError> {
        Ok(self.into_parts()?.0)
    }

    pub(crate) fn into_parts(self) -> Result<(NodeConfig, ConfigFile), NodeError> {
        let file = self.config.as_deref().map(ConfigFile::read).transpose()?.unwrap_or_default();
        let chain = chain_source(self.chain.or_else(|| file.chain.clone()), self.dev)?;
        let is_dev = chain == ChainSource::Dev;
        let config = NodeConfig {
            chain,
            dev: DevSettings {
                contract_size_limit: self.code_size_limit.or(file.dev.code_size_limit),
                transaction_gas_limit_cap: self.tx_gas_cap.or(file.dev.tx_gas_cap),
            },
            datadir: self.datadir.or_else(|| file.datadir.clone()),
            mine: None,
            dev_block_time: None,
            coinbase: None,
            extra_data: Bytes::new(),
            mining_threads: None,
            max_beneficiaries: DEFAULT_BENEFICIARIES,
            target_gas_limit: None,
            retention: Retention::default(),
            reorg: ReorgLimits::default(),
            network: NetworkSettings::default(),
            rpc: default_rpc(is_dev),
            metrics: None,
        };
        Ok((config, file))
    }
}

/// The chain that flags and file name; the two ways of asking for the dev chain must agree.
fn chain_source(name: Option<String>, dev: bool) -> Result<ChainSource, NodeError> {
    let named = name.map(|name| name.parse::<ChainSource>()).transpose();
    match (named.map_err(NodeError::Config)?, dev) {
        (None | Some(ChainSource::Dev), true) => Ok(ChainSource::Dev),
        (Some(chain), false) => Ok(chain),
        (Some(chain), true) => Err(NodeError::Config(format!("--dev contradicts --chain {chain}"))),
        (None, false) => Err(NodeError::Config(
            "name a chain: --dev, --chain testnet, --chain mainnet or --chain FILE".to_owned(),
        )),
    }
}

fn default_rpc(is_dev: bool) -> RpcSettings {
    RpcSettings {
        http: true,
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        port: DEFAULT_HTTP_PORT,
        websocket: true,
        api: default_namespaces(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        // Browser wallets and dapps under development call from anywhere; elsewhere an open
        // origin would let any page talk to the node.
        cors_origins: if is_dev { vec!["*".to_owned()] } else { Vec::new() },
        virtual_hosts: Vec::new(),
        ipc: Some(None),
        gas_cap: DEFAULT_RPC_GAS_CAP,
        max_connections: DEFAULT_MAX_CONNECTIONS,
        max_batch: DEFAULT_MAX_BATCH,
    }
}

/// What is served unless something is named. A trace costs far more than any other request, and work
/// for a miner is the execution of a block, and the operator's decisions are nobody else's, so others
/// than this machine's users have to be let in by name. Source: decision D-23.
fn default_namespaces(address: IpAddr) -> Vec<String> {
    let mut names = vec!["eth", "net", "web3", "txpool", "rpc"];
    if address.is_loopback() {
        names.extend(["debug", "poc", "admin"]);
    }
    names.into_iter().map(str::to_owned).collect()
}

impl PruneArgs {
    pub(crate) fn retention(&self, file: &ConfigFile) -> Retention {
        let blocks = |flag: Option<Retained>, written: Option<Retained>| {
            flag.or(written).and_then(|Retained(blocks)| blocks)
        };
        Retention {
            states: blocks(self.states, file.prune.states),
            receipts: blocks(self.receipts, file.prune.receipts),
        }
    }
}

impl RpcArgs {
    fn apply(self, rpc: &mut RpcSettings, file: &ConfigFile) {
        let asked = self.http || self.ws;
        rpc.http = !self.no_http && (asked || file.http.enabled.unwrap_or(rpc.http));
        rpc.websocket = self.ws || file.http.ws.unwrap_or(rpc.websocket);
        set(&mut rpc.address, self.http_addr.or(file.http.addr));
        set(&mut rpc.port, self.http_port.or(file.http.port));
        let namespaces = self.http_api.or_else(|| file.http.api.clone());
        rpc.api = namespaces.unwrap_or_else(|| default_namespaces(rpc.address));
        set(&mut rpc.cors_origins, self.cors_origins.or_else(|| file.http.corsdomain.clone()));
        set(&mut rpc.virtual_hosts, self.virtual_hosts.or_else(|| file.http.vhosts.clone()));
        let path = self.ipc_path.or_else(|| file.ipc.path.clone());
        let disabled = self.ipc_disable || file.ipc.enabled == Some(false);
        rpc.ipc = (!disabled).then_some(path);
        set(&mut rpc.gas_cap, self.gas_cap.or(file.rpc.gascap));
        set(&mut rpc.max_connections, self.max_connections.or(file.rpc.max_connections));
        set(&mut rpc.max_batch, self.max_batch.or(file.rpc.max_batch));
    }
}

impl MinerArgs {
    fn apply(self, config: &mut NodeConfig, file: &ConfigFile) {
        config.mine = match (self.mine, self.no_mine) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            (false, false) => file.miner.enabled,
        };
        config.coinbase = self.etherbase.or(file.miner.etherbase);
        config.mining_threads = self.threads.or(file.miner.threads);
        set(&mut config.max_beneficiaries, self.max_beneficiaries.or(file.miner.max_beneficiaries));
        config.target_gas_limit = self.gas_limit.or(file.miner.gaslimit);
        config.dev_block_time = self.dev_block_time.or(file.dev.block_time);
        set(&mut config.extra_data, self.extra_data.or_else(|| file.miner.extradata.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv6Addr;

    #[test]
    fn traces_work_and_decisions_are_served_unasked_on_loopback_only() {
        for name in ["debug", "poc", "admin"] {
            let serves = |address| default_namespaces(address).iter().any(|other| other == name);
            assert!(serves(IpAddr::V4(Ipv4Addr::LOCALHOST)));
            assert!(serves(IpAddr::V6(Ipv6Addr::LOCALHOST)));
            assert!(!serves(IpAddr::V4(Ipv4Addr::UNSPECIFIED)));
            assert!(!serves(IpAddr::V6(Ipv6Addr::UNSPECIFIED)));
        }
    }
}
