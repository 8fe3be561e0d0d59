//! Values of one kind.

use super::{StateCacheStatistics, gate::Gate};
use alloy_primitives::{Bytes, U256};
use hanzo_state::Account;
use quick_cache::{Weighter, sync::Cache};
use std::{
    hash::Hash,
    sync::atomic::{AtomicU64, Ordering},
};

/// What an entry takes beside key and value: its place in the table and in the eviction queue.
const ENTRY_BYTES: usize = 32;

/// Guess of the bytes of an entry, from which follows how many evicted keys are remembered: one that
/// comes back soon was worth keeping.
const TYPICAL_ENTRY_BYTES: u64 = 256;

/// Values of one kind, each with the sequence number since which it is valid.
#[derive(Debug)]
pub(crate) struct Kept<K, V> {
    values: Cache<K, Since<V>, ByBytes>,
    reads: Reads,
}

/// A value and since when it is valid.
#[derive(Debug, Clone)]
struct Since<V> {
    value: V,
    sequence: u64,
}

/// How often a part of the cache was asked.
#[derive(Debug, Default)]
struct Reads {
    hits: AtomicU64,
    misses: AtomicU64,
}

/// Weighs entries by the bytes they take.
#[derive(Debug, Clone, Copy)]
struct ByBytes;

/// A value that may take memory outside itself.
pub(crate) trait HeapBytes {
    /// Bytes outside the value itself.
    fn heap_bytes(&self) -> usize;
}

impl<K: Eq + Hash, V: Clone + HeapBytes> Kept<K, V> {
    pub(super) fn new(capacity_bytes: u64) -> Self {
        let entries = usize::try_from(capacity_bytes / TYPICAL_ENTRY_BYTES).unwrap_or(usize::MAX);
        let values = Cache::with_weighter(entries, capacity_bytes, ByBytes);
        Self { values, reads: Reads::default() }
    }

    /// The value of `key` in the view of this sequence number, read by `load` if it is not kept.
    pub(crate) fn read<E>(
        &self,
        gate: &Gate,
        sequence: u64,
        key: K,
        load: impl FnOnce(&K) -> Result<V, E>,
    ) -> Result<V, E> {
        // The gate first: a value that is fetched before could be replaced in between.
        if gate.may_believe(sequence)
            && let Some(kept) = self.values.get(&key)
            && kept.sequence <= sequence
        {
            self.reads.hits.fetch_add(1, Ordering::Relaxed);
            return Ok(kept.value);
        }
        self.reads.misses.fetch_add(1, Ordering::Relaxed);
        let value = load(&key)?;
        if let Some(permission) = gate.may_keep(sequence) {
            let sequence = permission.since();
            self.values.insert(key, Since { value: value.clone(), sequence });
        }
        Ok(value)
    }

    /// Gives a value that is kept its new one, which is valid since the write `sequence`.
    pub(super) fn replace(&self, key: K, value: V, sequence: u64) {
        // An error says that there is none, or that the new one is too large: then there is none
        // now, either.
        let _ = self.values.replace(key, Since { value, sequence }, true);
    }

    /// As [`Self::replace`], for a value that costs something to make.
    pub(super) fn replace_with(&self, key: K, value: impl FnOnce() -> V, sequence: u64) {
        if self.values.contains_key(&key) {
            self.replace(key, value(), sequence);
        }
    }

    pub(super) fn clear(&self) {
        self.values.clear();
    }

    pub(super) fn add_to(&self, sum: &mut StateCacheStatistics) {
        let Reads { hits, misses } = &self.reads;
        sum.hits = sum.hits.saturating_add(hits.load(Ordering::Relaxed));
        sum.misses = sum.misses.saturating_add(misses.load(Ordering::Relaxed));
        sum.bytes = sum.bytes.saturating_add(self.values.weight());
        sum.capacity_bytes = sum.capacity_bytes.saturating_add(self.values.capacity());
    }
}

impl<K, V: HeapBytes> Weighter<K, V> for ByBytes {
    fn weight(&self, _: &K, value: &V) -> u64 {
        let bytes = size_of::<K>()
            .saturating_add(size_of::<V>())
            .saturating_add(value.heap_bytes())
            .saturating_add(ENTRY_BYTES);
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

impl<V: HeapBytes> HeapBytes for Since<V> {
    fn heap_bytes(&self) -> usize {
        self.value.heap_bytes()
    }
}

impl HeapBytes for Option<Account> {
    fn heap_bytes(&self) -> usize {
        0
    }
}

impl HeapBytes for U256 {
    fn heap_bytes(&self) -> usize {
        0
    }
}

impl HeapBytes for Bytes {
    fn heap_bytes(&self) -> usize {
        self.len()
    }
}

impl HeapBytes for Option<Bytes> {
    fn heap_bytes(&self) -> usize {
        self.as_ref().map_or(0, |bytes| bytes.len())
    }
}
