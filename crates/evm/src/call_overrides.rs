//! Changes to state and block that hold for one call only.

use alloy_rpc_types_eth::{BlockOverrides, state::StateOverride};

/// Changes to state and block that hold for one call only. Source: `eth_call` of geth.
#[derive(Debug, Clone, Default)]
pub struct CallOverrides {
    /// Balances, nonces, code and storage to assume.
    pub state: Option<StateOverride>,
    /// Block fields to assume.
    pub block: Option<Box<BlockOverrides>>,
}
