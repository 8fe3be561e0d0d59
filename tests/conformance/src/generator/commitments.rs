//! What a header says, wrong in one field at a time.

use super::{
    blocks::tamper,
    forge::{Forge, GAS_LIMIT, Plan, call, transfer},
    scenario::Scenario,
    standard_world::LOGGER,
};
use crate::Fork;
use alloy_consensus::Header;
use alloy_primitives::{Address, B64, B256, Bloom, Bytes, U256};
use std::sync::Arc;

/// A field that is wrong.
struct Wrong {
    name: &'static str,
    rule: &'static str,
    exception: &'static str,
    change: fn(&mut Header),
}

/// Not the hash of anything.
const ODD: B256 = B256::repeat_byte(0xee);

pub(crate) fn scenarios() -> Vec<Scenario> {
    let berlin = Forge::new("Berlin", Fork::Berlin);
    let london = Forge::new("London", Fork::London);
    let prague = Forge::new("Prague", Fork::Prague);
    let mut all: Vec<Scenario> = EVERY_FORK.iter().map(|wrong| scenario(wrong, &berlin)).collect();
    all.extend(LONDON.iter().map(|wrong| scenario(wrong, &london)));
    all.extend(PRAGUE.iter().map(|wrong| scenario(wrong, &prague)));
    all
}

/// A valid block, the second one with a wrong field, and then the second one as it should be.
fn scenario(wrong: &Wrong, forge: &Arc<Forge>) -> Scenario {
    let mut chain = forge.chain();
    let first = chain.mine(Plan::default().with(transfer(1, 0, Address::repeat_byte(0x77), 5)));
    let second = chain.mine(Plan::default().with(call(1, 1, LOGGER, 0)));
    let changed = tamper(&second, wrong.change);
    assert_ne!(changed.hash(), second.hash(), "{} changes nothing", wrong.name);
    Scenario::new(wrong.name, wrong.rule, forge)
        .takes([&first])
        .refuses(&changed, wrong.exception)
        .takes([&second])
        .ends_with(&mut chain)
}

const EVERY_FORK: &[Wrong] = &[
    Wrong {
        name: "wrong_state_root",
        rule: "The state root must be the one that execution gives.",
        exception: "BlockException.INVALID_STATE_ROOT",
        change: |header| header.state_root = ODD,
    },
    Wrong {
        name: "wrong_receipts_root",
        rule: "The receipts root must be the one that execution gives.",
        exception: "BlockException.INVALID_RECEIPTS_ROOT",
        change: |header| header.receipts_root = ODD,
    },
    Wrong {
        name: "wrong_logs_bloom",
        rule: "The bloom filter must be the one that execution gives.",
        exception: "BlockException.INVALID_LOG_BLOOM",
        change: |header| header.logs_bloom = Bloom::ZERO,
    },
    Wrong {
        name: "gas_used_too_low",
        rule: "The gas used must be what execution used, not less.",
        exception: "BlockException.INVALID_GAS_USED",
        change: |header| header.gas_used -= 1,
    },
    Wrong {
        name: "gas_used_too_high",
        rule: "The gas used must be what execution used, not more.",
        exception: "BlockException.INVALID_GAS_USED",
        change: |header| header.gas_used += 1,
    },
    Wrong {
        name: "gas_used_above_the_limit",
        rule: "No block uses more gas than its limit.",
        exception: "BlockException.INVALID_GAS_USED_ABOVE_LIMIT",
        change: |header| header.gas_used = GAS_LIMIT + 1,
    },
    Wrong {
        name: "wrong_transactions_root",
        rule: "The header must commit to the transactions of the body.",
        exception: "BlockException.INVALID_TRANSACTIONS_ROOT",
        change: |header| header.transactions_root = ODD,
    },
    Wrong {
        name: "wrong_ommers_hash",
        rule: "The header must commit to the ommers of the body.",
        exception: "BlockException.INVALID_UNCLES_HASH",
        change: |header| header.ommers_hash = ODD,
    },
    Wrong {
        name: "wrong_number",
        rule: "The number of a block is one more than that of its parent.",
        exception: "BlockException.INVALID_BLOCK_NUMBER",
        change: |header| header.number += 1,
    },
    Wrong {
        name: "difficulty_too_high",
        rule: "The difficulty follows from the parent: a block cannot claim more weight.",
        exception: "BlockException.INVALID_DIFFICULTY",
        change: |header| header.difficulty += U256::from(1),
    },
    Wrong {
        name: "difficulty_too_low",
        rule: "The difficulty follows from the parent: it cannot be lower either.",
        exception: "BlockException.INVALID_DIFFICULTY",
        change: |header| header.difficulty -= U256::from(1),
    },
    Wrong {
        name: "difficulty_zero_before_the_merge",
        rule: "A chain without a merge has no blocks without difficulty.",
        exception: "BlockException.INVALID_DIFFICULTY",
        change: |header| header.difficulty = U256::ZERO,
    },
    Wrong {
        name: "timestamp_of_the_parent",
        rule: "A block is later than its parent, not of the same second.",
        exception: "BlockException.INVALID_BLOCK_TIMESTAMP_OLDER_THAN_PARENT",
        change: |header| header.timestamp -= super::forge::USUAL_DELAY,
    },
    Wrong {
        name: "gas_limit_rises_too_fast",
        rule: "The gas limit changes by less than 1/1024 of the parent's: up.",
        exception: "BlockException.INVALID_GASLIMIT",
        change: |header| header.gas_limit += GAS_LIMIT / 1_024,
    },
    Wrong {
        name: "gas_limit_falls_too_fast",
        rule: "The gas limit changes by less than 1/1024 of the parent's: down.",
        exception: "BlockException.INVALID_GASLIMIT",
        change: |header| header.gas_limit -= GAS_LIMIT / 1_024,
    },
    Wrong {
        name: "extra_data_too_long",
        rule: "The extra data has at most 32 bytes.",
        exception: "BlockException.EXTRA_DATA_TOO_BIG",
        change: |header| header.extra_data = Bytes::from_static(&[0; 33]),
    },
    Wrong {
        name: "base_fee_before_london",
        rule: "A header has no base fee before London.",
        exception: "BlockException.INCORRECT_BLOCK_FORMAT",
        change: |header| header.base_fee_per_gas = Some(7),
    },
];

const LONDON: &[Wrong] = &[
    Wrong {
        name: "base_fee_too_high",
        rule: "The base fee follows from the parent.",
        exception: "BlockException.INVALID_BASEFEE_PER_GAS",
        change: |header| header.base_fee_per_gas = header.base_fee_per_gas.map(|fee| fee + 1),
    },
    Wrong {
        name: "base_fee_missing",
        rule: "From London on every header has a base fee.",
        exception: "BlockException.INCORRECT_BLOCK_FORMAT",
        change: |header| header.base_fee_per_gas = None,
    },
    Wrong {
        name: "withdrawals_root_before_shanghai",
        rule: "A header has no withdrawals root before Shanghai.",
        exception: "BlockException.INCORRECT_BLOCK_FORMAT",
        change: |header| header.withdrawals_root = Some(ODD),
    },
];

const PRAGUE: &[Wrong] = &[
    Wrong {
        name: "wrong_withdrawals_root",
        rule: "The header must commit to the withdrawals of the body.",
        exception: "BlockException.INVALID_WITHDRAWALS_ROOT",
        change: |header| header.withdrawals_root = Some(ODD),
    },
    Wrong {
        name: "wrong_requests_hash",
        rule: "The header must commit to the requests that execution gives.",
        exception: "BlockException.INVALID_REQUESTS",
        change: |header| header.requests_hash = Some(ODD),
    },
    Wrong {
        name: "requests_hash_missing",
        rule: "From Prague on every header has a requests hash.",
        exception: "BlockException.INCORRECT_BLOCK_FORMAT",
        change: |header| header.requests_hash = None,
    },
    Wrong {
        name: "wrong_blob_gas_used",
        rule: "The blob gas used is that of the blobs in the body.",
        exception: "BlockException.INCORRECT_BLOB_GAS_USED",
        change: |header| header.blob_gas_used = Some(131_072),
    },
    Wrong {
        name: "wrong_excess_blob_gas",
        rule: "The excess blob gas follows from the parent.",
        exception: "BlockException.INCORRECT_EXCESS_BLOB_GAS",
        change: |header| header.excess_blob_gas = Some(131_072),
    },
    Wrong {
        name: "wrong_parent_beacon_root",
        rule: "The parent beacon block root is written into the state, so another one gives \
               another state root.",
        exception: "BlockException.INVALID_STATE_ROOT",
        change: |header| header.parent_beacon_block_root = Some(ODD),
    },
    Wrong {
        name: "difficulty_after_the_merge",
        rule: "After the merge the difficulty is zero.",
        exception: "BlockException.IMPORT_IMPOSSIBLE_DIFFICULTY_OVER_PARIS",
        change: |header| header.difficulty = U256::from(1),
    },
    Wrong {
        name: "nonce_after_the_merge",
        rule: "After the merge the nonce is zero.",
        exception: "BlockException.INVALID_NONCE",
        change: |header| header.nonce = B64::with_last_byte(1),
    },
];
