//! What the chain thread counts.

use alloy_primitives::{Address, B256};
use hanzo_chain::{ChainHandle, CheckedBlock, Origin};
use hanzo_testkit::{Signer, TestChain, dev_spec, seal};
use hanzo_types::RecoveredBlock;
use metrics_exporter_prometheus::PrometheusBuilder;
use reth_primitives_traits::Block as _;

/// Blocks that send a coin to `to`, one transaction each.
fn branch(length: u64, to: Address) -> Vec<RecoveredBlock> {
    let mut chain = TestChain::new(dev_spec());
    let alice = Signer::dev(0, chain.spec());
    (0..length).map(|nonce| chain.mine(vec![alice.transfer(nonce, to, 1)])).collect()
}

/// The block with another state root, sealed again.
fn with_state_root(block: &RecoveredBlock, state_root: B256) -> RecoveredBlock {
    let (mut block, senders) = block.clone().split();
    block.header.state_root = state_root;
    seal(RecoveredBlock::new_sealed(block.seal_slow(), senders))
}

#[test]
fn imports_are_counted_by_what_became_of_them_and_reorganisations_by_depth() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let recorded = recorder.handle();
    let mut chain = metrics::with_local_recorder(&recorder, || TestChain::new(dev_spec()));
    let losing = branch(1, Address::repeat_byte(1));
    let winning = branch(2, Address::repeat_byte(2));
    let wrong = with_state_root(&losing[0], B256::repeat_byte(9));
    let consensus = chain.consensus().clone();
    let (handle, thread) = ChainHandle::start(chain.take_tree(), Vec::new()).unwrap();
    let import = |block: &RecoveredBlock| {
        let checked = CheckedBlock::check_recovered(block.clone(), &*consensus).unwrap();
        handle.import_blocking(checked, Origin::File)
    };
    import(&losing[0]).unwrap();
    import(&losing[0]).unwrap();
    import(&winning[1]).unwrap();
    import(&winning[0]).unwrap();
    import(&wrong).unwrap_err();

    let text = recorded.render();
    let expected = [
        "imported_blocks_total{outcome=\"head\"} 2",
        "imported_blocks_total{outcome=\"known\"} 1",
        "imported_blocks_total{outcome=\"orphan\"} 1",
        "imported_blocks_total{outcome=\"invalid\"} 1",
        "imported_blocks_total{outcome=\"side\"} 0",
        "import_seconds_count 5",
        "adopted_blocks_total 3",
        "adopted_transactions_total 3",
        "adopted_gas_total 63000",
        "reverted_blocks_total 1",
        "reorganisations_total 1",
        "reorganisation_depth_blocks_sum 1",
        "execution_seconds_count 4",
        "root_seconds_count 4",
        "block_write_seconds_count 3",
        "head_number 2",
        "unpersisted_blocks 2",
        "side_blocks 1",
        "orphan_blocks 0",
    ];
    for line in expected {
        assert!(text.contains(&format!("hanzo_chain_{line}\n")), "no {line} in\n{text}");
    }
    thread.stop().unwrap();
    let persisted = recorded.render();
    assert!(persisted.contains("hanzo_chain_committed_blocks_total 2\n"), "{persisted}");
}

#[test]
fn blocks_of_a_segment_are_counted_by_what_became_of_them_too() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let recorded = recorder.handle();
    let mut chain = metrics::with_local_recorder(&recorder, || TestChain::new(dev_spec()));
    let _ = chain.mine(Vec::new());
    let blocks: Vec<_> = branch(5, Address::repeat_byte(3))
        .into_iter()
        .map(|block| block.into_sealed_block())
        .collect();
    // The first is as heavy as the head; from the second on they are the chain.
    let beside = chain.tree().insert_segment(blocks[..3].to_vec(), &Origin::File);
    // These extend the head and go through the pipeline.
    let ahead = chain.tree().insert_segment(blocks[3..].to_vec(), &Origin::File);
    assert_eq!((beside.imported, ahead.imported), (3, 2));

    let text = recorded.render();
    for line in [
        "imported_blocks_total{outcome=\"head\"} 4",
        "imported_blocks_total{outcome=\"side\"} 1",
        "adopted_blocks_total 5",
        "reverted_blocks_total 1",
    ] {
        assert!(text.contains(&format!("hanzo_chain_{line}\n")), "{line} is not in\n{text}");
    }
}

#[test]
fn a_block_that_lost_is_counted_as_stale_once_the_base_is_beyond_it() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let recorded = recorder.handle();
    let stale = |count: u64| {
        let text = recorded.render();
        assert!(text.contains(&format!("hanzo_chain_stale_blocks_total {count}\n")), "{text}");
    };
    let mut chain = metrics::with_local_recorder(&recorder, || TestChain::new(dev_spec()));
    let lost = branch(2, Address::repeat_byte(4));
    let _ = chain.mine(Vec::new());
    let _ = chain.mine(Vec::new());
    let _ = chain.import_foreign(&lost[0]).unwrap();
    let _ = chain.import_foreign(&lost[1]).unwrap();
    stale(0);
    for _ in 0..40 {
        let _ = chain.mine(Vec::new());
    }
    chain.tree().persist_all().unwrap();
    stale(2);
}
