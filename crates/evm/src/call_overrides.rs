//! Changes to state and block that hold for one call only.

use crate::{CallError, precompiles::ChainPrecompiles};
use alloy_primitives::Address;
use alloy_rpc_types_eth::{BlockOverrides, state::StateOverride};

/// Changes to state and block that hold for one call only. Source: `eth_call` of geth.
#[derive(Debug, Clone, Default)]
pub struct CallOverrides {
    /// Balances, nonces, code and storage to assume.
    pub state: Option<StateOverride>,
    /// Block fields to assume.
    pub block: Option<Box<BlockOverrides>>,
}

/// Precompiles that `overrides` move: from, to.
pub(crate) fn moved_precompiles(overrides: &StateOverride) -> Vec<(Address, Address)> {
    let moves = overrides.iter();
    let mut moves: Vec<_> =
        moves.filter_map(|(from, change)| Some((*from, change.move_precompile_to?))).collect();
    // The map has no order of its own; the error for two wrong moves should be the same each time.
    moves.sort_unstable();
    moves
}

/// Moves precompiles to other addresses.
///
/// # Errors
/// [`CallError::InvalidRequest`] if there is none at one of the addresses.
pub(crate) fn move_precompiles(
    precompiles: &mut ChainPrecompiles,
    moves: &[(Address, Address)],
) -> Result<(), CallError> {
    let refused = |address| format!("account {address} is not a precompile");
    precompiles.move_to(moves).map_err(|address| CallError::InvalidRequest(refused(address)))
}
