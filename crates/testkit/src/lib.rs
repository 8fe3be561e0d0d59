//! Builders and oracles for tests; only ever a dev-dependency.
//!
//! Owns what several crates' tests need: a chain on a temporary directory, signed transactions of
//! every type, a small token contract, and slow but obvious implementations to compare fast ones
//! with. Nothing in a `[dependencies]` section may name this crate.
//!
//! ```text
//!  dev_spec ─▶ TestChain { tempdir, Store, ChainTree } ── build / seal / import ─▶ blocks
//!  Signer   ─▶ transactions of types 0, 1, 2, 4                 oracle::full_state_root
//! ```
//!
//! Invariant: what the test kit builds goes through the production import path.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "test support: a failure here is a failed test"
)]

mod chance;
mod ethereum;
mod forwarder;
mod memory_state;
pub mod oracle;
mod signer;
mod spec;
mod test_chain;
pub mod token;

pub use chance::Chance;
pub use ethereum::{BlockPlan, ethereum_genesis, ethereum_spec};
pub use forwarder::{CallKind, forwarder_code};
pub use hanzo_store::Retention;
pub use memory_state::MemoryState;
pub use signer::{Fees, Signer};
pub use spec::{dev_genesis_json, dev_spec, spec_with};
pub use test_chain::{BuiltBlock, TestChain, seal, seal_at};
