//! End-to-end tests: the real binary on a temporary data directory, driven by real clients.
//!
//! Owns the harness that starts, kills and inspects processes of nodes and miners. The tests are in
//! `tests/it`, one topic per file.
//!
//! ```text
//!  NodeProcess::start ─▶ hanzo node --dev … ─▶ banner names the address ─▶ alloy provider
//!        │ kill (SIGKILL) / stop (SIGTERM)
//!        └─ Books::read opens the data directory afterwards and adds up every balance
//! ```
//!
//! Invariant: every server listens on loopback and ends with the test that started it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "test support: a failure here is a failed test"
)]

mod books;
mod client;
mod feed;
mod feeds;
mod metrics_page;
mod miner_process;
mod network_chain;
mod node_process;
mod random;
mod scrape;
#[cfg(target_os = "linux")]
mod small_disk;

pub use books::Books;
pub use client::{Client, client, wallet};
pub use feed::Feed;
pub use feeds::Feeds;
pub use metrics_page::{Row, assert_documented, documented_metrics};
pub use miner_process::MinerProcess;
pub use network_chain::{cluster_of, quick_cluster};
pub use node_process::{
    Ended, FileSize, NodeCommand, NodeProcess, binary, binary_named, run_to_end,
};
pub use random::Random;
pub use scrape::{Family, Scrape, http_get};
#[cfg(target_os = "linux")]
pub use small_disk::SmallDisk;
