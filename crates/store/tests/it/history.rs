//! Past states: read back, gone back to, pruned.

use crate::chain::{TestStore, chain, committed, put_all, segment, weight};
use alloy_primitives::{Address, B256, U256};
use hanzo_state::{Account, Change, StateDiff, StateRead, TrieDiff, root};
use hanzo_store::{
    BlockRef, CommittedBlock, Durability, HistoricalState, Retention, Store, StoreError,
};
use hanzo_types::{Header, RecoveredBlock, SealedBlock};
use proptest::prelude::*;
use std::{collections::BTreeMap, sync::Arc};

const ADDRESSES: u8 = 5;
const SLOTS: u64 = 4;

/// Accounts and slots at the end of one block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct World {
    accounts: BTreeMap<Address, Account>,
    slots: BTreeMap<(Address, U256), U256>,
}

/// What a block does to one account: a new nonce and slot values, or nothing is left of it.
type Fate = (u8, Option<(u64, Vec<(u64, u64)>)>);

fn blocks() -> impl Strategy<Value = Vec<Vec<Fate>>> {
    let slots = prop::collection::vec((0..SLOTS, 0_u64..3), 0..4);
    let fate = (0..ADDRESSES, prop::option::weighted(0.8, (1_u64..5, slots)));
    prop::collection::vec(prop::collection::vec(fate, 0..5), 1..12)
}

impl World {
    fn read(&self, address: Address, slot: U256) -> U256 {
        self.slots.get(&(address, slot)).copied().unwrap_or_default()
    }

    fn apply(&mut self, fates: &[Fate]) -> StateDiff {
        let mut diff = StateDiff::default();
        for (index, fate) in fates {
            let address = Address::repeat_byte(*index);
            let mut step = StateDiff::default();
            let before = self.accounts.get(&address).copied();
            let after =
                fate.as_ref().map(|(nonce, _)| Account { nonce: *nonce, ..Account::default() });
            step.accounts.insert(address, Change { before, after });
            let writes: BTreeMap<_, _> = match fate {
                Some((_, slots)) => slots.iter().copied().collect(),
                None => (0..SLOTS).map(|slot| (slot, 0)).collect(),
            };
            for (slot, after) in writes {
                let (slot, after) = (U256::from(slot), U256::from(after));
                let before = self.read(address, slot);
                step.storage.entry(address).or_default().insert(slot, Change { before, after });
                self.slots.insert((address, slot), after);
            }
            match after {
                Some(account) => self.accounts.insert(address, account),
                None => self.accounts.remove(&address),
            };
            self.slots.retain(|_, value| !value.is_zero());
            diff.extend(&step);
        }
        diff
    }

    fn assert_is(&self, state: &dyn StateRead) {
        for address in (0..ADDRESSES).map(Address::repeat_byte) {
            assert_eq!(state.account(address).unwrap(), self.accounts.get(&address).copied());
            let of_account = self.slots.iter().filter(|((owner, _), _)| *owner == address);
            let slots: Vec<_> = of_account.map(|((_, slot), value)| (*slot, *value)).collect();
            assert_eq!(state.storage_slots(address).unwrap(), slots);
            // However few entries it may read, the answer is the whole truth or none.
            for at_most in 0..=slots.len() {
                let within = state.storage_slots_within(address, at_most).unwrap();
                assert!(within.is_none_or(|within| within == slots), "{address}, {at_most}");
            }
            if let Some(too_few) = slots.len().checked_sub(1) {
                assert_eq!(state.storage_slots_within(address, too_few).unwrap(), None);
            }
            for slot in (0..SLOTS).map(U256::from) {
                assert_eq!(state.storage(address, slot).unwrap(), self.read(address, slot));
            }
        }
    }
}

/// A store with one committed block per list of fates, and the world after each.
struct Past {
    test: TestStore,
    blocks: Vec<RecoveredBlock>,
    worlds: Vec<World>,
    diffs: Vec<StateDiff>,
}

impl Past {
    /// Commits the blocks in segments of `segment` blocks; their headers carry the true roots.
    fn new(fates: &[Vec<Fate>], segment: usize) -> Self {
        Self::with_roots(fates, segment, |_, root| root)
    }

    /// The same, with what `claim` makes of number and root in the headers.
    fn with_roots(fates: &[Vec<Fate>], segment: usize, claim: fn(u64, B256) -> B256) -> Self {
        let test = TestStore::blank();
        test.init(&StateDiff::default(), &TrieDiff::default());
        let mut past = Self {
            blocks: vec![test.genesis.clone()],
            worlds: vec![World::default()],
            diffs: vec![],
            test,
        };
        let mut pending: Vec<CommittedBlock> = Vec::new();
        for fates in fates {
            let mut world = past.worlds.last().unwrap().clone();
            let diff = world.apply(fates);
            let state = hanzo_state::Layered::new(
                pending.iter().rev().map(|block| Arc::clone(&block.layer)).collect(),
                past.test.store.view(),
            );
            let result = root(&state, &diff).unwrap();
            let parent = past.blocks.last().unwrap();
            let header = Header {
                number: parent.number + 1,
                parent_hash: parent.hash(),
                state_root: claim(parent.number + 1, result.root),
                ..Header::default()
            };
            let sealed = SealedBlock::seal_parts(header, Default::default());
            let block = RecoveredBlock::new_sealed(sealed, Vec::new());
            past.test
                .store
                .put_block(&block, weight(block.number + 1), Durability::Unsynced)
                .unwrap();
            pending.push(committed(&block, diff.clone(), result.trie));
            past.blocks.push(block);
            past.worlds.push(world);
            past.diffs.push(diff);
            if pending.len() == segment {
                past.test.store.commit(&pending, Durability::Unsynced).unwrap();
                pending.clear();
            }
        }
        if !pending.is_empty() {
            past.test.store.commit(&pending, Durability::Unsynced).unwrap();
        }
        past
    }

    fn store(&self) -> &Store {
        &self.test.store
    }

    fn reference(&self, number: usize) -> BlockRef {
        BlockRef { number: number as u64, hash: self.blocks[number].hash() }
    }

    fn assert_readable_from(&self, oldest: usize, tip: usize) {
        let view = self.store().view();
        assert_eq!(view.oldest_state().unwrap(), oldest as u64);
        assert_eq!(view.state_tip().unwrap(), self.reference(tip));
        assert_eq!(view.check_history().unwrap().oldest_state, oldest as u64);
        for number in oldest..=tip {
            let state = HistoricalState::new(Arc::clone(&view), number as u64);
            self.worlds[number].assert_is(&state);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn every_past_state_reads_as_it_was(fates in blocks(), segment in 1_usize..5) {
        let past = Past::new(&fates, segment);
        past.assert_readable_from(0, fates.len());
        for (index, diff) in past.diffs.iter().enumerate() {
            let mut expected = diff.clone();
            expected.accounts.retain(|_, change| change.before != change.after);
            expected.storage.values_mut().for_each(|slots| slots.retain(|_, c| c.before != c.after));
            expected.storage.retain(|_, slots| !slots.is_empty());
            let changes = past.store().view().block_changes(index as u64 + 1).unwrap().unwrap();
            prop_assert_eq!(changes, expected);
        }
    }

    #[test]
    fn unwinding_gives_the_database_that_never_saw_the_blocks(
        fates in blocks(),
        back in 0_usize..12,
    ) {
        let past = Past::new(&fates, 3);
        let target = fates.len().saturating_sub(back).max(1);
        past.store().unwind(past.reference(target), Durability::Unsynced).unwrap();
        past.assert_readable_from(0, target);
        let fresh = Past::new(&fates[..target], 3);
        let (unwound, fresh) = (past.store().view(), fresh.store().view());
        let rows = |view: &hanzo_store::StoreView| (
            view.accounts().collect::<Result<Vec<_>, _>>().unwrap(),
            view.slots().collect::<Result<Vec<_>, _>>().unwrap(),
        );
        prop_assert_eq!(rows(&unwound), rows(&fresh));
        let no_change = StateDiff::default();
        let (left, right) = (root(&unwound, &no_change).unwrap(), root(&fresh, &no_change).unwrap());
        prop_assert_eq!(left.root, right.root);
        for number in 0..=fates.len() as u64 {
            prop_assert_eq!(unwound.canonical_hash(number).unwrap(), fresh.canonical_hash(number).unwrap());
            prop_assert_eq!(unwound.block_changes(number).unwrap(), fresh.block_changes(number).unwrap());
        }
    }

    #[test]
    fn pruning_removes_the_oldest_states_and_leaves_the_others(
        fates in blocks(),
        keep in 0_u64..6,
        step in 1_u64..4,
    ) {
        let past = Past::new(&fates, 4);
        let retention = Retention { states: Some(keep), receipts: Some(keep + 1) };
        let mut removed = 0_usize;
        loop {
            let pruned = past.store().prune(retention, step).unwrap();
            prop_assert!(pruned.states <= step && pruned.receipts <= step);
            if pruned == hanzo_store::Pruned::default() { break }
            removed += usize::try_from(pruned.states).unwrap();
            past.assert_readable_from(removed, fates.len());
        }
        let expected = (fates.len() as u64).saturating_sub(keep);
        prop_assert_eq!(removed as u64, expected);
        let view = past.store().view();
        for number in 1..=fates.len() {
            let kept = view.receipts(past.blocks[number].hash()).unwrap().is_some();
            prop_assert_eq!(kept, number as u64 >= view.oldest_receipts().unwrap());
            let history = view.block_changes(number as u64).unwrap().is_some();
            prop_assert_eq!(history, number as u64 > expected);
        }
    }
}

#[test]
fn a_commit_prunes_by_itself() {
    let test = TestStore::retaining(Retention { states: Some(2), receipts: Some(3) });
    let blocks = chain(&test.genesis, 12, 0);
    put_all(&test.store, &blocks);
    for run in blocks.chunks(3) {
        test.store
            .commit(&segment(run, StateDiff::default(), TrieDiff::default()), Durability::Unsynced)
            .unwrap();
    }
    let view = test.store.view();
    assert_eq!((view.oldest_state().unwrap(), view.oldest_receipts().unwrap()), (10, 10));
    assert!(view.receipts(blocks[8].hash()).unwrap().is_none());
    assert!(view.receipts(blocks[9].hash()).unwrap().is_some());
}

#[test]
fn unwinding_below_what_is_kept_or_to_a_stranger_is_refused_and_changes_nothing() {
    let fates: Vec<Vec<Fate>> = (1..6).map(|nonce| vec![(1, Some((nonce, vec![])))]).collect();
    let past = Past::new(&fates, 2);
    past.store().prune(Retention { states: Some(2), receipts: None }, 99).unwrap();
    let error = past.store().unwind(past.reference(2), Durability::Unsynced).unwrap_err();
    assert!(matches!(error, StoreError::HistoryPruned { number: 2, oldest: 3 }), "{error}");
    for stranger in [
        BlockRef { number: 4, hash: B256::repeat_byte(7) },
        BlockRef { number: 9, hash: past.blocks[4].hash() },
    ] {
        let error = past.store().unwind(stranger, Durability::Unsynced).unwrap_err();
        assert!(matches!(error, StoreError::NotCanonical(block) if block == stranger), "{error}");
    }
    past.assert_readable_from(3, 5);
}

#[test]
fn a_history_that_leads_to_another_root_is_not_followed() {
    let fates: Vec<Vec<Fate>> = (1..6).map(|nonce| vec![(1, Some((nonce, vec![])))]).collect();
    let past = Past::with_roots(
        &fates,
        2,
        |number, root| {
            if number == 3 { B256::repeat_byte(9) } else { root }
        },
    );
    let error = past.store().unwind(past.reference(3), Durability::Unsynced).unwrap_err();
    assert!(
        matches!(error, StoreError::UnwoundRoot { header, .. } if header == B256::repeat_byte(9)),
        "{error}"
    );
    past.assert_readable_from(0, 5);
}
