//! `NativeCoin` (A1003): who may do what, and what it does.

mod changes;
mod gas;
mod random;
mod rights;

use crate::fixture::Fixture;
use alloy_primitives::{Address, Bytes, TxKind, U256};
use alloy_rpc_types_eth::{
    TransactionInput, TransactionRequest,
    state::{AccountOverride, StateOverride},
};
use alloy_sol_types::{SolCall, SolError, sol};
use hanzo_evm::{CallError, CallOutcome, CallOverrides};
use hanzo_testkit::{CallKind, forwarder_code, spec_with};
use hanzo_types::{
    AI, AI_SUPPLY, COMPUTE_PAYMENTS, ChainSpec, DEV_ACCOUNTS, NATIVE_COIN, SupplySlot,
    TRAINING_REWARDS,
};
use std::sync::Arc;

sol!(
    #[derive(Debug)]
    INativeCoin,
    "../../contracts/artifacts/INativeCoin.json"
);

/// Somebody with coins, and somebody without.
const RICH: Address = DEV_ACCOUNTS[0];
const NOBODY: Address = Address::repeat_byte(0x0b);

fn transfer(from: Address, to: Address, value: U256) -> Vec<u8> {
    INativeCoin::transferCall { from, to, value }.abi_encode()
}

fn mint(to: Address, value: U256) -> Vec<u8> {
    INativeCoin::mintCall { to, value }.abi_encode()
}

fn burn(from: Address, value: U256) -> Vec<u8> {
    INativeCoin::burnCall { from, value }.abi_encode()
}

fn wei(value: u64) -> U256 {
    U256::from(value)
}

/// A call of the precompile by `caller`, with this gas beyond what every transaction costs.
fn ask_as(
    caller: Address,
    input: Vec<u8>,
    assumed: StateOverride,
) -> Result<CallOutcome, CallError> {
    let request = TransactionRequest {
        from: Some(caller),
        to: Some(TxKind::Call(NATIVE_COIN)),
        input: TransactionInput::new(input.into()),
        ..Default::default()
    };
    let overrides = CallOverrides { state: Some(assumed), ..CallOverrides::default() };
    Fixture::new().ask(request, overrides)
}

fn as_caller(caller: Address, input: Vec<u8>) -> Result<CallOutcome, CallError> {
    ask_as(caller, input, StateOverride::default())
}

fn revert(result: Result<CallOutcome, CallError>) -> Bytes {
    match result {
        Err(CallError::Revert { output }) => output,
        other => panic!("{other:?}"),
    }
}

fn not_allowed() -> Bytes {
    INativeCoin::NotAllowed {}.abi_encode().into()
}

/// State in which the counters have these values.
fn counters(values: &[(SupplySlot, U256)]) -> StateOverride {
    let slots = values.iter().map(|(slot, value)| (slot.key().into(), (*value).into()));
    let account = AccountOverride { state_diff: Some(slots.collect()), ..Default::default() };
    StateOverride::from_iter([(AI_SUPPLY, account)])
}

/// The dev chain with contracts at the addresses of the modules that may mint and burn, which pass
/// calls on to the precompile, and without the code of AI: what is there passes calls on, too.
fn spec_with_modules() -> Arc<ChainSpec> {
    spec_with(|genesis| {
        let code = forwarder_code(CallKind::Call, NATIVE_COIN).to_string();
        for module in [AI, TRAINING_REWARDS, COMPUTE_PAYMENTS] {
            let key = format!("{module:#x}");
            genesis["alloc"][&key] =
                serde_json::json!({ "balance": "0x0", "nonce": "0x1", "code": code });
        }
    })
}
