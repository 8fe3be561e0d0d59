//! What holds for every request, alone or in a batch.

use crate::{
    answer_bytes::AnswerBytes,
    connection_flow::ConnectionFlow,
    host_guard::PlainHttp,
    memory_budget::{ConnectionBudget, HeldBytes},
    metrics::{Occupied, TransportMetrics},
    request_window::Unanswered,
    rpc_error::{Limit, RpcError},
    unsent_answers::UnsentAnswers,
    value_count::most_values,
};
use futures::FutureExt as _;
use jsonrpsee::{
    BatchResponseBuilder, Extensions, MethodResponse, Methods,
    core::middleware::{Batch, BatchEntry, BatchEntryErr, Notification, RpcServiceT},
    types::{ErrorObjectOwned, Id, Request},
};
use std::{future::Future, sync::Arc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Checks every request of one connection: that its method is served, how many are unanswered, how
/// long a batch is, that nobody subscribes where no notification can follow, and that there is room
/// for its answer.
#[derive(Debug, Clone)]
pub(crate) struct CallGuard<S> {
    inner: S,
    methods: Methods,
    in_flight: Arc<Semaphore>,
    limits: CallLimits,
    budgets: CallBudgets,
    metrics: TransportMetrics,
    flow: ConnectionFlow,
    /// Shared by the clones for one connection.
    _connection: Arc<Occupied>,
}

/// What a parsed value takes: 545 bytes a call of a simulation without a field, 32 a number in a list of
/// anything. With the most expensive ones the requests take twice their budget.
const VALUE_BYTES: u64 = 256;

/// The memory that all connections share, as one of them sees it.
#[derive(Debug, Clone)]
pub(crate) struct CallBudgets {
    pub(crate) answers: ConnectionBudget,
    pub(crate) requests: ConnectionBudget,
}

/// Bounds on what one connection may ask.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CallLimits {
    /// Most unanswered requests.
    pub(crate) calls_in_flight: usize,
    /// Most requests in a batch.
    pub(crate) batch_entries: u32,
    /// Largest answer, in bytes.
    pub(crate) response_bytes: u32,
}

impl<S> CallGuard<S> {
    pub(crate) fn new(
        inner: S,
        methods: Methods,
        (limits, budgets): (CallLimits, CallBudgets),
        metrics: TransportMetrics,
        flow: ConnectionFlow,
    ) -> Self {
        let in_flight = Arc::new(Semaphore::new(limits.calls_in_flight));
        let _connection = Arc::new(Occupied::enter(&metrics.connections));
        Self { inner, methods, in_flight, limits, budgets, metrics, flow, _connection }
    }

    /// Whether a request cannot work on its connection.
    fn check(&self, request: &Request<'_>) -> Result<(), RpcError> {
        let name = request.method_name();
        if self.methods.method(name).is_none() {
            self.metrics.unknown_methods.refused();
            return Err(RpcError::method_not_found(name));
        }
        let subscribes = matches!(
            name,
            "eth_subscribe" | "eth_unsubscribe" | "poc_subscribe" | "poc_unsubscribe"
        );
        if subscribes && request.extensions().get::<PlainHttp>().is_some() {
            return Err(RpcError::NotificationsNotSupported);
        }
        Ok(())
    }

    fn checked_entry<'a>(
        &self,
        entry: Result<BatchEntry<'a>, BatchEntryErr<'a>>,
        answer: &AnswerBytes,
    ) -> Entry<'a> {
        match entry {
            Ok(BatchEntry::Call(mut request)) => match self.check(&request) {
                Ok(()) => {
                    request.extensions_mut().insert(answer.clone());
                    Ok(request)
                }
                Err(error) => Err(BatchEntryErr::new(request.id, error.into())),
            },
            Ok(BatchEntry::Notification(_)) => {
                Err(BatchEntryErr::new(Id::Null, RpcError::NoId.into()))
            }
            Err(error) => Err(error),
        }
    }

    /// For requests, with their parameters, that are answered together.
    fn enter<'a>(
        &self,
        requests: impl Iterator<Item = &'a Request<'a>>,
    ) -> Result<InFlight, Limit> {
        let permit = Arc::clone(&self.in_flight)
            .try_acquire_owned()
            .map_err(|_| Limit::CallsInFlight { limit: self.limits.calls_in_flight })?;
        let (mut bytes, mut values) = (0_usize, 0_usize);
        for parameters in requests.filter_map(|request| request.params.as_ref()) {
            bytes = bytes.saturating_add(parameters.get().len());
            values = values.saturating_add(most_values(parameters.get().as_bytes()));
        }
        let mut held = self.budgets.requests.hold();
        held.resize(wide(values).saturating_mul(VALUE_BYTES))?;
        let unanswered = self.flow.requests.enter(bytes);
        Ok(InFlight { _permit: permit, _held: held, _unanswered: unanswered })
    }

    fn check_batch(&self, batch: &Batch<'_>) -> Result<InFlight, RpcError> {
        let (limit, have) = (self.limits.batch_entries, batch.len());
        if u32::try_from(have).is_ok_and(|have| have <= limit) {
            let requests = batch.iter().flatten().filter_map(|entry| match entry {
                BatchEntry::Call(request) => Some(request),
                BatchEntry::Notification(_) => None,
            });
            return Ok(self.enter(requests)?);
        }
        Err(Limit::BatchEntries { limit, have }.into())
    }

    /// The count of the answer to a request. Plain HTTP has one already, which goes on until the
    /// client has read; on a WebSocket it goes on until the answer is written to the socket.
    fn answer(&self, request: &Extensions) -> GuardedAnswer {
        match request.get() {
            Some(bytes) => GuardedAnswer { bytes: AnswerBytes::clone(bytes), unsent: None },
            None => GuardedAnswer {
                bytes: self.budgets.answers.answer(),
                unsent: Some(self.flow.answers.clone()),
            },
        }
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

    fn call<'a>(
        &self,
        mut request: Request<'a>,
    ) -> impl Future<Output = MethodResponse> + Send + 'a {
        let admitted =
            self.check(&request).and_then(|()| Ok(self.enter(std::iter::once(&request))?));
        match admitted {
            Ok(permit) => {
                let (answer, id) = (self.answer(request.extensions()), request.id.clone());
                request.extensions_mut().insert(answer.bytes.clone());
                let response = self.inner.call(request);
                let counted = async move {
                    let response = answer.bytes.admit(response.await, || id);
                    answer.hand_over(response)
                };
                held(counted, permit).boxed()
            }
            Err(error) => {
                let refused = refusal(request.id, error);
                async move { refused }.boxed()
            }
        }
    }

    /// The entries one after the other, as jsonrpsee answers them, but each is counted before the
    /// next one begins, and checked as if it had come alone.
    fn batch<'a>(&self, mut batch: Batch<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        match self.check_batch(&batch) {
            Ok(permit) => {
                let answer = self.answer(batch.extensions());
                let entries = batch
                    .into_iter()
                    .map(|entry| self.checked_entry(entry, &answer.bytes))
                    .collect();
                let entries = CheckedBatch { entries, response_bytes: self.limits.response_bytes };
                let service = self.inner.clone();
                let counted = async move {
                    let response = entries.answered(service, answer.bytes.clone()).await;
                    answer.hand_over(response)
                };
                held(counted, permit).boxed()
            }
            Err(error) => {
                let refused = refusal(Id::Null, error);
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
        let refused = refusal(Id::Null, RpcError::NoId);
        async move { refused }
    }
}

/// A request until it is answered.
#[derive(Debug)]
struct InFlight {
    _permit: OwnedSemaphorePermit,
    _held: HeldBytes,
    _unanswered: Unanswered,
}

type Entry<'a> = Result<Request<'a>, BatchEntryErr<'a>>;

/// The count of an answer, and who goes on with it when the answer is handed over.
struct GuardedAnswer {
    bytes: AnswerBytes,
    /// `None` if the transport does.
    unsent: Option<UnsentAnswers>,
}

impl GuardedAnswer {
    /// Hands the answer over to the queue of its connection.
    fn hand_over(self, response: MethodResponse) -> MethodResponse {
        if let Some(unsent) = self.unsent {
            unsent.hand_over(wide(response.as_json().get().len()), self.bytes);
        }
        response
    }
}

/// A batch that may be answered.
struct CheckedBatch<'a> {
    entries: Vec<Entry<'a>>,
    response_bytes: u32,
}

impl CheckedBatch<'_> {
    /// The answer. If it becomes too large, or there is no room for more of it, the rest is not
    /// executed and the batch is refused as a whole: what was answered gives its room to others.
    async fn answered<S>(self, service: S, answer: AnswerBytes) -> MethodResponse
    where
        S: RpcServiceT<MethodResponse = MethodResponse> + Send + Sync,
    {
        let limit = usize::try_from(self.response_bytes).unwrap_or(usize::MAX);
        let mut built = BatchResponseBuilder::new_with_limit(limit);
        let mut bytes: usize = 0;
        for entry in self.entries {
            let response = match entry {
                Ok(request) => service.call(request).await,
                Err(refused) => {
                    let (error, id) = refused.into_parts();
                    MethodResponse::error(id, error)
                }
            };
            bytes = bytes.saturating_add(response.as_json().get().len());
            if let Err(limit) = answer.hold(wide(bytes)) {
                return refusal(Id::Null, limit.into());
            }
            if let Err(too_large) = built.append(response) {
                return too_large;
            }
        }
        MethodResponse::from_batch(built.finish())
    }
}

fn refusal(id: Id<'_>, error: RpcError) -> MethodResponse {
    MethodResponse::error(id, ErrorObjectOwned::from(error))
}

fn wide(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

async fn held(answer: impl Future<Output = MethodResponse>, permit: InFlight) -> MethodResponse {
    let answer = answer.await;
    drop(permit);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory_budget::{MemoryBudget, OWN_BYTES};
    use futures::{future::lazy, poll};
    use jsonrpsee::{ResponsePayload, RpcModule, core::middleware::Notification};
    use parking_lot::Mutex;
    use std::{pin::pin, task::Poll};

    /// Answers with as many KiB as it is asked for, once it may go on.
    #[derive(Clone)]
    struct Letters {
        called: Arc<Mutex<Vec<String>>>,
        go_on: Arc<Semaphore>,
    }

    impl Letters {
        fn new(go_on: usize) -> Self {
            Self { called: Arc::default(), go_on: Arc::new(Semaphore::new(go_on)) }
        }

        fn called(&self) -> usize {
            self.called.lock().len()
        }
    }

    impl RpcServiceT for Letters {
        type MethodResponse = MethodResponse;
        type NotificationResponse = MethodResponse;
        type BatchResponse = MethodResponse;

        fn call<'a>(
            &self,
            request: Request<'a>,
        ) -> impl Future<Output = MethodResponse> + Send + 'a {
            let (called, go_on) = (Arc::clone(&self.called), Arc::clone(&self.go_on));
            async move {
                go_on.acquire_owned().await.unwrap().forget();
                called.lock().push(request.method.to_string());
                let kib = request.params().one::<usize>().unwrap();
                let letters = ResponsePayload::success("x".repeat(kib << 10));
                MethodResponse::response(request.id, letters, usize::MAX)
            }
        }

        fn batch<'a>(&self, _: Batch<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
            lazy(|_| unreachable!("the guard asks for one entry after the other"))
        }

        fn notification<'a>(
            &self,
            _: Notification<'a>,
        ) -> impl Future<Output = MethodResponse> + Send + 'a {
            lazy(|_| unreachable!("the guard refuses notifications"))
        }
    }

    fn guard(service: &Letters, budget: &MemoryBudget) -> CallGuard<Letters> {
        let mut methods = RpcModule::new(());
        methods.register_method("letters", |_, (), _| "").unwrap();
        let limits = CallLimits { calls_in_flight: 4, batch_entries: 100, response_bytes: 1 << 20 };
        let requests = MemoryBudget::for_requests(1 << 20).connection();
        let budgets = CallBudgets { answers: budget.connection(), requests };
        CallGuard::new(
            service.clone(),
            methods.into(),
            (limits, budgets),
            TransportMetrics::register("test"),
            ConnectionFlow::default(),
        )
    }

    /// A request for as many KiB.
    fn request(kib: &str) -> Request<'_> {
        let params = serde_json::value::RawValue::from_string(format!("[{kib}]")).unwrap();
        Request::owned("letters".to_owned(), Some(params), Id::Number(7))
    }

    fn batch(entries: usize, kib: &str) -> Batch<'_> {
        Batch::from((0..entries).map(|_| Ok(BatchEntry::Call(request(kib)))).collect())
    }

    fn json(response: MethodResponse) -> serde_json::Value {
        serde_json::from_str(response.into_json().get()).unwrap()
    }

    #[tokio::test]
    async fn a_batch_without_room_is_refused_as_a_whole_and_its_rest_is_not_executed() {
        let service = Letters::new(100);
        let budget = MemoryBudget::for_answers(100 << 10);
        let refused = json(guard(&service, &budget).batch(batch(10, "50")).await);
        assert_eq!(refused["error"]["code"], -32_005);
        assert_eq!(refused["id"], serde_json::Value::Null);
        let message = refused["error"]["message"].as_str().unwrap();
        assert!(message.contains("limit of 102400 bytes"), "{message}");
        // 164 KiB are there; the fourth entry of 50 does not fit and the fifth is not begun.
        assert_eq!(service.called(), 4);
        // Nothing is held any more.
        let answered = json(guard(&service, &budget).batch(batch(3, "50")).await);
        assert_eq!(answered.as_array().unwrap().len(), 3);
    }

    #[tokio::test]
    async fn a_batch_in_the_making_counts_while_it_waits() {
        let service = Letters::new(2);
        let budget = MemoryBudget::for_answers(100 << 10);
        let mut first = pin!(guard(&service, &budget).batch(batch(3, "50")));
        assert_eq!(poll!(&mut first).map(json), Poll::Pending);
        assert_eq!(service.called(), 2);
        // The first holds 64 KiB of its own and 37 of the 100 common ones, envelopes included.
        let others = Letters::new(2);
        let second = json(guard(&others, &budget).call(request("128")).await);
        assert_eq!((&second["error"]["code"], &second["id"]), (&(-32_005).into(), &7.into()));
        let third = json(guard(&others, &budget).call(request("120")).await);
        assert_eq!(third["result"].as_str().unwrap().len(), 120 << 10);
        service.go_on.add_permits(1);
        assert_eq!(json(first.await).as_array().unwrap().len(), 3);
    }

    #[tokio::test]
    async fn a_lone_answer_may_take_the_whole_budget_once() {
        let service = Letters::new(100);
        let budget = MemoryBudget::for_answers(1 << 20);
        let guard = guard(&service, &budget);
        for _ in 0..2 {
            let answered = guard.call(request("1087")).await;
            guard.flow.answers.wrote(answered.as_json().get().len());
            assert!(json(answered).get("result").is_some());
        }
    }

    #[tokio::test]
    async fn a_batch_over_the_size_of_an_answer_ends_with_the_entry_that_is_too_much() {
        let service = Letters::new(100);
        let budget = MemoryBudget::for_answers(100 << 20);
        let refused = json(guard(&service, &budget).batch(batch(10, "300")).await);
        assert_eq!(refused["error"]["code"], -32_011);
        assert_eq!(service.called(), 4);
    }

    #[tokio::test]
    async fn small_batches_are_answered_when_the_budget_is_spent() {
        let service = Letters::new(200);
        let budget = MemoryBudget::for_answers(0);
        let guard = guard(&service, &budget);
        let answered = json(guard.batch(batch(100, "0")).await);
        assert_eq!(answered.as_array().unwrap().len(), 100);
        assert!(u64::try_from(answered.to_string().len()).unwrap() < OWN_BYTES);
    }

    #[tokio::test]
    async fn an_empty_batch_is_no_request() {
        let (service, budget) = (Letters::new(0), MemoryBudget::for_answers(0));
        let refused = json(guard(&service, &budget).batch(batch(0, "0")).await);
        assert_eq!(refused["error"]["code"], -32_600);
    }
}
