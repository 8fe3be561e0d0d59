//! A session without a socket.

use super::{IpcServices, session::IpcSession};
use jsonrpsee::{ConnectionId, MethodSink};
use serde_json::value::RawValue;
use std::pin::pin;
use tokio::{select, sync::mpsc};

/// A session without a socket: what is asked from within the process is answered as on the Unix socket,
/// under the same limits. Nobody reads notifications, so that every subscription ends with the answer to
/// it.
#[derive(Debug)]
pub struct LocalSession(IpcServices);

impl LocalSession {
    pub(crate) const fn new(services: IpcServices) -> Self {
        Self(services)
    }

    /// The answer to a request or a batch; none to what asks for none. Subscriptions of a batch have no
    /// part in its answer; the first of them is answered if the batch asks for nothing else.
    pub async fn answer(&self, document: &[u8]) -> Option<Box<RawValue>> {
        let (outbox, mut inbox) = mpsc::channel(1);
        let sink = MethodSink::new_with_limit(outbox, self.0.limits.response_bytes);
        let session = IpcSession::new(&self.0, ConnectionId(0), sink);
        let mut answer = pin!(session.answer(document));
        let mut sent = None;
        let answer = loop {
            select! {
                // A subscription is answered only once there is room for that in the channel.
                Some(message) = inbox.recv() => sent = sent.or(Some(message)),
                answer = &mut answer => break answer,
            }
        };
        // What a subscription is answered with is the first that is sent.
        answer.map(|answer| answer.json).or(sent).or_else(|| inbox.try_recv().ok())
    }
}
