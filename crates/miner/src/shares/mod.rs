//! Work shares: seals that miss the difficulty of a block are kept, shown to the contract that pays for
//! them, and the pay is claimed.
//!
//! ```text
//!  Engine ─ share ─┐
//!                  ├─▶ ShareKeeper ─ due ─▶ ShareChain ─ eth_sendRawTransaction ─▶ ComputeMining
//!  node ── head ───┘      ShareBook
//! ```

mod book;
mod chain;
mod contract;
mod keeper;
mod key;
mod stats;

pub(crate) use keeper::{News, ShareKeeper};
pub(crate) use key::read_key;
pub use stats::{ShareOutcome, ShareStats};
