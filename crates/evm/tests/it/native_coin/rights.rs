//! Who may change balances, and how it has to be called.

use super::*;
use crate::fixture::request;
use alloy_primitives::hex;
use hanzo_state::StateRead;
use hanzo_testkit::Signer;
use hanzo_types::{BONDING_CURVE, COMPUTE_MINING, COMPUTE_PROOF, FIXED_MATH};

/// State in which `address` has this code.
fn with_code(address: Address, code: Bytes) -> StateOverride {
    let account = AccountOverride { code: Some(code), ..Default::default() };
    StateOverride::from_iter([(address, account)])
}

/// State in which the modules have coins of their own.
fn modules_with_coins() -> StateOverride {
    let account = AccountOverride { balance: Some(wei(1_000)), ..Default::default() };
    [TRAINING_REWARDS, COMPUTE_PAYMENTS, COMPUTE_MINING]
        .into_iter()
        .map(|module| (module, account.clone()))
        .collect()
}

#[test]
fn each_module_may_do_what_its_rights_say_and_nothing_else() {
    let calls = |own: Address| {
        [
            ("transfer", transfer(RICH, NOBODY, wei(5))),
            ("mint", mint(NOBODY, wei(5))),
            ("burn of others", burn(RICH, wei(5))),
            ("burn of its own", burn(own, wei(5))),
        ]
    };
    // Source: decision D-35.
    let rights: [(Address, &[&str]); 8] = [
        (AI, &["transfer", "burn of others"]),
        (TRAINING_REWARDS, &["mint", "burn of its own"]),
        (COMPUTE_PAYMENTS, &["burn of its own"]),
        (COMPUTE_MINING, &[]),
        (AI_SUPPLY, &[]),
        (NATIVE_COIN, &[]),
        (NOBODY, &[]),
        (Address::ZERO, &[]),
    ];
    for (caller, allowed) in rights {
        for (name, input) in calls(caller) {
            if caller == AI && name == "burn of its own" {
                // It has none, which is another error.
                continue;
            }
            let result = ask_as(caller, input, modules_with_coins());
            if allowed.contains(&name) {
                assert!(result.unwrap().output.is_empty(), "{caller} {name}");
            } else {
                assert_eq!(revert(result), not_allowed(), "{caller} {name}");
            }
        }
    }
}

#[test]
fn what_has_the_right_is_refused_through_any_instruction_but_call() {
    let input = transfer(RICH, NOBODY, wei(5));
    let through = |kind| {
        let overrides = CallOverrides {
            state: Some(with_code(AI, forwarder_code(kind, NATIVE_COIN))),
            ..CallOverrides::default()
        };
        Fixture::new().ask(request(AI, input.clone()), overrides)
    };
    assert!(through(CallKind::Call).is_ok());
    for kind in [CallKind::CallCode, CallKind::DelegateCall, CallKind::StaticCall] {
        assert_eq!(revert(through(kind)), not_allowed(), "{kind:?}");
    }
}

#[test]
fn a_static_context_further_up_refuses_changes() {
    let mut assumed = with_code(AI, forwarder_code(CallKind::Call, NATIVE_COIN));
    assumed.extend(with_code(NOBODY, forwarder_code(CallKind::StaticCall, AI)));
    let overrides = CallOverrides { state: Some(assumed), ..CallOverrides::default() };
    let result = Fixture::new().ask(request(NOBODY, transfer(RICH, AI, wei(5))), overrides);
    assert_eq!(revert(result), not_allowed());
}

#[test]
fn the_code_of_a_module_run_by_another_contract_has_no_right() {
    // What runs is the code of the module, for the account that delegates to it.
    let mut assumed = with_code(AI, forwarder_code(CallKind::Call, NATIVE_COIN));
    assumed.extend(with_code(NOBODY, forwarder_code(CallKind::DelegateCall, AI)));
    let overrides = CallOverrides { state: Some(assumed), ..CallOverrides::default() };
    let result = Fixture::new().ask(request(NOBODY, burn(RICH, wei(5))), overrides);
    assert_eq!(revert(result), not_allowed());
}

#[test]
fn a_constructor_has_no_right() {
    let fixture = Fixture::new();
    // The input follows the code: CODECOPY of it, CALL, RETURNDATACOPY, REVERT with the answer.
    let head = hex!("6044601b5f39 5f5f60445f5f 62 0a1003 5af1 50 3d5f5f3e 3d5ffd 00");
    let input = mint(NOBODY, wei(5));
    assert_eq!((head.len(), input.len()), (0x1b, 0x44));
    let creation = TransactionRequest {
        from: Some(RICH),
        input: TransactionInput::new([&head[..], &input].concat().into()),
        ..Default::default()
    };
    let result = fixture.ask(creation, CallOverrides::default());
    assert_eq!(revert(result), not_allowed());
}

#[test]
fn an_account_that_delegates_its_code_to_a_module_or_the_precompile_has_no_right() {
    let spec = spec_with_modules();
    let alice = Signer::dev(1, &spec);
    let bob = Signer::dev(2, &spec);
    for target in [AI, NATIVE_COIN] {
        let mut fixture = Fixture::with(Arc::clone(&spec));
        let input = transfer(RICH, NOBODY, wei(5));
        let delegate = alice.delegate(0, &bob, target);
        let call = alice.call(1, bob.address(), U256::ZERO, input.into(), 200_000);
        let executed = fixture.apply(&[delegate, call]);
        // Code of a precompile is no code: the call does nothing. Source: EIP-7702.
        assert_eq!(executed.outcome.receipts[1].status(), target == NATIVE_COIN);
        assert!(fixture.state.account(NOBODY).unwrap().is_none());
    }
}

#[test]
fn nobody_is_paid_where_coins_would_be_lost() {
    let ethereum = [1, 2, 9, 0x0a, 0x0b, 0x11].map(Address::with_last_byte);
    // Source: RIP-7212.
    let p256 = Address::from_word(U256::from(0x100).into());
    let natives = [BONDING_CURVE, COMPUTE_PROOF, NATIVE_COIN, FIXED_MATH];
    let system = [Address::ZERO, AI, AI_SUPPLY, p256];
    for receiver in ethereum.into_iter().chain(natives).chain(system) {
        let expected = Bytes::from(INativeCoin::ERC20InvalidReceiver { receiver }.abi_encode());
        let paid = as_caller(AI, transfer(RICH, receiver, wei(5)));
        assert_eq!(revert(paid), expected, "{receiver}");
        let minted = as_caller(TRAINING_REWARDS, mint(receiver, wei(5)));
        assert_eq!(revert(minted), expected, "{receiver}");
    }
    assert!(as_caller(AI, transfer(RICH, Address::with_last_byte(0x12), wei(5))).is_ok());
}

#[test]
fn coins_sent_along_and_input_that_is_no_call_are_refused() {
    let good = transfer(RICH, NOBODY, wei(5));
    let (mut dirty, mut unknown) = (good.clone(), good.clone());
    // The bytes above an address.
    dirty[4] = 1;
    unknown[0] ^= 1;
    let short = good[..good.len() - 1].to_vec();
    let long = [good.clone(), vec![0]].concat();
    for input in [vec![], good[..4].to_vec(), dirty, unknown, short, long] {
        let expected = Bytes::from(INativeCoin::BadInput {}.abi_encode());
        assert_eq!(revert(as_caller(AI, input)), expected);
    }
    let request = TransactionRequest { value: Some(wei(1)), ..request(NATIVE_COIN, good) };
    let refused = Fixture::new().ask(request, CallOverrides::default());
    assert_eq!(revert(refused), Bytes::from(INativeCoin::ValueNotAccepted {}.abi_encode()));
}

#[test]
fn an_account_that_delegates_to_a_precompile_takes_coins_as_one_without_code() {
    let spec = spec_with_modules();
    let alice = Signer::dev(1, &spec);
    let bob = Signer::dev(2, &spec);
    for target in [BONDING_CURVE, COMPUTE_PROOF, NATIVE_COIN, FIXED_MATH] {
        let mut fixture = Fixture::with(Arc::clone(&spec));
        let executed = fixture.apply(&[
            alice.delegate(0, &bob, target),
            alice.call(1, bob.address(), wei(1), Bytes::new(), 60_000),
            alice.call(2, bob.address(), wei(1), Bytes::from(vec![1; 8]), 60_000),
        ]);
        let receipts = &executed.outcome.receipts;
        assert!(receipts[1].status() && receipts[2].status(), "{target}");
        let used = receipts[1].cumulative_gas_used() - receipts[0].cumulative_gas_used();
        assert_eq!(used, 21_000, "{target}");
    }
}
