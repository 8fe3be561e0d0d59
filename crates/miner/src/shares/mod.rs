//! Work shares: seals that miss the difficulty of a block are kept, shown to the contract that pays for
//! them, and the pay is claimed.
//!
//! ```text
//!  Engine ─ share ─┐
//!                  ├─▶ ShareKeeper ─ due ─▶ Desk ─ eth_sendRawTransaction ─▶ ComputeMining
//!  node ── work ───┘   ShareBook, Claims ◀─ receipts, views ─ ShareChain
//! ```
//!
//! What was accepted and what is paid is the chain's to say: at every head the nonce of the account tells
//! what became of the transaction under way, and where blocks were taken back the contract is asked.
//! The rules are in files without a node in them: which shares are due (`book`), how many go into a
//! transaction (`batch`), what it offers (`price`), what became of it (`flight`), which epochs to ask for
//! (`claims`), and what is worth a line in the log (`complaints`).

mod batch;
mod book;
mod chain;
mod claims;
mod complaints;
mod contract;
mod desk;
mod flight;
mod keeper;
mod key;
mod price;
mod stats;

pub(crate) use keeper::{News, ShareKeeper};
pub(crate) use key::read_key;
pub use stats::{ShareOutcome, ShareStats};
