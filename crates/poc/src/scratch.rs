//! The memory that checking one seal needs.

use crate::shape::{Strip, Tile};
use std::fmt;

/// The memory that checking one seal needs: two strips and a tile, 260 KiB. Reused, so that
/// checking allocates nothing.
pub struct Scratch {
    pub(crate) row: Box<Strip>,
    pub(crate) column: Box<Strip>,
    pub(crate) tile: Tile,
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scratch")
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self { row: Strip::boxed(), column: Strip::boxed(), tile: Tile::ZERO }
    }
}
