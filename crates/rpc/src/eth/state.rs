//! Accounts, code and storage.

use crate::{
    arguments::{Arguments, StorageSlot},
    block_reference::{BlockReference, BlockTag},
    eth::Eth,
    rpc_error::{OrInternal, RpcError},
};
use alloy_primitives::{Address, B256, Bytes, U64, U256};
use hanzo_chain::BlockState;
use hanzo_state::{Account, StateRead};
use serde::Serialize;

/// The answer of `eth_getAccountInfo`. Source: reth; forge asks for it.
#[derive(Debug, Serialize)]
pub(crate) struct AccountInfo {
    balance: U256,
    nonce: U64,
    code: Bytes,
}

impl Eth {
    pub(crate) fn balance(&self, arguments: &Arguments<'_>) -> Result<U256, RpcError> {
        let (address, state) = self.account_and_state(arguments, 1)?;
        Ok(account(&state, address)?.balance)
    }

    /// For `pending`, the nonce after every executable transaction of the account in the pool:
    /// what a wallet signs next.
    pub(crate) fn transaction_count(&self, arguments: &Arguments<'_>) -> Result<U64, RpcError> {
        let address: Address = arguments.required(0, "address")?;
        let block: BlockReference = arguments.optional(1, "block")?.unwrap_or_default();
        if block == BlockReference::Tag(BlockTag::Pending) {
            // The pool first: if a block is mined in between, the state's nonce is the larger.
            let pooled = self.node.pool.pending_nonce(address);
            let mined = account(&self.node.chain.view().latest_state(), address)?.nonce;
            return Ok(U64::from(pooled.map_or(mined, |pooled| pooled.max(mined))));
        }
        Ok(U64::from(account(&self.node.state(block)?.state, address)?.nonce))
    }

    pub(crate) fn code(&self, arguments: &Arguments<'_>) -> Result<Bytes, RpcError> {
        let (address, state) = self.account_and_state(arguments, 1)?;
        code_of(&state, &account(&state, address)?)
    }

    pub(crate) fn storage_at(&self, arguments: &Arguments<'_>) -> Result<B256, RpcError> {
        let StorageSlot(slot) = arguments.required(1, "slot")?;
        let (address, state) = self.account_and_state(arguments, 2)?;
        Ok(state.storage(address, slot).or_internal()?.into())
    }

    pub(crate) fn account_info(&self, arguments: &Arguments<'_>) -> Result<AccountInfo, RpcError> {
        let (address, state) = self.account_and_state(arguments, 1)?;
        let account = account(&state, address)?;
        let code = code_of(&state, &account)?;
        Ok(AccountInfo { balance: account.balance, nonce: U64::from(account.nonce), code })
    }

    fn account_and_state(
        &self,
        arguments: &Arguments<'_>,
        block_index: usize,
    ) -> Result<(Address, BlockState), RpcError> {
        let address = arguments.required(0, "address")?;
        let block = arguments.optional(block_index, "block")?.unwrap_or_default();
        Ok((address, self.node.state(block)?.state))
    }
}

fn account(state: &dyn StateRead, address: Address) -> Result<Account, RpcError> {
    Ok(state.account(address).or_internal()?.unwrap_or_default())
}

fn code_of(state: &BlockState, account: &Account) -> Result<Bytes, RpcError> {
    if !account.has_code() {
        return Ok(Bytes::new());
    }
    state.code(account.code_hash).or_internal()
}
