//! How far a connection is read ahead of the answers.

use parking_lot::Mutex;
use std::{
    sync::Arc,
    task::{Context, Poll, Waker},
};

/// Bytes that are read of a connection beyond its unanswered requests: thousands of small requests, or
/// some of the largest transactions.
const WINDOW_BYTES: u64 = 1 << 20;

/// What a request takes beside its parameters: its method, its id, punctuation.
const ENVELOPE_BYTES: u64 = 256;

/// Keeps a client from sending requests faster than they are answered: while any is unanswered, no more
/// than a megabyte beyond them is read. Cheap to clone.
///
/// A server keeps every message of a WebSocket until it is answered, and nobody but the socket sees how
/// long it is. So what is read while requests are unanswered counts, and what they are known to have is
/// taken off when they are answered. The rest, such as spaces, counts until none is unanswered. It only
/// delays, so it need not be exact: when nothing is unanswered, everything is read.
#[derive(Debug, Clone, Default)]
pub(crate) struct RequestWindow(Arc<Mutex<Ahead>>);

#[derive(Debug, Default)]
struct Ahead {
    unanswered: usize,
    /// Bytes that were read since there are unanswered requests, without those that were answered.
    bytes: u64,
    reader: Option<Waker>,
}

/// An unanswered request, until it is dropped.
#[derive(Debug)]
#[must_use]
pub(crate) struct Unanswered {
    window: RequestWindow,
    bytes: u64,
}

impl RequestWindow {
    /// A request with so many bytes of parameters.
    pub(crate) fn enter(&self, bytes: usize) -> Unanswered {
        self.0.lock().unanswered += 1;
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX).saturating_add(ENVELOPE_BYTES);
        Unanswered { window: self.clone(), bytes }
    }

    /// Ready when more may be read.
    pub(crate) fn poll_open(&self, context: &Context<'_>) -> Poll<()> {
        let mut ahead = self.0.lock();
        if ahead.bytes < WINDOW_BYTES {
            return Poll::Ready(());
        }
        ahead.reader = Some(context.waker().clone());
        Poll::Pending
    }

    /// So many bytes were read.
    pub(crate) fn read(&self, bytes: usize) {
        let mut ahead = self.0.lock();
        if ahead.unanswered > 0 {
            ahead.bytes = ahead.bytes.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        }
    }
}

impl Drop for Unanswered {
    fn drop(&mut self) {
        let mut ahead = self.window.0.lock();
        ahead.unanswered -= 1;
        let left = if ahead.unanswered == 0 { 0 } else { ahead.bytes.saturating_sub(self.bytes) };
        ahead.bytes = left;
        let reader = if left < WINDOW_BYTES { ahead.reader.take() } else { None };
        drop(ahead);
        if let Some(reader) = reader {
            reader.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::task::noop_waker_ref;
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        task::Wake,
    };

    const WINDOW: usize = 1 << 20;

    #[derive(Default)]
    struct Counter(AtomicUsize);

    impl Wake for Counter {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn open(window: &RequestWindow) -> bool {
        window.poll_open(&Context::from_waker(noop_waker_ref())).is_ready()
    }

    #[test]
    fn without_unanswered_requests_everything_is_read() {
        let window = RequestWindow::default();
        window.read(10 * WINDOW);
        assert!(open(&window));
        let first = window.enter(0);
        assert!(open(&window), "what was read before it is the request itself");
        drop(first);
        assert!(open(&window));
    }

    #[test]
    fn no_more_than_the_window_is_read_beyond_an_unanswered_request() {
        let window = RequestWindow::default();
        let first = window.enter(0);
        window.read(WINDOW - 1);
        assert!(open(&window));
        window.read(1);
        assert!(!open(&window));
        drop(first);
        assert!(open(&window));
    }

    #[test]
    fn what_is_answered_makes_room_while_others_are_unanswered() {
        let window = RequestWindow::default();
        let first = window.enter(0);
        window.read(WINDOW + 1_000);
        let (second, third) = (window.enter(1_000 - 256), window.enter(0));
        drop(second);
        assert!(!open(&window));
        drop(third);
        assert!(open(&window));
        drop(first);
    }

    #[test]
    fn whoever_waits_to_read_is_woken_once_there_is_room() {
        let (window, woken) = (RequestWindow::default(), Arc::new(Counter::default()));
        let waker = Arc::clone(&woken).into();
        let (first, second) = (window.enter(0), window.enter(0));
        window.read(2 * WINDOW);
        assert!(window.poll_open(&Context::from_waker(&waker)).is_pending());
        drop(first);
        assert_eq!(woken.0.load(Ordering::Relaxed), 0);
        drop(second);
        assert_eq!(woken.0.load(Ordering::Relaxed), 1);
    }
}
