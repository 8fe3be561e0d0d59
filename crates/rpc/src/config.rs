//! What the server is told.

use crate::{Namespace, RpcLimits};
use http::HeaderValue;
use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};
use thiserror::Error;

/// What the server is told.
#[derive(Debug, Clone, Default)]
pub struct RpcConfig {
    /// HTTP and WebSocket; nothing listens on TCP without it.
    pub http: Option<HttpConfig>,
    /// Path of the Unix socket. Every namespace is served there: file permissions decide who may
    /// connect.
    pub ipc: Option<PathBuf>,
    /// Limits of all transports.
    pub limits: RpcLimits,
    /// How long `eth_sendRawTransaction` waits for an executable transaction to be mined before it
    /// answers. For chains that seal at once: the receipt is there when the hash is. `None`
    /// answers after pool admission.
    pub await_inclusion: Option<Duration>,
}

/// The TCP end point.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// Where to listen. Port 0 takes any free port.
    pub address: SocketAddr,
    /// Whether WebSocket connections are accepted on the same port.
    pub ws: bool,
    /// What is served.
    pub namespaces: BTreeSet<Namespace>,
    /// Which web pages may call.
    pub cors: CorsOrigins,
    /// Host names accepted in the `Host` header besides `localhost` and IP addresses; `*` accepts
    /// all. Anything else is a web page that rebinds its name to this machine.
    pub hosts: Vec<String>,
}

/// Which web pages may call, by the `Origin` header.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum CorsOrigins {
    /// None: only programs, not pages. Over WebSocket, pages of `localhost` may.
    #[default]
    None,
    /// Every page.
    Any,
    /// These origins, such as `https://app.example`.
    List(Vec<String>),
}

/// A setting that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// A limit of zero forbids everything.
    #[error("the RPC limit {name} is 0")]
    ZeroLimit {
        /// Field of [`RpcLimits`].
        name: &'static str,
    },
    /// An origin that can never match.
    #[error("the allowed origin {origin:?} is not one, such as https://app.example")]
    Origin {
        /// What was written.
        origin: String,
    },
}

/// Where wallets and tools look first. Source: decision D-23.
const DEFAULT_ADDRESS: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8545);

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            address: DEFAULT_ADDRESS,
            ws: true,
            namespaces: BTreeSet::from(Namespace::ALL),
            cors: CorsOrigins::None,
            hosts: Vec::new(),
        }
    }
}

impl CorsOrigins {
    /// The origins a list of names stands for; `*` stands for every one.
    #[must_use]
    pub fn from_list(origins: Vec<String>) -> Self {
        match origins.iter().any(|origin| origin.trim() == "*") {
            true => Self::Any,
            false if origins.is_empty() => Self::None,
            false => Self::List(origins),
        }
    }

    pub(crate) fn header_values(&self) -> Result<Vec<HeaderValue>, ConfigError> {
        let Self::List(origins) = self else { return Ok(Vec::new()) };
        origins
            .iter()
            .map(|origin| {
                let name = origin.trim();
                HeaderValue::from_str(name)
                    .ok()
                    .filter(|_| name.contains("://") && !name.contains(char::is_whitespace))
                    .ok_or_else(|| ConfigError::Origin { origin: origin.clone() })
            })
            .collect()
    }
}

impl RpcConfig {
    /// Checks every setting that can be checked without opening anything.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn validate(&self) -> Result<(), ConfigError> {
        self.limits.validate()?;
        if let Some(http) = &self.http {
            http.cors.header_values()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_anywhere_in_the_list_allows_every_origin() {
        let origins = vec!["https://app.example".to_owned(), "*".to_owned()];
        assert_eq!(CorsOrigins::from_list(origins), CorsOrigins::Any);
        assert_eq!(CorsOrigins::from_list(Vec::new()), CorsOrigins::None);
    }

    #[test]
    fn an_origin_with_a_line_break_is_refused() {
        let cors = CorsOrigins::List(vec!["https://a\nb".to_owned()]);
        let config = RpcConfig {
            http: Some(HttpConfig { cors, ..HttpConfig::default() }),
            ..RpcConfig::default()
        };
        assert!(matches!(config.validate(), Err(ConfigError::Origin { .. })));
    }
}
