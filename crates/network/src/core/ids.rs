//! Names for what is under way.

use std::fmt;

/// What a request was sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Token {
    /// For the synchronisation, with its number.
    Sync(u64),
    /// For a block that was announced, with its number.
    Relay(u64),
    /// For transactions of the peer's pool, with its number.
    Pool(u64),
}

/// Where the answer to a request of a peer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelId(pub u64);

/// A gossip message that waits for its verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GossipId(pub u64);

/// What gossip is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// New blocks.
    Blocks,
    /// New transactions.
    Transactions,
}

impl Topic {
    /// Its name in logs and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blocks => "block",
            Self::Transactions => "transactions",
        }
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
