//! Accounts as the fixtures write them.

use crate::{Quantity, QuantityError};
use alloy_genesis::GenesisAccount;
use alloy_primitives::{Address, Bytes};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Accounts of a fixture, by address.
pub type FixtureAlloc = BTreeMap<Address, FixtureAccount>;

/// An account before or after a test.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct FixtureAccount {
    /// Transactions sent, or contracts created.
    #[serde(default)]
    pub nonce: Quantity,
    /// Balance in wei.
    #[serde(default)]
    pub balance: Quantity,
    /// Code; empty for an account that is not a contract.
    #[serde(default)]
    pub code: Bytes,
    /// Storage. A slot with the value zero is the same as no slot.
    #[serde(default)]
    pub storage: BTreeMap<Quantity, Quantity>,
}

impl FixtureAccount {
    /// The account as a genesis file has it.
    ///
    /// # Errors
    /// [`QuantityError`] if the nonce has more than 64 bits.
    pub fn to_genesis(&self) -> Result<GenesisAccount, QuantityError> {
        let storage: BTreeMap<_, _> =
            self.slots().map(|(slot, value)| (slot.to_word(), value.to_word())).collect();
        Ok(GenesisAccount {
            nonce: Some(self.nonce.to_u64()?),
            balance: self.balance.0,
            code: (!self.code.is_empty()).then(|| self.code.clone()),
            storage: (!storage.is_empty()).then_some(storage),
            private_key: None,
        })
    }

    /// Slots that are not zero.
    pub fn slots(&self) -> impl Iterator<Item = (Quantity, Quantity)> + '_ {
        let all = self.storage.iter().map(|(slot, value)| (*slot, *value));
        all.filter(|(_, value)| !value.0.is_zero())
    }
}
