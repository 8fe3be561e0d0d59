//! Functions of fixed-point numbers, rounded correctly: what contracts need beside the curve.

mod product;
mod root;
mod wad;

pub use product::{mul_div, mul_div_up};
pub use root::isqrt;
pub use wad::{exp_wad, ln_wad};

use thiserror::Error;

/// Why a function has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MathError {
    /// The divisor is zero.
    #[error("division by zero")]
    DivisionByZero,
    /// The result has more bits than its type.
    #[error("the result does not fit")]
    Overflow,
    /// Only positive numbers have a logarithm.
    #[error("the logarithm of a number that is not positive")]
    NotPositive,
}
