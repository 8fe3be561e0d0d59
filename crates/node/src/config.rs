//! Everything a node is told, checked.

use crate::{ChainSource, DevSettings, NodeError};
use alloy_primitives::{Address, Bytes};
use hanzo_consensus::MAX_EXTRA_DATA_BYTES;
use hanzo_mining::MAX_MINING_THREADS;
use std::{net::IpAddr, path::PathBuf, time::Duration};

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
    /// Most connections at once.
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
    /// Gas limit to steer to.
    pub target_gas_limit: Option<u64>,
    /// What the RPC server is told.
    pub rpc: RpcSettings,
}

impl NodeConfig {
    /// Whether this is the embedded dev chain.
    #[must_use]
    pub fn is_dev(&self) -> bool {
        self.chain == ChainSource::Dev
    }

    /// Checks what one field alone cannot show.
    ///
    /// # Errors
    /// [`NodeError::Config`] naming the flags.
    pub fn validate(&self) -> Result<(), NodeError> {
        let refuse = |text: String| Err(NodeError::Config(text));
        if self.extra_data.len() > MAX_EXTRA_DATA_BYTES {
            return refuse(format!(
                "--miner.extradata has {} bytes, at most {MAX_EXTRA_DATA_BYTES} are allowed",
                self.extra_data.len()
            ));
        }
        if self.extra_data.len() == MAX_EXTRA_DATA_BYTES && self.extra_data.first() == Some(&1) {
            return refuse(
                "--miner.extradata of 32 bytes must not begin with 0x01: it announces the job kind"
                    .to_owned(),
            );
        }
        if let Some(threads) = self.mining_threads
            && !(1..=MAX_MINING_THREADS).contains(&threads)
        {
            return refuse(format!(
                "--miner.threads is {threads}, allowed is 1 to {MAX_MINING_THREADS}"
            ));
        }
        if self.dev_block_time.is_some_and(|time| time < Duration::from_secs(1)) {
            return refuse(
                "--dev.block-time must be at least 1s: timestamps count whole seconds".to_owned(),
            );
        }
        if !self.is_dev() {
            let dev_only = [
                ("--dev.block-time", self.dev_block_time.is_some()),
                ("--dev.code-size-limit", self.dev.contract_size_limit.is_some()),
                ("--dev.tx-gas-cap", self.dev.transaction_gas_limit_cap.is_some()),
            ];
            if let Some((flag, _)) = dev_only.iter().find(|(_, given)| *given) {
                return refuse(format!("{flag} needs --dev"));
            }
        }
        Ok(())
    }
}
