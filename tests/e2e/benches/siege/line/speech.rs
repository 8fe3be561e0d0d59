//! What is said on a stream, and how.

use alloy_primitives::Bytes;
use futures::{StreamExt as _, stream::BoxStream};
use std::{fmt, time::Duration};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// Messages of a long stream that wait to be written. More are lost.
const QUEUE: usize = 256;

/// What is said on a stream, piece by piece, and whether anybody listens afterwards.
pub(crate) struct Speech {
    pub(super) pieces: BoxStream<'static, Bytes>,
    pub(super) listens: Listens,
}

/// Whether the answer is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listens {
    ToTheEnd,
    Never,
}

impl Speech {
    /// All at once.
    pub(crate) fn once(bytes: impl Into<Bytes>) -> Self {
        Self::of(futures::stream::iter([bytes.into()]).boxed())
    }

    /// A byte at a time.
    pub(crate) fn slowly(bytes: impl Into<Bytes>, pause: Duration) -> Self {
        let next = move |mut rest: Bytes| async move {
            tokio::time::sleep(pause).await;
            let byte = rest.first().copied()?;
            rest = rest.slice(1..);
            Some((Bytes::from(vec![byte]), rest))
        };
        Self::of(futures::stream::unfold(bytes.into(), next).boxed())
    }

    /// As it comes, for as long as the other end of the queue is there.
    pub(crate) fn queued() -> (Sender<Bytes>, Self) {
        let (sender, receiver) = channel(QUEUE);
        let next = |mut queue: Receiver<Bytes>| async move { Some((queue.recv().await?, queue)) };
        (sender, Self::of(futures::stream::unfold(receiver, next).boxed()))
    }

    /// The same, and the answer is never read.
    pub(crate) fn unheard(mut self) -> Self {
        self.listens = Listens::Never;
        self
    }

    fn of(pieces: BoxStream<'static, Bytes>) -> Self {
        Self { pieces, listens: Listens::ToTheEnd }
    }
}

impl fmt::Debug for Speech {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Speech").field("listens", &self.listens).finish_non_exhaustive()
    }
}
