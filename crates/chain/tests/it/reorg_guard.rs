//! Which heavier chains are followed, which wait for the operator, and what he can do.

use alloy_primitives::{Address, B256};
use hanzo_chain::{AcceptError, ImportError, Inserted, RefusedReorg, ReorgLimits, audit};
use hanzo_store::{ChainIdentity, Retention, Store, StoreConfig};
use hanzo_testkit::{Signer, TestChain, dev_spec, seal};
use hanzo_types::RecoveredBlock;
use reth_primitives_traits::Block as _;
use std::sync::Arc;

/// Seconds between two blocks here: 129 of them are more than two hours.
const INTERVAL: u64 = 60;

/// Mines `length` blocks, [`INTERVAL`] apart, that pay `to`.
fn grow(chain: &mut TestChain, length: u64, to: u8) -> Vec<RecoveredBlock> {
    let alice = Signer::dev(0, chain.spec());
    let first = chain.view().head_number();
    (first..first + length)
        .map(|nonce| {
            let pay = alice.transfer(nonce, Address::repeat_byte(to), 1);
            let timestamp = chain.view().head().timestamp + INTERVAL;
            let block = chain.sealed_with(vec![pay], |header| header.timestamp = timestamp);
            let inserted = chain.import_file_block(block.sealed_block().clone()).unwrap();
            assert!(matches!(inserted, Inserted::Head(_)), "{inserted:?}");
            block
        })
        .collect()
}

/// Limits like the default ones for chains that are made faster: 41 blocks are too many and, two thirds
/// of an hour long, too old.
const LIMITS: ReorgLimits = ReorgLimits { max_depth: Some(40), max_age_seconds: 2_000 };

/// Two branches that leave block 3.
struct Fork {
    common: Vec<RecoveredBlock>,
    ours: Vec<RecoveredBlock>,
    theirs: Vec<RecoveredBlock>,
}

impl Fork {
    fn new(ours: u64, theirs: u64) -> Self {
        let (mut left, mut right) = (TestChain::new(dev_spec()), TestChain::new(dev_spec()));
        let common = grow(&mut left, 3, 1);
        for block in &common {
            let _ = right.import_foreign(block).unwrap();
        }
        Self { common, ours: grow(&mut left, ours, 2), theirs: grow(&mut right, theirs, 3) }
    }

    /// A chain that saw every block of ours when it was made.
    fn chain(&self, limits: ReorgLimits) -> TestChain {
        let mut chain = TestChain::with_limits(dev_spec(), limits);
        for block in self.common.iter().chain(&self.ours) {
            assert!(matches!(chain.import_foreign(block).unwrap(), Inserted::Head(_)));
        }
        chain
    }

    /// The moment at which the last block of ours was made.
    fn now(&self) -> u64 {
        self.ours.last().unwrap().timestamp
    }

    fn head(&self) -> B256 {
        self.ours.last().unwrap().hash()
    }

    fn tip(&self) -> &RecoveredBlock {
        self.theirs.last().unwrap()
    }
}

/// Imports blocks that come at `now`; all but the last are too light to matter.
fn import_all(chain: &mut TestChain, blocks: &[RecoveredBlock], now: u64) -> Inserted {
    let (last, waiting) = blocks.split_last().unwrap();
    for block in waiting {
        let inserted = chain.import_foreign_at(block, now).unwrap();
        assert!(matches!(inserted, Inserted::Deferred), "{inserted:?}");
    }
    chain.import_foreign_at(last, now).unwrap()
}

#[track_caller]
fn assert_refused(chain: &mut TestChain, fork: &Fork, inserted: &Inserted) {
    let length = u64::try_from(fork.ours.len()).unwrap();
    let Inserted::Refused { ancestor: 3, depth } = *inserted else { panic!("{inserted:?}") };
    assert_eq!(depth, length);
    let (view, tip) = (chain.view(), fork.tip());
    assert_eq!(view.head().hash(), fork.head());
    let expected = RefusedReorg {
        hash: tip.hash(),
        number: tip.number,
        total_difficulty: view.refused_reorgs()[0].total_difficulty,
        ancestor_number: 3,
        ancestor_hash: fork.common[2].hash(),
        depth,
    };
    assert_eq!(view.refused_reorgs(), [expected]);
    assert!(expected.total_difficulty > view.total_difficulty());
    assert_eq!(chain.tree().deferred_blocks(), fork.theirs.len(), "it is kept");
}

#[track_caller]
fn assert_followed(chain: &TestChain, fork: &Fork, inserted: &Inserted) {
    assert!(matches!(inserted, Inserted::Head(_)), "{inserted:?}");
    assert_eq!(chain.view().head().hash(), fork.tip().hash());
    assert!(chain.view().refused_reorgs().is_empty());
}

#[test]
fn a_synced_node_keeps_its_chain_when_a_heavier_one_displaces_129_blocks_seen_two_hours_ago() {
    let fork = Fork::new(129, 130);
    let mut chain = fork.chain(ReorgLimits::default());
    let inserted = import_all(&mut chain, &fork.theirs, fork.now());
    assert_refused(&mut chain, &fork, &inserted);
    // Known from now on, and refused still when it grows, whatever the node's clock says.
    assert!(matches!(chain.import_foreign(fork.tip()).unwrap(), Inserted::Known));
    let mut theirs = TestChain::new(dev_spec());
    for block in fork.common.iter().chain(&fork.theirs) {
        let _ = theirs.import_foreign(block).unwrap();
    }
    let next = grow(&mut theirs, 1, 3).remove(0);
    let much_later = fork.now() + 1_000_000;
    let inserted = chain.import_foreign_at(&next, much_later).unwrap();
    assert!(matches!(inserted, Inserted::Refused { ancestor: 3, depth: 129 }), "{inserted:?}");
    assert_eq!(chain.view().refused_reorgs()[0].hash, next.hash());
    assert_eq!(chain.view().refused_reorgs().len(), 1);
    assert_eq!(chain.view().head().hash(), fork.head());
}

#[test]
fn a_heavier_chain_that_displaces_exactly_128_blocks_is_followed() {
    let fork = Fork::new(128, 129);
    let mut chain = fork.chain(ReorgLimits { max_age_seconds: 0, ..ReorgLimits::default() });
    let inserted = import_all(&mut chain, &fork.theirs, fork.now());
    assert_followed(&chain, &fork, &inserted);
}

#[test]
fn a_node_that_is_behind_follows_the_heavier_chain() {
    let fork = Fork::new(41, 42);
    let mut chain = fork.chain(LIMITS);
    let inserted = import_all(&mut chain, &fork.theirs, fork.now() + 601);
    assert_followed(&chain, &fork, &inserted);
}

#[test]
fn blocks_seen_lately_are_displaced_however_old_their_timestamps_are() {
    let fork = Fork::new(41, 42);
    let mut chain = TestChain::with_limits(dev_spec(), LIMITS);
    // The node catches up: all of its chain comes within a second, and the other right after it.
    for block in fork.common.iter().chain(&fork.ours) {
        let _ = chain.import_foreign_at(block, fork.now()).unwrap();
    }
    let inserted = import_all(&mut chain, &fork.theirs, fork.now() + 1);
    assert_followed(&chain, &fork, &inserted);
}

#[test]
fn blocks_from_a_file_are_followed_because_somebody_asked_for_them() {
    let fork = Fork::new(41, 42);
    let mut chain = fork.chain(LIMITS);
    let inserted = import_all(&mut chain, &fork.theirs[..41], fork.now());
    assert!(matches!(inserted, Inserted::Deferred), "{inserted:?}");
    let inserted = chain.import_file_block(fork.tip().sealed_block().clone()).unwrap();
    assert_followed(&chain, &fork, &inserted);
}

#[test]
fn without_limits_any_heavier_chain_is_followed() {
    let fork = Fork::new(41, 42);
    let mut chain = fork.chain(ReorgLimits::UNLIMITED);
    let inserted = import_all(&mut chain, &fork.theirs, fork.now());
    assert_followed(&chain, &fork, &inserted);
}

#[test]
fn a_tip_that_came_early_and_waited_for_its_parents_is_judged_by_the_time_they_come() {
    let fork = Fork::new(41, 42);
    let mut chain = fork.chain(LIMITS);
    let early = fork.ours[0].timestamp;
    let inserted = chain.import_foreign_at(fork.tip(), early).unwrap();
    assert!(matches!(inserted, Inserted::Orphan { .. }), "{inserted:?}");
    let inserted = import_all(&mut chain, &fork.theirs[..41], fork.now());
    // The parent itself is too light; what it brought along is refused, and listed.
    assert!(matches!(inserted, Inserted::Deferred), "{inserted:?}");
    assert_eq!(chain.view().head().hash(), fork.head());
    assert_eq!(chain.view().refused_reorgs()[0].hash, fork.tip().hash());
}

#[test]
fn a_refused_chain_is_followed_when_the_operator_accepts_it() {
    let fork = Fork::new(41, 42);
    let mut chain = fork.chain(LIMITS);
    let _ = import_all(&mut chain, &fork.theirs, fork.now());
    let update = chain.tree().accept_reorg(fork.tip().hash()).unwrap();
    assert_eq!((update.reverted.len(), update.adopted.len()), (41, 42));
    assert!(update.view.refused_reorgs().is_empty());
    assert_eq!(chain.view().head().hash(), fork.tip().hash());
    assert_eq!(chain.tree().deferred_blocks(), 0);
    drop(update);
    // The decision is what is on disk.
    chain.reopen();
    assert_eq!(chain.view().head().hash(), fork.tip().hash());
    assert_disk_is_sound(&mut chain);
}

#[test]
fn what_is_unknown_lighter_or_not_refused_cannot_be_accepted() {
    let fork = Fork::new(41, 42);
    let mut chain = fork.chain(LIMITS);
    let unknown = chain.tree().accept_reorg(fork.tip().hash()).unwrap_err();
    assert!(matches!(unknown, AcceptError::Unknown { .. }), "{unknown}");
    let _ = import_all(&mut chain, &fork.theirs, fork.now());
    for lighter in [fork.theirs[40].hash(), fork.head(), fork.common[0].hash()] {
        let error = chain.tree().accept_reorg(lighter).unwrap_err();
        assert!(matches!(error, AcceptError::NotHeavier { .. }), "{error}");
        assert!(!error.is_fatal());
    }
    assert_eq!(chain.view().head().hash(), fork.head());
    assert_eq!(chain.view().refused_reorgs().len(), 1);
}

#[test]
fn an_accepted_chain_that_is_not_valid_gives_the_old_one_back() {
    let mut fork = Fork::new(41, 42);
    // A lie in its middle, sealed anew from there on.
    let mut lying: Vec<RecoveredBlock> = fork.theirs[..20].to_vec();
    for block in &fork.theirs[20..] {
        let parent = lying.last().unwrap().hash();
        let (mut block, senders) = block.clone().split();
        block.header.parent_hash = parent;
        block.header.parent_beacon_block_root = Some(parent);
        block.header.state_root = B256::repeat_byte(1);
        lying.push(seal(RecoveredBlock::new_sealed(block.seal_slow(), senders)));
    }
    fork.theirs = lying;
    let mut chain = fork.chain(LIMITS);
    let inserted = import_all(&mut chain, &fork.theirs, fork.now());
    assert_refused(&mut chain, &fork, &inserted);
    let error = chain.tree().accept_reorg(fork.tip().hash()).unwrap_err();
    assert!(matches!(error, AcceptError::Import(ImportError::Invalid { .. })), "{error}");
    assert!(!error.is_fatal());
    assert_eq!(chain.view().head().hash(), fork.head());
    assert!(chain.view().refused_reorgs().is_empty(), "there is nothing left to decide");
    assert_disk_is_sound(&mut chain);
}

#[test]
fn a_refused_chain_that_falls_behind_waits_no_longer() {
    let fork = Fork::new(41, 42);
    let mut chain = fork.chain(LIMITS);
    let _ = import_all(&mut chain, &fork.theirs, fork.now());
    let _ = grow(&mut chain, 1, 2);
    assert!(chain.view().refused_reorgs().is_empty());
    let error = chain.tree().accept_reorg(fork.tip().hash()).unwrap_err();
    assert!(matches!(error, AcceptError::NotHeavier { .. }), "{error}");
}

#[test]
fn a_restart_keeps_the_chain_forgets_the_refused_one_and_refuses_it_again() {
    let fork = Fork::new(41, 42);
    let mut chain = fork.chain(LIMITS);
    let _ = import_all(&mut chain, &fork.theirs, fork.now());
    chain.reopen();
    assert_eq!(chain.view().head().hash(), fork.head());
    assert!(chain.view().refused_reorgs().is_empty());
    let error = chain.tree().accept_reorg(fork.tip().hash()).unwrap_err();
    assert!(matches!(error, AcceptError::Unknown { .. }), "{error}");
    // Nobody remembers when the displaced blocks came: their timestamps say it.
    let inserted = import_all(&mut chain, &fork.theirs, fork.now());
    assert_refused(&mut chain, &fork, &inserted);
}

#[test]
fn a_rewound_chain_has_forgotten_what_was_above_and_follows_what_comes() {
    let fork = Fork::new(41, 42);
    let mut chain = fork.chain(LIMITS);
    let _ = import_all(&mut chain, &fork.theirs, fork.now());
    let rewound = chain.tree().rewind(3).unwrap();
    assert_eq!((rewound.from.hash, rewound.to.hash), (fork.head(), fork.common[2].hash()));
    assert_eq!(rewound.forgotten, 41, "those that waited were not stored");
    for _ in 0..2 {
        let view = chain.view();
        assert_eq!(view.head().hash(), fork.common[2].hash());
        assert!(view.block_by_hash(fork.head()).unwrap().is_none());
        assert!(view.block_by_hash(fork.ours[0].hash()).unwrap().is_none());
        drop(view);
        chain.reopen();
    }
    for block in &fork.theirs {
        assert!(matches!(chain.import_foreign(block).unwrap(), Inserted::Head(_)));
    }
    assert_eq!(chain.view().head().hash(), fork.tip().hash());
    assert_disk_is_sound(&mut chain);
}

#[test]
fn a_head_is_moved_back_to_a_canonical_block_whose_state_is_kept_and_to_no_other() {
    let mut chain = TestChain::new(dev_spec());
    let blocks = grow(&mut chain, 40, 1);
    let error = chain.tree().rewind(41).unwrap_err();
    assert!(error.to_string().contains("block 41 is above the head, which is block 40"), "{error}");
    let same = chain.tree().rewind(40).unwrap();
    assert_eq!((same.from, same.forgotten), (same.to, 0));
    assert_eq!(chain.tree().rewind(0).unwrap().forgotten, 40);
    // The same blocks may come again.
    for block in &blocks {
        assert!(matches!(chain.import_foreign(block).unwrap(), Inserted::Head(_)));
    }
    assert_disk_is_sound(&mut chain);
}

/// Rebuilds the state of the closed database from its rows.
fn assert_disk_is_sound(chain: &mut TestChain) {
    let head = chain.view().head_number();
    let spec = Arc::clone(chain.spec());
    let identity = ChainIdentity { chain_id: spec.chain_id(), genesis_hash: spec.genesis_hash() };
    let store = Store::open(&StoreConfig::at(chain.close()), identity).unwrap();
    let found = audit(&spec, &**chain.consensus(), &store.view(), |_| {}).unwrap();
    assert_eq!(found.tip, head);
}

#[test]
fn a_chain_that_leaves_below_the_history_was_not_refused_and_cannot_be_accepted() {
    let fork = Fork::new(80, 81);
    let retention = Retention { states: Some(20), receipts: None };
    let mut chain = TestChain::with_retention(dev_spec(), retention);
    for block in fork.common.iter().chain(&fork.ours) {
        let _ = chain.import_foreign(block).unwrap();
    }
    for block in &fork.theirs {
        let _ = chain.import_foreign(block);
    }
    let error = chain.tree().accept_reorg(fork.tip().hash()).unwrap_err();
    assert!(matches!(error, AcceptError::NotRefused { .. }), "{error}");
    let error = chain.tree().rewind(3).unwrap_err();
    assert!(error.to_string().contains("block 3 is below the oldest state kept"), "{error}");
    assert_eq!(chain.view().head().hash(), fork.head());
}
