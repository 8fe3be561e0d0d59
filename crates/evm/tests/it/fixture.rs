//! A block on the dev genesis, without a chain.

use alloy_primitives::{Address, TxKind};
use alloy_rpc_types_eth::{TransactionInput, TransactionRequest};
use hanzo_chain::genesis_diff;
use hanzo_evm::{BlockBuilder, CallContext, CallError, CallOutcome, CallOverrides, Executed, call};
use hanzo_testkit::{MemoryState, dev_spec};
use hanzo_types::{ChainSpec, DEV_ACCOUNTS, Header, RecoveredTransaction, prev_randao};
use std::sync::Arc;

pub(crate) const COINBASE: Address = Address::repeat_byte(0xcb);

/// A call of an account that has coins.
pub(crate) fn request(to: Address, input: Vec<u8>) -> TransactionRequest {
    TransactionRequest {
        from: Some(DEV_ACCOUNTS[0]),
        to: Some(TxKind::Call(to)),
        input: TransactionInput::new(input.into()),
        ..Default::default()
    }
}

pub(crate) struct Fixture {
    pub(crate) spec: Arc<ChainSpec>,
    pub(crate) state: MemoryState,
    coinbase: Address,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::with(dev_spec())
    }

    pub(crate) fn with(spec: Arc<ChainSpec>) -> Self {
        let state = MemoryState::new(genesis_diff(&spec));
        Self { spec, state, coinbase: COINBASE }
    }

    /// Whose blocks pay this account.
    pub(crate) fn paying(coinbase: Address) -> Self {
        Self { coinbase, ..Self::new() }
    }

    pub(crate) fn header(&self) -> Header {
        let parent = self.spec.genesis_header();
        Header {
            parent_hash: parent.hash(),
            number: 1,
            timestamp: parent.timestamp + 1,
            beneficiary: self.coinbase,
            gas_limit: parent.gas_limit,
            base_fee_per_gas: Some(self.spec.next_base_fee(parent)),
            parent_beacon_block_root: Some(parent.hash()),
            excess_blob_gas: Some(0),
            ..Default::default()
        }
    }

    pub(crate) fn run(&self, transactions: &[RecoveredTransaction]) -> Executed {
        let header = self.header();
        let mut builder =
            BlockBuilder::new(&self.state, &header, self.spec.genesis_header(), &self.spec)
                .unwrap();
        for transaction in transactions {
            builder.push(transaction.as_recovered_ref()).unwrap();
        }
        builder.finish().unwrap()
    }

    /// What `eth_call` answers in the next block.
    pub(crate) fn ask(
        &self,
        request: TransactionRequest,
        overrides: CallOverrides,
    ) -> Result<CallOutcome, CallError> {
        let header = self.header();
        let context = CallContext {
            state: &self.state,
            header: &header,
            prev_randao: prev_randao(self.spec.genesis_header(), 1),
            spec: &self.spec,
            gas_cap: 10_000_000,
        };
        call(context, request, overrides)
    }

    /// Runs a block and makes its result the state.
    pub(crate) fn apply(&mut self, transactions: &[RecoveredTransaction]) -> Executed {
        let executed = self.run(transactions);
        self.state.apply(&executed.diff);
        executed
    }
}
