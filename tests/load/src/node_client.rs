//! Questions to a node, one at a time.

use crate::http_connection::{Endpoint, HttpConnection};
use anyhow::{Context as _, bail};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// Asks a node over a connection of its own.
#[derive(Debug)]
pub(crate) struct NodeClient(HttpConnection);

/// An answer of JSON-RPC 2.0.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer<T> {
    #[serde(default)]
    pub(crate) id: Value,
    #[serde(default = "none")]
    pub(crate) result: Option<T>,
    pub(crate) error: Option<AnswerError>,
}

const fn none<T>() -> Option<T> {
    None
}

/// Why a node refuses.
#[derive(Debug, Deserialize)]
pub(crate) struct AnswerError {
    pub(crate) code: i64,
    pub(crate) message: String,
}

impl NodeClient {
    pub(crate) fn open(endpoint: &Endpoint) -> anyhow::Result<Self> {
        Ok(Self(HttpConnection::open(endpoint)?))
    }

    /// Calls a method whose answer is not `null`.
    pub(crate) fn call<T: DeserializeOwned>(
        &mut self,
        method: &str,
        params: &Value,
    ) -> anyhow::Result<T> {
        let found = self.find(method, params)?;
        found.with_context(|| format!("{method} {params} answered null"))
    }

    /// Calls a method whose answer may be `null`.
    pub(crate) fn find<T: DeserializeOwned>(
        &mut self,
        method: &str,
        params: &Value,
    ) -> anyhow::Result<Option<T>> {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let body = body.to_string();
        let bytes = self.0.post(body.as_bytes()).with_context(|| method.to_owned())?;
        let answer: Answer<T> = serde_json::from_slice(bytes)
            .with_context(|| format!("{method}: {}", String::from_utf8_lossy(bytes)))?;
        if let Some(AnswerError { code, message }) = answer.error {
            bail!("{method} {params}: error {code}: {message}");
        }
        Ok(answer.result)
    }
}
