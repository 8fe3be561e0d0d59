//! Transfers of the native coin as if they were logs of a token.

use alloy_evm::{Database, eth::EthEvmContext};
use alloy_primitives::{Address, B256, Log, LogData, U256, address, b256};
use revm::{
    context_interface::{ContextTr as _, JournalTr as _},
    interpreter::{CallInputs, CallScheme, CreateInputs},
};

/// Who seems to have logged a transfer of the native coin. Source: ERC-7528, execution-apis.
const NATIVE_COIN: Address = address!("eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");

/// `Transfer(address,address,uint256)`. Source: ERC-20.
const TRANSFER: B256 = b256!("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");

/// Logs of a transaction with its transfers of the native coin among them.
///
/// Collected frame by frame, because what a frame logs is void if it fails; receipts do not have the
/// transfers, so this cannot be left to the EVM's own journal.
#[derive(Debug, Default)]
pub(crate) struct TransferLogs {
    /// Logs of the open frames, outermost first. The first holds what is left of closed ones.
    frames: Vec<Vec<Log>>,
}

impl TransferLogs {
    /// Forgets everything: a transaction is about to start.
    pub(crate) fn start(&mut self) {
        self.frames.clear();
        self.frames.push(Vec::new());
    }

    /// The logs of the transaction that has ended.
    pub(crate) fn take(&mut self) -> Vec<Log> {
        self.frames.drain(..).next().unwrap_or_default()
    }

    pub(crate) fn enter_call(&mut self, inputs: &CallInputs) {
        self.frames.push(Vec::new());
        // With CALLCODE an account pays itself.
        if let Some(value) = inputs.transfer_value()
            && inputs.scheme != CallScheme::CallCode
        {
            self.transfer(inputs.transfer_from(), inputs.transfer_to(), value);
        }
    }

    pub(crate) fn enter_creation<DB: Database>(
        &mut self,
        context: &mut EthEvmContext<DB>,
        inputs: &CreateInputs,
    ) {
        self.frames.push(Vec::new());
        // A read that fails here fails again when the EVM does it.
        let Ok(caller) = context.journal_mut().load_account(inputs.caller()) else { return };
        let created = inputs.created_address(caller.info.nonce);
        self.transfer(inputs.caller(), created, inputs.value());
    }

    /// The innermost frame ends, and its logs count if it `succeeded`.
    pub(crate) fn leave(&mut self, succeeded: bool) {
        let Some(logs) = self.frames.pop() else { return };
        if let Some(outer) = self.frames.last_mut()
            && succeeded
        {
            outer.extend(logs);
        }
    }

    pub(crate) fn log(&mut self, log: Log) {
        if let Some(frame) = self.frames.last_mut() {
            frame.push(log);
        }
    }

    pub(crate) fn transfer(&mut self, from: Address, to: Address, value: U256) {
        if value.is_zero() {
            return;
        }
        let topics = vec![TRANSFER, from.into_word(), to.into_word()];
        let data = B256::from(value).into();
        self.log(Log { address: NATIVE_COIN, data: LogData::new_unchecked(topics, data) });
    }
}
