//! How full the pool is and what became of its transactions.

/// How full the pool is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PoolStatus {
    /// Transactions that are executable in the next block.
    pub pending: usize,
    /// Transactions that are executable once the base fee has fallen.
    pub basefee: usize,
    /// Transactions that wait for a missing nonce or for balance.
    pub queued: usize,
    /// Bytes of all of them.
    pub bytes: usize,
    /// What became of transactions since the start.
    pub counters: PoolCounters,
}

/// What became of transactions since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PoolCounters {
    /// Accepted, replacements and reverted ones included.
    pub added: u64,
    /// Replaced by one with the same nonce.
    pub replaced: u64,
    /// Gone because their nonce was used on the chain, by them or by another.
    pub settled: u64,
    /// Gone for lack of space.
    pub evicted: u64,
    /// Gone because they could not be executed any more.
    pub unexecutable: u64,
    /// Taken back from blocks that left the canonical chain.
    pub reinjected: u64,
}

impl PoolStatus {
    /// Transactions in the pool.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.pending.saturating_add(self.basefee).saturating_add(self.queued)
    }
}
