//! A running node.

use crate::{
    ChainSource, DataDir, MiningMode, NodeConfig, NodeError,
    banner::Banner,
    metrics_sources::{self, MetricsSources},
    parts::Parts,
    rpc_config::rpc_config,
    shutdown::{ABORTED, ShutdownSignals},
};
use alloy_primitives::Address;
use hanzo_chain::{CanonObserver, ChainHandle, ChainThread, ImportError};
use hanzo_exporter::ExporterHandle;
use hanzo_mining::{
    Clock, ContinuousMiner, InstantSealer, IntervalSealer, MinerStatus, MiningConfig, MiningError,
    Sealer, TemplateService,
};
use hanzo_network::{Network, NetworkConfig, NetworkError, Worker};
use hanzo_pool::{BaseFeeAdmission, Pool, PoolConfig};
use hanzo_rpc::{RpcDependencies, RpcHandle, RpcServer};
use hanzo_store::Store;
use hanzo_types::{ChainSpec, DEV_COINBASE, Rules};
use std::{io::Write as _, path::PathBuf, sync::Arc, time::Duration};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long `eth_sendRawTransaction` waits for the instant sealer before it answers, so that a
/// receipt is there right after the send. A block takes a few milliseconds; two seconds cover a
/// loaded machine.
const INSTANT_INCLUSION_WAIT: Duration = Duration::from_secs(2);

/// Client name and version, as `web3_clientVersion` reports it.
const CLIENT_VERSION: &str =
    concat!("hanzo/v", env!("CARGO_PKG_VERSION"), "/", env!("CARGO_PKG_RUST_VERSION"));

/// A running node.
#[derive(Debug)]
pub struct Node {
    chain: ChainThread,
    rpc: RpcHandle,
    metrics: Option<ExporterHandle>,
    network: Option<Network>,
    miner: Option<JoinHandle<Result<(), MiningError>>>,
    cancel: CancellationToken,
    signals: ShutdownSignals,
}

impl Node {
    /// Opens or creates the data directory with the chain's genesis block, and nothing else.
    ///
    /// # Errors
    /// [`NodeError`]: malformed genesis, a directory of another chain, a failed write.
    pub fn init(
        chain: &ChainSource,
        config: &NodeConfig,
    ) -> Result<(Arc<ChainSpec>, DataDir), NodeError> {
        let parts = Parts::load(chain, config)?;
        let tree = parts.open_chain()?;
        drop(tree);
        Ok((parts.spec, parts.datadir))
    }

    /// Starts every part of the node and prints the banner.
    ///
    /// # Errors
    /// [`NodeError`] of the first part that does not start.
    pub async fn start(config: NodeConfig) -> Result<Self, NodeError> {
        config.validate()?;
        let parts = Parts::load(&config.chain, &config)?;
        let mode = mining_mode(&config, &parts.spec)?;
        let coinbase = coinbase(&config, &parts.spec, mode)?;
        let wait = (mode == MiningMode::Instant).then_some(INSTANT_INCLUSION_WAIT);
        let ipc = ipc_path(&config, &parts.datadir);
        let rpc_config = rpc_config(&config.rpc, ipc.clone(), wait)?;
        config.network.check(&parts.spec)?;
        // From here on there is something to lose: a signal must not end the process unprepared.
        let signals = ShutdownSignals::listen()?;
        let metrics = metrics_sources::bind(config.metrics, &parts.spec).await?;
        let tree = parts.open_chain()?;
        let network = config.network.resolve(&parts.spec, &parts.datadir, CLIENT_VERSION)?;
        let store = tree.store().clone();
        let view = tree.view();
        parts.say_what_is_to_be_pruned(&view);
        let head = view.head_number();
        let pool = Pool::new(pool_config(mode), view);
        let observer: Arc<dyn CanonObserver> = Arc::new(pool.clone());
        let (chain, thread) = ChainHandle::start(tree, vec![observer])?;

        let cancel = CancellationToken::new();
        let consensus = Arc::clone(&parts.consensus);
        let worker = Worker { consensus, pool: pool.clone() };
        let network = match start_network(network, (chain.clone(), worker), &store).await {
            Ok(network) => network,
            Err(error) => return Err(stop_early(thread, error.into())),
        };
        let sources = MetricsSources { store, pool: pool.clone() };
        let metrics = metrics.map(|exporter| exporter.serve(sources.measure(), &cancel));
        let threads = mining_threads(&config, &parts.spec);
        let templates = TemplateService::new(
            chain.clone(),
            pool.clone(),
            Arc::clone(&parts.consensus),
            mining_config(&config, coinbase, threads),
            Clock::system(),
        );
        let status = MinerStatus::new(coinbase);
        let dependencies = RpcDependencies {
            chain,
            pool,
            templates: templates.clone(),
            miner: status.clone(),
            network: network.as_ref().map(Network::handle),
            client_version: CLIENT_VERSION.to_owned(),
            cancel: cancel.clone(),
        };
        let rpc = match RpcServer::start(rpc_config, dependencies).await {
            Ok(rpc) => rpc,
            Err(error) => return Err(stop_early(thread, error.into())),
        };
        let sealer = Sealer::new(templates, status, threads);
        let miner = start_miner(mode, sealer, &cancel);
        let banner = Banner {
            spec: &parts.spec,
            version: CLIENT_VERSION,
            datadir: parts.datadir.path().to_owned(),
            head,
            rpc: rpc.local_addr,
            ipc,
            metrics: metrics.as_ref().map(ExporterHandle::address),
            network: network.as_ref().map(|network| network.handle().identity().multiaddr()),
            mining: describe(mode, threads),
            coinbase,
        };
        print_banner(&banner);
        Ok(Self { chain: thread, rpc, metrics, network, miner, cancel, signals })
    }

    /// Runs until a signal or the failure of a critical part, then stops everything in order.
    ///
    /// # Errors
    /// The cause, if a part failed.
    pub async fn run(mut self) -> Result<(), NodeError> {
        let outcome = tokio::select! {
            signal = self.signals.received() => {
                tracing::info!(target: "node", signal, "stopping");
                Ok(())
            }
            () = self.chain.ended() => Ok(()),
            failed = miner_failure(&mut self.miner) => Err(failed),
            failed = network_failure(&mut self.network) => Err(failed),
        };
        let Self { chain, rpc, metrics, network, miner, cancel, mut signals } = self;
        cancel.cancel();
        let intake = Intake { rpc, network, metrics };
        let stopped = tokio::select! {
            stopped = stop(chain, intake, miner) => stopped,
            signal = signals.received() => {
                tracing::warn!(target: "node", signal, "aborting; nothing acknowledged is lost");
                std::process::exit(ABORTED);
            }
        };
        match (outcome, stopped) {
            // The miner only hears that the chain thread has ended; the thread knows why.
            (Err(NodeError::Mining(MiningError::Import(ImportError::Stopped))), Err(cause)) => {
                Err(cause)
            }
            (outcome, stopped) => outcome.and(stopped),
        }
    }
}

/// What brings work from outside.
struct Intake {
    rpc: RpcHandle,
    network: Option<Network>,
    metrics: Option<ExporterHandle>,
}

/// Stops in order, after everything was told to: intake, miner, chain thread.
async fn stop(
    chain: ChainThread,
    intake: Intake,
    miner: Option<JoinHandle<Result<(), MiningError>>>,
) -> Result<(), NodeError> {
    let Intake { rpc, network, metrics } = intake;
    rpc.stop().await;
    // After whatever brings transactions, so that others hear of the last ones.
    if let Some(network) = network {
        // Why it failed, if it did, is known already.
        let _ = network.stop().await;
    }
    if let Some(metrics) = metrics {
        metrics.stop().await;
    }
    let mined = match miner {
        Some(miner) => miner.await.unwrap_or(Ok(())),
        None => Ok(()),
    };
    let persisted = tokio::task::spawn_blocking(move || chain.stop())
        .await
        .map_err(|error| NodeError::Task { task: "chain", reason: error.to_string() })?;
    persisted?;
    mined?;
    tracing::info!(target: "node", "stopped");
    Ok(())
}

async fn start_network(
    config: Option<NetworkConfig>,
    chain: (ChainHandle, Worker),
    store: &Store,
) -> Result<Option<Network>, NetworkError> {
    let Some(config) = config else { return Ok(None) };
    Network::start(config, chain, store.clone()).await.map(Some)
}

/// Leaves the data directory as clean as after an ordinary stop. Returns why the node does not start.
fn stop_early(thread: ChainThread, error: NodeError) -> NodeError {
    thread.stop().err().map_or(error, NodeError::from)
}

fn mining_config(config: &NodeConfig, coinbase: Option<Address>, threads: usize) -> MiningConfig {
    MiningConfig {
        coinbase: coinbase.unwrap_or_default(),
        extra_data: config.extra_data.clone(),
        target_gas_limit: config.target_gas_limit,
        threads,
        max_beneficiaries: config.max_beneficiaries,
    }
}

fn mining_mode(config: &NodeConfig, spec: &ChainSpec) -> Result<MiningMode, NodeError> {
    if config.dev_block_time.is_some() && !spec.is_dev() {
        return Err(NodeError::Config(format!(
            "--dev.block-time needs the dev chain (id 31337), the chain file has id {}",
            spec.chain_id()
        )));
    }
    let mode = match (config.mine, spec.is_dev(), config.dev_block_time) {
        (Some(false), _, _) | (None, false, _) => MiningMode::Off,
        (_, true, None) => MiningMode::Instant,
        (_, true, Some(block_time)) => MiningMode::Interval(block_time),
        (Some(true), false, _) => MiningMode::Continuous,
    };
    if mode == MiningMode::Off {
        return Ok(mode);
    }
    let Rules::Hanzo(rules) = spec.rules() else {
        return Err(NodeError::Config(format!(
            "chain {} is a plain Ethereum chain: it is served read-only and cannot be mined on",
            spec.chain_id()
        )));
    };
    if rules.config().draft {
        return Err(NodeError::Config(format!(
            "the genesis of chain {} is a draft: mining on it is refused until launch values are set",
            spec.name()
        )));
    }
    Ok(mode)
}

/// Who is paid. On the dev chain a key that everybody knows; elsewhere it must be named.
fn coinbase(
    config: &NodeConfig,
    spec: &ChainSpec,
    mode: MiningMode,
) -> Result<Option<Address>, NodeError> {
    match (config.coinbase, spec.is_dev(), mode) {
        (Some(address), _, _) => Ok(Some(address)),
        (None, true, _) => Ok(Some(DEV_COINBASE)),
        (None, false, MiningMode::Off) => Ok(None),
        (None, false, MiningMode::Continuous | MiningMode::Instant | MiningMode::Interval(_)) => {
            Err(NodeError::Config(
                "--mine needs --miner.etherbase: the address that is paid for blocks".to_owned(),
            ))
        }
    }
}

/// The dev chain finds a seal in a millisecond on one core; real chains take every core.
fn mining_threads(config: &NodeConfig, spec: &ChainSpec) -> usize {
    config.mining_threads.unwrap_or_else(|| {
        if spec.is_dev() { 1 } else { std::thread::available_parallelism().map_or(1, usize::from) }
    })
}

/// In instant mode a transaction below the next base fee is refused: no block would come to lower
/// it (decision D-39). Elsewhere it waits.
fn pool_config(mode: MiningMode) -> PoolConfig {
    let base_fee_admission = match mode {
        MiningMode::Instant => BaseFeeAdmission::RequireNextBaseFee,
        MiningMode::Off | MiningMode::Interval(_) | MiningMode::Continuous => {
            BaseFeeAdmission::Park
        }
    };
    PoolConfig { base_fee_admission, ..PoolConfig::default() }
}

fn ipc_path(config: &NodeConfig, datadir: &DataDir) -> Option<PathBuf> {
    config.rpc.ipc.clone().map(|path| path.unwrap_or_else(|| datadir.ipc_socket()))
}

fn start_miner(
    mode: MiningMode,
    sealer: Sealer,
    cancel: &CancellationToken,
) -> Option<JoinHandle<Result<(), MiningError>>> {
    let cancel = cancel.clone();
    let runtime = tokio::runtime::Handle::current();
    match mode {
        MiningMode::Off => None,
        MiningMode::Instant => Some(runtime.spawn(InstantSealer::new(sealer).run(cancel))),
        MiningMode::Interval(time) => {
            Some(runtime.spawn(IntervalSealer::new(sealer, time).run(cancel)))
        }
        MiningMode::Continuous => Some(runtime.spawn(ContinuousMiner::new(sealer).run(cancel))),
    }
}

/// Resolves when the miner fails; never if it runs on or there is none.
async fn miner_failure(miner: &mut Option<JoinHandle<Result<(), MiningError>>>) -> NodeError {
    let Some(task) = miner else { return std::future::pending().await };
    let ended = task.await;
    *miner = None;
    match ended {
        Ok(Err(error)) => error.into(),
        Ok(Ok(())) => NodeError::Task { task: "miner", reason: "it returned".to_owned() },
        Err(error) => NodeError::Task { task: "miner", reason: error.to_string() },
    }
}

/// Resolves when the network fails; never if there is none.
async fn network_failure(network: &mut Option<Network>) -> NodeError {
    let Some(running) = network else { return std::future::pending().await };
    let ended = running.ended().await;
    *network = None;
    match ended {
        Ok(()) => NodeError::Task { task: "network", reason: "it returned".to_owned() },
        Err(error) => error.into(),
    }
}

fn describe(mode: MiningMode, threads: usize) -> String {
    match mode {
        MiningMode::Off => "off".to_owned(),
        MiningMode::Instant => format!("instant, {threads} thread(s)"),
        MiningMode::Interval(time) => {
            format!("every {time:?}, {threads} thread(s)")
        }
        MiningMode::Continuous => format!("continuous, {threads} thread(s)"),
    }
}

/// The banner goes to standard output, so that a script can read it apart from the log. A reader
/// that has gone away is no reason to stop.
fn print_banner(banner: &Banner<'_>) {
    if let Err(error) = writeln!(std::io::stdout(), "{banner}") {
        tracing::warn!(target: "node", %error, "printing the banner");
    }
}
