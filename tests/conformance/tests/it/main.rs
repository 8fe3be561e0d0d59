//! The runner against fixtures, and against fixtures that are wrong on purpose.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code: a failure here is a failed test"
)]

mod cases;
mod own_fixtures;
mod program;
mod workspace;
