//! No contract is made where there is storage already.

use alloy_evm::{Database, eth::EthEvmContext};
use alloy_primitives::Address;
use hanzo_types::{ChainSpec, StorageOnlyAccounts};
use revm::{
    Inspector,
    context_interface::{ContextTr as _, JournalTr as _},
    interpreter::{CreateInputs, CreateOutcome},
};
use std::sync::Arc;

/// Makes a creation fail at an address that has storage but neither nonce nor code.
/// Source: EIP-7610.
///
/// revm looks at nonce and code alone. Such an account cannot come into being on a chain, so only
/// those of the genesis file count, and chains without them, which is nearly all, run without
/// this.
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

    /// Whether the chain has such accounts at all.
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
