//! A pool and what is asked of it.

use alloy_primitives::U256;
use hanzo_curve::Pool;

/// A pool and an amount for each question to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trade {
    pub(crate) supply: U256,
    pub(crate) reserve: U256,
    pub(crate) crr_ppm: u32,
    /// Reserve units that are paid in.
    pub(crate) deposit: U256,
    /// Token units that are sold.
    pub(crate) tokens: U256,
    /// Token units whose cost is asked for.
    pub(crate) wanted: U256,
    /// Reserve units that are to be paid out.
    pub(crate) reserve_out: U256,
}

impl Trade {
    pub(crate) fn pool(&self) -> Pool {
        Pool::new(self.supply, self.reserve, self.crr_ppm).unwrap()
    }
}
