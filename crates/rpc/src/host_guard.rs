//! Who may talk to the TCP port, by the headers that a browser cannot forge.

use crate::{CorsOrigins, HttpConfig};
use futures::future::{Either, Ready, ready};
use http::{HeaderMap, Request, Response, StatusCode, header, uri::Authority};
use jsonrpsee::server::HttpBody;
use std::{
    collections::BTreeSet,
    net::IpAddr,
    sync::Arc,
    task::{Context, Poll},
};
use tower::{Layer, Service};

/// Marks a request that came over plain HTTP: nothing can be sent to it after the answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlainHttp;

/// Refuses web pages that rebind their name to this machine, and WebSocket connections of foreign
/// pages: the same-origin policy of browsers covers neither.
#[derive(Debug, Clone)]
pub(crate) struct HostGuardLayer(Arc<Rules>);

/// The service made by [`HostGuardLayer`].
#[derive(Debug, Clone)]
pub(crate) struct HostGuard<S> {
    inner: S,
    rules: Arc<Rules>,
}

#[derive(Debug)]
struct Rules {
    any_host: bool,
    hosts: BTreeSet<String>,
    origins: CorsOrigins,
}

impl HostGuardLayer {
    pub(crate) fn new(config: &HttpConfig) -> Self {
        let hosts = config.hosts.iter().map(|host| host.trim().to_ascii_lowercase());
        let hosts: BTreeSet<String> = hosts.collect();
        let any_host = hosts.contains("*");
        Self(Arc::new(Rules { any_host, hosts, origins: config.cors.clone() }))
    }
}

impl<S> Layer<S> for HostGuardLayer {
    type Service = HostGuard<S>;

    fn layer(&self, inner: S) -> Self::Service {
        HostGuard { inner, rules: Arc::clone(&self.0) }
    }
}

impl<S, B> Service<Request<B>> for HostGuard<S>
where
    S: Service<Request<B>, Response = Response<HttpBody>>,
{
    type Response = Response<HttpBody>;
    type Error = S::Error;
    type Future = Either<Ready<Result<Self::Response, S::Error>>, S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        if !self.rules.allow_host(host(&request).as_deref()) {
            return refuse("invalid host specified\n");
        }
        if !is_upgrade(request.headers()) {
            request.extensions_mut().insert(PlainHttp);
        } else if !self.rules.allow_origin(request.headers()) {
            return refuse("origin not allowed\n");
        }
        Either::Right(self.inner.call(request))
    }
}

impl Rules {
    /// IP addresses cannot be rebound. A request without a host does not come from a browser.
    fn allow_host(&self, host: Option<&str>) -> bool {
        let Some(host) = host else { return true };
        self.any_host || host == "localhost" || is_ip(host) || self.hosts.contains(host)
    }

    fn allow_origin(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(header::ORIGIN) else { return true };
        let Ok(origin) = origin.to_str() else { return false };
        match &self.origins {
            CorsOrigins::Any => true,
            CorsOrigins::List(origins) => {
                origins.iter().any(|allowed| allowed.trim().eq_ignore_ascii_case(origin))
            }
            CorsOrigins::None => is_local(origin),
        }
    }
}

fn is_local(origin: &str) -> bool {
    let authority = origin.split_once("://").map_or(origin, |(_, authority)| authority);
    let Ok(authority) = authority.parse::<Authority>() else { return false };
    let host = authority.host().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn is_ip(host: &str) -> bool {
    host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
}

/// Name in the `Host` header, or in the request line as HTTP/2 has it, without the port. A header
/// that is no name is an empty name, which nobody allows.
fn host<B>(request: &Request<B>) -> Option<String> {
    let authority = match request.headers().get(header::HOST) {
        Some(value) => value.to_str().ok().and_then(|host| host.parse::<Authority>().ok()),
        None => match request.uri().authority() {
            Some(authority) => Some(authority.clone()),
            None => return None,
        },
    };
    Some(authority.map(|authority| authority.host().to_ascii_lowercase()).unwrap_or_default())
}

/// Whether a request opens a WebSocket.
pub(crate) fn is_upgrade(headers: &HeaderMap) -> bool {
    headers.contains_key(header::UPGRADE)
}

fn refuse<F, E>(reason: &'static str) -> Either<Ready<Result<Response<HttpBody>, E>>, F> {
    let mut response = Response::new(HttpBody::from(reason));
    *response.status_mut() = StatusCode::FORBIDDEN;
    Either::Left(ready(Ok(response)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn rules(hosts: &[&str], origins: CorsOrigins) -> Arc<Rules> {
        let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        HostGuardLayer::new(&HttpConfig { hosts, cors: origins, ..HttpConfig::default() }).0
    }

    fn from_origin(origin: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ORIGIN, HeaderValue::from_static(origin))])
    }

    #[test]
    fn localhost_and_addresses_are_always_allowed() {
        let rules = rules(&[], CorsOrigins::None);
        for host in [Some("localhost"), Some("127.0.0.1"), Some("[::1]"), Some("10.0.0.7"), None] {
            assert!(rules.allow_host(host), "{host:?}");
        }
        assert!(!rules.allow_host(Some("rebound.example")));
        assert!(!rules.allow_host(Some("")));
    }

    #[test]
    fn configured_names_are_allowed_and_a_star_allows_all() {
        assert!(rules(&["Node.example"], CorsOrigins::None).allow_host(Some("node.example")));
        assert!(rules(&["*"], CorsOrigins::None).allow_host(Some("any.example")));
    }

    #[test]
    fn a_foreign_page_opens_no_websocket() {
        let closed = rules(&[], CorsOrigins::None);
        assert!(closed.allow_origin(&HeaderMap::new()));
        assert!(closed.allow_origin(&from_origin("http://localhost:3000")));
        assert!(closed.allow_origin(&from_origin("http://[::1]:3000")));
        assert!(!closed.allow_origin(&from_origin("https://evil.example")));
        assert!(!closed.allow_origin(&from_origin("http://localhost.evil.example")));
        let listed = rules(&[], CorsOrigins::List(vec!["https://app.example".to_owned()]));
        assert!(listed.allow_origin(&from_origin("https://app.example")));
        assert!(!listed.allow_origin(&from_origin("https://evil.example")));
    }

    #[test]
    fn the_host_is_read_without_its_port() {
        let request =
            Request::builder().header(header::HOST, "Node.Example:8545").body(()).unwrap();
        assert_eq!(host(&request).as_deref(), Some("node.example"));
        let request = Request::builder().header(header::HOST, "a b").body(()).unwrap();
        assert_eq!(host(&request).as_deref(), Some(""));
    }
}
