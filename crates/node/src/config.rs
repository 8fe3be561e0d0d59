//! Everything a node is told, checked.

use crate::{ChainSource, DevSettings, NetworkSettings, NodeError};
use alloy_primitives::{Address, Bytes};
use hanzo_chain::ReorgLimits;
use hanzo_consensus::MIN_GAS_LIMIT;
use hanzo_mining::{MAX_BENEFICIARIES, MAX_MINING_THREADS};
use hanzo_store::Retention;
use hanzo_types::{MAX_EXTRA_DATA_BYTES, SealKind};
use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

/// When blocks are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MiningMode {
    /// Never by this node.
    Off,
    /// When a transaction arrives. The dev chain only.
    Instant,
    /// At a fixed interval. The dev chain only.
    Interval(Duration),
    /// Always. Chains with real difficulty.
    Continuous,
}

/// What the RPC server is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RpcSettings {
    /// Whether HTTP (and WebSocket on the same port) is served.
    pub http: bool,
    /// Address to listen on.
    pub address: IpAddr,
    /// Port to listen on; 0 lets the system choose.
    pub port: u16,
    /// Whether WebSocket is served.
    pub websocket: bool,
    /// Namespaces that are served, or `all`.
    pub api: Vec<String>,
    /// Origins that browsers may call from.
    pub cors_origins: Vec<String>,
    /// Host names accepted in the `Host` header besides loopback.
    pub virtual_hosts: Vec<String>,
    /// Where the IPC socket goes; `None` switches it off.
    pub ipc: Option<Option<PathBuf>>,
    /// Most gas a call may use.
    pub gas_cap: u64,
    /// Most connections over HTTP and WebSocket at once.
    pub max_connections: u32,
    /// Most requests in a batch.
    pub max_batch: u32,
}

/// Everything a node is told. Plain data; [`NodeConfig::validate`] checks what one field alone
/// cannot show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeConfig {
    /// Which chain.
    pub chain: ChainSource,
    /// Settings of the dev chain.
    pub dev: DevSettings,
    /// Data directory; the platform's default if absent.
    pub datadir: Option<PathBuf>,
    /// Whether to mine; `None` means yes on the dev chain and no elsewhere.
    pub mine: Option<bool>,
    /// Block interval of the dev chain; `None` is instant.
    pub dev_block_time: Option<Duration>,
    /// Who is paid for blocks.
    pub coinbase: Option<Address>,
    /// Free text in the header of own blocks.
    pub extra_data: Bytes,
    /// Threads that search for a seal; `None` means one on the dev chain, all cores elsewhere.
    pub mining_threads: Option<usize>,
    /// Coinbases that miners outside this process can work for at a time.
    pub max_beneficiaries: usize,
    /// Gas limit to steer to.
    pub target_gas_limit: Option<u64>,
    /// How much of the past is kept.
    pub retention: Retention,
    /// Which reorganisations are left to the operator.
    pub reorg: ReorgLimits,
    /// What the network is told.
    pub network: NetworkSettings,
    /// What the RPC server is told.
    pub rpc: RpcSettings,
    /// Where metrics are served; port 0 lets the system choose. `None` means not at all.
    pub metrics: Option<SocketAddr>,
}

impl NodeConfig {
    /// Whether this is the embedded dev chain.
    #[must_use]
    pub fn is_dev(&self) -> bool {
        self.chain == ChainSource::Dev
    }

    /// Checks ranges, and what one field alone cannot show.
    ///
    /// # Errors
    /// [`NodeError::Config`] naming the flag and the limit.
    pub fn validate(&self) -> Result<(), NodeError> {
        let broken = check_extra_data(&self.extra_data)
            .or_else(|| self.check_mining())
            .or_else(|| self.check_dev())
            .or_else(|| self.network.broken());
        broken.map_or(Ok(()), |reason| Err(NodeError::Config(reason)))
    }

    fn check_mining(&self) -> Option<String> {
        if let Some(threads) = self.mining_threads
            && !(1..=MAX_MINING_THREADS).contains(&threads)
        {
            return Some(format!(
                "--miner.threads is {threads}, allowed is 1 to {MAX_MINING_THREADS}"
            ));
        }
        let beneficiaries = self.max_beneficiaries;
        if !(1..=MAX_BENEFICIARIES).contains(&beneficiaries) {
            return Some(format!(
                "--miner.max-beneficiaries is {beneficiaries}, allowed is 1 to {MAX_BENEFICIARIES}"
            ));
        }
        if let Some(gas) = self.target_gas_limit
            && !(MIN_GAS_LIMIT..=MAX_GAS_LIMIT).contains(&gas)
        {
            return Some(format!(
                "--builder.gaslimit is {gas}, allowed is {MIN_GAS_LIMIT} to {MAX_GAS_LIMIT}"
            ));
        }
        let time = self.dev_block_time?;
        if self.mine == Some(false) {
            return Some("--dev.block-time contradicts --no-mine".to_owned());
        }
        if !(MIN_BLOCK_TIME..=MAX_BLOCK_TIME).contains(&time) {
            return Some(format!(
                "--dev.block-time is {time:?}, it must be at least 1s (timestamps count whole \
                 seconds) and at most {} s",
                MAX_BLOCK_TIME.as_secs()
            ));
        }
        None
    }

    fn check_dev(&self) -> Option<String> {
        let (code, gas) = (self.dev.contract_size_limit, self.dev.transaction_gas_limit_cap);
        if !self.is_dev() {
            // Whether a file describes the dev chain shows when it is read.
            let named = !matches!(self.chain, ChainSource::File(_));
            let dev_only = [
                ("--dev.block-time", named && self.dev_block_time.is_some()),
                ("--dev.code-size-limit", code.is_some()),
                ("--dev.tx-gas-cap", gas.is_some()),
            ];
            let (flag, _) = dev_only.into_iter().find(|(_, given)| *given)?;
            return Some(format!("{flag} needs --dev"));
        }
        // They lift limits; a lower one would make a chain on which nothing works.
        let least = [
            ("--dev.code-size-limit", code, MIN_CODE_SIZE_LIMIT),
            ("--dev.tx-gas-cap", gas, MIN_TRANSACTION_GAS_CAP),
        ];
        least.into_iter().find_map(|(flag, value, least)| {
            let value = value.filter(|value| *value < least)?;
            Some(format!("{flag} is {value}, it must be at least {least}"))
        })
    }
}

/// Timestamps count whole seconds and must grow.
const MIN_BLOCK_TIME: Duration = Duration::from_secs(1);

/// A day. Who wants no blocks for longer wants no mining.
const MAX_BLOCK_TIME: Duration = Duration::from_secs(86_400);

/// Largest gas limit of a block. Source: Yellow Paper §4.4.4, geth.
const MAX_GAS_LIMIT: u64 = i64::MAX.unsigned_abs();

/// Code size that every Ethereum chain allows, in bytes. Source: EIP-170.
const MIN_CODE_SIZE_LIMIT: u64 = 24_576;

/// Gas limit of a transaction that every Ethereum chain allows. Source: EIP-7825.
const MIN_TRANSACTION_GAS_CAP: u64 = 16_777_216;

fn check_extra_data(data: &Bytes) -> Option<String> {
    match SealKind::of(data) {
        Some(SealKind::Synthetic) => None,
        Some(SealKind::Job) => Some(
            "--miner.extradata of 32 bytes must not begin with 0x01: it announces the job kind"
                .to_owned(),
        ),
        None => Some(format!(
            "--miner.extradata has {} bytes, at most {MAX_EXTRA_DATA_BYTES} are allowed",
            data.len()
        )),
    }
}
