//! What holds for every request, alone or in a batch.

use crate::{
    host_guard::PlainHttp,
    metrics::{Occupied, TransportMetrics},
    rpc_error::{Limit, RpcError},
};
use futures::FutureExt as _;
use jsonrpsee::{
    MethodResponse, Methods,
    core::middleware::{Batch, BatchEntry, BatchEntryErr, Notification, RpcServiceT},
    types::{ErrorObjectOwned, Id, Request},
};
use std::{future::Future, sync::Arc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Checks every request of one connection: that its method is served, how many are unanswered, how
/// long a batch is, and that nobody subscribes where no notification can follow.
#[derive(Debug, Clone)]
pub(crate) struct CallGuard<S> {
    inner: S,
    methods: Methods,
    in_flight: Arc<Semaphore>,
    calls_in_flight: usize,
    batch_entries: u32,
    metrics: TransportMetrics,
    /// Shared by the clones for one connection.
    _connection: Arc<Occupied>,
}

/// Bounds on what one connection may ask.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallLimits {
    /// Most unanswered requests.
    pub(crate) calls_in_flight: usize,
    /// Most requests in a batch.
    pub(crate) batch_entries: u32,
}

impl<S> CallGuard<S> {
    pub(crate) fn new(
        inner: S,
        methods: Methods,
        limits: CallLimits,
        metrics: TransportMetrics,
    ) -> Self {
        let CallLimits { calls_in_flight, batch_entries } = limits;
        let in_flight = Arc::new(Semaphore::new(calls_in_flight));
        let _connection = Arc::new(Occupied::enter(&metrics.connections));
        Self { inner, methods, in_flight, calls_in_flight, batch_entries, metrics, _connection }
    }

    /// Whether a request cannot work on its connection.
    fn check(&self, request: &Request<'_>) -> Result<(), RpcError> {
        let name = request.method_name();
        if self.methods.method(name).is_none() {
            self.metrics.unknown_methods.refused();
            return Err(RpcError::method_not_found(name));
        }
        let subscribes = matches!(name, "eth_subscribe" | "eth_unsubscribe");
        if subscribes && request.extensions().get::<PlainHttp>().is_some() {
            return Err(RpcError::NotificationsNotSupported);
        }
        Ok(())
    }

    fn checked_entry<'a>(&self, entry: Entry<'a>) -> Entry<'a> {
        match entry {
            Ok(BatchEntry::Call(request)) => match self.check(&request) {
                Ok(()) => Ok(BatchEntry::Call(request)),
                Err(error) => Err(BatchEntryErr::new(request.id, error.into())),
            },
            Ok(BatchEntry::Notification(_)) => {
                Err(BatchEntryErr::new(Id::Null, RpcError::NoId.into()))
            }
            Err(error) => Err(error),
        }
    }

    fn enter(&self) -> Result<OwnedSemaphorePermit, Limit> {
        Arc::clone(&self.in_flight)
            .try_acquire_owned()
            .map_err(|_| Limit::CallsInFlight { limit: self.calls_in_flight })
    }

    fn check_batch(&self, batch: &Batch<'_>) -> Result<OwnedSemaphorePermit, RpcError> {
        let (limit, have) = (self.batch_entries, batch.len());
        if u32::try_from(have).is_ok_and(|have| have <= limit) {
            return Ok(self.enter()?);
        }
        Err(Limit::BatchEntries { limit, have }.into())
    }
}

impl<S> RpcServiceT for CallGuard<S>
where
    S: RpcServiceT<
            MethodResponse = MethodResponse,
            BatchResponse = MethodResponse,
            NotificationResponse = MethodResponse,
        > + Send
        + Sync
        + Clone
        + 'static,
{
    type MethodResponse = MethodResponse;
    type NotificationResponse = MethodResponse;
    type BatchResponse = MethodResponse;

    fn call<'a>(&self, request: Request<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let admitted = self.check(&request).and_then(|()| Ok(self.enter()?));
        match admitted {
            Ok(permit) => {
                let answer = self.inner.call(request);
                held(answer, permit).boxed()
            }
            Err(error) => {
                let refused = MethodResponse::error(request.id, ErrorObjectOwned::from(error));
                async move { refused }.boxed()
            }
        }
    }

    /// jsonrpsee does not send the entries of a batch through `call`: what is checked there is
    /// checked here again.
    fn batch<'a>(&self, batch: Batch<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        match self.check_batch(&batch) {
            Ok(permit) => {
                let entries = batch.into_iter().map(|entry| self.checked_entry(entry)).collect();
                let answer = self.inner.batch(Batch::from(entries));
                held(answer, permit).boxed()
            }
            Err(error) => {
                let refused = MethodResponse::error(Id::Null, ErrorObjectOwned::from(error));
                async move { refused }.boxed()
            }
        }
    }

    /// What arrives here has no id, or one that is neither text, null nor a whole number of 64
    /// bits. No method is a notification, and whoever sent such an id waits for an answer.
    fn notification<'a>(
        &self,
        _: Notification<'a>,
    ) -> impl Future<Output = MethodResponse> + Send + 'a {
        let refused = MethodResponse::error(Id::Null, ErrorObjectOwned::from(RpcError::NoId));
        async move { refused }
    }
}

type Entry<'a> = Result<BatchEntry<'a>, BatchEntryErr<'a>>;

async fn held(
    answer: impl Future<Output = MethodResponse>,
    permit: OwnedSemaphorePermit,
) -> MethodResponse {
    let answer = answer.await;
    drop(permit);
    answer
}
