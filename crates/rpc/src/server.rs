//! Starting and stopping.

use crate::{
    Namespace, RpcConfig, RpcStartError,
    admin::Admin,
    debug::DebugApi,
    eth::Eth,
    execution_slots::ExecutionSlots,
    http_listener,
    ipc::{IpcListener, IpcServices, LocalSession},
    memory_budget::MemoryBudget,
    metrics::TransportMetrics,
    net::Net,
    node_context::NodeContext,
    poc::Poc,
    txpool::TxPool,
    web3::{Modules, Web3},
};
use hanzo_chain::ChainHandle;
use hanzo_mining::{MinerStatus, TemplateService, WorkService};
use hanzo_network::NetworkHandle;
use hanzo_pool::Pool;
use jsonrpsee::{Methods, core::RegisterMethodError, server::ServerHandle};
use std::{collections::BTreeSet, net::SocketAddr, sync::Arc, time::Duration};
use tokio::time::timeout;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How long open connections may finish what they are doing when the server stops.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// What the methods work on.
#[derive(Debug)]
pub struct RpcDependencies {
    /// The chain.
    pub chain: ChainHandle,
    /// The transaction pool.
    pub pool: Pool,
    /// The block that would be mined now.
    pub templates: TemplateService,
    /// The miner.
    pub miner: MinerStatus,
    /// Other nodes; `None` if this one is alone.
    pub network: Option<NetworkHandle>,
    /// Answer of `web3_clientVersion`: name/version/platform/compiler.
    pub client_version: String,
    /// Cancelled when the node stops.
    pub cancel: CancellationToken,
}

/// The JSON-RPC server.
#[derive(Debug, Clone, Copy)]
pub struct RpcServer;

/// A running server. Dropping it stops it without waiting.
#[derive(Debug)]
pub struct RpcHandle {
    /// Where HTTP and WebSocket are served, with the port that was taken.
    pub local_addr: Option<SocketAddr>,
    cancel: CancellationToken,
    http: Option<ServerHandle>,
    tasks: TaskTracker,
}

impl RpcServer {
    /// Starts serving on every configured transport.
    ///
    /// # Errors
    /// [`RpcStartError`]; nothing is left running then.
    pub async fn start(
        config: RpcConfig,
        dependencies: RpcDependencies,
    ) -> Result<RpcHandle, RpcStartError> {
        config.validate()?;
        let limits = Arc::new(config.limits.clone());
        let cancel = dependencies.cancel.child_token();
        let services = Services::new(&config, dependencies, cancel.clone())?;
        let budget = MemoryBudget::for_answers(limits.answer_bytes);
        let mut handle = RpcHandle {
            local_addr: None,
            cancel: cancel.clone(),
            http: None,
            tasks: TaskTracker::new(),
        };
        if let Some(http) = &config.http {
            let methods = services.methods(&http.namespaces)?;
            let (addr, server) =
                http_listener::start(http, (&limits, &budget), methods, &handle.tasks).await?;
            (handle.local_addr, handle.http) = (Some(addr), Some(server.clone()));
            let cancelled = cancel.clone();
            handle.tasks.spawn(async move {
                cancelled.cancelled().await;
                // An error only says that it has stopped already.
                let _ = server.stop();
            });
        }
        if let Some(path) = &config.ipc {
            let methods = services.methods(&BTreeSet::from(Namespace::ALL))?;
            let listener = IpcListener::bind(path).await?;
            let metrics = TransportMetrics::register("ipc");
            handle.tasks.spawn(listener.serve(IpcServices {
                methods,
                limits,
                budget,
                metrics,
                cancel,
            }));
        }
        handle.tasks.close();
        Ok(handle)
    }

    /// Every method without a socket, for whoever asks from within the process.
    ///
    /// # Errors
    /// [`RpcStartError`].
    pub fn local_session(
        config: &RpcConfig,
        dependencies: RpcDependencies,
    ) -> Result<LocalSession, RpcStartError> {
        config.validate()?;
        let limits = Arc::new(config.limits.clone());
        let cancel = dependencies.cancel.child_token();
        let services = Services::new(config, dependencies, cancel.clone())?;
        let methods = services.methods(&BTreeSet::from(Namespace::ALL))?;
        let budget = MemoryBudget::for_answers(limits.answer_bytes);
        let metrics = TransportMetrics::register("local");
        Ok(LocalSession::new(IpcServices { methods, limits, budget, metrics, cancel }))
    }
}

impl RpcHandle {
    /// Takes no more requests, lets those that run finish for a few seconds, closes every
    /// connection and removes the socket file.
    pub async fn stop(mut self) {
        self.cancel.cancel();
        let http = self.http.take();
        let ended = async {
            if let Some(http) = http {
                let _ = http.stop();
                http.stopped().await;
            }
            self.tasks.wait().await;
        };
        if timeout(STOP_PATIENCE, ended).await.is_err() {
            tracing::warn!(target: "rpc", "connections were still open when the server stopped");
        }
    }
}

impl Drop for RpcHandle {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

/// Every namespace, ready to be served on any transport.
#[derive(Debug)]
struct Services {
    node: Arc<NodeContext>,
    eth: Eth,
    slots: ExecutionSlots,
}

impl Services {
    fn new(
        config: &RpcConfig,
        dependencies: RpcDependencies,
        cancel: CancellationToken,
    ) -> Result<Self, RpcStartError> {
        let RpcDependencies { chain, pool, templates, miner, network, client_version, .. } =
            dependencies;
        let work = WorkService::new(templates.clone(), miner.clone());
        let node = Arc::new(NodeContext {
            chain,
            pool,
            templates,
            work,
            miner,
            network,
            client_version,
            limits: config.limits.clone(),
            await_inclusion: config.await_inclusion,
            cancel,
        });
        let slots = ExecutionSlots::new(&config.limits)?;
        Ok(Self { eth: Eth::new(Arc::clone(&node)), node, slots })
    }

    /// The methods of `namespaces`, and no others: what is not permitted does not exist.
    fn methods(&self, namespaces: &BTreeSet<Namespace>) -> Result<Methods, RegisterMethodError> {
        let mut methods = Methods::new();
        for namespace in namespaces {
            let (node, slots) = (Arc::clone(&self.node), self.slots.clone());
            methods.merge(match namespace {
                Namespace::Eth => self.eth.clone().methods(slots)?,
                Namespace::Net => Net::new(node).methods(slots)?,
                Namespace::Web3 => Web3::new(node).methods(slots)?,
                Namespace::TxPool => TxPool::new(node).methods(slots)?,
                Namespace::Debug => DebugApi::new(node).methods(slots)?,
                Namespace::Poc => Poc::new(node, slots).methods()?,
                Namespace::Admin => Admin::new(node).methods(slots)?,
                Namespace::Rpc => Modules::new(namespaces.clone()).methods(slots)?,
            })?;
        }
        Ok(methods)
    }
}
