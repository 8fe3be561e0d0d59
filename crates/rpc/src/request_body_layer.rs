//! Receiving requests over plain HTTP.

use crate::{
    RpcLimits,
    batch_entries::{batch_entries, is_batch},
    host_guard::PlainHttp,
    http_refusal::{http_refusal, over_limit},
    memory_budget::{HeldBytes, MemoryBudget},
    rpc_error::Limit,
};
use futures::future::BoxFuture;
use http::{Request, Response, StatusCode};
use http_body::Body;
use http_body_util::BodyExt as _;
use jsonrpsee::{
    server::HttpBody,
    types::{ErrorCode, ErrorObjectOwned},
};
use std::{
    pin::pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::timeout;
use tokio_util::bytes::{Buf as _, Bytes};
use tower::{Layer, Service};

/// Receives the whole body of every request on plain HTTP, in bounded time and memory, before anybody
/// parses it, and refuses batches of too many entries. Next to the server: the memory is given back
/// when it has answered.
#[derive(Debug, Clone)]
pub(crate) struct RequestBodyLayer {
    budget: MemoryBudget,
    limits: RequestLimits,
}

/// The service made by [`RequestBodyLayer`].
#[derive(Debug, Clone)]
pub(crate) struct ReceivedRequests<S> {
    inner: S,
    receiver: RequestBodyLayer,
}

/// Bounds on one request.
#[derive(Debug, Clone, Copy)]
struct RequestLimits {
    bytes: u32,
    time: Duration,
    batch_entries: u32,
}

/// The bytes of a request as far as they are there, counted until they are dropped.
struct Received {
    bytes: Vec<u8>,
    held: HeldBytes,
}

impl RequestBodyLayer {
    pub(crate) fn new(limits: &RpcLimits, budget: MemoryBudget) -> Self {
        let limits = RequestLimits {
            bytes: limits.request_bytes,
            time: limits.request_time,
            batch_entries: limits.batch_entries,
        };
        Self { budget, limits }
    }

    /// The body, or the refusal of it.
    async fn receive<B>(&self, body: B) -> Result<Received, Response<HttpBody>>
    where
        B: Body<Data = Bytes>,
    {
        let time = self.limits.time;
        let received = timeout(time, self.collect(body)).await.unwrap_or_else(|_| {
            Err(over_limit(StatusCode::REQUEST_TIMEOUT, Limit::RequestTime { limit: time }))
        })?;
        self.check_batch(&received.bytes)?;
        Ok(received)
    }

    async fn collect<B>(&self, body: B) -> Result<Received, Response<HttpBody>>
    where
        B: Body<Data = Bytes>,
    {
        // What the head announces is refused before it is sent.
        self.check_length(body.size_hint().lower())?;
        let held = self.budget.connection().hold();
        let mut received = Received { bytes: Vec::new(), held };
        let mut body = pin!(body);
        while let Some(frame) = body.frame().await {
            // The connection is gone, and whoever reads this with it.
            let frame = frame.map_err(|_| Response::default())?;
            let Ok(data) = frame.into_data() else { continue };
            let length = wide(received.bytes.len()).saturating_add(wide(data.remaining()));
            self.check_length(length)?;
            received
                .held
                .resize(length)
                .map_err(|limit| over_limit(StatusCode::SERVICE_UNAVAILABLE, limit))?;
            received.bytes.extend_from_slice(&data);
        }
        Ok(received)
    }

    fn check_length(&self, bytes: u64) -> Result<(), Response<HttpBody>> {
        let limit = self.limits.bytes;
        match bytes > u64::from(limit) {
            true => Err(over_limit(StatusCode::PAYLOAD_TOO_LARGE, Limit::RequestBytes { limit })),
            false => Ok(()),
        }
    }

    /// A batch is counted before its entries are parsed, which takes a hundred times its own memory.
    fn check_batch(&self, document: &[u8]) -> Result<(), Response<HttpBody>> {
        if !is_batch(document) {
            return Ok(());
        }
        let limit = self.limits.batch_entries;
        match batch_entries(document) {
            Some(have) if u32::try_from(have).map_or(true, |have| have > limit) => {
                Err(over_limit(StatusCode::OK, Limit::BatchEntries { limit, have }))
            }
            Some(_) => Ok(()),
            None => {
                let error = ErrorObjectOwned::from(ErrorCode::ParseError);
                Err(http_refusal(StatusCode::OK, error))
            }
        }
    }
}

impl<S> Layer<S> for RequestBodyLayer {
    type Service = ReceivedRequests<S>;

    fn layer(&self, inner: S) -> Self::Service {
        ReceivedRequests { inner, receiver: self.clone() }
    }
}

impl<S, B> Service<Request<B>> for ReceivedRequests<S>
where
    S: Service<Request<HttpBody>, Response = Response<HttpBody>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<tower::BoxError>,
{
    type Response = Response<HttpBody>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Self::Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        if request.extensions().get::<PlainHttp>().is_none() {
            return Box::pin(self.inner.call(request.map(HttpBody::new)));
        }
        // The one that is ready is used up, the other takes its place.
        let other = self.inner.clone();
        let (mut inner, receiver) =
            (std::mem::replace(&mut self.inner, other), self.receiver.clone());
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let Received { bytes, held } = match receiver.receive(body).await {
                Ok(received) => received,
                Err(refusal) => return Ok(refusal),
            };
            let answer = inner.call(Request::from_parts(head, HttpBody::from(bytes))).await;
            drop(held);
            answer
        })
    }
}

fn wide(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::stream;
    use http_body::Frame;
    use http_body_util::StreamBody;
    use std::convert::Infallible;
    use tokio::{sync::oneshot, task::JoinSet};
    use tower::ServiceExt as _;

    const KIB: usize = 1 << 10;

    fn layer(limits: &RpcLimits) -> RequestBodyLayer {
        RequestBodyLayer::new(limits, MemoryBudget::for_requests(limits.all_request_bytes))
    }

    fn narrow() -> RequestBodyLayer {
        layer(&RpcLimits { all_request_bytes: 100 << 10, batch_entries: 2, ..RpcLimits::default() })
    }

    fn plain<B>(body: B) -> Request<B> {
        let mut request = Request::new(body);
        request.extensions_mut().insert(PlainHttp);
        request
    }

    /// A body that announces so many bytes, none of which come.
    struct Announced(u64);

    impl Body for Announced {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Pending
        }

        fn size_hint(&self) -> http_body::SizeHint {
            http_body::SizeHint::with_exact(self.0)
        }
    }

    /// A body that comes in pieces, and goes on when it is told to.
    fn pieces(
        first: usize,
    ) -> (oneshot::Sender<usize>, impl Body<Data = Bytes, Error = Infallible> + Send + 'static)
    {
        let (go_on, rest) = oneshot::channel();
        let data = |length| Ok(Frame::data(Bytes::from(vec![b' '; length])));
        let rest = async move { data(rest.await.unwrap_or_default()) };
        let stream = stream::StreamExt::chain(stream::iter([data(first)]), stream::once(rest));
        (go_on, StreamBody::new(Box::pin(stream)))
    }

    /// Asks a server that answers with the length of the request.
    async fn ask<B>(layer: &RequestBodyLayer, request: Request<B>) -> (StatusCode, String)
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<tower::BoxError>,
    {
        let inner = tower::service_fn(|request: Request<HttpBody>| async move {
            let body = request.into_body().collect().await.unwrap().to_bytes();
            Ok::<_, Infallible>(Response::new(HttpBody::from(body.len().to_string())))
        });
        let response = layer.layer(inner).oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn requests_of_all_clients_are_bounded_together() {
        let layer = narrow();
        // Each has 64 KiB of its own, and takes the rest from 100 KiB for all.
        let (go_on, body) = pieces(124 * KIB);
        let other = layer.clone();
        let mut first = JoinSet::new();
        first.spawn(async move { ask(&other, plain(body)).await });
        // The first one has its place when there is none left for the second.
        let refused = loop {
            let (status, text) = ask(&layer, plain(HttpBody::from(vec![b' '; 124 * KIB]))).await;
            if status == StatusCode::SERVICE_UNAVAILABLE {
                break text;
            }
            tokio::task::yield_now().await;
        };
        assert!(
            refused.contains("126976 bytes") && refused.contains("limit of 102400"),
            "{refused}"
        );
        let small = ask(&layer, plain(HttpBody::from(vec![b' '; 64 * KIB]))).await;
        assert_eq!(small, (StatusCode::OK, (64 * KIB).to_string()));
        go_on.send(KIB).unwrap();
        assert_eq!(
            first.join_next().await.unwrap().unwrap(),
            (StatusCode::OK, (125 * KIB).to_string())
        );
        let next = ask(&layer, plain(HttpBody::from(vec![b' '; 164 * KIB]))).await;
        assert_eq!(next, (StatusCode::OK, (164 * KIB).to_string()));
    }

    #[tokio::test]
    async fn a_request_counts_until_it_is_answered() {
        let layer = narrow();
        let other = layer.clone();
        let inner = tower::service_fn(move |request: Request<HttpBody>| {
            let other = other.clone();
            async move {
                drop(request.into_body().collect().await);
                let beside = ask(&other, plain(HttpBody::from(vec![b' '; 65 * KIB]))).await;
                assert_eq!(beside.0, StatusCode::SERVICE_UNAVAILABLE);
                Ok::<_, Infallible>(Response::new(HttpBody::empty()))
            }
        });
        let request = plain(HttpBody::from(vec![b' '; 164 * KIB]));
        let answered = layer.layer(inner).oneshot(request).await.unwrap();
        assert_eq!(answered.status(), StatusCode::OK);
        let next = ask(&layer, plain(HttpBody::from(vec![b' '; 65 * KIB]))).await;
        assert_eq!(next.0, StatusCode::OK);
    }

    #[tokio::test]
    async fn a_request_that_announces_too_much_is_refused_before_it_comes() {
        let limited = layer(&RpcLimits { request_bytes: 10, ..RpcLimits::default() });
        let (status, text) = ask(&limited, plain(Announced(11))).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(text.contains("limit of 10 bytes"), "{text}");
        // Without a length it is refused when the limit is passed; what would follow never comes.
        let (_go_on, body) = pieces(11);
        assert_eq!(ask(&limited, plain(body)).await.0, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(ask(&limited, plain(HttpBody::from(vec![b' '; 10]))).await.1, "10");
    }

    #[tokio::test]
    async fn batches_of_too_many_entries_and_broken_ones_are_not_parsed() {
        let layer = narrow();
        let (status, text) = ask(&layer, plain(HttpBody::from(" [1,2,3]"))).await;
        assert_eq!(status, StatusCode::OK);
        assert!(text.contains("batch of 3 requests exceeds the limit of 2"), "{text}");
        let (_, text) = ask(&layer, plain(HttpBody::from("[1,2"))).await;
        assert!(text.contains("-32700"), "{text}");
        for passed in ["[1,2]", "[]", "{", "1,2,3]"] {
            let answer = ask(&layer, plain(HttpBody::from(passed))).await.1;
            assert_eq!(answer, passed.len().to_string());
        }
    }

    #[tokio::test]
    async fn web_sockets_pass() {
        let limited = layer(&RpcLimits { request_bytes: 10, ..RpcLimits::default() });
        let answer = ask(&limited, Request::new(HttpBody::from(vec![b' '; 11]))).await;
        assert_eq!(answer, (StatusCode::OK, "11".to_owned()));
    }
}
