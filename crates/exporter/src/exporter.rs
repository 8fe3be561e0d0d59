//! The port where metrics are read.

use crate::{Buckets, ExporterError, registry::Registry};
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::{
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use std::{convert::Infallible, fmt, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::{JoinHandle, JoinSet},
    time::{interval, sleep, timeout},
};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Most connections at once; the next ones wait to be accepted. A monitoring system opens one or
/// two.
const MAX_CONNECTIONS: usize = 16;

/// Longest time for a request and its answer, the default patience of Prometheus. Each connection
/// carries one request.
const MAX_CONNECTION_TIME: Duration = Duration::from_secs(10);

/// How often samples are moved into buckets. A thousand requests a second leave five thousand
/// samples of eight bytes in between.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// Pause after a failed accept, which otherwise fails again at once: the process is out of files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Text format of Prometheus.
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What is measured only when somebody asks, before every answer. It may block.
pub type Measure = Box<dyn Fn() + Send + Sync>;

/// A port that is taken, and the registry of what will be served on it.
#[derive(Debug)]
pub struct Exporter {
    listener: TcpListener,
    address: SocketAddr,
    registry: Registry,
}

/// A server that runs. Dropping it stops it without waiting.
#[derive(Debug)]
pub struct ExporterHandle {
    address: SocketAddr,
    stop: DropGuard,
    task: JoinHandle<()>,
}

/// What a connection is answered from.
struct Content {
    registry: Registry,
    measure: Measure,
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").field("registry", &self.registry).finish_non_exhaustive()
    }
}

impl Content {
    fn render(&self) -> String {
        (self.measure)();
        self.registry.render()
    }
}

impl Exporter {
    /// Takes the port, and makes every part of the process that is made from now on record what it
    /// does. Histograms have the buckets of `buckets`, and durations such as suit them without.
    ///
    /// # Errors
    /// [`ExporterError::Address`] if the port is not free, [`ExporterError::Registry`] if the process
    /// has an exporter already.
    pub async fn bind(address: SocketAddr, buckets: &[Buckets]) -> Result<Self, ExporterError> {
        let refused = |source| ExporterError::Address { address, source };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let registry = Registry::install(buckets)?;
        Ok(Self { listener, address, registry })
    }

    /// Answers until `cancel` or the handle says that it is enough.
    #[must_use]
    pub fn serve(self, measure: Measure, cancel: &CancellationToken) -> ExporterHandle {
        let Self { listener, address, registry } = self;
        let content = Arc::new(Content { registry, measure });
        let stopped = cancel.child_token();
        let stop = stopped.clone().drop_guard();
        let runtime = tokio::runtime::Handle::current();
        let task = runtime.spawn(async move {
            let mut connections = JoinSet::new();
            stopped.run_until_cancelled(accept(listener, content, &mut connections)).await;
            connections.shutdown().await;
        });
        ExporterHandle { address, stop, task }
    }
}

impl ExporterHandle {
    /// Where metrics are served.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes the port and every connection.
    pub async fn stop(self) {
        drop(self.stop);
        // An error only says that the task panicked; the port is closed then, too.
        let _ = self.task.await;
    }
}

/// Accepts connections for ever.
async fn accept(listener: TcpListener, content: Arc<Content>, connections: &mut JoinSet<()>) {
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut upkeep = interval(UPKEEP_INTERVAL);
    loop {
        let next = async {
            let slot = Arc::clone(&slots).acquire_owned().await;
            (slot, listener.accept().await)
        };
        let (slot, accepted) = tokio::select! {
            next = next => next,
            _ = upkeep.tick() => {
                content.registry.run_upkeep();
                continue;
            }
        };
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, _)) => {
                let content = Arc::clone(&content);
                connections.spawn(async move {
                    serve_connection(stream, content).await;
                    drop(slot);
                });
            }
            Err(error) => {
                tracing::warn!(target: "metrics", %error, "accepting a connection");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn serve_connection(stream: TcpStream, content: Arc<Content>) {
    let service = service_fn(move |request| {
        let content = Arc::clone(&content);
        async move { Ok::<_, Infallible>(answer(&request, content).await) }
    });
    let connection =
        http1::Builder::new().keep_alive(false).serve_connection(TokioIo::new(stream), service);
    match timeout(MAX_CONNECTION_TIME, connection).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(target: "metrics", %error, "connection ended"),
        Err(_) => tracing::debug!(target: "metrics", "connection took too long"),
    }
}

async fn answer(request: &Request<Incoming>, content: Arc<Content>) -> Response<Full<Bytes>> {
    if let Some(refusal) = refusal(request.method(), request.uri().path()) {
        return refusal;
    }
    match tokio::task::spawn_blocking(move || content.render()).await {
        Ok(text) => text_response(StatusCode::OK, text),
        Err(error) => text_response(StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")),
    }
}

/// What is wrong with a request, if anything is.
fn refusal(method: &Method, path: &str) -> Option<Response<Full<Bytes>>> {
    if !matches!(path, "/" | "/metrics") {
        let text = "nothing is here; metrics are at /metrics\n";
        return Some(text_response(StatusCode::NOT_FOUND, text));
    }
    if matches!(*method, Method::GET | Method::HEAD) {
        return None;
    }
    let mut refusal = text_response(StatusCode::METHOD_NOT_ALLOWED, "metrics are read with GET\n");
    refusal.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("GET, HEAD"));
    Some(refusal)
}

fn text_response(status: StatusCode, text: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(text.into()));
    *response.status_mut() = status;
    let content_type = header::HeaderValue::from_static(CONTENT_TYPE);
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(method: &Method, path: &str) -> StatusCode {
        refusal(method, path).map_or(StatusCode::OK, |response| response.status())
    }

    #[test]
    fn metrics_are_at_two_paths_and_read_only() {
        assert_eq!(status(&Method::GET, "/metrics"), StatusCode::OK);
        assert_eq!(status(&Method::GET, "/"), StatusCode::OK);
        assert_eq!(status(&Method::HEAD, "/metrics"), StatusCode::OK);
        assert_eq!(status(&Method::GET, "/metrics/"), StatusCode::NOT_FOUND);
        assert_eq!(status(&Method::GET, "/debug"), StatusCode::NOT_FOUND);
        assert_eq!(status(&Method::POST, "/metrics"), StatusCode::METHOD_NOT_ALLOWED);
    }
}
