//! Starting and stopping.

use crate::{
    HttpConfig, Namespace, RpcConfig, RpcLimits, RpcStartError,
    answer_budget::AnswerBudget,
    answer_budget_layer::AnswerBudgetLayer,
    call_guard::{CallGuard, CallLimits},
    config::CorsOrigins,
    debug::DebugApi,
    eth::Eth,
    execution_slots::ExecutionSlots,
    host_guard::HostGuardLayer,
    ipc::{IpcListener, IpcServices},
    metrics::TransportMetrics,
    net::Net,
    node_context::NodeContext,
    subscription_id::HexIds,
    txpool::TxPool,
    web3::{Modules, Web3},
};
use hanzo_chain::ChainHandle;
use hanzo_mining::{MinerStatus, TemplateService};
use hanzo_pool::Pool;
use http::{Method, header};
use jsonrpsee::{
    Methods,
    core::{RegisterMethodError, middleware::RpcServiceBuilder},
    server::{BatchRequestConfig, PingConfig, Server, ServerConfig, ServerHandle},
};
use std::{
    collections::BTreeSet,
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};
use tokio::time::timeout;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

/// How long open connections may finish what they are doing when the server stops.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// How long a browser may remember that a page is allowed to call.
const CORS_MAX_AGE: Duration = Duration::from_secs(600);

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
        let budget = AnswerBudget::new(limits.answer_bytes);
        let mut handle = RpcHandle {
            local_addr: None,
            cancel: cancel.clone(),
            http: None,
            tasks: TaskTracker::new(),
        };
        if let Some(http) = &config.http {
            let methods = services.methods(&http.namespaces)?;
            let (addr, server) = start_http(http, (&limits, &budget), methods).await?;
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
        let RpcDependencies { chain, pool, templates, miner, client_version, .. } = dependencies;
        let node = Arc::new(NodeContext {
            chain,
            pool,
            templates,
            miner,
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
                Namespace::Rpc => Modules::new(namespaces.clone()).methods(slots)?,
            })?;
        }
        Ok(methods)
    }
}

async fn start_http(
    config: &HttpConfig,
    (limits, budget): (&RpcLimits, &AnswerBudget),
    methods: Methods,
) -> Result<(SocketAddr, ServerHandle), RpcStartError> {
    let bind = |source| RpcStartError::Bind { addr: config.address, source };
    let http = tower::ServiceBuilder::new()
        .layer(HostGuardLayer::new(config))
        .layer(AnswerBudgetLayer::new(budget.clone()))
        .layer(cors_layer(&config.cors)?);
    let calls = CallLimits {
        calls_in_flight: limits.calls_in_flight,
        batch_entries: limits.batch_entries,
        response_bytes: limits.response_bytes,
    };
    let (served, metrics) = (methods.clone(), TransportMetrics::register("tcp"));
    let budget = budget.clone();
    let rpc = RpcServiceBuilder::new().layer_fn(move |inner| {
        CallGuard::new(inner, served.clone(), (calls, budget.connection()), metrics.clone())
    });
    let server = Server::builder()
        .set_config(server_config(config, limits))
        .set_http_middleware(http)
        .set_rpc_middleware(rpc)
        .build_from_tcp(listen(config.address, limits).map_err(bind)?)
        .map_err(bind)?;
    let addr = server.local_addr().map_err(bind)?;
    Ok((addr, server.start(methods)))
}

/// Binds the port so that a connection whose client reads nothing for too long is closed, and its
/// answer with it. Accepted connections inherit the setting.
fn listen(address: SocketAddr, limits: &RpcLimits) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    #[cfg(target_os = "linux")]
    {
        let patience =
            u32::try_from(limits.stalled_connection_patience.as_millis()).unwrap_or(u32::MAX);
        rustix::net::sockopt::set_tcp_user_timeout(&listener, patience)?;
    }
    Ok(listener)
}

fn server_config(config: &HttpConfig, limits: &RpcLimits) -> ServerConfig {
    let builder = ServerConfig::builder()
        .max_request_body_size(limits.request_bytes)
        .max_response_body_size(limits.response_bytes)
        .max_connections(limits.connections)
        .max_subscriptions_per_connection(limits.subscriptions_per_connection)
        // `CallGuard` counts the entries, so that the error names the limit like every other.
        .set_batch_request_config(BatchRequestConfig::Unlimited)
        .set_message_buffer_capacity(limits.connection_buffer)
        .set_id_provider(HexIds)
        // A client that has gone without a farewell is noticed by its missing pong.
        .enable_ws_ping(PingConfig::default());
    if config.ws { builder.build() } else { builder.http_only().build() }
}

fn cors_layer(origins: &CorsOrigins) -> Result<CorsLayer, RpcStartError> {
    let layer = CorsLayer::new().allow_methods([Method::POST, Method::GET]).max_age(CORS_MAX_AGE);
    Ok(match origins {
        CorsOrigins::None => CorsLayer::new(),
        CorsOrigins::Any => {
            layer.allow_origin(AllowOrigin::any()).allow_headers(AllowHeaders::any())
        }
        CorsOrigins::List(_) => layer
            .allow_origin(AllowOrigin::list(origins.header_values()?))
            .allow_headers(AllowHeaders::list([header::CONTENT_TYPE])),
    })
}
