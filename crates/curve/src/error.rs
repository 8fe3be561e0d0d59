//! Why a question to the curve has no answer.

use crate::{MAX_CRR_PPM, MAX_DEPOSIT, MAX_RESERVE, MAX_SUPPLY, MAX_TOKENS, MIN_CRR_PPM};
use alloy_primitives::U256;
use thiserror::Error;

/// Why a question to the curve has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CurveError {
    /// The supply is zero or too large.
    #[error("supply {found} is not in 1 to {MAX_SUPPLY}")]
    Supply {
        /// The given supply, in token units.
        found: U256,
    },
    /// The reserve is zero or too large.
    #[error("reserve {found} is not in 1 to {MAX_RESERVE}")]
    Reserve {
        /// The given reserve, in reserve units.
        found: U256,
    },
    /// The constant reserve ratio is outside its limits.
    #[error("constant reserve ratio {found} ppm is not in {MIN_CRR_PPM} to {MAX_CRR_PPM}")]
    Crr {
        /// The given ratio, in parts per million.
        found: u32,
    },
    /// The deposit is too large.
    #[error("deposit {found} is above {MAX_DEPOSIT}")]
    Deposit {
        /// The given deposit, in reserve units.
        found: U256,
    },
    /// More tokens are sold than there are, or more are asked for than can be bought.
    #[error("{found} tokens are more than {limit}")]
    Tokens {
        /// The given number of token units.
        found: U256,
        /// The supply, or [`MAX_TOKENS`].
        limit: U256,
    },
    /// More is taken out of the reserve than it holds.
    #[error("{found} reserve units are more than the reserve of {reserve}")]
    ReserveOut {
        /// The given number of reserve units.
        found: U256,
        /// What the pool holds.
        reserve: U256,
    },
    /// The result needs more than 256 bits.
    #[error("the result is 2^256 or more")]
    Overflow,
}

impl CurveError {
    /// The number of the input that is outside the domain, as `CurveDomain(uint8)` carries it:
    /// supply 1, reserve 2, ratio 3, deposit 4, tokens 5, reserve taken out 6. `None` for an
    /// overflow. Source: seed-features §6.5, ADR-0016.
    #[must_use]
    pub const fn domain_code(&self) -> Option<u8> {
        match self {
            Self::Supply { .. } => Some(1),
            Self::Reserve { .. } => Some(2),
            Self::Crr { .. } => Some(3),
            Self::Deposit { .. } => Some(4),
            Self::Tokens { .. } => Some(5),
            Self::ReserveOut { .. } => Some(6),
            Self::Overflow => None,
        }
    }
}

const _: U256 = MAX_TOKENS;
