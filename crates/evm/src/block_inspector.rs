//! What watches the transactions of a block.

use crate::{create_collision::CreateCollision, simulate::TransferLogs};
use alloy_evm::{Database, eth::EthEvmContext};
use alloy_primitives::{Address, Log, U256};
use revm::{
    Inspector,
    interpreter::{CallInputs, CallOutcome, CreateInputs, CreateOutcome},
};

/// What watches the transactions of a block: nearly always nothing.
#[derive(Debug)]
pub(crate) struct BlockInspector {
    collision: CreateCollision,
    /// In simulations that ask for it.
    pub(crate) transfers: Option<TransferLogs>,
}

impl BlockInspector {
    pub(crate) const fn new(collision: CreateCollision, transfers: Option<TransferLogs>) -> Self {
        Self { collision, transfers }
    }

    /// Whether anything is watched at all.
    pub(crate) fn is_needed(&self) -> bool {
        self.collision.is_needed() || self.transfers.is_some()
    }
}

impl<DB: Database> Inspector<EthEvmContext<DB>> for BlockInspector {
    fn log(&mut self, _context: &mut EthEvmContext<DB>, log: Log) {
        if let Some(transfers) = &mut self.transfers {
            transfers.log(log);
        }
    }

    fn call(
        &mut self,
        _context: &mut EthEvmContext<DB>,
        inputs: &mut CallInputs,
    ) -> Option<CallOutcome> {
        if let Some(transfers) = &mut self.transfers {
            transfers.enter_call(inputs);
        }
        None
    }

    fn call_end(
        &mut self,
        _context: &mut EthEvmContext<DB>,
        _inputs: &CallInputs,
        outcome: &mut CallOutcome,
    ) {
        if let Some(transfers) = &mut self.transfers {
            transfers.leave(outcome.result.is_ok());
        }
    }

    fn create(
        &mut self,
        context: &mut EthEvmContext<DB>,
        inputs: &mut CreateInputs,
    ) -> Option<CreateOutcome> {
        if let Some(transfers) = &mut self.transfers {
            transfers.enter_creation(context, inputs);
        }
        self.collision.create(context, inputs)
    }

    fn create_end(
        &mut self,
        context: &mut EthEvmContext<DB>,
        inputs: &CreateInputs,
        outcome: &mut CreateOutcome,
    ) {
        self.collision.create_end(context, inputs, outcome);
        if let Some(transfers) = &mut self.transfers {
            transfers.leave(outcome.result.is_ok());
        }
    }

    fn selfdestruct(&mut self, contract: Address, target: Address, value: U256) {
        if let Some(transfers) = &mut self.transfers {
            transfers.transfer(contract, target, value);
        }
    }
}
