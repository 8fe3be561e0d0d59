//! Which chain a database belongs to.

use alloy_primitives::B256;

/// The chain a database belongs to. The genesis hash commits to every consensus setting, so two
/// nodes with equal identities agree on the rules. Source: decision D-31.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainIdentity {
    /// Chain id. Source: EIP-155.
    pub chain_id: u64,
    /// Hash of block 0.
    pub genesis_hash: B256,
}
