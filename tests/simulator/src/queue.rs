//! What happens when.

use alloy_primitives::Bytes;
use hanzo_network::{Token, Topic};
use std::{collections::BTreeMap, time::Duration};

/// Something that is about to happen to a node.
#[derive(Debug, Hash)]
pub(crate) enum Delivery {
    /// A gossip message comes.
    Gossip {
        from: usize,
        topic: Topic,
        bytes: Bytes,
    },
    /// Another node introduces itself, and wants to know who this is.
    Hello {
        from: usize,
        status: Bytes,
    },
    /// It answers.
    Welcome {
        from: usize,
        status: Bytes,
    },
    /// It asks something.
    Question {
        from: usize,
        token: Token,
        request: Bytes,
    },
    /// It answers.
    Answer {
        from: usize,
        token: Token,
        response: Bytes,
    },
    /// It will not answer.
    NoAnswer {
        from: usize,
        token: Token,
    },
    /// It finds a block.
    Mine,
    /// Somebody sends it a transaction.
    Transaction,
    /// Some time has passed.
    Tick,
    /// The links between the halves break, or work again.
    Cut,
    Heal,
    /// It loses what it has in memory.
    Restart,
}

/// What happens when, and in which order.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    next: u64,
    deliveries: BTreeMap<(Duration, u64), (usize, Delivery)>,
}

impl Queue {
    pub(crate) fn push(&mut self, at: Duration, to: usize, delivery: Delivery) {
        self.next += 1;
        self.deliveries.insert((at, self.next), (to, delivery));
    }

    pub(crate) fn pop(&mut self) -> Option<(Duration, usize, Delivery)> {
        let ((at, _), (to, delivery)) = self.deliveries.pop_first()?;
        Some((at, to, delivery))
    }
}
