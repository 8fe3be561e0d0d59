//! How far the chain is behind what other nodes have.

/// How far the chain is behind what other nodes have, as `eth_syncing` reports it. Block numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncProgress {
    /// The head when fetching began.
    pub starting_block: u64,
    /// The head now.
    pub current_block: u64,
    /// The head of the chain that is fetched.
    pub highest_block: u64,
}

/// Blocks that a node may be behind and still count as synchronised: as many may be on their way when
/// the network is slow.
const USUAL_LAG_BLOCKS: u64 = 8;

impl SyncProgress {
    /// Whether the node is so far behind that what it has is no ground to build on.
    #[must_use]
    pub const fn is_far_behind(&self) -> bool {
        self.highest_block.saturating_sub(self.current_block) > USUAL_LAG_BLOCKS
    }
}
