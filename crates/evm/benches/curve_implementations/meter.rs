//! An EVM of a Hanzo chain in which calls are measured.

use crate::implementation::Implementation;
use alloy_primitives::{Address, Bytes, TxKind, U256, hex, keccak256};
use alloy_rpc_types_eth::{TransactionInput, TransactionRequest};
use hanzo_chain::genesis_diff;
use hanzo_evm::{CallContext, CallOverrides, call};
use hanzo_state::{Account, Change, StateDiff};
use hanzo_testkit::{MemoryState, dev_spec};
use hanzo_types::{ChainSpec, DEV_ACCOUNTS, Header, prev_randao};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// The contract that asks another one a number of times and says how much gas the last time took.
///
/// Its input is the number of times (at least one), the address, each in 32 bytes, and the input of
/// the other. It returns whether the last call went well, its gas, and the first 32 bytes of its answer.
const ASKER: Address = Address::repeat_byte(0xa5);

/// Its code: the input of the other to memory from 0; the times on the stack; and for each of them, at
/// 0x0a, a STATICCALL between two GAS, success to 0x100, the difference to 0x120, the answer to 0x140.
const ASKER_CODE: [u8; 53] = hex!(
    "6040360360405f37 5f35"
    "5b 5a 6020 610140 60403603 5f 602035 5a fa 5a"
    "90 61010052 9003 61012052"
    "60019003 80 600a 57 6060 610100 f3"
);

/// An account that is not there: a call of it costs what every call does, and does nothing.
pub(crate) const NOBODY: Address = Address::repeat_byte(0xee);

/// Most gas of one measurement.
const GAS_CAP: u64 = 10_000_000;

/// What a call came to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer {
    /// The number that it returned; `None` if it reverted.
    pub(crate) number: Option<U256>,
    /// Gas between the two readings around it, in which all accounts are warm.
    pub(crate) gas: u64,
}

/// A state with the contracts, and a block on it.
#[derive(Debug)]
pub(crate) struct Meter {
    spec: Arc<ChainSpec>,
    state: MemoryState,
    header: Header,
}

impl Meter {
    pub(crate) fn new() -> Self {
        let spec = dev_spec();
        let mut diff = genesis_diff(&spec);
        deploy(&mut diff, ASKER, ASKER_CODE.into());
        for implementation in Implementation::ALL {
            if let Some(code) = implementation.code() {
                deploy(&mut diff, implementation.address(), code);
            }
        }
        let parent = spec.genesis_header();
        let header = Header {
            parent_hash: parent.hash(),
            number: 1,
            timestamp: parent.timestamp.strict_add(1),
            gas_limit: parent.gas_limit,
            base_fee_per_gas: Some(spec.next_base_fee(parent)),
            parent_beacon_block_root: Some(parent.hash()),
            excess_blob_gas: Some(0),
            ..Default::default()
        };
        let state = MemoryState::new(diff);
        Self { spec, state, header }
    }

    /// Asks the contract at `target` this question so many times in one transaction: the last answer,
    /// and how long the whole took.
    pub(crate) fn ask(&self, target: Address, question: &[u8], times: u32) -> (Answer, Duration) {
        let context = CallContext {
            state: &self.state,
            header: &self.header,
            prev_randao: prev_randao(self.spec.genesis_header(), 1),
            spec: &self.spec,
            gas_cap: GAS_CAP,
        };
        let words = [U256::from(times).to_be_bytes(), target.into_word().0];
        let input: Bytes = [words.concat().as_slice(), question].concat().into();
        let request = TransactionRequest {
            from: Some(DEV_ACCOUNTS[0]),
            to: Some(TxKind::Call(ASKER)),
            input: TransactionInput::new(input),
            ..Default::default()
        };
        let started = now();
        let outcome = call(context, request, CallOverrides::default()).unwrap();
        let elapsed = now() - started;
        let word = |index: usize| U256::from_be_slice(&outcome.output[32 * index..][..32]);
        let number = (word(0) == U256::ONE).then(|| word(2));
        (Answer { number, gas: word(1).to() }, elapsed)
    }
}

fn deploy(diff: &mut StateDiff, address: Address, code: Bytes) {
    let contract = Account { nonce: 1, code_hash: keccak256(&code), ..Account::default() };
    let _ = diff.code.insert(contract.code_hash, code);
    let _ = diff.accounts.insert(address, Change { before: None, after: Some(contract) });
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
