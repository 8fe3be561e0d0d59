//! Exact bonding-curve mathematics in integer arithmetic.
//!
//! A pool holds a reserve R and has issued a supply S of tokens. With the constant reserve ratio w
//! every trade keeps S/R^w, so that its price is R/(w·S). What a trade gives is irrational for
//! nearly all inputs; this crate gives the floor or the ceiling of the real number, on the side of the
//! pool and never one unit off. It is pure: no clock, no IO, no floating point, no dependency on
//! other crates of this project.
//!
//! ```text
//!  Pool::purchase_return, … ─▶ power::scaled_power  ⌊M·(p/q)^(a/b)⌋, and whether it is that integer
//!                                 │ 256 fraction bits ─▶ perfect power? ─▶ 512 ─▶ 1024 ─▶ …
//!                                 ▼
//!                              kernel::Kernel  M·exp(a/b·ln(p/q)) with a proven error
//!                                 ▼
//!                              fixed::Fixed  limbs of 64 bits
//! ```
//!
//! Invariants: equal inputs give equal bits on every machine; a result that exceeds 256 bits or an
//! input outside the domain is an error, never a saturated number; a trade never lowers what the
//! others hold. Source: seed-features §6.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod crr;
mod error;
mod exponent;
mod fixed;
mod impact;
mod kernel;
mod limits;
mod math;
mod pool;
mod power;
mod price;
mod ratio;
mod trade;

pub use crr::Crr;
pub use error::CurveError;
pub use limits::{MAX_CRR_PPM, MAX_DEPOSIT, MAX_RESERVE, MAX_SUPPLY, MAX_TOKENS, MIN_CRR_PPM};
pub use math::{MathError, exp_wad, isqrt, ln_wad, mul_div, mul_div_up};
pub use pool::Pool;
