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

/// What a call changes about precompiles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PrecompileChanges {
    /// Those that it moves: from, to.
    pub(crate) moves: Vec<(Address, Address)>,
    /// Accounts with code of its own: what has code is no precompile. Source: geth.
    pub(crate) replaced: Vec<Address>,
}

impl PrecompileChanges {
    /// Those of `overrides`.
    pub(crate) fn of(overrides: &StateOverride) -> Self {
        let moves = overrides.iter();
        let mut moves: Vec<_> =
            moves.filter_map(|(from, change)| Some((*from, change.move_precompile_to?))).collect();
        // The map has no order of its own; the error for two wrong moves should be the same each time.
        moves.sort_unstable();
        let with_code = overrides.iter().filter(|(_, change)| change.code.is_some());
        Self { moves, replaced: with_code.map(|(address, _)| *address).collect() }
    }

    /// Makes the changes.
    ///
    /// # Errors
    /// [`CallError::InvalidRequest`] if there is no precompile where one is to be moved from.
    pub(crate) fn apply(&self, precompiles: &mut ChainPrecompiles) -> Result<(), CallError> {
        let refused = |address| format!("account {address} is not a precompile");
        precompiles.change(self).map_err(|address| CallError::InvalidRequest(refused(address)))
    }
}
