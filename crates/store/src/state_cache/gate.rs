//! Which views may use what is kept.
//!
//! A view is a snapshot of the database at a sequence number. The cache holds the newest state, and
//! every value carries the sequence number since which it is valid. So
//!
//! - a view may *believe* a value that is valid since before the view was taken;
//! - a view may *keep* what it read if no state was written since it was taken;
//! - while a batch of state is on its way to disk and into the cache, views that may have seen it
//!   do neither.
//!
//! RocksDB numbers every write, also those that store blocks. A batch of state lies somewhere
//! between the newest number before it and the newest after it; both errors are on the safe side.

use parking_lot::{Mutex, MutexGuard, RwLock, RwLockReadGuard};
use std::sync::atomic::{AtomicU64, Ordering};

/// No batch of state is on its way.
const OPEN: u64 = u64::MAX;

/// Keeps views and writers of state from each other. One writer at a time.
#[derive(Debug)]
pub(crate) struct Gate {
    /// Views with a higher sequence number may have seen a batch that is not in the cache yet.
    believing: AtomicU64,
    /// Views with a lower sequence number have not seen the newest batch; [`OPEN`] turns all away.
    keeping: RwLock<u64>,
    writer: Mutex<()>,
}

/// A batch of state is on its way.
#[derive(Debug)]
pub(crate) struct Writing<'a> {
    gate: &'a Gate,
    _writer: MutexGuard<'a, ()>,
}

/// The permission to keep a value that was read. While it is held, no batch sets off.
#[derive(Debug)]
pub(crate) struct MayKeep<'a> {
    since: RwLockReadGuard<'a, u64>,
}

impl Default for Gate {
    fn default() -> Self {
        Self { believing: AtomicU64::new(OPEN), keeping: RwLock::new(0), writer: Mutex::new(()) }
    }
}

impl Gate {
    /// Whether a view of this sequence number may believe what it finds from now on, if that is
    /// valid since before the view.
    pub(super) fn may_believe(&self, sequence: u64) -> bool {
        sequence <= self.believing.load(Ordering::Acquire)
    }

    /// Whether a view of this sequence number may keep what it has read.
    pub(super) fn may_keep(&self, sequence: u64) -> Option<MayKeep<'_>> {
        let since = self.keeping.read();
        (*since != OPEN && *since <= sequence).then_some(MayKeep { since })
    }

    /// A batch sets off; `before` is the newest write before it.
    pub(super) fn close(&self, before: u64) -> Writing<'_> {
        let writer = self.writer.lock();
        *self.keeping.write() = OPEN;
        self.believing.store(before, Ordering::Release);
        Writing { gate: self, _writer: writer }
    }
}

impl Writing<'_> {
    /// The batch is on disk and in the cache; `after` is the newest write by now.
    pub(super) fn open(self, after: u64) {
        self.gate.believing.store(OPEN, Ordering::Release);
        *self.gate.keeping.write() = after;
    }
}

impl MayKeep<'_> {
    /// The sequence number since which the value is valid.
    pub(super) fn since(&self) -> u64 {
        *self.since
    }
}
