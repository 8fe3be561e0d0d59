//! State and trie through the store, against maps and a full rebuild.

use crate::chain::{TestStore, chain, put_all, segment};
use alloy_primitives::{Address, B256, U256};
use alloy_trie::{
    TrieAccount,
    root::{state_root_unhashed, storage_root_unhashed},
};
use hanzo_state::{Account, Change, StateDiff, StateRead, TrieDiff, root};
use hanzo_store::Durability;
use proptest::prelude::*;
use std::collections::BTreeMap;

const ADDRESSES: u8 = 12;
const SLOTS: u64 = 8;

/// One account's fate in a block: its nonce and the slots written; nothing means that it goes.
type Fate = (u8, Option<(u64, BTreeMap<u64, u64>)>);

#[derive(Debug, Default)]
struct World {
    accounts: BTreeMap<Address, Account>,
    storage: BTreeMap<(Address, U256), U256>,
}

fn commits() -> impl Strategy<Value = Vec<Vec<Fate>>> {
    let slots = prop::collection::btree_map(0..SLOTS, 0_u64..3, 0..5);
    let fate = (0..ADDRESSES, prop::option::weighted(0.8, (1_u64..9, slots)));
    prop::collection::vec(prop::collection::vec(fate, 1..10), 1..5)
}

impl World {
    fn apply(&mut self, fates: &[Fate]) -> StateDiff {
        let mut diff = StateDiff::default();
        for (index, fate) in fates {
            let address = Address::repeat_byte(*index);
            let after =
                fate.as_ref().map(|(nonce, _)| Account { nonce: *nonce, ..Account::default() });
            let writes: BTreeMap<U256, U256> = match fate {
                Some((_, slots)) => slots
                    .iter()
                    .map(|(slot, value)| (U256::from(*slot), U256::from(*value)))
                    .collect(),
                None => (0..SLOTS).map(|slot| (U256::from(slot), U256::ZERO)).collect(),
            };
            let mut step = StateDiff::default();
            let before = self.accounts.get(&address).copied();
            step.accounts.insert(address, Change { before, after });
            for (slot, after) in writes {
                let before = self.storage.get(&(address, slot)).copied().unwrap_or_default();
                step.storage.entry(address).or_default().insert(slot, Change { before, after });
                self.storage.insert((address, slot), after);
            }
            self.storage.retain(|_, value| !value.is_zero());
            match after {
                Some(account) => self.accounts.insert(address, account),
                None => self.accounts.remove(&address),
            };
            diff.extend(&step);
        }
        diff
    }

    fn slots(&self, address: Address) -> Vec<(U256, U256)> {
        let of_account = self.storage.iter().filter(|((owner, _), _)| *owner == address);
        of_account.map(|((_, slot), value)| (*slot, *value)).collect()
    }

    fn rebuilt_root(&self) -> B256 {
        state_root_unhashed(self.accounts.iter().map(|(address, account)| {
            let slots = self.slots(*address);
            let storage_root = storage_root_unhashed(
                slots.iter().map(|(slot, value)| (B256::from(*slot), *value)),
            );
            (
                *address,
                TrieAccount {
                    nonce: account.nonce,
                    balance: account.balance,
                    storage_root,
                    code_hash: account.code_hash,
                },
            )
        }))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn state_and_root_through_the_store_equal_maps_and_rebuild(commits in commits()) {
        let mut test = TestStore::initialized();
        let mut world = World::default();
        let mut head = test.genesis.clone();
        for fates in &commits {
            let diff = world.apply(fates);
            let result = root(&test.store.view(), &diff).unwrap();
            prop_assert_eq!(result.root, world.rebuilt_root());

            let blocks = chain(&head, 2, 0);
            put_all(&test.store, &blocks);
            let commit = segment(&blocks, diff, result.trie);
            test.store.commit(&commit, Durability::Unsynced).unwrap();
            head = blocks[1].clone();
            test = test.reopened();

            let view = test.store.view();
            prop_assert_eq!(view.state_tip().unwrap().hash, head.hash());
            let accounts: BTreeMap<_, _> = view.accounts().collect::<Result<_, _>>().unwrap();
            prop_assert_eq!(&accounts, &world.accounts);
            for address in (0..ADDRESSES).map(Address::repeat_byte) {
                prop_assert_eq!(view.account(address).unwrap(), world.accounts.get(&address).copied());
                let slots: Vec<_> = view.storage_of(address).collect::<Result<_, _>>().unwrap();
                prop_assert_eq!(slots, world.slots(address));
                for slot in (0..SLOTS).map(U256::from) {
                    let expected = world.storage.get(&(address, slot)).copied();
                    prop_assert_eq!(view.storage(address, slot).unwrap(), expected.unwrap_or_default());
                }
            }
            let unchanged = root(&view, &StateDiff::default()).unwrap();
            prop_assert_eq!(unchanged.root, world.rebuilt_root());
            prop_assert_eq!(unchanged.trie, TrieDiff::default());
        }
    }
}
