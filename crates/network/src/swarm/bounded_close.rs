//! Connections that end although the peer does not read.

use libp2p::core::muxing::{StreamMuxer, StreamMuxerEvent};
use std::{
    future::Future as _,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::{Sleep, sleep};

/// A connection whose end takes no longer than its patience.
///
/// The end of a connection is said to the peer, behind what is on its way. A peer that reads nothing could keep
/// its connection, and its place, for as long as it likes; libp2p waits without a limit.
#[derive(Debug)]
pub(super) struct BoundedClose<M> {
    muxer: Pin<Box<M>>,
    patience: Duration,
    /// Since the connection is ending.
    left: Option<Pin<Box<Sleep>>>,
}

impl<M> BoundedClose<M> {
    pub(super) fn new(muxer: M, patience: Duration) -> Self {
        Self { muxer: Box::pin(muxer), patience, left: None }
    }
}

impl<M: StreamMuxer> StreamMuxer for BoundedClose<M> {
    type Substream = M::Substream;
    type Error = M::Error;

    fn poll_inbound(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Result<M::Substream, M::Error>> {
        self.muxer.as_mut().poll_inbound(context)
    }

    fn poll_outbound(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Result<M::Substream, M::Error>> {
        self.muxer.as_mut().poll_outbound(context)
    }

    fn poll_close(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), M::Error>> {
        let closed = self.muxer.as_mut().poll_close(context);
        if closed.is_ready() {
            return closed;
        }
        let patience = self.patience;
        let left = self.left.get_or_insert_with(|| Box::pin(sleep(patience)));
        // It is dropped then, and the system ends the connection.
        left.as_mut().poll(context).map(Ok)
    }

    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Result<StreamMuxerEvent, M::Error>> {
        self.muxer.as_mut().poll(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::io::Cursor;
    use std::{convert::Infallible, future::poll_fn};

    type Bytes = Cursor<Vec<u8>>;

    /// A connection to a peer that reads, or does not.
    struct Peer {
        reads: bool,
    }

    impl StreamMuxer for Peer {
        type Substream = Bytes;
        type Error = Infallible;

        fn poll_inbound(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Result<Bytes, Infallible>> {
            Poll::Pending
        }

        fn poll_outbound(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Result<Bytes, Infallible>> {
            Poll::Pending
        }

        fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            if self.reads { Poll::Ready(Ok(())) } else { Poll::Pending }
        }

        fn poll(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Result<StreamMuxerEvent, Infallible>> {
            Poll::Pending
        }
    }

    async fn close(connection: &mut BoundedClose<Peer>) {
        poll_fn(|context| Pin::new(&mut *connection).poll_close(context)).await.unwrap();
    }

    #[tokio::test]
    async fn the_end_of_a_connection_waits_for_the_patience_and_no_longer() {
        let mut connection = BoundedClose::new(Peer { reads: false }, Duration::from_millis(1));
        close(&mut connection).await;
        assert!(connection.left.is_some_and(|left| left.is_elapsed()));
    }

    #[tokio::test]
    async fn a_peer_that_reads_is_not_waited_for() {
        let mut connection = BoundedClose::new(Peer { reads: true }, Duration::MAX);
        close(&mut connection).await;
        assert!(connection.left.is_none());
    }
}
