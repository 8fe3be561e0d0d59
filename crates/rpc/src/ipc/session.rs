//! Answers the requests of one IPC connection.

use crate::{
    ipc::IpcServices,
    metrics::Outcomes,
    rpc_error::{Limit, RpcError},
    subscription_id::HexIds,
};
use jsonrpsee::{
    BoundedSubscriptions, ConnectionId, Extensions, MethodCallback, MethodResponse, MethodSink,
    Methods, SubscriptionState,
    types::{ErrorCode, ErrorObject, ErrorObjectOwned, Id, InvalidRequest, Params, Request},
};
use serde_json::value::RawValue;

/// Answers the requests of one IPC connection.
#[derive(Debug)]
pub(crate) struct IpcSession {
    methods: Methods,
    connection: ConnectionId,
    sink: MethodSink,
    subscriptions: BoundedSubscriptions,
    response_bytes: usize,
    batch_entries: u32,
    unknown_methods: Outcomes,
}

impl IpcSession {
    /// A session whose notifications go to `sink`.
    pub(crate) fn new(services: &IpcServices, connection: ConnectionId, sink: MethodSink) -> Self {
        let limits = &services.limits;
        Self {
            methods: services.methods.clone(),
            connection,
            sink,
            subscriptions: BoundedSubscriptions::new(limits.subscriptions_per_connection),
            response_bytes: usize::try_from(limits.response_bytes).unwrap_or(usize::MAX),
            batch_entries: limits.batch_entries,
            unknown_methods: services.metrics.unknown_methods.clone(),
        }
    }

    /// The answer to a request or a batch; none to notifications, and none to subscriptions, whose
    /// answer has gone to the sink ahead of their first notification.
    pub(crate) async fn answer(&self, document: &[u8]) -> Option<String> {
        let is_batch = document.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
        if !is_batch {
            return Some(self.single(document).await?.into_json().get().to_owned());
        }
        let entries: Vec<&RawValue> = match serde_json::from_slice(document) {
            Ok(entries) => entries,
            Err(_) => return Some(text(error(Id::Null, ErrorCode::ParseError))),
        };
        let (limit, have) = (self.batch_entries, entries.len());
        if u32::try_from(have).map_or(true, |have| have > limit) {
            let refused =
                ErrorObjectOwned::from(RpcError::from(Limit::BatchEntries { limit, have }));
            return Some(text(error(Id::Null, refused)));
        }
        if entries.is_empty() {
            return Some(text(error(Id::Null, ErrorCode::InvalidRequest)));
        }
        self.batch(&entries).await
    }

    async fn batch(&self, entries: &[&RawValue]) -> Option<String> {
        let mut answers: Vec<Box<RawValue>> = Vec::with_capacity(entries.len());
        let mut bytes: usize = 0;
        for entry in entries {
            let Some(answer) = self.single(entry.get().as_bytes()).await else { continue };
            let answer = answer.into_json();
            bytes = bytes.saturating_add(answer.get().len());
            if bytes > self.response_bytes {
                let limit = self.response_bytes;
                let refused = RpcError::from(Limit::ResponseBytes { limit });
                return Some(text(error(Id::Null, ErrorObjectOwned::from(refused))));
            }
            answers.push(answer);
        }
        if answers.is_empty() { None } else { serde_json::to_string(&answers).ok() }
    }

    async fn single(&self, document: &[u8]) -> Option<MethodResponse> {
        if let Ok(request) = serde_json::from_slice::<Request<'_>>(document) {
            let answer = self.call(request).await;
            return (!answer.is_subscription()).then_some(answer);
        }
        match serde_json::from_slice::<serde_json::Value>(document) {
            Err(_) => Some(error(Id::Null, ErrorCode::ParseError)),
            Ok(value) if value.get("method").is_some() => {
                Some(error(Id::Null, ErrorObjectOwned::from(RpcError::NoId)))
            }
            Ok(_) => {
                let id = serde_json::from_slice::<InvalidRequest<'_>>(document)
                    .map_or(Id::Null, |invalid| invalid.id);
                Some(error(id, ErrorCode::InvalidRequest))
            }
        }
    }

    async fn call(&self, request: Request<'_>) -> MethodResponse {
        let Request { id, method, params, .. } = request;
        let params = Params::new(params.as_ref().map(|params| params.get()));
        let extensions = Extensions::new();
        let (connection, bytes) = (self.connection, self.response_bytes);
        match self.methods.method(&method) {
            None => {
                self.unknown_methods.refused();
                error(id, ErrorObjectOwned::from(RpcError::method_not_found(&method)))
            }
            Some(MethodCallback::Sync(callback)) => callback(id, params, bytes, extensions),
            Some(MethodCallback::Async(callback)) => {
                let (id, params) = (id.into_owned(), params.into_owned());
                callback(id, params, connection, bytes, extensions).await
            }
            Some(MethodCallback::Unsubscription(callback)) => {
                callback(id, params, connection, bytes, extensions)
            }
            Some(MethodCallback::Subscription(callback)) => {
                let Some(permit) = self.subscriptions.acquire() else {
                    let limit = self.subscriptions.max();
                    let refused = RpcError::from(Limit::Subscriptions { limit });
                    return error(id, ErrorObjectOwned::from(refused));
                };
                let state = SubscriptionState {
                    conn_id: connection,
                    id_provider: &HexIds,
                    subscription_permit: permit,
                };
                callback(id, params, self.sink.clone(), state, extensions).await
            }
        }
    }
}

fn error<'a>(id: Id<'a>, error: impl Into<ErrorObject<'a>>) -> MethodResponse {
    MethodResponse::error(id, error)
}

fn text(response: MethodResponse) -> String {
    response.into_json().get().to_owned()
}
