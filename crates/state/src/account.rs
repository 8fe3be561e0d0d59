//! An account as execution sees it.

use alloy_primitives::{B256, U256};
use alloy_trie::KECCAK_EMPTY;

/// An account without its storage root: the root belongs to the trie, which alone can compute it.
/// Source: Yellow Paper §4.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Account {
    /// Number of transactions sent, or contracts created.
    pub nonce: u64,
    /// Balance in wei.
    pub balance: U256,
    /// Keccak-256 of the code; [`KECCAK_EMPTY`] without code.
    pub code_hash: B256,
}

impl Default for Account {
    fn default() -> Self {
        Self { nonce: 0, balance: U256::ZERO, code_hash: KECCAK_EMPTY }
    }
}

impl Account {
    /// Whether the account is dead and must not be stored. Source: EIP-161.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nonce == 0 && self.balance.is_zero() && !self.has_code()
    }

    /// Whether the account has code.
    #[must_use]
    pub fn has_code(&self) -> bool {
        self.code_hash != KECCAK_EMPTY
    }
}
