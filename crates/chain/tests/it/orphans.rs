//! Blocks that come before their parent, and blocks that build on an invalid one.

use alloy_primitives::B256;
use hanzo_chain::{ImportError, Inserted, InvalidBlock, MAX_ORPHANS};
use hanzo_testkit::{TestChain, dev_spec, seal};
use hanzo_types::{Fault, RecoveredBlock};
use reth_primitives_traits::Block as _;

fn branch(length: usize) -> Vec<RecoveredBlock> {
    let mut chain = TestChain::new(dev_spec());
    (0..length).map(|_| chain.mine(Vec::new())).collect()
}

#[test]
fn blocks_in_any_order_lead_to_the_same_head() {
    let blocks = branch(6);
    for order in [[5, 4, 3, 2, 1, 0], [1, 0, 3, 5, 4, 2], [2, 4, 0, 1, 5, 3]] {
        let mut chain = TestChain::new(dev_spec());
        for index in order {
            let _ = chain.import_foreign(&blocks[index]).unwrap();
        }
        assert_eq!(chain.view().head().hash(), blocks[5].hash(), "{order:?}");
        assert_eq!(chain.tree().orphans(), 0);
    }
}

#[test]
fn an_orphan_names_the_block_that_is_missing_and_the_parent_brings_it_in() {
    let blocks = branch(3);
    let mut chain = TestChain::new(dev_spec());
    for orphan in [&blocks[2], &blocks[1], &blocks[2]] {
        let inserted = chain.import_foreign(orphan).unwrap();
        let Inserted::Orphan { missing } = inserted else { panic!("{inserted:?}") };
        let expected =
            if chain.tree().orphans() == 1 { blocks[1].hash() } else { blocks[0].hash() };
        assert_eq!(missing, expected);
    }
    assert_eq!(chain.tree().orphans(), 2);
    let inserted = chain.import_foreign(&blocks[0]).unwrap();
    let Inserted::Head(update) = inserted else { panic!("{inserted:?}") };
    let adopted: Vec<B256> = update.adopted.iter().map(|block| block.hash()).collect();
    assert_eq!(adopted, blocks.iter().map(|block| block.hash()).collect::<Vec<_>>());
    assert_eq!(update.view.head().hash(), blocks[2].hash());
}

#[test]
fn orphans_are_bounded_and_the_oldest_goes_first() {
    let mut parent = TestChain::new(dev_spec());
    parent.mine(Vec::new());
    let mut chain = TestChain::new(dev_spec());
    for number in 0..=MAX_ORPHANS {
        let text = number.to_string().into_bytes();
        let orphan = parent.sealed_with(Vec::new(), |header| header.extra_data = text.into());
        assert!(matches!(chain.import_foreign(&orphan).unwrap(), Inserted::Orphan { .. }));
    }
    assert_eq!(chain.tree().orphans(), MAX_ORPHANS);
}

#[test]
fn what_builds_on_an_invalid_block_is_refused_without_work() {
    let mut theirs = TestChain::new(dev_spec());
    let (mut block, senders) = theirs.build(Vec::new()).block.split();
    block.header.state_root = B256::repeat_byte(1);
    let invalid = seal(RecoveredBlock::new_sealed(block.seal_slow(), senders));
    theirs.mine(Vec::new());
    let child = theirs.sealed_with(Vec::new(), |header| {
        header.parent_hash = invalid.hash();
        header.parent_beacon_block_root = Some(invalid.hash());
    });

    // In whichever order they come.
    for child_first in [false, true] {
        let mut chain = TestChain::new(dev_spec());
        if child_first {
            assert!(matches!(chain.import_foreign(&child).unwrap(), Inserted::Orphan { .. }));
        }
        let error = chain.import_foreign(&invalid).unwrap_err();
        assert!(
            matches!(error, ImportError::Invalid { reason: InvalidBlock::StateRoot { .. }, .. }),
            "{error}"
        );
        assert_eq!(chain.tree().orphans(), 0);
        let again = chain.import_foreign(&invalid).unwrap_err();
        assert!(again.to_string().contains("found to be invalid before"), "{again}");
        let error = chain.import_foreign(&child).unwrap_err();
        assert_eq!(error.fault(), Fault::Peer, "{error}");
        assert!(error.to_string().contains("invalid"), "{error}");
        assert_eq!(chain.view().head_number(), 0);
    }
}
