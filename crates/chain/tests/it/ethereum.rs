//! Plain Ethereum chains through the same import as Hanzo chains.

use alloy_consensus::{Eip658Value, TxLegacy};
use alloy_eips::eip4895::Withdrawal;
use alloy_hardforks::EthereumHardfork as Fork;
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, address, hex, keccak256};
use hanzo_chain::{ImportError, Inserted, InvalidBlock, genesis_diff};
use hanzo_consensus::{ConsensusError, OmmerFault};
use hanzo_evm::transact;
use hanzo_state::StateRead;
use hanzo_testkit::{BlockPlan, MemoryState, Signer, TestChain, ethereum_spec};
use hanzo_types::{
    DEV_ACCOUNTS, Fault, Header, Receipt, RecoveredTransaction, SealedBlock, Transaction,
};
use reth_primitives_traits::{Block as _, Recovered};

/// Every fork with rules of its own for headers or receipts.
const FORKS: [Fork; 13] = [
    Fork::Frontier,
    Fork::Homestead,
    Fork::Tangerine,
    Fork::SpuriousDragon,
    Fork::Byzantium,
    Fork::Petersburg,
    Fork::Berlin,
    Fork::London,
    Fork::Paris,
    Fork::Shanghai,
    Fork::Cancun,
    Fork::Prague,
    Fork::Osaka,
];

const ETHER: u64 = 1_000_000_000_000_000_000;

fn chain(newest: Fork) -> TestChain {
    TestChain::new(ethereum_spec(newest, |_| {}))
}

/// A transfer that is valid at every fork: no type, no chain id.
fn transfer(signer: &Signer, nonce: u64, to: Address) -> RecoveredTransaction {
    signer.sign(TxLegacy {
        chain_id: None,
        nonce,
        gas_price: 10_000_000_000,
        gas_limit: 21_000,
        to: TxKind::Call(to),
        value: U256::from(1),
        input: Bytes::new(),
    })
}

fn call(signer: &Signer, nonce: u64, to: Address, input: &[u8]) -> RecoveredTransaction {
    signer.sign(TxLegacy {
        chain_id: None,
        nonce,
        gas_price: 10_000_000_000,
        gas_limit: 1_000_000,
        to: TxKind::Call(to),
        value: U256::ZERO,
        input: Bytes::copy_from_slice(input),
    })
}

fn plan(transactions: Vec<RecoveredTransaction>) -> BlockPlan {
    BlockPlan { transactions, ..Default::default() }
}

fn refusal(chain: &mut TestChain, block: SealedBlock) -> InvalidBlock {
    let head = chain.view().head().hash();
    let error = chain.import_file_block(block).unwrap_err();
    assert_eq!(error.fault(), Fault::Peer, "{error}");
    assert_eq!(chain.view().head().hash(), head);
    let ImportError::Invalid { reason, .. } = error else { panic!("{error}") };
    reason
}

#[test]
fn blocks_of_every_fork_are_imported_and_have_the_fields_of_that_fork() {
    for fork in FORKS {
        let mut chain = chain(fork);
        let alice = Signer::dev(0, chain.spec());
        chain.extend_ethereum(plan(vec![transfer(&alice, 0, DEV_ACCOUNTS[1])]));
        let block = chain.extend_ethereum(plan(vec![transfer(&alice, 1, DEV_ACCOUNTS[1])]));
        for header in [block.header(), chain.spec().genesis_header().header()] {
            assert_eq!(header.base_fee_per_gas.is_some(), fork >= Fork::London, "{fork}");
            assert_eq!(header.withdrawals_root.is_some(), fork >= Fork::Shanghai, "{fork}");
            assert_eq!(header.blob_gas_used.is_some(), fork >= Fork::Cancun, "{fork}");
            assert_eq!(header.excess_blob_gas.is_some(), fork >= Fork::Cancun, "{fork}");
            assert_eq!(header.parent_beacon_block_root.is_some(), fork >= Fork::Cancun, "{fork}");
            assert_eq!(header.requests_hash.is_some(), fork >= Fork::Prague, "{fork}");
            assert_eq!(header.difficulty.is_zero(), fork >= Fork::Paris, "{fork}");
        }
    }
}

#[test]
fn a_restart_finds_the_head_of_every_fork_again() {
    for fork in FORKS {
        let mut chain = chain(fork);
        let alice = Signer::dev(0, chain.spec());
        let block = chain.extend_ethereum(plan(vec![transfer(&alice, 0, DEV_ACCOUNTS[1])]));
        chain.reopen();
        assert_eq!(chain.view().head().hash(), block.hash(), "{fork}");
    }
}

#[test]
fn the_block_reward_follows_the_fork() {
    for (fork, ether) in
        [(Fork::Frontier, 5), (Fork::Byzantium, 3), (Fork::Petersburg, 2), (Fork::Paris, 0)]
    {
        let mut chain = chain(fork);
        chain.extend_ethereum(BlockPlan::default());
        let state = chain.view().latest_state();
        let miner = state.account(Address::repeat_byte(0xcb)).unwrap();
        let balance = miner.map_or(U256::ZERO, |account| account.balance);
        assert_eq!(balance, U256::from(ether) * U256::from(ETHER), "{fork}");
    }
}

#[test]
fn receipts_before_byzantium_hold_the_state_root_after_their_transaction() {
    let mut chain = chain(Fork::Frontier);
    let spec = chain.spec().clone();
    let alice = Signer::dev(0, &spec);
    let transactions = vec![transfer(&alice, 0, DEV_ACCOUNTS[1]), transfer(&alice, 1, COLD)];
    let block = chain.extend_ethereum(plan(transactions.clone()));
    let receipts = chain.view().receipts(block.hash()).unwrap().unwrap();
    let mut state = MemoryState::new(genesis_diff(&spec));
    for (transaction, receipt) in transactions.iter().zip(receipts.iter()) {
        let transaction = transaction.as_recovered_ref();
        let done = transact(&state, block.header(), B256::ZERO, transaction, &spec).unwrap();
        let root = state.apply(&done.diff);
        let Receipt::Legacy(receipt) = receipt else { panic!("{receipt:?}") };
        assert_eq!(receipt.receipt.status, Eip658Value::PostState(root));
    }
}

/// An address that nobody used.
const COLD: Address = address!("0x00000000000000000000000000000000c01dc01d");

#[test]
fn a_transfer_of_nothing_creates_an_empty_account_only_before_eip_161() {
    for (fork, exists) in [(Fork::Tangerine, true), (Fork::SpuriousDragon, false)] {
        let mut chain = chain(fork);
        let alice = Signer::dev(0, chain.spec());
        chain.extend_ethereum(plan(vec![call(&alice, 0, COLD, &[])]));
        let account = chain.view().latest_state().account(COLD).unwrap();
        assert_eq!(account.is_some(), exists, "{fork}");
    }
}

#[test]
fn an_empty_account_of_the_genesis_file_is_part_of_the_state() {
    let spec = ethereum_spec(Fork::Frontier, |genesis| {
        genesis["alloc"][COLD.to_string()] = serde_json::json!({ "balance": "0x0" });
    });
    assert_ne!(spec.genesis_hash(), chain(Fork::Frontier).spec().genesis_hash());
    let chain = TestChain::new(spec);
    assert!(chain.view().latest_state().account(COLD).unwrap().is_some());
}

#[test]
fn withdrawals_are_credited_in_gwei() {
    let mut chain = chain(Fork::Shanghai);
    let withdrawal = Withdrawal { index: 0, validator_index: 7, address: COLD, amount: 3 };
    let withdrawals = vec![withdrawal, Withdrawal { index: 1, ..withdrawal }];
    chain.extend_ethereum(BlockPlan { withdrawals, ..Default::default() });
    let account = chain.view().latest_state().account(COLD).unwrap().unwrap();
    assert_eq!(account.balance, U256::from(6_000_000_000_u64));
}

#[test]
fn withdrawals_other_than_the_header_commits_to_are_refused() {
    let mut chain = chain(Fork::Shanghai);
    let mut block = chain.build_ethereum(BlockPlan::default()).into_block();
    let withdrawal = Withdrawal { index: 0, validator_index: 7, address: COLD, amount: 3 };
    block.body.withdrawals = Some(vec![withdrawal].into());
    let reason = refusal(&mut chain, block.seal_slow());
    assert!(reason.to_string().contains("withdrawals root"), "{reason}");
}

/// A contract that creates what its input says, at an address that follows from the input alone:
/// CALLDATASIZE, 0, 0, CALLDATACOPY, salt 0, CALLDATASIZE, 0, value 0, CREATE2.
const FACTORY_CODE: [u8; 16] = hex!("36600060003760003660006000f55000");

/// Stores 1 at the slot of the block's number; the created contract destroys itself when called.
const NUMBERED: [u8; 16] = hex!("60014355626000ff6000526003601df3");

#[test]
fn a_contract_destroyed_and_created_again_in_one_block_has_lost_its_old_storage() {
    let spec = ethereum_spec(Fork::Shanghai, |genesis| {
        let code = hex::encode_prefixed(FACTORY_CODE);
        genesis["alloc"][FACTORY.to_string()] =
            serde_json::json!({ "balance": "0x0", "nonce": "0x1", "code": code });
    });
    let mut chain = TestChain::new(spec);
    let alice = Signer::dev(0, chain.spec());
    let victim = FACTORY.create2(B256::ZERO, keccak256(NUMBERED));
    let slots = |chain: &TestChain| chain.view().latest_state().storage_slots(victim).unwrap();
    chain.extend_ethereum(plan(vec![call(&alice, 0, FACTORY, &NUMBERED)]));
    assert_eq!(slots(&chain), [(U256::from(1), U256::from(1))]);
    chain.extend_ethereum(plan(vec![
        call(&alice, 1, victim, &[]),
        call(&alice, 2, FACTORY, &NUMBERED),
    ]));
    assert_eq!(slots(&chain), [(U256::from(2), U256::from(1))]);
    chain.extend_ethereum(plan(vec![call(&alice, 3, victim, &[])]));
    assert_eq!(slots(&chain), []);
    assert!(chain.view().latest_state().account(victim).unwrap().is_none());
}

const FACTORY: Address = address!("0x00000000000000000000000000000000000fac70");

/// A chain of four blocks and a valid header beside its third.
fn forked() -> (TestChain, Header) {
    let mut chain = chain(Fork::Byzantium);
    let blocks: Vec<_> = (0..4).map(|_| chain.extend_ethereum(BlockPlan::default())).collect();
    let (view, parent) = (chain.view(), blocks[1].sealed_header());
    let ommer = Header {
        beneficiary: COLD,
        ..chain.consensus().prepare(parent, parent.timestamp + 5, &*view).unwrap()
    };
    (chain, ommer)
}

fn with_ommers(ommers: Vec<Header>) -> BlockPlan {
    BlockPlan { ommers, ..Default::default() }
}

#[test]
fn an_ommer_is_paid_by_its_age_and_cannot_come_twice() {
    let (mut chain, ommer) = forked();
    chain.extend_ethereum(with_ommers(vec![ommer.clone()]));
    let account = chain.view().latest_state().account(COLD).unwrap().unwrap();
    // Two blocks older: six eighths of three coins.
    assert_eq!(account.balance, U256::from(ETHER / 4 * 9));
    let again = chain.build_ethereum(with_ommers(vec![ommer]));
    let reason = refusal(&mut chain, again);
    assert!(is_ommer_fault(&reason, |fault| *fault == OmmerFault::AlreadyIncluded), "{reason}");
}

/// Whether a fault is the expected one.
type Recognise = fn(&OmmerFault) -> bool;

#[test]
fn ommers_that_break_a_rule_are_refused_with_the_rule() {
    let (mut chain, ommer) = forked();
    let view = chain.view();
    let ancestor = view.header_by_number(3).unwrap().unwrap().into_header();
    let sibling =
        chain.consensus().prepare(view.head(), view.head().timestamp + 5, &*view).unwrap();
    let stranger = Header { parent_hash: B256::repeat_byte(7), ..ommer.clone() };
    let wrong = Header { difficulty: ommer.difficulty + U256::from(1), ..ommer.clone() };
    let cases: [(Vec<Header>, Recognise); 5] = [
        (vec![ommer.clone(), ommer.clone()], |fault| *fault == OmmerFault::AlreadyIncluded),
        (vec![ancestor], |fault| *fault == OmmerFault::Ancestor),
        (vec![sibling], |fault| matches!(fault, OmmerFault::Parent { .. })),
        (vec![stranger], |fault| matches!(fault, OmmerFault::Parent { .. })),
        (vec![wrong], |fault| {
            let OmmerFault::Header(error) = fault else { return false };
            matches!(**error, ConsensusError::Difficulty { .. })
        }),
    ];
    for (ommers, expected) in cases {
        let block = chain.build_ethereum(with_ommers(ommers));
        let reason = refusal(&mut chain, block);
        assert!(is_ommer_fault(&reason, expected), "{reason}");
    }
    let three = chain.build_ethereum(with_ommers(vec![ommer.clone(), ommer.clone(), ommer]));
    let reason = refusal(&mut chain, three);
    assert!(reason.to_string().contains("3 ommers, at most 2"), "{reason}");
}

fn is_ommer_fault(reason: &InvalidBlock, expected: impl Fn(&OmmerFault) -> bool) -> bool {
    let InvalidBlock::Consensus(ConsensusError::Ommer { fault, .. }) = reason else {
        return false;
    };
    expected(fault)
}

#[test]
fn the_seventh_ancestor_is_the_oldest_parent_of_an_ommer() {
    for (blocks, accepted) in [(6_u64, true), (7, true), (8, false)] {
        let mut chain = chain(Fork::Homestead);
        for _ in 0..blocks {
            chain.extend_ethereum(BlockPlan::default());
        }
        let view = chain.view();
        let parent = view.header_by_number(1).unwrap().unwrap();
        let ommer = Header {
            beneficiary: COLD,
            ..chain.consensus().prepare(&parent, parent.timestamp + 5, &*view).unwrap()
        };
        let block = chain.build_ethereum(with_ommers(vec![ommer]));
        assert_eq!(chain.import_file_block(block).is_ok(), accepted, "{blocks} blocks");
    }
}

#[test]
fn transaction_types_come_with_their_forks() {
    for (fork, kind) in [(Fork::Istanbul, 1), (Fork::Berlin, 2), (Fork::Shanghai, 3)] {
        let mut chain = chain(fork);
        let alice = Signer::dev(0, chain.spec());
        let transaction = match kind {
            1 => alice.access_list(0, COLD, Default::default()),
            2 => alice.transfer(0, COLD, 1),
            _ => alice.blob(0, COLD),
        };
        let mut block = chain.build_ethereum(BlockPlan::default()).into_block();
        block.body.transactions.push(transaction.into_inner());
        let reason = refusal(&mut chain, block.seal_slow());
        assert!(reason.to_string().contains(&format!("is of type {kind}")), "{fork}: {reason}");
    }
}

#[test]
fn a_chain_id_is_refused_before_eip_155_and_a_foreign_one_after_it() {
    let foreign = ethereum_spec(Fork::Osaka, |genesis| genesis["config"]["chainId"] = 2.into());
    for (fork, words) in [(Fork::Tangerine, "before EIP-155"), (Fork::Osaka, "chain id 2")] {
        let mut chain = chain(fork);
        let alice = Signer::dev(0, &foreign);
        let mut block = chain.build_ethereum(BlockPlan::default()).into_block();
        block.body.transactions.push(alice.legacy(0, COLD, Default::default()).into_inner());
        let reason = refusal(&mut chain, block.seal_slow());
        assert!(reason.to_string().contains(words), "{fork}: {reason}");
    }
}

#[test]
fn a_signature_with_a_high_s_is_accepted_only_before_homestead() {
    const ORDER: U256 = U256::from_be_bytes(hex!(
        "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
    ));
    for (fork, accepted) in [(Fork::Frontier, true), (Fork::Homestead, false)] {
        let mut chain = chain(fork);
        let alice = Signer::dev(0, chain.spec());
        let (signed, sender) = transfer(&alice, 0, COLD).into_parts();
        let Transaction::Legacy(signed) = signed else { panic!("not a legacy transaction") };
        let (transaction, signature, _) = signed.into_parts();
        let high = Signature::new(signature.r(), ORDER - signature.s(), !signature.v());
        let transaction = Transaction::new_unhashed(transaction.into(), high);
        let block = chain.build_ethereum(plan(vec![Recovered::new_unchecked(transaction, sender)]));
        assert_eq!(chain.import_file_block(block).is_ok(), accepted, "{fork}");
    }
}

#[test]
fn the_chain_merges_when_its_parent_has_reached_the_terminal_difficulty() {
    let spec = ethereum_spec(Fork::London, |genesis| {
        genesis["config"]["terminalTotalDifficulty"] = 300_000.into();
    });
    let mut chain = TestChain::new(spec);
    let difficulties: Vec<_> =
        (0..4).map(|_| chain.extend_ethereum(BlockPlan::default()).difficulty).collect();
    let merged: Vec<_> = difficulties.iter().map(U256::is_zero).collect();
    assert_eq!(merged, [false, false, true, true], "{difficulties:?}");
}

#[test]
fn a_mined_block_after_the_merge_and_a_merged_block_before_it_are_refused() {
    let mut merged = chain(Fork::Paris);
    let mut block = merged.build_ethereum(BlockPlan::default()).into_block();
    block.header.difficulty = U256::from(131_072);
    let reason = refusal(&mut merged, block.seal_slow());
    assert!(reason.to_string().contains("difficulty is 131072, expected 0"), "{reason}");
    let spec = ethereum_spec(Fork::London, |genesis| {
        genesis["config"]["terminalTotalDifficulty"] = 300_000.into();
    });
    let mut mined = TestChain::new(spec);
    let mut block = mined.build_ethereum(BlockPlan::default()).into_block();
    block.header.difficulty = U256::ZERO;
    let reason = refusal(&mut mined, block.seal_slow());
    assert!(reason.to_string().contains("difficulty is 0, expected"), "{reason}");
}

#[test]
fn of_two_merged_branches_the_longer_wins_and_the_first_seen_on_a_tie() {
    let mut ours = chain(Fork::Shanghai);
    let mut theirs = chain(Fork::Shanghai);
    let alice = Signer::dev(0, ours.spec());
    let first = ours.extend_ethereum(BlockPlan::default());
    let other = theirs.extend_ethereum(plan(vec![transfer(&alice, 0, COLD)]));
    let longer = theirs.extend_ethereum(BlockPlan::default());
    let tie = ours.import_file_block(other).unwrap();
    assert!(matches!(tie, Inserted::Side), "{tie:?}");
    assert_eq!(ours.view().head().hash(), first.hash());
    let reorganised = ours.import_file_block(longer.clone()).unwrap();
    let Inserted::Head(update) = reorganised else { panic!("{reorganised:?}") };
    assert_eq!((update.reverted.len(), update.adopted.len()), (1, 2));
    assert_eq!(ours.view().head().hash(), longer.hash());
}

#[test]
fn the_dao_fork_moves_balances_and_prescribes_ten_marks() {
    let spec = ethereum_spec(Fork::Homestead, |genesis| {
        genesis["config"]["daoForkBlock"] = 2.into();
        genesis["config"]["daoForkSupport"] = true.into();
        genesis["alloc"][DAO_CHILD.to_string()] = serde_json::json!({ "balance": "0x7" });
    });
    let mut chain = TestChain::new(spec);
    let blocks: Vec<_> = (0..12).map(|_| chain.extend_ethereum(BlockPlan::default())).collect();
    let marked: Vec<_> =
        blocks.iter().map(|block| block.extra_data.as_ref() == b"dao-hard-fork").collect();
    assert_eq!(marked.iter().filter(|marked| **marked).count(), 10);
    assert!(!marked[0] && marked[1] && marked[10] && !marked[11]);
    let state = chain.view().latest_state();
    let refunds = address!("0xbf4ed7b27f1d666546e30d74d50d173d20bca754");
    assert_eq!(state.account(refunds).unwrap().unwrap().balance, U256::from(7));
    assert_eq!(state.account(DAO_CHILD).unwrap().unwrap().balance, U256::ZERO);
}

/// One of the accounts that the DAO fork empties.
const DAO_CHILD: Address = address!("0xd4fe7bc31cedb7bfb8a345f31e668033056b2728");

#[test]
fn a_block_without_the_mark_of_the_dao_fork_is_refused() {
    let spec = ethereum_spec(Fork::Homestead, |genesis| {
        genesis["config"]["daoForkBlock"] = 1.into();
        genesis["config"]["daoForkSupport"] = true.into();
    });
    let mut chain = TestChain::new(spec);
    let mut block = chain.build_ethereum(BlockPlan::default()).into_block();
    block.header.extra_data = Bytes::new();
    let reason = refusal(&mut chain, block.seal_slow());
    assert!(reason.to_string().contains("the DAO fork prescribes"), "{reason}");
}

#[test]
fn the_gas_limit_may_double_at_londons_first_block() {
    let spec = ethereum_spec(Fork::Berlin, |genesis| {
        genesis["config"]["londonBlock"] = 1.into();
    });
    let mut chain = TestChain::new(spec);
    let mut block = chain.build_ethereum(BlockPlan::default()).into_block();
    assert_eq!(block.header.base_fee_per_gas, Some(1_000_000_000));
    block.header.gas_limit = 60_000_000;
    chain.import_file_block(block.seal_slow()).unwrap();
}
