//! A fixture that says something else than what comes out fails, and says what.

use crate::workspace::{failure_of, outcome_of, own_case};
use alloy_primitives::B256;
use hanzo_conformance::CaseOutcome;
use serde_json::{Value, json};

/// A case that passes: three blocks against three, with calls and payments.
fn good() -> Value {
    own_case("reorganisation_takes_back_storage_and_accounts")
}

/// The account that the case above pays to on the branch that loses.
const LOST: &str = "0x7777777777777777777777777777777777777777";

/// The contract that it calls.
const RECORDER: &str = "0x00000000000000000000000000000000000c0de1";

/// A state test with one variation.
fn one_call() -> Value {
    let mut case = own_case("state_of_a_call");
    case["post"]["London"].as_array_mut().unwrap().truncate(1);
    case
}

#[test]
fn an_unchanged_case_passes() {
    assert_eq!(outcome_of(&good()), CaseOutcome::Passed);
}

#[test]
fn a_wrong_balance_fails() {
    let mut case = good();
    case["postState"][RECORDER]["balance"] = json!("0x1");
    let failure = failure_of(&case);
    assert!(
        failure.starts_with("balance of 0x00000000000000000000000000000000000c0dE1"),
        "{failure}"
    );
    assert!(failure.ends_with("expected 1, found 0"), "{failure}");
}

#[test]
fn a_wrong_nonce_code_or_slot_fails() {
    let changes: [(&str, Value, &str); 3] = [
        ("nonce", json!("0x7"), "nonce of"),
        ("code", json!("0x00"), "code hash of"),
        ("storage", json!({ "0x1": "0xb" }), "slot 0x1 of"),
    ];
    for (field, value, what) in changes {
        let mut case = good();
        case["postState"][RECORDER][field] = value;
        assert!(failure_of(&case).contains(what), "{field}");
    }
}

#[test]
fn an_account_too_many_fails() {
    let mut case = good();
    case["postState"].as_object_mut().unwrap().remove(RECORDER);
    assert!(failure_of(&case).contains("expected absent"));
}

#[test]
fn an_account_too_few_fails() {
    let mut case = good();
    case["postState"][LOST] =
        json!({ "nonce": "0x0", "balance": "0x5", "code": "0x", "storage": {} });
    assert!(failure_of(&case).contains("expected exists, found absent"));
}

#[test]
fn a_wrong_head_fails() {
    let mut case = good();
    case["lastblockhash"] = json!(B256::ZERO);
    assert!(failure_of(&case).starts_with("lastblockhash: expected 0x0000"));
}

#[test]
fn a_wrong_state_root_hash_fails() {
    let mut case = good();
    case.as_object_mut().unwrap().remove("postState");
    case["postStateHash"] = json!(B256::ZERO);
    assert!(failure_of(&case).starts_with("postStateHash"));
}

#[test]
fn an_exception_that_does_not_come_fails() {
    let mut case = good();
    case["blocks"][1]["expectException"] = json!("BlockException.GAS_USED_OVERFLOW");
    let failure = failure_of(&case);
    assert!(
        failure.contains("refused (BlockException.GAS_USED_OVERFLOW), found valid"),
        "{failure}"
    );
}

#[test]
fn a_refusal_that_is_not_expected_fails() {
    let mut case = own_case("wrong_state_root");
    let header = case["blocks"][0]["blockHeader"].clone();
    let block = case["blocks"][1].as_object_mut().unwrap();
    block.remove("expectException");
    block.insert("blockHeader".to_owned(), header);
    let failure = failure_of(&case);
    assert!(failure.contains("block 1 by arrival: expected valid"), "{failure}");
    assert!(failure.contains("state root is 0xeeee"), "{failure}");
}

#[test]
fn a_genesis_that_does_not_follow_from_its_accounts_fails() {
    let mut case = good();
    case["pre"][RECORDER]["balance"] = json!("0x1");
    assert!(failure_of(&case).starts_with("genesis state root"));
    let mut case = good();
    case["genesisBlockHeader"]["gasLimit"] = json!("0x1c9c381");
    assert!(failure_of(&case).starts_with("genesis hash"));
    let mut case = good();
    case["genesisRLP"] = case["blocks"][0]["rlp"].clone();
    assert!(failure_of(&case).starts_with("hash of genesisRLP"));
}

#[test]
fn a_state_test_with_a_wrong_root_or_wrong_logs_fails() {
    for (field, what) in [("hash", "state root"), ("logs", "hash of the logs")] {
        let mut case = one_call();
        assert_eq!(outcome_of(&case), CaseOutcome::Passed);
        case["post"]["London"][0][field] = json!(B256::ZERO);
        assert!(failure_of(&case).starts_with(what), "{field}");
    }
}

#[test]
fn a_state_test_whose_exception_does_not_come_fails() {
    let mut case = one_call();
    case["post"]["London"][0]["expectException"] = json!("TransactionException.INITCODE");
    assert!(failure_of(&case).contains("refused (TransactionException.INITCODE), found valid"));
}

#[test]
fn a_state_test_that_is_refused_without_reason_fails() {
    let mut case = own_case("state_of_a_refused_transaction");
    let entry = case["post"]["London"][0].as_object_mut().unwrap();
    entry.remove("expectException");
    assert!(failure_of(&case).contains("transaction: expected valid, found nonce too high"));
}

#[test]
fn a_state_test_of_an_unknown_fork_is_skipped_with_its_name() {
    let mut case = one_call();
    case["post"] = json!({ "Verkle": case["post"]["London"] });
    let reason = "unknown network 'Verkle'".to_owned();
    assert_eq!(outcome_of(&case), CaseOutcome::Skipped { reason });
}

#[test]
fn an_unknown_network_is_skipped_with_its_name() {
    let mut case = good();
    case["network"] = json!("Verkle");
    let reason = "unknown network 'Verkle'".to_owned();
    assert_eq!(outcome_of(&case), CaseOutcome::Skipped { reason });
}

#[test]
fn an_unknown_seal_engine_is_skipped_with_its_name() {
    let mut case = good();
    case["sealEngine"] = json!("Clique");
    let reason = "unknown seal engine 'Clique'".to_owned();
    assert_eq!(outcome_of(&case), CaseOutcome::Skipped { reason });
}

#[test]
fn a_case_without_a_field_fails_and_names_it() {
    let mut case = good();
    case.as_object_mut().unwrap().remove("network");
    assert!(failure_of(&case).contains("missing field `network`"));
    let mut case = good();
    case["pre"][RECORDER]["balance"] = json!("many");
    assert!(failure_of(&case).contains("pre"));
}

#[test]
fn a_case_of_another_format_is_skipped_with_the_reason() {
    let case = json!({ "engineNewPayloads": [], "pre": {}, "network": "Osaka" });
    let outcome = outcome_of(&case);
    assert!(matches!(&outcome, CaseOutcome::Skipped { reason } if reason.contains("engine API")));
}
