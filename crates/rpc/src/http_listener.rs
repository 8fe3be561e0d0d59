//! HTTP and WebSocket connections.

use crate::{
    HttpConfig, RpcLimits, RpcStartError,
    answer_budget::AnswerBudget,
    answer_budget_layer::AnswerBudgetLayer,
    call_guard::{CallGuard, CallLimits},
    config::CorsOrigins,
    host_guard::HostGuardLayer,
    metered_stream::MeteredStream,
    metrics::TransportMetrics,
    subscription_id::HexIds,
    unsent_answers::UnsentAnswers,
};
use http::{Method, header};
use jsonrpsee::{
    Methods,
    core::middleware::RpcServiceBuilder,
    server::{
        BatchRequestConfig, PingConfig, Server, ServerConfig, ServerHandle, StopHandle,
        serve_with_graceful_shutdown, stop_channel,
    },
};
use std::{io, net::SocketAddr, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};
use tokio_util::task::TaskTracker;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

/// How long a browser may remember that a page is allowed to call.
const CORS_MAX_AGE: Duration = Duration::from_secs(600);

/// Pause after a connection that could not be taken: the system is out of files, and the next one
/// would fail as fast.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves `methods` over HTTP and WebSocket, in `tasks`. Returns where, and what stops it.
///
/// # Errors
/// [`RpcStartError::Bind`] if the port is taken; [`RpcStartError`] for a bad header of the settings.
pub(crate) async fn start(
    config: &HttpConfig,
    (limits, budget): (&RpcLimits, &AnswerBudget),
    methods: Methods,
    tasks: &TaskTracker,
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
    let metrics = TransportMetrics::register("tcp");
    let listener = listen(config.address, limits).map_err(bind)?;
    let addr = listener.local_addr().map_err(bind)?;
    let services = Server::builder()
        .set_config(server_config(config, limits))
        .set_http_middleware(http)
        .to_service_builder();
    let (stop, server) = stop_channel();
    let (budget, connections) = (budget.clone(), tasks.clone());
    tasks.spawn(async move {
        while let Some(stream) = accept(&listener, &stop).await {
            let unsent = UnsentAnswers::default();
            let (served, budget, metrics) = (methods.clone(), budget.clone(), metrics.clone());
            let guarded = unsent.clone();
            let rpc = RpcServiceBuilder::new().layer_fn(move |inner| {
                let limits = (calls, budget.connection());
                let answers = guarded.clone();
                CallGuard::new(inner, served.clone(), limits, metrics.clone(), answers)
            });
            let service =
                services.clone().set_rpc_middleware(rpc).build(methods.clone(), stop.clone());
            let stopped = stop.clone().shutdown();
            connections.spawn(async move {
                let stream = MeteredStream::new(stream, unsent);
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
