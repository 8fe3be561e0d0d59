//! A run of blocks through the pipeline ends as if they had been inserted one by one.

use alloy_primitives::{Address, B256, U256};
use hanzo_chain::{
    HIGH_WATER_BLOCKS, ImportError, Inserted, InvalidBlock, Origin, SegmentImport, StreamImport,
    StreamedBlock,
};
use hanzo_state::StateRead as _;
use hanzo_testkit::{Signer, TestChain, dev_spec, seal, token};
use hanzo_types::{RecoveredBlock, SealedBlock};
use reth_primitives_traits::Block as _;

const BOB: Address = Address::repeat_byte(0xb0);

/// A token, then transfers to Bob and of the token in every block.
fn blocks(length: u64) -> Vec<RecoveredBlock> {
    let mut chain = TestChain::new(dev_spec());
    let alice = Signer::dev(0, chain.spec());
    let token = alice.address().create(0);
    let mut blocks = vec![chain.mine(vec![alice.create(0, token::creation_code(), 500_000)])];
    for index in 1..length {
        let gift = token::transfer_input(BOB, U256::from(index));
        blocks.push(chain.mine(vec![
            alice.transfer(2 * index - 1, BOB, index),
            alice.call(2 * index, token, U256::ZERO, gift, 100_000),
        ]));
    }
    blocks
}

fn insert(chain: &mut TestChain, blocks: &[RecoveredBlock]) -> SegmentImport {
    let blocks: Vec<SealedBlock> =
        blocks.iter().map(|block| block.sealed_block().clone()).collect();
    chain.tree().insert_segment(blocks, &Origin::File)
}

#[test]
fn segments_of_any_length_give_the_chain_of_single_inserts() {
    let blocks = blocks(120);
    let mut single = TestChain::new(dev_spec());
    for block in &blocks {
        let _ = single.import_foreign(block).unwrap();
    }
    for length in [1, 7, 16, 49, 120] {
        let mut chain = TestChain::new(dev_spec());
        for segment in blocks.chunks(length) {
            let result = insert(&mut chain, segment);
            assert!(result.refusal.is_none(), "{:?}", result.refusal);
            assert_eq!(result.imported, segment.len());
            let update = result.update.unwrap();
            assert!(update.reverted.is_empty());
            let adopted: Vec<B256> = update.adopted.iter().map(|block| block.hash()).collect();
            assert_eq!(adopted, segment.iter().map(|block| block.hash()).collect::<Vec<_>>());
            assert_eq!(update.view.head().hash(), segment.last().unwrap().hash());
        }
        for _ in 0..2 {
            let (view, expected) = (chain.view(), single.view());
            assert_eq!(view.head(), expected.head());
            for number in 0..=120 {
                let hash = view.canonical_hash(number).unwrap().unwrap();
                assert_eq!(Some(hash), expected.canonical_hash(number).unwrap());
                assert_eq!(view.receipts(hash).unwrap(), expected.receipts(hash).unwrap());
                let (state, other) =
                    (view.state_at(number).unwrap(), expected.state_at(number).unwrap());
                assert_eq!(state.account(BOB).unwrap(), other.account(BOB).unwrap());
            }
            drop(view);
            chain.reopen();
        }
    }
}

/// Words of the refusal, and the change of a header that earns it.
type Lie = (&'static str, fn(&mut hanzo_types::Header));

/// The block with another header, sealed anew.
fn changed(
    block: &RecoveredBlock,
    change: impl FnOnce(&mut hanzo_types::Header),
) -> RecoveredBlock {
    let (mut block, senders) = block.clone().split();
    change(&mut block.header);
    seal(RecoveredBlock::new_sealed(block.seal_slow(), senders))
}

#[test]
fn what_comes_before_an_invalid_block_stays_and_the_error_names_it() {
    let blocks = blocks(60);
    let lies: [Lie; 4] = [
        ("state root", |header| header.state_root = B256::repeat_byte(1)),
        ("gas", |header| header.gas_used += 1),
        ("timestamp", |header| header.timestamp = 0),
        ("transactions root", |header| header.transactions_root = B256::repeat_byte(1)),
    ];
    for bad in [0, 20, 59] {
        for (name, lie) in lies {
            let mut chain = TestChain::new(dev_spec());
            let mut segment = blocks.clone();
            segment[bad] = changed(&segment[bad], lie);
            let result = insert(&mut chain, &segment);
            assert_eq!(result.imported, bad, "{name}");
            let refusal = result.refusal.unwrap();
            let ImportError::Invalid { number, hash, .. } = &refusal else { panic!("{refusal}") };
            assert_eq!((*number, *hash), (bad as u64 + 1, segment[bad].hash()));
            assert!(refusal.to_string().to_lowercase().contains(name), "{refusal}");
            assert_eq!(chain.view().head_number(), bad as u64);
            // The true blocks go on from there.
            let result = insert(&mut chain, &blocks[bad..]);
            assert!(result.refusal.is_none());
            assert_eq!(chain.view().head().hash(), blocks[59].hash());
        }
    }
}

#[test]
fn an_invalid_block_of_a_segment_is_remembered() {
    let blocks = blocks(3);
    let mut chain = TestChain::new(dev_spec());
    let bad = changed(&blocks[1], |header| header.state_root = B256::repeat_byte(1));
    let _ = insert(&mut chain, &[blocks[0].clone(), bad.clone()]);
    let error = chain.import_foreign(&bad).unwrap_err();
    assert!(
        matches!(error, ImportError::Invalid { reason: InvalidBlock::KnownInvalid, .. }),
        "{error}"
    );
}

#[test]
fn a_segment_beside_the_head_competes_like_single_blocks() {
    let mut ours = TestChain::new(dev_spec());
    let lost = ours.mine(Vec::new());
    let branch = blocks(40);
    let result = insert(&mut ours, &branch);
    assert_eq!(result.imported, 40);
    let update = result.update.unwrap();
    assert_eq!(update.reverted.iter().map(|block| block.hash()).collect::<Vec<_>>(), [lost.hash()]);
    assert_eq!(update.adopted.len(), 40);
    assert_eq!(ours.view().head().hash(), branch[39].hash());
}

#[test]
fn a_block_that_waited_for_the_end_of_a_segment_comes_in_with_it() {
    let blocks = blocks(22);
    let mut chain = TestChain::new(dev_spec());
    for early in [&blocks[21], &blocks[20]] {
        assert!(matches!(chain.import_foreign(early).unwrap(), Inserted::Orphan { .. }));
    }
    let result = insert(&mut chain, &blocks[..20]);
    assert_eq!((result.imported, chain.tree().orphans()), (20, 0));
    assert_eq!(result.update.unwrap().adopted.len(), 22);
    assert_eq!(chain.view().head().hash(), blocks[21].hash());
}

#[test]
fn a_gap_in_a_segment_is_an_unknown_parent() {
    let blocks = blocks(5);
    let mut chain = TestChain::new(dev_spec());
    let segment = [&blocks[..2], &blocks[3..]].concat();
    let result = insert(&mut chain, &segment);
    assert_eq!(result.imported, 2);
    let refusal = result.refusal.unwrap();
    assert!(matches!(refusal, ImportError::UnknownParent { number: 4, .. }), "{refusal}");
    assert_eq!(chain.view().head_number(), 2);
}

/// Inserts a stream; also what it told of.
fn stream(chain: &mut TestChain, blocks: &[RecoveredBlock]) -> (StreamImport, Vec<StreamedBlock>) {
    let mut told = Vec::new();
    let sealed = blocks.iter().map(|block| block.sealed_block().clone());
    let result = chain.tree().insert_stream(sealed, |block| told.push(block));
    (result, told)
}

#[test]
fn a_stream_tells_of_every_block_in_order_and_keeps_only_the_last_in_memory() {
    let blocks = blocks(300);
    let mut chain = TestChain::new(dev_spec());
    let _ = insert(&mut chain, &blocks[..2]);
    let (result, told) = stream(&mut chain, &blocks);
    assert!(result.refusal.is_none(), "{:?}", result.refusal);
    assert_eq!(told.len(), 300);
    for (block, told) in blocks.iter().zip(&told) {
        let (transactions, gas_used) = (block.body().transactions.len(), block.gas_used);
        let imported = StreamedBlock::Imported { transactions, gas_used };
        assert_eq!(*told, if block.number > 2 { imported } else { StreamedBlock::Known });
    }
    assert_eq!(chain.view().head().hash(), blocks[299].hash());
    assert!(chain.tree().unpersisted_blocks() < HIGH_WATER_BLOCKS);
    chain.reopen();
    assert_eq!(chain.view().head().hash(), blocks[299].hash());
}

#[test]
fn of_a_file_no_sixteen_blocks_stay_in_memory_and_of_peers_sixteen_do() {
    let blocks = blocks(119);
    for (origin, left) in
        [(Origin::File, 119 % 16), (Origin::Peer { now: u64::MAX }, 16 + 119 % 16)]
    {
        let mut chain = TestChain::new(dev_spec());
        let sealed: Vec<SealedBlock> =
            blocks.iter().map(|block| block.sealed_block().clone()).collect();
        let result = chain.tree().insert_segment(sealed, &origin);
        assert!(result.refusal.is_none(), "{:?}", result.refusal);
        assert_eq!(chain.tree().unpersisted_blocks(), left, "{origin:?}");
    }
}

#[test]
fn a_block_beside_the_head_is_executed_and_kept_wherever_it_stands_in_a_file() {
    let main = blocks(50);
    for length in 14..=50 {
        let mut other = TestChain::new(dev_spec());
        for block in &main[..length - 1] {
            let _ = other.import_foreign(block).unwrap();
        }
        let beside: Vec<_> = (0..3).map(|_| other.mine(Vec::new())).collect();
        let mut chain = TestChain::new(dev_spec());
        let (result, told) = stream(&mut chain, &[&main[..length], &beside[..1]].concat());
        assert!(result.refusal.is_none(), "{:?}", result.refusal);
        assert_eq!(told.len(), length + 1);
        assert_eq!((chain.tree().side_blocks(), chain.tree().deferred_blocks()), (1, 0));
        assert_eq!(chain.view().head().hash(), main[length - 1].hash());
        // What was stored is found by the next file, in another process.
        chain.tree().persist_for_restart().unwrap();
        chain.reopen();
        let (result, _) = stream(&mut chain, &beside[1..]);
        assert!(result.refusal.is_none(), "{length}: {:?}", result.refusal);
        assert_eq!(chain.view().head().hash(), beside[2].hash());
    }
}

#[test]
fn an_invalid_block_beside_the_head_ends_a_stream_wherever_it_stands() {
    let main = blocks(50);
    for length in 14..=50 {
        let mut other = TestChain::new(dev_spec());
        for block in &main[..length - 1] {
            let _ = other.import_foreign(block).unwrap();
        }
        let beside = other.mine(Vec::new());
        let invalid = changed(&beside, |header| header.state_root = B256::repeat_byte(1));
        let mut chain = TestChain::new(dev_spec());
        let (result, told) = stream(&mut chain, &[&main[..length], &[invalid]].concat());
        assert_eq!(told.len(), length);
        assert!(matches!(result.refusal, Some(ImportError::Invalid { .. })), "{length}");
    }
}

#[test]
fn a_stream_goes_on_after_blocks_beside_the_head() {
    let main = blocks(90);
    let mut other = TestChain::new(dev_spec());
    for block in &main[..30] {
        let _ = other.import_foreign(block).unwrap();
    }
    let beside = [other.mine(Vec::new()), other.mine(Vec::new())];
    let mut chain = TestChain::new(dev_spec());
    let file = [&main[..32], &beside, &main[32..]].concat();
    let (result, told) = stream(&mut chain, &file);
    assert!(result.refusal.is_none(), "{:?}", result.refusal);
    assert_eq!(told.len(), file.len());
    assert_eq!(chain.view().head().hash(), main[89].hash());
    let mut single = TestChain::new(dev_spec());
    for block in &main {
        let _ = single.import_foreign(block).unwrap();
    }
    assert_eq!(
        chain.view().state_at(90).unwrap().account(BOB).unwrap(),
        single.view().state_at(90).unwrap().account(BOB).unwrap()
    );
}

#[test]
fn a_stream_ends_at_the_first_refused_block() {
    let blocks = blocks(70);
    for bad in [0, 33, 69] {
        let mut chain = TestChain::new(dev_spec());
        let mut file = blocks.clone();
        file[bad] = changed(&file[bad], |header| header.state_root = B256::repeat_byte(1));
        let (result, told) = stream(&mut chain, &file);
        assert_eq!(told.len(), bad);
        let refusal = result.refusal.unwrap();
        let ImportError::Invalid { hash, .. } = &refusal else { panic!("{refusal}") };
        assert_eq!(*hash, file[bad].hash());
        assert_eq!(chain.view().head_number(), bad as u64);
    }
}
