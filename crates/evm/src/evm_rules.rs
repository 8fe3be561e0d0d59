//! What the EVM of a chain does beyond revm's.

use crate::{create_collision::CreateCollision, precompiles::NativePrecompiles};
use alloy_rpc_types_eth::state::StateOverride;
use hanzo_state::{StateError, StateRead};
use hanzo_types::ChainSpec;

/// What the EVM of a chain does beyond revm's.
#[derive(Debug, Clone)]
pub(crate) struct EvmRules {
    pub(crate) collision: CreateCollision,
    pub(crate) natives: NativePrecompiles,
}

impl EvmRules {
    /// Those of the chain of `spec`.
    pub(crate) fn of(spec: &ChainSpec) -> Self {
        Self { collision: CreateCollision::of(spec), natives: NativePrecompiles::of(spec) }
    }

    /// Those for a call on `state` that assumes these accounts.
    ///
    /// # Errors
    /// [`StateError`] if one of the accounts cannot be read.
    pub(crate) fn assuming(
        spec: &ChainSpec,
        state: &dyn StateRead,
        assumed: &StateOverride,
    ) -> Result<Self, StateError> {
        let collision = CreateCollision::assuming(spec, state, assumed)?;
        Ok(Self { collision, natives: NativePrecompiles::of(spec) })
    }
}
