//! The budget of answers on plain HTTP.

use crate::{
    answer_bytes::AnswerBytes, host_guard::PlainHttp, http_refusal::over_limit,
    memory_budget::MemoryBudget,
};
use futures::future::BoxFuture;
use http::{Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use jsonrpsee::server::HttpBody;
use std::{
    pin::Pin,
    task::{Context, Poll},
};
use tokio_util::bytes::Bytes;
use tower::{Layer, Service};

/// Counts every answer on plain HTTP from its making until its client has read it. Inside of
/// [`HostGuard`](crate::host_guard::HostGuard), which tells plain HTTP from WebSocket.
#[derive(Debug, Clone)]
pub(crate) struct AnswerBudgetLayer(MemoryBudget);

/// The service made by [`AnswerBudgetLayer`].
#[derive(Debug, Clone)]
pub(crate) struct CountedAnswers<S> {
    inner: S,
    budget: MemoryBudget,
}

impl AnswerBudgetLayer {
    pub(crate) const fn new(budget: MemoryBudget) -> Self {
        Self(budget)
    }
}

impl<S> Layer<S> for AnswerBudgetLayer {
    type Service = CountedAnswers<S>;

    fn layer(&self, inner: S) -> Self::Service {
        CountedAnswers { inner, budget: self.0.clone() }
    }
}

impl<S, B> Service<Request<B>> for CountedAnswers<S>
where
    S: Service<Request<B>, Response = Response<HttpBody>>,
    S::Future: Send + 'static,
    S::Error: 'static,
{
    type Response = Response<HttpBody>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Self::Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        // A request is as good as a connection: HTTP/1 answers one at a time.
        let answer = self.budget.connection().answer();
        // The extensions of a WebSocket's first request are those of all that follow.
        if request.extensions().get::<PlainHttp>().is_some() {
            request.extensions_mut().insert(answer.clone());
        }
        let response = self.inner.call(request);
        Box::pin(async move { Ok(counted(response.await?, answer)) })
    }
}

/// The response, counted until the last of its bytes is gone; or the refusal.
fn counted(mut response: Response<HttpBody>, answer: AnswerBytes) -> Response<HttpBody> {
    // The bytes count, not the head, which may live as long as the connection.
    response.extensions_mut().remove::<AnswerBytes>();
    // An answer is made as a whole, so its size is known; a WebSocket begins with an empty one.
    match answer.hold(response.body().size_hint().lower()) {
        Ok(()) => response.map(|body| HttpBody::new(CountedBody { body, answer })),
        // It did not come from a method, such as the error that repeats an id of megabytes.
        Err(limit) => over_limit(StatusCode::SERVICE_UNAVAILABLE, limit),
    }
}

/// A body whose bytes give their part of the budget back when they are dropped: the server takes
/// them out of the body at once and keeps them until the client has read them.
struct CountedBody {
    body: HttpBody,
    answer: AnswerBytes,
}

struct CountedBytes {
    bytes: Bytes,
    _answer: AnswerBytes,
}

impl AsRef<[u8]> for CountedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Body for CountedBody {
    type Data = Bytes;
    type Error = <HttpBody as Body>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let frame = futures::ready!(Pin::new(&mut self.body).poll_frame(context));
        let count = |bytes| Bytes::from_owner(CountedBytes { bytes, _answer: self.answer.clone() });
        Poll::Ready(frame.map(|frame| frame.map(|frame| frame.map_data(count))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt as _;
    use std::convert::Infallible;
    use tower::ServiceExt as _;

    const KIB: usize = 1 << 10;

    /// Answers with as many bytes as it is asked for.
    fn service(
        budget: MemoryBudget,
    ) -> impl FnMut(usize) -> BoxFuture<'static, Response<HttpBody>> {
        let layer = AnswerBudgetLayer::new(budget);
        move |length| {
            let inner = tower::service_fn(move |_: Request<()>| async move {
                Ok::<_, Infallible>(Response::new(HttpBody::from(vec![7; length])))
            });
            let answer = layer.layer(inner).oneshot(Request::new(()));
            Box::pin(async move { answer.await.unwrap() })
        }
    }

    async fn bytes(response: Response<HttpBody>) -> Bytes {
        response.into_body().collect().await.unwrap().to_bytes()
    }

    #[tokio::test]
    async fn answers_that_nobody_reads_are_bounded_together() {
        // Every answer has 64 KiB of its own.
        let mut ask = service(MemoryBudget::for_answers(300 << 10));
        let (first, second) = (ask(164 * KIB).await, ask(264 * KIB).await);
        assert_eq!((first.status(), second.status()), (StatusCode::OK, StatusCode::OK));
        let refused = ask(100 * KIB).await;
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        let text = bytes(refused).await;
        let text = std::str::from_utf8(&text).unwrap();
        assert!(text.contains("102400 bytes") && text.contains("limit of 307200"), "{text}");
        drop(second);
        assert_eq!(ask(264 * KIB).await.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn bytes_count_until_they_are_dropped_not_until_they_left_the_body() {
        let mut ask = service(MemoryBudget::for_answers(100 << 10));
        let mut response = ask(164 * KIB).await;
        let taken = response.body_mut().frame().await.unwrap().unwrap().into_data().unwrap();
        assert!(taken.iter().all(|byte| *byte == 7));
        drop(response);
        assert_eq!(ask(164 * KIB).await.status(), StatusCode::SERVICE_UNAVAILABLE);
        drop(taken);
        assert_eq!(bytes(ask(164 * KIB).await).await.len(), 164 * KIB);
    }

    #[tokio::test]
    async fn small_answers_are_given_when_the_budget_is_spent() {
        let mut ask = service(MemoryBudget::for_answers(0));
        assert_eq!(ask(64 * KIB).await.status(), StatusCode::OK);
        assert_eq!(ask(64 * KIB + 1).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    }

    #[tokio::test]
    async fn what_was_counted_in_the_making_is_not_counted_again() {
        let budget = MemoryBudget::for_answers(100 << 10);
        let inner = tower::service_fn(|mut request: Request<()>| async move {
            let answer = request.extensions_mut().remove::<AnswerBytes>().unwrap();
            answer.add(164 << 10).unwrap();
            Ok::<_, Infallible>(Response::new(HttpBody::from(vec![7; 164 * KIB])))
        });
        let mut request = Request::new(());
        request.extensions_mut().insert(PlainHttp);
        let layer = AnswerBudgetLayer::new(budget.clone());
        let response = layer.layer(inner).oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let mut ask = service(budget);
        assert_eq!(ask(65 * KIB).await.status(), StatusCode::SERVICE_UNAVAILABLE);
        drop(response);
        assert_eq!(ask(164 * KIB).await.status(), StatusCode::OK);
    }
}
