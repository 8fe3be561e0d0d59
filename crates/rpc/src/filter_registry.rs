//! Filters that clients poll.

use crate::{
    log_filter::{LogFilter, LogRange},
    rpc_error::RpcError,
};
use alloy_primitives::{B128, B256};
use hanzo_pool::PooledTransaction;
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};
use tokio::sync::broadcast;

/// Filters that clients poll. Bounded: a new one beyond the limit displaces the one that was not
/// polled for longest, so an abandoned filter needs no clock to go away.
#[derive(Debug)]
pub(crate) struct FilterRegistry {
    limit: usize,
    filters: Mutex<Filters>,
}

/// What a filter reports.
#[derive(Debug)]
pub(crate) enum FilterKind {
    /// Logs of blocks after the cursor; `range` is what `eth_getFilterLogs` searches.
    Logs { filter: Arc<LogFilter>, range: LogRange, cursor: Cursor },
    /// Hashes of blocks after the cursor.
    Blocks { cursor: Cursor },
    /// Transactions since the last poll.
    PendingTransactions(PendingTransactions),
}

/// The last block that a filter has reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) number: u64,
    pub(crate) hash: B256,
}

/// Transactions that became executable since the last poll; the pool's own bound holds for those
/// that wait here.
#[derive(Debug)]
pub(crate) struct PendingTransactions {
    pub(crate) receiver: broadcast::Receiver<Arc<PooledTransaction>>,
    pub(crate) full: bool,
}

/// What one poll has to work with.
#[derive(Debug)]
pub(crate) enum Poll {
    /// Search the blocks after the cursor, then [`FilterRegistry::advance`].
    Logs { filter: Arc<LogFilter>, range: LogRange, cursor: Cursor },
    /// List the blocks after the cursor, then [`FilterRegistry::advance`].
    Blocks { cursor: Cursor },
    /// These transactions, hashes or whole.
    PendingTransactions { transactions: Vec<Arc<PooledTransaction>>, full: bool },
}

#[derive(Debug, Default)]
struct Filters {
    by_id: HashMap<B128, Entry>,
    /// Least recently polled first.
    by_poll: BTreeMap<u64, B128>,
    polls: u64,
}

#[derive(Debug)]
struct Entry {
    kind: FilterKind,
    polled: u64,
}

impl FilterRegistry {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, filters: Mutex::default() }
    }

    /// Adds a filter under a random id: ids are the only thing that keeps clients apart.
    pub(crate) fn install(&self, kind: FilterKind) -> B128 {
        let id = B128::random();
        let mut filters = self.filters.lock();
        while filters.by_id.len() >= self.limit {
            let Some((_, oldest)) = filters.by_poll.pop_first() else { break };
            filters.by_id.remove(&oldest);
        }
        let polled = filters.next_poll(id);
        filters.by_id.insert(id, Entry { kind, polled });
        id
    }

    /// Removes a filter; whether there was one.
    pub(crate) fn uninstall(&self, id: B128) -> bool {
        let mut filters = self.filters.lock();
        match filters.by_id.remove(&id) {
            Some(entry) => filters.by_poll.remove(&entry.polled).is_some(),
            None => false,
        }
    }

    /// Starts a poll.
    ///
    /// # Errors
    /// [`RpcError::FilterNotFound`].
    pub(crate) fn poll(&self, id: B128) -> Result<Poll, RpcError> {
        let mut filters = self.filters.lock();
        let last = filters.by_id.get(&id).ok_or(RpcError::FilterNotFound)?.polled;
        filters.by_poll.remove(&last);
        let polled = filters.next_poll(id);
        let entry = filters.by_id.get_mut(&id).ok_or(RpcError::FilterNotFound)?;
        entry.polled = polled;
        Ok(match &mut entry.kind {
            FilterKind::Logs { filter, range, cursor } => {
                Poll::Logs { filter: Arc::clone(filter), range: *range, cursor: *cursor }
            }
            FilterKind::Blocks { cursor } => Poll::Blocks { cursor: *cursor },
            FilterKind::PendingTransactions(pending) => Poll::PendingTransactions {
                transactions: drain(&mut pending.receiver),
                full: pending.full,
            },
        })
    }

    /// Records that everything up to `cursor` was reported.
    pub(crate) fn advance(&self, id: B128, to: Cursor) {
        if let Some(entry) = self.filters.lock().by_id.get_mut(&id) {
            match &mut entry.kind {
                FilterKind::Logs { cursor, .. } | FilterKind::Blocks { cursor } => *cursor = to,
                FilterKind::PendingTransactions(_) => {}
            }
        }
    }
}

impl Filters {
    fn next_poll(&mut self, id: B128) -> u64 {
        self.polls = self.polls.saturating_add(1);
        self.by_poll.insert(self.polls, id);
        self.polls
    }
}

fn drain(
    receiver: &mut broadcast::Receiver<Arc<PooledTransaction>>,
) -> Vec<Arc<PooledTransaction>> {
    let mut transactions = Vec::new();
    loop {
        match receiver.try_recv() {
            Ok(transaction) => transactions.push(transaction),
            // The oldest were dropped because nobody polled: the newest remain.
            Err(broadcast::error::TryRecvError::Lagged(_)) => {}
            Err(broadcast::error::TryRecvError::Empty | broadcast::error::TryRecvError::Closed) => {
                return transactions;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Cursor = Cursor { number: 0, hash: B256::ZERO };

    fn blocks() -> FilterKind {
        FilterKind::Blocks { cursor: START }
    }

    #[test]
    fn the_least_recently_polled_filter_is_displaced() {
        let registry = FilterRegistry::new(2);
        let (first, second) = (registry.install(blocks()), registry.install(blocks()));
        registry.poll(first).unwrap();
        let third = registry.install(blocks());
        assert!(matches!(registry.poll(second), Err(RpcError::FilterNotFound)));
        assert!(registry.poll(first).is_ok());
        assert!(registry.poll(third).is_ok());
    }

    #[test]
    fn a_filter_is_uninstalled_once() {
        let registry = FilterRegistry::new(2);
        let id = registry.install(blocks());
        assert!(registry.uninstall(id));
        assert!(!registry.uninstall(id));
        assert!(matches!(registry.poll(id), Err(RpcError::FilterNotFound)));
    }

    #[test]
    fn the_next_poll_starts_where_the_last_one_ended() {
        let registry = FilterRegistry::new(2);
        let id = registry.install(blocks());
        let reached = Cursor { number: 7, hash: B256::repeat_byte(7) };
        registry.advance(id, reached);
        let Poll::Blocks { cursor } = registry.poll(id).unwrap() else { panic!("block filter") };
        assert_eq!(cursor, reached);
    }
}
