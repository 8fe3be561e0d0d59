//! Runs the public Ethereum fixtures through the production import of this node.
//!
//! Owns the two formats, BlockchainTests and StateTests, as ethereum/tests and
//! execution-spec-tests publish them, and this repository's own fixtures in the same format. It
//! has no rules of its own: what a block is worth is decided by the crates it calls, and what must
//! come out is decided by the fixture.
//!
//! ```text
//!  paths ─▶ discovery ─▶ reader thread ─▶ cases ─▶ worker threads ─▶ results in order ─▶ report
//!                        (one file at a time)        │
//!                                                    ├─ blockchain: CheckedBlock::check,
//!                                                    │  ChainTree::insert on RocksDB, persist,
//!                                                    │  then every row of the state is compared
//!                                                    └─ state: one transaction, incremental root
//! ```
//!
//! Invariants: a case passes only if something was compared; what is not run is counted as
//! skipped, with the reason; a defect of this node never counts as a refusal that was asked for;
//! the report has the same order every time.

mod blank_world;
mod blockchain_case;
mod blockchain_test;
mod case_outcome;
mod case_run;
mod case_selection;
mod cli;
mod discovery;
mod fixture_account;
mod fixture_config;
mod fixture_file;
mod fork_schedule;
pub mod generator;
mod genesis_of;
mod panic_note;
mod quantity;
mod report;
mod runner;
mod scratch_store;
mod state_case;
mod state_test;
mod state_transaction;
mod summary;
mod world_check;

pub use blockchain_test::{BlockchainTest, FixtureBlock, FixtureHeader, Verdict};
pub use case_outcome::{CaseOutcome, CaseResult, Mismatch, Refusal};
pub use case_selection::CaseSelection;
pub use cli::{Cli, CliError};
pub use discovery::{DiscoveryError, fixture_files};
pub use fixture_account::{FixtureAccount, FixtureAlloc};
pub use fixture_config::FixtureConfig;
pub use fixture_file::{CaseFormat, FixtureFile, FixtureFileError};
pub use fork_schedule::{Fork, ForkSchedule, NetworkError};
pub use panic_note::keep_panics_for_the_report;
pub use quantity::{Quantity, QuantityError};
pub use report::{Detail, Report};
pub use runner::{RunConfig, run};
pub use state_test::{
    Indexes, PostEntry, StateAuthorization, StateEnv, StateTest, StateTransaction,
};
pub use summary::{Conclusion, Summary};
