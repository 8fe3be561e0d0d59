//! No contract is made where there is storage already.

use alloy_evm::{Database, eth::EthEvmContext};
use alloy_primitives::{Address, B256, U256};
use alloy_rpc_types_eth::state::{AccountOverride, StateOverride};
use hanzo_state::{Account, StateError, StateRead};
use hanzo_types::{ChainSpec, StorageOnlyAccounts};
use revm::{
    Inspector,
    context_interface::{ContextTr as _, JournalTr as _},
    interpreter::{CreateInputs, CreateOutcome},
    primitives::KECCAK_EMPTY,
};
use std::sync::Arc;

/// Makes a creation fail at an address that has storage but neither nonce nor code.
/// Source: EIP-7610.
///
/// revm looks at nonce and code alone. Such an account cannot come into being on a chain, so only
/// those of the genesis file count, and those that a call assumes. Without any, which is nearly
/// always, the EVM runs without this.
#[derive(Debug, Clone)]
pub(crate) struct CreateCollision {
    accounts: Arc<StorageOnlyAccounts>,
    /// The account that looks used at the moment.
    disguised: Option<Address>,
}

impl CreateCollision {
    /// The rule for the chain of `spec`.
    pub(crate) fn of(spec: &ChainSpec) -> Self {
        Self { accounts: Arc::clone(spec.storage_only_accounts()), disguised: None }
    }

    /// The rule for a call on `state` that assumes these accounts. Most calls that assume storage
    /// do so of a contract, where revm's own look suffices.
    ///
    /// # Errors
    /// [`StateError`] if one of the accounts cannot be read.
    pub(crate) fn assuming(
        spec: &ChainSpec,
        state: &dyn StateRead,
        assumed: &StateOverride,
    ) -> Result<Self, StateError> {
        let mut collision = Self::of(spec);
        for (address, account) in assumed {
            let has_storage = account.state.is_some() || account.state_diff.is_some();
            if !has_storage || is_used(state.account(*address)?, account) {
                continue;
            }
            let accounts = Arc::make_mut(&mut collision.accounts);
            match assumed_slot(account).or_else(|| remaining_slot(spec, *address, account)) {
                Some(slot) => drop(accounts.insert(*address, slot)),
                None => drop(accounts.remove(address)),
            }
        }
        Ok(collision)
    }

    /// Whether there are such accounts at all.
    pub(crate) fn is_needed(&self) -> bool {
        !self.accounts.is_empty()
    }
}

impl<DB: Database> Inspector<EthEvmContext<DB>> for CreateCollision {
    /// Gives the account a nonce while revm looks at it: then nonce, gas and warm addresses are
    /// those of any other collision. A read that fails here fails again when revm does it.
    fn create(
        &mut self,
        context: &mut EthEvmContext<DB>,
        inputs: &mut CreateInputs,
    ) -> Option<CreateOutcome> {
        if self.accounts.is_empty() {
            return None;
        }
        let caller_nonce = context.journal_mut().load_account(inputs.caller()).ok()?.info.nonce;
        let address = inputs.created_address(caller_nonce);
        let slot = *self.accounts.get(&address)?;
        // Loaded first: revm's state answers for the storage of accounts it has seen.
        let account = context.journal_mut().load_account(address).ok()?;
        if !account.info.has_no_code_and_nonce() {
            return None;
        }
        let value = context.db_mut().storage(address, slot).ok()?;
        if !value.is_zero() {
            context.journal_mut().evm_state_mut().get_mut(&address)?.info.nonce = 1;
            self.disguised = Some(address);
        }
        None
    }

    fn create_end(
        &mut self,
        context: &mut EthEvmContext<DB>,
        _inputs: &CreateInputs,
        _outcome: &mut CreateOutcome,
    ) {
        // A creation that fails at once ends before any other begins.
        let Some(address) = self.disguised.take() else { return };
        if let Some(account) = context.journal_mut().evm_state_mut().get_mut(&address) {
            account.info.nonce = 0;
        }
    }
}

/// Whether an account has a nonce or code, so that revm refuses to create there.
fn is_used(account: Option<Account>, assumed: &AccountOverride) -> bool {
    let nonce = assumed.nonce.or_else(|| account.map(|account| account.nonce));
    let has_code = assumed.code.as_ref().map_or_else(
        || account.is_some_and(|account| account.code_hash != KECCAK_EMPTY),
        |code| !code.is_empty(),
    );
    has_code || nonce.is_some_and(|nonce| nonce != 0)
}

/// The first slot that a call assumes to be set.
fn assumed_slot(account: &AccountOverride) -> Option<U256> {
    let slots = account.state.iter().chain(&account.state_diff).flatten();
    let set = slots.filter(|(_, value)| !value.is_zero()).map(|(slot, _)| slot);
    // The least, so that the same request does the same work: the map has no order of its own.
    set.min().map(|slot| U256::from_be_bytes(slot.0))
}

/// A slot of the genesis file that a call leaves as it is.
fn remaining_slot(spec: &ChainSpec, address: Address, account: &AccountOverride) -> Option<U256> {
    if account.state.is_some() || !spec.storage_only_accounts().contains_key(&address) {
        return None;
    }
    let is_assumed = |slot: &B256| account.state_diff.iter().any(|slots| slots.contains_key(slot));
    let mut slots = spec.genesis().alloc.get(&address)?.storage.iter().flatten();
    let remaining = slots.find(|(slot, value)| !value.is_zero() && !is_assumed(slot));
    remaining.map(|(slot, _)| U256::from_be_bytes(slot.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::Bytes;

    #[test]
    fn what_a_call_assumes_of_nonce_and_code_goes_before_what_the_account_has() {
        let empty = Account { nonce: 0, balance: U256::from(7), code_hash: KECCAK_EMPTY };
        let contract = Account { nonce: 1, code_hash: B256::ZERO, ..empty };
        let nothing = AccountOverride::default();
        let nonce = |nonce| AccountOverride { nonce: Some(nonce), ..Default::default() };
        let code = |code| AccountOverride { code: Some(code), ..Default::default() };
        assert!(!is_used(None, &nothing) && !is_used(Some(empty), &nothing));
        assert!(is_used(Some(contract), &nothing) && is_used(Some(contract), &nonce(0)));
        assert!(is_used(None, &nonce(1)) && is_used(None, &code(Bytes::from_static(&[0]))));
        let bare = AccountOverride { nonce: Some(0), ..code(Bytes::new()) };
        assert!(!is_used(Some(contract), &bare));
    }
}
