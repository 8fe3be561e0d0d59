//! Answers on their way through a WebSocket.

use crate::answer_bytes::AnswerBytes;
use parking_lot::Mutex;
use std::{collections::VecDeque, sync::Arc};

/// Answers that were handed to the queue of a connection and are not written yet, as far as the
/// bytes tell that were written to its socket. Cheap to clone.
///
/// jsonrpsee does not say when a message leaves its queue. What is written belongs to the oldest
/// message, so that an answer is gone when as many bytes were written since it was handed over as it
/// has, and those before it. Notifications and frame headers that are written in between make it
/// count a little too short.
#[derive(Debug, Clone, Default)]
pub(crate) struct UnsentAnswers(Arc<Mutex<Unsent>>);

#[derive(Debug, Default)]
struct Unsent {
    /// Bytes written to the socket.
    written: u64,
    /// Bytes that will be written when the last answer is.
    end: u64,
    /// The answers, and the bytes that are written when each of them is, ascending.
    answers: VecDeque<(u64, AnswerBytes)>,
    /// Nothing will be written any more.
    closed: bool,
}

impl UnsentAnswers {
    /// An answer of so many bytes was handed over. It counts until it is written.
    pub(crate) fn hand_over(&self, bytes: u64, answer: AnswerBytes) {
        let mut unsent = self.0.lock();
        if unsent.closed {
            return;
        }
        unsent.end = unsent.end.max(unsent.written).saturating_add(bytes);
        let end = unsent.end;
        unsent.answers.push_back((end, answer));
    }

    /// So many bytes were written.
    pub(crate) fn wrote(&self, bytes: usize) {
        let mut unsent = self.0.lock();
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        unsent.written = unsent.written.saturating_add(bytes);
        while unsent.answers.front().is_some_and(|(end, _)| *end <= unsent.written) {
            drop(unsent.answers.pop_front());
        }
    }

    /// The connection is gone, and what it had not written with it.
    pub(crate) fn close(&self) {
        let mut unsent = self.0.lock();
        unsent.closed = true;
        unsent.answers.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory_budget::{MemoryBudget, OWN_BYTES};

    /// A budget of 100 KiB for connections that have used up their own bytes.
    struct Scene {
        budget: MemoryBudget,
        unsent: UnsentAnswers,
        _own: AnswerBytes,
        connection: crate::memory_budget::ConnectionBudget,
    }

    impl Scene {
        fn new() -> Self {
            let budget = MemoryBudget::for_answers(100 << 10);
            let connection = budget.connection();
            let own = connection.answer();
            own.hold(OWN_BYTES).unwrap();
            Self { budget, unsent: UnsentAnswers::default(), _own: own, connection }
        }

        fn hand_over(&self, bytes: u64) {
            let answer = self.connection.answer();
            answer.hold(bytes).unwrap();
            self.unsent.hand_over(bytes, answer);
        }

        /// KiB of the common budget that are free.
        fn free(&self) -> u64 {
            let other = self.budget.connection();
            let fits = |kib: &u64| other.answer().hold(OWN_BYTES + (kib << 10)).is_ok();
            (0..=100).rev().find(fits).unwrap()
        }
    }

    #[test]
    fn an_answer_counts_until_it_and_those_before_it_are_written() {
        let scene = Scene::new();
        scene.unsent.wrote(500);
        scene.hand_over(40 << 10);
        scene.hand_over(20 << 10);
        assert_eq!(scene.free(), 40);
        scene.unsent.wrote((40 << 10) - 1);
        assert_eq!(scene.free(), 40);
        scene.unsent.wrote(1);
        assert_eq!(scene.free(), 80);
        scene.unsent.wrote(20 << 10);
        assert_eq!(scene.free(), 100);
        // What was written before does not count for what comes after.
        scene.unsent.wrote(1 << 20);
        scene.hand_over(30 << 10);
        assert_eq!(scene.free(), 70);
    }

    #[test]
    fn a_closed_connection_holds_nothing() {
        let scene = Scene::new();
        scene.hand_over(40 << 10);
        scene.unsent.close();
        assert_eq!(scene.free(), 100);
        scene.hand_over(40 << 10);
        assert_eq!(scene.free(), 100);
    }
}
