//! The curve against published numbers, an independent oracle, and whoever looks for a profit.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test code: a failure here is a failed test"
)]

mod cases;
mod domain;
mod no_profit;
mod oracle;
mod rounding;
mod vectors;
mod wad;
