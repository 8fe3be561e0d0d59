//! What the pool has to know about a sender.

use crate::PoolError;
use alloy_eips::eip7702::constants::EIP7702_DELEGATION_DESIGNATOR;
use alloy_primitives::{Address, U256};
use hanzo_state::{Account, StateRead};

/// Length of the code of an account that delegates to another: designator and address. Source:
/// EIP-7702.
const DELEGATION_BYTES: usize = 23;

/// What the pool has to know about a sender, as of the pool's head.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct SenderFacts {
    /// Next nonce of the account.
    pub(crate) nonce: u64,
    /// Balance in wei.
    pub(crate) balance: U256,
}

impl SenderFacts {
    /// Reads a sender and makes sure that it is one: an account without code, or with a
    /// delegation.
    ///
    /// # Errors
    /// [`PoolError::SenderNotEoa`] (EIP-3607), [`PoolError::State`].
    pub(crate) fn read(state: &dyn StateRead, address: Address) -> Result<Self, PoolError> {
        let Some(account) = state.account(address)? else { return Ok(Self::default()) };
        if account.has_code() && !is_delegation(&state.code(account.code_hash)?) {
            return Err(PoolError::SenderNotEoa { address, code_hash: account.code_hash });
        }
        Ok(account.into())
    }
}

impl From<Account> for SenderFacts {
    fn from(account: Account) -> Self {
        Self { nonce: account.nonce, balance: account.balance }
    }
}

impl From<Option<Account>> for SenderFacts {
    fn from(account: Option<Account>) -> Self {
        account.map_or_else(Self::default, Self::from)
    }
}

fn is_delegation(code: &[u8]) -> bool {
    code.len() == DELEGATION_BYTES && code.starts_with(&EIP7702_DELEGATION_DESIGNATOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_designator_is_a_delegation() {
        let mut code = EIP7702_DELEGATION_DESIGNATOR.to_vec();
        assert!(!is_delegation(&code));
        code.extend_from_slice(&[7; 20]);
        assert!(is_delegation(&code));
        code.push(0);
        assert!(!is_delegation(&code));
        assert!(!is_delegation(&[0x60; 23]));
    }
}
