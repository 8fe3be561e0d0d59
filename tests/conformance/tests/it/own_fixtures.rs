//! The repository's own fixtures pass, are refused for the right reasons, and are what the
//! generator writes.

use crate::workspace::{own_fixtures, run_with};
use hanzo_conformance::{CaseOutcome, generator};

/// What a refusal says if it is about the stated exception. An exception that is not here must be
/// added: a block that is refused for another reason than the fixture's proves nothing.
const REASONS: &[(&str, &[&str])] = &[
    ("EXTRA_DATA_TOO_BIG", &["extra data has"]),
    ("GAS_ALLOWANCE_EXCEEDED", &["gas left in the block"]),
    ("GAS_LIMIT_EXCEEDS_MAXIMUM", &["greater than the cap"]),
    ("IMPORT_IMPOSSIBLE_DIFFICULTY_OVER_PARIS", &["difficulty is"]),
    ("IMPORT_IMPOSSIBLE_UNCLES_OVER_PARIS", &["ommers, must have none"]),
    ("INCORRECT_BLOB_GAS_USED", &["blob gas used is"]),
    ("INCORRECT_BLOCK_FORMAT", &["header field", "base fee is", "the body has absent"]),
    ("INCORRECT_EXCESS_BLOB_GAS", &["excess blob gas is"]),
    ("INSUFFICIENT_ACCOUNT_FUNDS", &["lack of funds"]),
    ("INSUFFICIENT_MAX_FEE_PER_GAS", &["less than basefee"]),
    ("INTRINSIC_GAS_TOO_LOW", &["exceeds the gas limit"]),
    ("INVALID_BASEFEE_PER_GAS", &["base fee is"]),
    ("INVALID_BLOCK_NUMBER", &["block number is"]),
    ("INVALID_BLOCK_TIMESTAMP_OLDER_THAN_PARENT", &["is not after the parent's"]),
    ("INVALID_CHAINID", &["has chain id"]),
    ("INVALID_DIFFICULTY", &["difficulty is"]),
    ("INVALID_GASLIMIT", &["gas limit is"]),
    ("INVALID_GAS_USED", &["gas used is"]),
    ("INVALID_GAS_USED_ABOVE_LIMIT", &["exceeds the gas limit"]),
    ("INVALID_LOG_BLOOM", &["logs bloom"]),
    ("INVALID_NONCE", &["header field nonce"]),
    ("INVALID_RECEIPTS_ROOT", &["receipts root is"]),
    ("INVALID_REQUESTS", &["requests hash is"]),
    ("INVALID_SIGNATURE_VRS", &["invalid signature"]),
    ("INVALID_STATE_ROOT", &["state root is", "it was found to be invalid before"]),
    ("INVALID_TRANSACTIONS_ROOT", &["transactions root is"]),
    ("INVALID_UNCLES_HASH", &["header field sha3Uncles"]),
    ("INVALID_WITHDRAWALS_ROOT", &["withdrawals root is"]),
    ("NONCE_MISMATCH_TOO_HIGH", &["nonce too high"]),
    ("NONCE_MISMATCH_TOO_LOW", &["nonce too low"]),
    ("PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS", &["priority fee is greater"]),
    (
        "RLP_STRUCTURES_ENCODING",
        &["input too short", "unexpected", "bytes of a block, found", "leading zero"],
    ),
    ("TOO_MANY_UNCLES", &["at most 2 are allowed"]),
    ("TYPE_1_TX_PRE_FORK", &["of type 1"]),
    ("TYPE_2_TX_PRE_FORK", &["of type 2"]),
    ("TYPE_3_TX_BLOB_COUNT_EXCEEDED", &["blob gas used is"]),
    ("TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH", &["version"]),
    ("TYPE_3_TX_ZERO_BLOBS", &["empty blobs"]),
    ("TYPE_4_TX_PRE_FORK", &["of type 4"]),
    ("UNCLE_IN_CHAIN", &["is included already"]),
    ("UNCLE_IS_ANCESTOR", &["is an ancestor"]),
    ("UNCLE_IS_BROTHER", &["has the parent"]),
    ("UNCLE_PARENT_INCORRECT", &["has the parent"]),
    ("UNCLE_UNKNOWN_PARENT", &["has the parent"]),
    ("UNKNOWN_PARENT", &["has the unknown parent", "was found to be invalid"]),
];

#[test]
fn every_own_fixture_passes_and_is_refused_for_its_own_reason() {
    let (results, summary) = run_with(&[own_fixtures()], 2);
    assert!(summary.passed >= 100, "{summary}");
    let mut wrong = Vec::new();
    for result in &results {
        if result.outcome != CaseOutcome::Passed {
            wrong.push(result.to_string());
        }
        for refusal in &result.refusals {
            let exception = refusal.expected.split_once('.').map_or("", |(_, name)| name);
            let reason = REASONS.iter().find(|(name, _)| *name == exception);
            if !reason
                .is_some_and(|(_, texts)| texts.iter().any(|text| refusal.found.contains(text)))
            {
                wrong.push(format!("{}: {} but {}", result.case, refusal.expected, refusal.found));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_own_fixtures_are_what_the_generator_writes() {
    let different = generator::differences(&own_fixtures()).unwrap();
    assert!(different.is_empty(), "run `make fixtures`: {}", different.join(", "));
}

#[test]
fn the_report_has_one_order_for_any_number_of_threads() {
    let (one, _) = run_with(&[own_fixtures()], 1);
    let (four, _) = run_with(&[own_fixtures()], 4);
    assert_eq!(one, four);
    assert!(one.iter().map(|result| &result.file).is_sorted());
}
