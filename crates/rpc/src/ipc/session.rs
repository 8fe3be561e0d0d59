//! Answers the requests of one IPC connection.

use crate::{
    answer_bytes::AnswerBytes,
    batch_entries::{batch_entries, is_batch},
    ipc::IpcServices,
    memory_budget::ConnectionBudget,
    metrics::Outcomes,
    rpc_error::{Limit, RpcError},
    subscription_id::HexIds,
};
use jsonrpsee::{
    BatchResponseBuilder, BoundedSubscriptions, ConnectionId, Extensions, MethodCallback,
    MethodResponse, MethodSink, Methods, SubscriptionState,
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
    budget: ConnectionBudget,
    unknown_methods: Outcomes,
}

/// An answer that is counted until it is dropped.
#[derive(Debug)]
pub(crate) struct CountedAnswer {
    pub(crate) json: Box<RawValue>,
    _bytes: AnswerBytes,
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
            budget: services.budget.connection(),
            unknown_methods: services.metrics.unknown_methods.clone(),
        }
    }

    /// The answer to a request or a batch; none to notifications, and none to subscriptions, whose
    /// answer has gone to the sink ahead of their first notification.
    pub(crate) async fn answer(&self, document: &[u8]) -> Option<CountedAnswer> {
        let bytes = self.budget.answer();
        let answer = match is_batch(document) {
            true => bytes.admit(self.batch(document, &bytes).await?, || Id::Null),
            false => bytes.admit(self.single(document, &bytes).await?, || id_of(document)),
        };
        Some(CountedAnswer { json: answer.into_json(), _bytes: bytes })
    }

    async fn batch(&self, document: &[u8], bytes: &AnswerBytes) -> Option<MethodResponse> {
        // Counted before its entries are parsed, which takes eight times its own memory.
        let Some(have) = batch_entries(document) else {
            return Some(error(Id::Null, ErrorCode::ParseError));
        };
        let limit = self.batch_entries;
        if u32::try_from(have).map_or(true, |have| have > limit) {
            return Some(refusal(Limit::BatchEntries { limit, have }));
        }
        let Ok(entries) = serde_json::from_slice::<Vec<&RawValue>>(document) else {
            return Some(error(Id::Null, ErrorCode::ParseError));
        };
        if entries.is_empty() {
            return Some(error(Id::Null, ErrorCode::InvalidRequest));
        }
        self.entries(&entries, bytes).await
    }

    /// If the answer becomes too large, or there is no room for more of it, the rest is not
    /// executed and the batch is refused as a whole.
    async fn entries(&self, entries: &[&RawValue], bytes: &AnswerBytes) -> Option<MethodResponse> {
        let limit = self.response_bytes;
        let mut built = BatchResponseBuilder::new_with_limit(limit);
        let mut length: usize = 0;
        for entry in entries {
            let Some(answer) = self.single(entry.get().as_bytes(), bytes).await else { continue };
            length = length.saturating_add(answer.as_json().get().len());
            if let Err(limit) = bytes.hold(wide(length)) {
                return Some(refusal(limit));
            }
            if built.append(answer).is_err() {
                return Some(refusal(Limit::ResponseBytes { limit }));
            }
        }
        (!built.is_empty()).then(|| MethodResponse::from_batch(built.finish()))
    }

    async fn single(&self, document: &[u8], bytes: &AnswerBytes) -> Option<MethodResponse> {
        if let Ok(request) = serde_json::from_slice::<Request<'_>>(document) {
            let answer = self.call(request, bytes).await;
            return (!answer.is_subscription()).then_some(answer);
        }
        match serde_json::from_slice::<serde_json::Value>(document) {
            Err(_) => Some(error(Id::Null, ErrorCode::ParseError)),
            Ok(value) if value.get("method").is_some() => {
                Some(error(Id::Null, ErrorObjectOwned::from(RpcError::NoId)))
            }
            Ok(_) => Some(error(id_of(document), ErrorCode::InvalidRequest)),
        }
    }

    async fn call(&self, request: Request<'_>, bytes: &AnswerBytes) -> MethodResponse {
        let Request { id, method, params, .. } = request;
        let params = Params::new(params.as_ref().map(|params| params.get()));
        let mut extensions = Extensions::new();
        extensions.insert(bytes.clone());
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

/// The id of a request, whatever else it has.
fn id_of(document: &[u8]) -> Id<'_> {
    serde_json::from_slice::<InvalidRequest<'_>>(document).map_or(Id::Null, |request| request.id)
}

fn refusal(limit: Limit) -> MethodResponse {
    error(Id::Null, ErrorObjectOwned::from(RpcError::from(limit)))
}

fn wide(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
