//! A connection on the TCP port.

use crate::connection_flow::ConnectionFlow;
use std::{
    future::Future as _,
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::OwnedSemaphorePermit,
    time::{Sleep, sleep},
};

/// A connection that tells its [`ConnectionFlow`] what is read and written, and when it is gone; that
/// pauses while requests are not answered; that ends when nothing happens for too long; and that is
/// counted until it is dropped.
#[derive(Debug)]
pub(crate) struct ClientStream {
    stream: TcpStream,
    flow: ConnectionFlow,
    idle: IdleTimer,
    _slot: OwnedSemaphorePermit,
}

/// Expires when nothing happened for its patience, and before twice that. Looking at the clock only
/// then keeps it out of every read and write.
#[derive(Debug)]
struct IdleTimer {
    patience: Duration,
    sleep: Pin<Box<Sleep>>,
    /// Something has happened since the sleep began.
    active: bool,
}

impl ClientStream {
    /// The connection may be without a byte in either direction for `patience`.
    pub(crate) fn new(
        stream: TcpStream,
        slot: OwnedSemaphorePermit,
        patience: Duration,
        flow: ConnectionFlow,
    ) -> Self {
        Self { stream, flow, idle: IdleTimer::start(patience), _slot: slot }
    }

    fn count(&mut self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(bytes)) = &written {
            self.idle.active = true;
            self.flow.answers.wrote(*bytes);
        }
        written
    }
}

impl IdleTimer {
    fn start(patience: Duration) -> Self {
        Self { patience, sleep: Box::pin(sleep(patience)), active: false }
    }

    fn poll_expired(&mut self, context: &mut Context<'_>) -> Poll<()> {
        while self.sleep.as_mut().poll(context).is_ready() {
            if !std::mem::take(&mut self.active) {
                return Poll::Ready(());
            }
            self.sleep.set(sleep(self.patience));
        }
        Poll::Pending
    }
}

impl Drop for ClientStream {
    fn drop(&mut self) {
        self.flow.answers.close();
    }
}

impl AsyncRead for ClientStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.flow.requests.poll_open(context).is_pending() {
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if read.is_ready() {
            self.idle.active = true;
            self.flow.requests.read(buffer.filled().len().saturating_sub(before));
            return read;
        }
        self.idle.poll_expired(context).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncWrite for ClientStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.count(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.count(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{future::poll_fn, sync::Arc};
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
        sync::Semaphore,
        task::JoinSet,
    };

    const WINDOW: usize = 1 << 20;

    #[tokio::test]
    async fn a_connection_is_not_read_beyond_the_window() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let slot = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        let flow = ConnectionFlow::default();
        let patience = Duration::from_secs(1_000);
        let mut stream = ClientStream::new(stream, slot, patience, flow.clone());
        let mut writing = JoinSet::new();
        writing.spawn(async move { client.write_all(&vec![7; 2 * WINDOW]).await });
        let unanswered = flow.requests.enter(0);
        let mut buffer = vec![0; 64 << 10];
        let mut bytes = 0;
        while bytes < WINDOW {
            bytes += stream.read(&mut buffer).await.unwrap();
        }
        stream.stream.readable().await.unwrap();
        assert!(futures::poll!(Box::pin(stream.read(&mut buffer))).is_pending());
        drop(unanswered);
        while bytes < 2 * WINDOW {
            bytes += stream.read(&mut buffer).await.unwrap();
        }
        assert_eq!(bytes, 2 * WINDOW);
        writing.join_next().await.unwrap().unwrap().unwrap();
    }

    #[tokio::test]
    async fn what_happened_prolongs_the_patience_once() {
        let mut timer = IdleTimer::start(Duration::ZERO);
        timer.active = true;
        poll_fn(|context| timer.poll_expired(context)).await;
        assert!(!timer.active, "it expired with something that had happened");
    }
}
