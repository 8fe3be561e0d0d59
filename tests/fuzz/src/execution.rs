//! What contracts hand to the native precompiles, and what the deposit contract logs.

use crate::{
    Verdict,
    chain::{CHAIN, GENESIS_STATE},
};
use alloy_primitives::{Address, B256, Bytes, Log, TxKind, U256, b256};
use alloy_rpc_types_eth::{
    TransactionInput, TransactionRequest,
    state::{AccountOverride, StateOverride},
};
use hanzo_evm::{CallContext, CallError, CallOverrides, call, deposits};
use hanzo_testkit::{CallKind, forwarder_code};
use hanzo_types::{
    AI, BONDING_CURVE, COMPUTE_PROOF, DEV_ACCOUNTS, FIXED_MATH, Header, NATIVE_COIN, Receipt,
    prev_randao,
};

const PRECOMPILES: [Address; 4] = [BONDING_CURVE, COMPUTE_PROOF, FIXED_MATH, NATIVE_COIN];

/// Most gas of a call; the dearest function takes a fifth of it.
const GAS: u64 = 300_000;

/// Input of a native precompile: a byte for which, the rest is what the coin's contract, which may do
/// everything there is, calls it with. Gas and answers are compared with the prices in the tests of the
/// `evm` crate.
pub fn precompile(bytes: &[u8]) -> Verdict {
    let Some((&which, input)) = bytes.split_first() else { return Verdict::Refused };
    let target = PRECOMPILES[usize::from(which) % PRECOMPILES.len()];
    let code = forwarder_code(CallKind::Call, target);
    let account = AccountOverride { code: Some(code), ..Default::default() };
    let overrides = CallOverrides {
        state: Some(StateOverride::from_iter([(AI, account)])),
        ..CallOverrides::default()
    };
    let parent = CHAIN.spec.genesis_header();
    let header = Header {
        parent_hash: parent.hash(),
        number: 1,
        timestamp: parent.timestamp + 1,
        gas_limit: parent.gas_limit,
        base_fee_per_gas: Some(CHAIN.spec.next_base_fee(parent)),
        parent_beacon_block_root: Some(parent.hash()),
        excess_blob_gas: Some(0),
        ..Default::default()
    };
    let request = TransactionRequest {
        from: Some(DEV_ACCOUNTS[0]),
        to: Some(TxKind::Call(AI)),
        input: TransactionInput::new(Bytes::copy_from_slice(input)),
        ..Default::default()
    };
    let context = CallContext {
        state: &*GENESIS_STATE,
        header: &header,
        prev_randao: prev_randao(parent, 1),
        spec: &CHAIN.spec,
        gas_cap: GAS,
    };
    match call(context, request, overrides) {
        Ok(outcome) => {
            assert!(outcome.gas_used <= GAS);
            assert!(outcome.output.len() <= 1_024, "{} bytes of answer", outcome.output.len());
            Verdict::Accepted
        }
        Err(CallError::State(error)) => panic!("the state is there: {error}"),
        Err(_) => Verdict::Refused,
    }
}

/// `keccak256("DepositEvent(bytes,bytes,bytes,bytes,bytes)")`.
const DEPOSIT_EVENT: B256 =
    b256!("0x649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5");

/// Bytes of a deposit request without its type. Source: EIP-6110.
const DEPOSIT_BYTES: usize = 48 + 32 + 8 + 96 + 8;

/// Data of an event of the deposit contract of a plain Ethereum chain.
pub fn deposit_log(bytes: &[u8]) -> Verdict {
    let contract = Address::repeat_byte(0xde);
    let log = Log::new_unchecked(contract, vec![DEPOSIT_EVENT], Bytes::copy_from_slice(bytes));
    let receipt = alloy_consensus::Receipt { logs: vec![log], ..Default::default() };
    let receipt = Receipt::Legacy(receipt.with_bloom());
    let read = deposits(&[receipt.clone(), receipt], contract);
    if let Ok(requests) = &read {
        assert_eq!(requests.len(), 2 * DEPOSIT_BYTES, "one request per event");
        let (first, second) = requests.split_at(DEPOSIT_BYTES);
        assert_eq!(first, second);
        // The five fields as Solidity would read them, each at the offset that its head names.
        let fields = (0..5).flat_map(|index| field(bytes, index).to_vec());
        assert_eq!(first, fields.collect::<Vec<_>>(), "not what the event says");
    }
    Verdict::of(&read)
}

/// Field `index` of an event, by its head.
fn field(data: &[u8], index: usize) -> &[u8] {
    let word = |at: usize| U256::from_be_slice(&data[at..at + 32]).to::<usize>();
    let at = word(index * 32);
    &data[at + 32..at + 32 + word(at)]
}
