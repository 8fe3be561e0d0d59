//! A session without a socket.

use super::{IpcServices, session::IpcSession};
use jsonrpsee::{ConnectionId, MethodSink};
use serde_json::value::RawValue;
use tokio::sync::mpsc;

/// A session without a socket: what is asked from within the process is answered as on the Unix socket,
/// under the same limits. Nobody reads notifications, so that every subscription ends at once.
#[derive(Debug)]
pub struct LocalSession(IpcSession);

impl LocalSession {
    pub(crate) fn new(services: &IpcServices) -> Self {
        let (outbox, _) = mpsc::channel(1);
        let sink = MethodSink::new_with_limit(outbox, services.limits.response_bytes);
        Self(IpcSession::new(services, ConnectionId(0), sink))
    }

    /// The answer to a request or a batch; none to notifications and subscriptions.
    pub async fn answer(&self, document: &[u8]) -> Option<Box<RawValue>> {
        Some(self.0.answer(document).await?.json)
    }
}
