//! HTTP and WebSocket connections.

use crate::{
    HttpConfig, RpcLimits, RpcStartError,
    answer_budget_layer::AnswerBudgetLayer,
    call_guard::{CallBudgets, CallGuard, CallLimits},
    client_stream::ClientStream,
    config::CorsOrigins,
    connection_flow::ConnectionFlow,
    connection_slots::ConnectionSlots,
    host_guard::{HostGuardLayer, is_upgrade},
    memory_budget::MemoryBudget,
    metrics::TransportMetrics,
    request_body_layer::RequestBodyLayer,
    subscription_id::HexIds,
};
use http::{Method, Request, header};
use jsonrpsee::{
    Methods,
    core::middleware::RpcServiceBuilder,
    server::{
        BatchRequestConfig, PingConfig, Server, ServerConfig, ServerHandle, StopHandle,
        TowerServiceBuilder, serve_with_graceful_shutdown, stop_channel,
    },
};
use std::{
    io,
    net::SocketAddr,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};
use tokio_util::task::TaskTracker;
use tower::Service;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

/// How long a browser may remember that a page is allowed to call.
const CORS_MAX_AGE: Duration = Duration::from_secs(600);

/// Pause after a connection that could not be taken: the system is out of files, and the next one
/// would fail as fast.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Entries of a batch on a WebSocket that are parsed before they are counted.
const PARSED_BATCH_ENTRIES: u32 = 10_000;

/// Serves `methods` over HTTP and WebSocket, in `tasks`. Returns where, and what stops it.
///
/// # Errors
/// [`RpcStartError::Bind`] if the port is taken; [`RpcStartError`] for a bad header of the settings.
pub(crate) async fn start(
    config: &HttpConfig,
    (limits, budget): (&RpcLimits, &MemoryBudget),
    methods: Methods,
    tasks: &TaskTracker,
) -> Result<(SocketAddr, ServerHandle), RpcStartError> {
    let bind = |source| RpcStartError::Bind { addr: config.address, source };
    let requests = MemoryBudget::for_requests(limits.all_request_bytes);
    let http = tower::ServiceBuilder::new()
        .layer(HostGuardLayer::new(config))
        .layer(AnswerBudgetLayer::new(budget.clone()))
        .layer(cors_layer(&config.cors)?)
        .layer(RequestBodyLayer::new(limits, requests.clone()));
    let calls = CallLimits {
        calls_in_flight: limits.calls_in_flight,
        batch_entries: limits.batch_entries,
        response_bytes: limits.response_bytes,
    };
    let metrics = TransportMetrics::register("tcp");
    let listener = listen(config.address, limits).map_err(bind)?;
    let addr = listener.local_addr().map_err(bind)?;
    let services = |requests| {
        let server = Server::builder().set_config(server_config(config, limits, requests));
        server.set_http_middleware(http.clone()).to_service_builder()
    };
    let (http, websocket) = (services(Requests::Plain), services(Requests::WebSocket));
    let (stop, server) = stop_channel();
    let (budget, connections) = (budget.clone(), tasks.clone());
    let (slots, patience) =
        (ConnectionSlots::new(limits.connections), limits.idle_connection_patience);
    tasks.spawn(async move {
        while let Some(stream) = accept(&listener, &stop).await {
            let (stream, slot) = match slots.enter(stream) {
                Ok(entered) => entered,
                Err(refused) => {
                    refused.map(|refused| connections.spawn(refused.tell()));
                    continue;
                }
            };
            let flow = ConnectionFlow::default();
            let stream = ClientStream::new(stream, slot, patience, flow.clone());
            let budgets =
                CallBudgets { answers: budget.connection(), requests: requests.connection() };
            let (served, metrics) = (methods.clone(), metrics.clone());
            let rpc = RpcServiceBuilder::new().layer_fn(move |inner| {
                let limits = (calls, budgets.clone());
                CallGuard::new(inner, served.clone(), limits, metrics.clone(), flow.clone())
            });
            let build = |services: &TowerServiceBuilder<_, _>| {
                services
                    .clone()
                    .set_rpc_middleware(rpc.clone())
                    .build(methods.clone(), stop.clone())
            };
            let service = ByTransport { http: build(&http), websocket: build(&websocket) };
            let stopped = stop.clone().shutdown();
            connections.spawn(async move {
                let served = serve_with_graceful_shutdown(stream, service, stopped).await;
                if let Err(error) = served {
                    tracing::debug!(target: "rpc", %error, "a connection ended");
                }
            });
        }
    });
    Ok((addr, server))
}

/// The next connection; `None` when the server stops.
async fn accept(listener: &TcpListener, stop: &StopHandle) -> Option<TcpStream> {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.clone().shutdown() => return None,
        };
        match accepted.and_then(|(stream, _)| stream.set_nodelay(true).map(|()| stream)) {
            Ok(stream) => return Some(stream),
            Err(error) => {
                tracing::warn!(target: "rpc", %error, "a connection could not be taken");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Binds the port so that a connection whose client reads nothing for too long is closed, and its
/// answer with it. Accepted connections inherit the setting.
fn listen(address: SocketAddr, limits: &RpcLimits) -> io::Result<TcpListener> {
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    #[cfg(target_os = "linux")]
    {
        let patience =
            u32::try_from(limits.stalled_connection_patience.as_millis()).unwrap_or(u32::MAX);
        rustix::net::sockopt::set_tcp_user_timeout(&listener, patience)?;
    }
    TcpListener::from_std(listener)
}

/// Plain HTTP and WebSocket on one port, with limits of their own.
#[derive(Debug, Clone)]
struct ByTransport<S> {
    http: S,
    websocket: S,
}

impl<S, B> Service<Request<B>> for ByTransport<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        futures::ready!(self.http.poll_ready(context))?;
        self.websocket.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> S::Future {
        if is_upgrade(request.headers()) {
            self.websocket.call(request)
        } else {
            self.http.call(request)
        }
    }
}

/// Which requests a server answers.
#[derive(Debug, Clone, Copy)]
enum Requests {
    Plain,
    WebSocket,
}

fn server_config(config: &HttpConfig, limits: &RpcLimits, requests: Requests) -> ServerConfig {
    let request_bytes = match requests {
        Requests::Plain => limits.request_bytes,
        Requests::WebSocket => limits.websocket_request_bytes,
    };
    let builder = ServerConfig::builder()
        .max_request_body_size(request_bytes)
        .max_response_body_size(limits.response_bytes)
        .max_connections(limits.connections)
        .max_subscriptions_per_connection(limits.subscriptions_per_connection)
        // `CallGuard` counts the entries, so that the error names the limit like every other. But it
        // sees them when they are parsed, which for a million takes hundreds of megabytes.
        .set_batch_request_config(BatchRequestConfig::Limit(
            limits.batch_entries.max(PARSED_BATCH_ENTRIES),
        ))
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
