//! World state between two transactions of a block.

use hanzo_state::{Layered, StateRead};

/// World state between two transactions of a block: one layer with what the block has changed so
/// far, above the state it starts from. The layer needs no trie: nothing is built on this state.
pub type MidBlockState<'a> = Layered<&'a dyn StateRead>;
