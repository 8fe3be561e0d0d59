//! How much memory answers may take that clients have not read.
//!
//! An answer stays in memory until its client has read it. One connection waits for one answer at a
//! time, but hundreds of connections that ask for much and read nothing would add up to more memory
//! than the machine has. Beyond the budget an answer is replaced by a short refusal.
//!
//! What is counted is a finished answer. The answers inside a batch that is still being worked on
//! are not.

use futures::future::BoxFuture;
use http::{Request, Response, StatusCode, header};
use http_body::{Body, Frame, SizeHint};
use jsonrpsee::server::HttpBody;
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::bytes::Bytes;
use tower::{Layer, Service};

/// Bytes of one unit of the budget: a semaphore counts up to 2^32 only.
const UNIT_BYTES: u64 = 1024;

/// Answers up to this size are not counted: the buffers of the operating system take them, and all
/// connections together are limited.
const UNCOUNTED_BYTES: u64 = 64 << 10;

/// Bounds the bytes of all answers on their way.
#[derive(Debug, Clone)]
pub(crate) struct AnswerBudgetLayer {
    units: Arc<Semaphore>,
    bytes: u64,
}

/// The service made by [`AnswerBudgetLayer`].
#[derive(Debug, Clone)]
pub(crate) struct AnswerBudget<S> {
    inner: S,
    budget: AnswerBudgetLayer,
}

impl AnswerBudgetLayer {
    /// A budget of `bytes` for all connections together.
    pub(crate) fn new(bytes: u64) -> Self {
        let units = usize::try_from(bytes.div_ceil(UNIT_BYTES)).unwrap_or(usize::MAX);
        Self { units: Arc::new(Semaphore::new(units.min(Semaphore::MAX_PERMITS))), bytes }
    }

    /// The answer, counted until the last of its bytes is gone; or the refusal.
    fn counted(&self, response: Response<HttpBody>) -> Response<HttpBody> {
        // An answer is made as a whole, so its size is known; a WebSocket begins with an empty one.
        let bytes = response.body().size_hint().lower();
        if bytes <= UNCOUNTED_BYTES {
            return response;
        }
        let units = u32::try_from(bytes.div_ceil(UNIT_BYTES)).unwrap_or(u32::MAX);
        match Arc::clone(&self.units).try_acquire_many_owned(units) {
            Ok(permit) => {
                let permit = Arc::new(permit);
                response.map(|body| HttpBody::new(CountedBody { body, permit }))
            }
            Err(_) => self.refusal(bytes),
        }
    }

    fn refusal(&self, bytes: u64) -> Response<HttpBody> {
        let text = format!(
            r#"{{"jsonrpc":"2.0","id":null,"error":{{"code":-32005,"message":"this answer of {bytes} bytes and those that clients have not read yet exceed the limit of {}; read them, or ask for less"}}}}"#,
            self.bytes
        );
        let mut response = Response::new(HttpBody::from(text));
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        let json = header::HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        response
    }
}

impl<S> Layer<S> for AnswerBudgetLayer {
    type Service = AnswerBudget<S>;

    fn layer(&self, inner: S) -> Self::Service {
        AnswerBudget { inner, budget: self.clone() }
    }
}

impl<S, B> Service<Request<B>> for AnswerBudget<S>
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

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (answer, budget) = (self.inner.call(request), self.budget.clone());
        Box::pin(async move { Ok(budget.counted(answer.await?)) })
    }
}

/// A body whose bytes give their part of the budget back when they are dropped: the server takes
/// them out of the body at once and keeps them until the client has read them.
struct CountedBody {
    body: HttpBody,
    permit: Arc<OwnedSemaphorePermit>,
}

struct CountedBytes {
    bytes: Bytes,
    _permit: Arc<OwnedSemaphorePermit>,
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
        let count =
            |bytes| Bytes::from_owner(CountedBytes { bytes, _permit: Arc::clone(&self.permit) });
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

    /// Answers with as many bytes as the request has.
    fn service(bytes: u64) -> impl FnMut(usize) -> BoxFuture<'static, Response<HttpBody>> {
        let layer = AnswerBudgetLayer::new(bytes);
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
        let mut ask = service(300 << 10);
        let (first, second) = (ask(100 << 10).await, ask(200 << 10).await);
        assert_eq!((first.status(), second.status()), (StatusCode::OK, StatusCode::OK));
        let refused = ask(100 << 10).await;
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        let text = bytes(refused).await;
        let text = std::str::from_utf8(&text).unwrap();
        assert!(text.contains("102400 bytes") && text.contains("limit of 307200"), "{text}");
        drop(second);
        assert_eq!(ask(200 << 10).await.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn bytes_count_until_they_are_dropped_not_until_they_left_the_body() {
        let mut ask = service(100 << 10);
        let mut response = ask(100 << 10).await;
        let taken = response.body_mut().frame().await.unwrap().unwrap().into_data().unwrap();
        assert!(taken.iter().all(|byte| *byte == 7));
        drop(response);
        assert_eq!(ask(100 << 10).await.status(), StatusCode::SERVICE_UNAVAILABLE);
        drop(taken);
        assert_eq!(bytes(ask(100 << 10).await).await.len(), 100 << 10);
    }

    #[tokio::test]
    async fn small_answers_are_not_counted() {
        let mut ask = service(0);
        assert_eq!(ask(64 << 10).await.status(), StatusCode::OK);
        assert_eq!(ask((64 << 10) + 1).await.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
