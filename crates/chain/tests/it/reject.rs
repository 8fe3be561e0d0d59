//! Every way a block can be wrong, and the rejection that names both values.

use alloy_primitives::{B256, Bytes, U256};
use hanzo_chain::{CheckedBlock, ImportError, InvalidBlock, Origin};
use hanzo_consensus::ConsensusError;
use hanzo_testkit::{Signer, TestChain, dev_spec, seal};
use hanzo_types::{DEV_ACCOUNTS, Fault, Header, RecoveredBlock};
use reth_primitives_traits::Block as _;

/// A valid block whose header was changed after it was built, sealed again.
fn tampered(chain: &TestChain, change: impl FnOnce(&mut Header)) -> RecoveredBlock {
    let alice = Signer::dev(0, chain.spec());
    let built = chain.build(vec![alice.transfer(0, DEV_ACCOUNTS[1], 1)]);
    let (mut block, senders) = built.block.split();
    change(&mut block.header);
    seal(RecoveredBlock::new_sealed(block.seal_slow(), senders))
}

fn rejection(change: impl FnOnce(&mut Header)) -> InvalidBlock {
    let mut chain = TestChain::new(dev_spec());
    let block = tampered(&chain, change);
    let error = chain.import_foreign(&block).unwrap_err();
    assert_eq!(error.fault(), Fault::Peer, "{error}");
    assert_eq!(chain.view().head_number(), 0);
    let ImportError::Invalid { reason, .. } = error else { panic!("{error}") };
    reason
}

fn consensus_rejection(change: impl FnOnce(&mut Header)) -> ConsensusError {
    match rejection(change) {
        InvalidBlock::Consensus(error) => error,
        other @ (InvalidBlock::Execution(_)
        | InvalidBlock::Signature { .. }
        | InvalidBlock::StateRoot { .. }
        | InvalidBlock::KnownInvalid
        | InvalidBlock::InvalidParent { .. }) => panic!("{other}"),
    }
}

#[test]
fn wrong_state_root_is_rejected_with_both_roots() {
    let InvalidBlock::StateRoot { header, computed } =
        rejection(|header| header.state_root = B256::repeat_byte(1))
    else {
        panic!("another rejection");
    };
    assert_eq!(header, B256::repeat_byte(1));
    assert_ne!(computed, header);
}

#[test]
fn wrong_gas_used_is_rejected_with_both_amounts() {
    assert_eq!(
        consensus_rejection(|header| header.gas_used = 21_001),
        ConsensusError::GasUsed { header: 21_001, computed: 21_000 }
    );
}

#[test]
fn wrong_receipts_root_and_bloom_are_rejected() {
    assert!(matches!(
        consensus_rejection(|header| header.receipts_root = B256::ZERO),
        ConsensusError::ReceiptsRoot { header: B256::ZERO, .. }
    ));
    assert!(matches!(
        consensus_rejection(|header| header.logs_bloom.0[0] = 1),
        ConsensusError::LogsBloom { .. }
    ));
}

#[test]
fn wrong_transactions_root_is_rejected() {
    assert!(matches!(
        consensus_rejection(|header| header.transactions_root = B256::ZERO),
        ConsensusError::TransactionsRoot { header: B256::ZERO, .. }
    ));
}

#[test]
fn wrong_difficulty_is_rejected_with_the_expected_one() {
    let expected = dev_spec().genesis().difficulty;
    let found = expected - U256::from(1);
    assert_eq!(
        consensus_rejection(|header| header.difficulty = found),
        ConsensusError::Difficulty { expected, found }
    );
}

#[test]
fn timestamp_of_the_parent_is_rejected() {
    let parent = dev_spec().genesis().timestamp;
    assert_eq!(
        consensus_rejection(|header| header.timestamp = parent),
        ConsensusError::TimestampNotAfterParent { parent, found: parent }
    );
}

#[test]
fn extra_data_that_is_too_long_or_announces_the_job_kind_is_rejected() {
    assert_eq!(
        consensus_rejection(|header| header.extra_data = Bytes::from(vec![0; 33])),
        ConsensusError::ExtraDataTooLong { found: 33, max: 32 }
    );
    let job = Bytes::from([&[1u8][..], &[0; 31]].concat());
    assert_eq!(
        consensus_rejection(|header| header.extra_data = job.clone()),
        ConsensusError::UnsupportedKind { extra_data: job }
    );
}

#[test]
fn gas_limit_that_jumps_is_rejected_with_the_allowed_range() {
    assert!(matches!(
        consensus_rejection(|header| header.gas_limit = 60_000_000),
        ConsensusError::GasLimit { found: 60_000_000, min: 29_970_705, max: 30_029_295 }
    ));
}

#[test]
fn wrong_base_fee_is_rejected_with_the_expected_one() {
    assert_eq!(
        consensus_rejection(|header| header.base_fee_per_gas = Some(1)),
        ConsensusError::BaseFee { expected: 875_000_000, found: Some(1) }
    );
}

#[test]
fn every_field_with_one_legal_value_is_checked() {
    type Change = fn(&mut Header, B256);
    let one = B256::with_last_byte(1);
    let changes: [(&str, Change); 8] = [
        ("sha3Uncles", |h, one| h.ommers_hash = one),
        ("withdrawalsRoot", |h, one| h.withdrawals_root = Some(one)),
        ("blobGasUsed", |h, _| h.blob_gas_used = Some(1)),
        ("excessBlobGas", |h, _| h.excess_blob_gas = Some(1)),
        ("parentBeaconBlockRoot", |h, one| h.parent_beacon_block_root = Some(one)),
        ("requestsHash", |h, one| h.requests_hash = Some(one)),
        ("blockAccessListHash", |h, one| h.block_access_list_hash = Some(one)),
        ("slotNumber", |h, _| h.slot_number = Some(1)),
    ];
    for (name, change) in changes {
        let ConsensusError::FixedField { field, .. } = consensus_rejection(|h| change(h, one))
        else {
            panic!("{name} is not checked");
        };
        assert_eq!(field, name);
    }
}

#[test]
fn a_seal_of_another_header_is_rejected_before_anything_is_executed() {
    let mut chain = TestChain::new(dev_spec());
    let sealed = tampered(&chain, |_| {});
    let (mut block, senders) = sealed.split();
    block.header.mix_hash.0[0] ^= 1;
    let forged = RecoveredBlock::new_sealed(block.seal_slow(), senders);
    let error = chain.import_foreign(&forged).unwrap_err();
    let ImportError::Invalid { reason: InvalidBlock::Consensus(ConsensusError::Seal(_)), .. } =
        error
    else {
        panic!("{error}");
    };
}

#[test]
fn prebuilt_results_of_another_block_are_not_trusted() {
    let mut chain = TestChain::new(dev_spec());
    let alice = Signer::dev(0, chain.spec());
    let one = chain.build(vec![alice.transfer(0, DEV_ACCOUNTS[1], 1)]);
    let other = chain.build(vec![alice.transfer(0, DEV_ACCOUNTS[1], 2)]);
    let block = seal(one.block);
    chain.import_mined(block.clone(), other.prebuilt).unwrap();
    assert_eq!(chain.view().head().hash(), block.hash());
}

#[test]
fn a_block_with_an_unpayable_transaction_is_rejected_by_its_position() {
    let mut chain = TestChain::new(dev_spec());
    let poor = Signer::dev(19, chain.spec());
    let built = chain.build(vec![poor.transfer(0, DEV_ACCOUNTS[1], 1)]);
    let (mut block, mut senders) = built.block.split();
    let twice = block.body.transactions[0].clone();
    block.body.transactions.push(twice);
    senders.push(senders[0]);
    block.header.transactions_root =
        alloy_consensus::proofs::calculate_transaction_root(&block.body.transactions);
    let sealed = seal(RecoveredBlock::new_sealed(block.seal_slow(), senders));
    let error = chain.import_foreign(&sealed).unwrap_err();
    assert!(error.to_string().contains("transaction 1"), "{error}");
    assert!(error.to_string().to_lowercase().contains("nonce"), "{error}");
}

#[test]
fn a_blob_transaction_in_a_block_is_rejected_by_its_position() {
    let mut chain = TestChain::new(dev_spec());
    let alice = Signer::dev(0, chain.spec());
    let blob = alice.blob(0, DEV_ACCOUNTS[1]);
    let hash = *blob.tx_hash();
    let (mut block, _) = chain.build(Vec::new()).block.split();
    block.body.transactions.push(blob.into_inner());
    block.header.transactions_root =
        alloy_consensus::proofs::calculate_transaction_root(&block.body.transactions);
    let sealed = seal(RecoveredBlock::new_sealed(block.seal_slow(), vec![alice.address()]));
    let error = chain.import_foreign(&sealed).unwrap_err();
    let ImportError::Invalid { reason: InvalidBlock::Consensus(reason), .. } = error else {
        panic!("{error}");
    };
    assert_eq!(reason, ConsensusError::BlobTransaction { index: 0, hash });
}

#[test]
fn a_future_timestamp_is_held_not_punished_on_chains_that_adjust() {
    let spec = hanzo_testkit::spec_with(|genesis| {
        genesis["config"]["chainId"] = 36961.into();
        genesis["config"]["hanzo"]["difficultyRule"] = "asert".into();
    });
    let mut chain = TestChain::new(spec);
    let block = seal(chain.build_with(Vec::new(), |h| h.timestamp += 100).block);
    let now = block.timestamp - 16;
    let checked = CheckedBlock::check(block.sealed_block().clone(), &**chain.consensus()).unwrap();
    let error = chain.tree().insert(checked.clone(), Origin::Peer { now }).unwrap_err();
    assert_eq!(error.fault(), Fault::Transient);
    assert!(chain.tree().insert(checked, Origin::Peer { now: now + 1 }).is_ok());
}

/// The rejection of an empty block whose body was changed and which was then sealed again.
fn body_rejection(change: impl FnOnce(&mut hanzo_types::Block)) -> ConsensusError {
    let mut chain = TestChain::new(dev_spec());
    let (mut block, senders) = chain.build(Vec::new()).block.split();
    change(&mut block);
    let sealed = seal(RecoveredBlock::new_sealed(block.seal_slow(), senders));
    let error = chain.import_foreign(&sealed).unwrap_err();
    let ImportError::Invalid { reason: InvalidBlock::Consensus(reason), .. } = error else {
        panic!("{error}");
    };
    reason
}

#[test]
fn a_body_with_ommers_is_rejected() {
    let found = body_rejection(|block| block.body.ommers.push(Header::default()));
    assert_eq!(found, ConsensusError::Ommers { found: 1 });
}

#[test]
fn a_body_with_withdrawals_or_without_their_list_is_rejected() {
    let found =
        body_rejection(|block| block.body.withdrawals = Some(vec![Default::default()].into()));
    assert_eq!(found, ConsensusError::Withdrawals { found: Some(1) });
    let found = body_rejection(|block| block.body.withdrawals = None);
    assert_eq!(found, ConsensusError::Withdrawals { found: None });
}
