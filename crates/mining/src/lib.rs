//! Templates and seals: block building, instant sealing, in-process CPU mining.
//!
//! Owns the way from the pool to a sealed block. It decides when a block is made, never whether it
//! is allowed: the sealed block goes through the same import as everybody else's.
//!
//! ```text
//!  Pool::best ─▶ TemplateService ─▶ PendingBlock ─▶ Sealer (threads) ─▶ ChainHandle::import
//!                   ▲    └─ the `pending` block of the RPC                     ▲
//!                   ├──────── policy: InstantSealer │ IntervalSealer │ ContinuousMiner
//!                   └──────── WorkService: miners outside this process ───────┘
//! ```
//!
//! Invariants: a template is searched once, never twice from the start; in instant mode every
//! executable transaction is mined; a sealed block is durable before anybody hears of it.

mod clock;
mod config;
mod continuous;
mod error;
mod hashrate;
mod instant;
mod interval;
mod metrics;
mod pause;
mod pending_block;
mod seal_import;
mod sealer;
mod status;
mod template;
mod template_service;
mod work;

pub use clock::Clock;
pub use config::{DEFAULT_BENEFICIARIES, MAX_BENEFICIARIES, MAX_MINING_THREADS, MiningConfig};
pub use continuous::{ContinuousMiner, TEMPLATE_CHECK_INTERVAL, TEMPLATE_MAX_AGE};
pub use error::MiningError;
pub use instant::{COALESCING_WINDOW, InstantSealer};
pub use interval::IntervalSealer;
pub use pause::Pause;
pub use pending_block::PendingBlock;
pub use sealer::Sealer;
pub use status::MinerStatus;
pub use template_service::{PENDING_MAX_AGE_SECONDS, TemplateService};
pub use work::{
    Accepted, MAX_MINERS, MinerReport, Miners, ROWS_PER_LEASE, RowLease, SubmitReject, TemplateId,
    WORK_REFRESH_SECONDS, WorkError, WorkName, WorkPackage, WorkService,
};
