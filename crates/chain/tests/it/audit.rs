//! What a check of a whole database finds.

use alloy_primitives::{Address, B256, U256, keccak256};
use hanzo_chain::{Audit, AuditError, audit};
use hanzo_store::{ChainIdentity, Retention, Store, StoreConfig, Table};
use hanzo_testkit::{Signer, TestChain, dev_spec, token};
use hanzo_types::{AI_SUPPLY, RecoveredBlock, SupplySlot};
use rocksdb::{DB, Options};
use std::path::Path;

/// Gets some wei in every block but the first.
pub(crate) const BOB: Address = Address::repeat_byte(0xb0);

/// A row to be overwritten or, without a value, removed.
pub(crate) type Row = (Table, Vec<u8>, Option<Vec<u8>>);

pub(crate) struct Scene {
    pub(crate) chain: TestChain,
    pub(crate) blocks: Vec<RecoveredBlock>,
    pub(crate) token: Address,
}

/// A token, some transfers, an account that is gone again, forty blocks.
pub(crate) fn scene() -> Scene {
    scene_with(Retention::default())
}

/// The same on a node that keeps this much of the past.
pub(crate) fn scene_with(retention: Retention) -> Scene {
    let mut chain = TestChain::with_retention(dev_spec(), retention);
    let alice = Signer::dev(0, chain.spec());
    let token = alice.address().create(0);
    let mut blocks = vec![chain.mine(vec![alice.create(0, token::creation_code(), 500_000)])];
    for nonce in 1..40 {
        let input = token::transfer_input(holder(nonce), U256::from(nonce));
        let call = alice.call(2 * nonce - 1, token, U256::ZERO, input, 100_000);
        blocks.push(chain.mine(vec![call, alice.transfer(2 * nonce, BOB, nonce)]));
    }
    Scene { chain, blocks, token }
}

/// Gets tokens in block `nonce + 1`.
pub(crate) fn holder(nonce: u64) -> Address {
    Address::from_word(keccak256(nonce.to_string()))
}

impl Scene {
    /// Checks the database after `rows` were changed while it was closed.
    pub(crate) fn audit_after(&mut self, rows: &[Row]) -> Result<Audit, AuditError> {
        let path = self.chain.close();
        overwrite(&path, rows);
        let spec = self.chain.spec();
        let identity =
            ChainIdentity { chain_id: spec.chain_id(), genesis_hash: spec.genesis_hash() };
        let store = Store::open(&StoreConfig::at(path), identity).unwrap();
        let (mut seen, consensus) = (Vec::new(), self.chain.consensus());
        let result = audit(spec, &**consensus, &store.view(), |number| seen.push(number));
        assert!(seen.iter().copied().eq(0..seen.len() as u64), "progress went {seen:?}");
        result
    }
}

fn overwrite(path: &Path, rows: &[Row]) {
    let families = DB::list_cf(&Options::default(), path).unwrap();
    let engine = DB::open_cf(&Options::default(), path, families).unwrap();
    for (table, key, value) in rows {
        let family = engine.cf_handle(table.name()).unwrap();
        match value {
            Some(value) => engine.put_cf(family, key, value).unwrap(),
            None => engine.delete_cf(family, key).unwrap(),
        }
    }
}

pub(crate) fn slot_key(address: Address, slot: U256) -> Vec<u8> {
    [address.as_slice(), &slot.to_be_bytes::<32>()].concat()
}

/// Error of an audit after one row was changed.
fn error(change: impl FnOnce(&Scene) -> Row) -> AuditError {
    let mut scene = scene();
    let row = change(&scene);
    scene.audit_after(&[row]).unwrap_err()
}

#[test]
fn a_sound_database_is_counted() {
    let mut scene = scene();
    let head = scene.chain.view().head().clone();
    let found = scene.audit_after(&[]).unwrap();
    assert_eq!((found.tip, found.transactions), (40, 79));
    assert_eq!(found.state_root, head.state_root);
    // The holders, the deployer's balance, and the slots of the supply counters and of the
    // history contracts.
    assert!(found.slots > 80, "{found:?}");
    assert!(
        found.supply > scene.chain.spec().hanzo_rules().unwrap().genesis_supply() - U256::from(1)
    );
}

#[test]
fn a_missing_canonical_entry_is_named_by_its_number() {
    let error = error(|_| (Table::Canonical, 7_u64.to_be_bytes().to_vec(), None));
    assert!(matches!(error, AuditError::MissingBlock { number: 7 }), "{error}");
}

#[test]
fn a_canonical_entry_that_leads_elsewhere_is_found() {
    let error = error(|scene| {
        let other = scene.blocks[20].hash().to_vec();
        (Table::Canonical, 7_u64.to_be_bytes().to_vec(), Some(other))
    });
    assert!(matches!(error, AuditError::MissingBlock { number: 7 }), "{error}");
}

#[test]
fn a_missing_index_entry_is_named_by_block_and_transaction() {
    let mut hash = B256::ZERO;
    let error = error(|scene| {
        hash = *scene.blocks[4].body().transactions[1].tx_hash();
        (Table::Transactions, hash.to_vec(), None)
    });
    assert!(matches!(error, AuditError::Index { number: 5, hash: at } if at == hash), "{error}");
}

#[test]
fn missing_and_wrong_receipts_are_told_apart() {
    let key = |scene: &Scene, number: usize| {
        let block = &scene.blocks[number - 1];
        [block.number.to_be_bytes().as_slice(), block.hash().as_slice()].concat()
    };
    let missing = error(|scene| (Table::Receipts, key(scene, 9), None));
    assert!(matches!(missing, AuditError::MissingReceipts { number: 9 }), "{missing}");
    let wrong = error(|scene| (Table::Receipts, key(scene, 9), Some(vec![0xc0])));
    assert!(matches!(wrong, AuditError::Rule { number: 9, .. }), "{wrong}");
}

#[test]
fn a_changed_weight_is_found_with_both_sums() {
    let error = error(|scene| {
        let block = &scene.blocks[2];
        let key = [block.number.to_be_bytes().as_slice(), block.hash().as_slice()].concat();
        (
            Table::Weights,
            key,
            Some([U256::from(5).to_be_bytes::<32>().as_slice(), &[0; 8]].concat()),
        )
    });
    assert!(matches!(error, AuditError::Weight { number: 3, .. }), "{error}");
}

#[test]
fn a_changed_slot_shows_in_the_root() {
    let error = error(|scene| {
        let slot = token::balance_slot(holder(7));
        (Table::Storage, slot_key(scene.token, slot), Some(vec![0x63]))
    });
    assert!(matches!(error, AuditError::StateRoot { number: 40, .. }), "{error}");
}

#[test]
fn a_slot_without_an_account_is_named() {
    let nobody = Address::repeat_byte(0x66);
    let error = error(|_| (Table::Storage, slot_key(nobody, U256::from(3)), Some(vec![1])));
    assert!(
        matches!(error, AuditError::OrphanSlot { address, slot } if address == nobody
            && slot == U256::from(3)),
        "{error}"
    );
}

#[test]
fn code_that_is_not_what_its_name_says_is_found() {
    let error = error(|_| {
        let name = keccak256(token::runtime_code()).to_vec();
        (Table::Code, name, Some(vec![0xfe]))
    });
    assert!(matches!(error, AuditError::Code { .. }), "{error}");
}

#[test]
fn a_removed_account_shows_in_the_root() {
    let error = error(|_| (Table::Accounts, BOB.to_vec(), None));
    assert!(matches!(error, AuditError::StateRoot { .. }), "{error}");
}

#[test]
fn a_changed_counter_shows_in_the_root_before_the_sum() {
    let key = slot_key(AI_SUPPLY, SupplySlot::Minted.key());
    let error = error(|_| (Table::Storage, key, Some(vec![1])));
    assert!(matches!(error, AuditError::StateRoot { .. }), "{error}");
}

/// Path and bytes of a row of a trie table that is not the root's.
fn some_node(chain: &mut TestChain, table: Table, shortest_key: usize) -> (Vec<u8>, Vec<u8>) {
    let path = chain.close();
    let families = DB::list_cf(&Options::default(), &path).unwrap();
    let engine = DB::open_cf(&Options::default(), &path, families).unwrap();
    let family = engine.cf_handle(table.name()).unwrap();
    let rows = engine.iterator_cf(family, rocksdb::IteratorMode::Start);
    let mut rows = rows.map(Result::unwrap).filter(|(key, _)| key.len() >= shortest_key);
    let (key, value) = rows.next().unwrap();
    (key.to_vec(), value.to_vec())
}

/// Error of an audit after one node of a trie was changed or removed.
fn trie_error(table: Table, shortest_key: usize, change: fn(Vec<u8>) -> Option<Vec<u8>>) -> String {
    let mut scene = scene();
    let (key, node) = some_node(&mut scene.chain, table, shortest_key);
    scene.chain.reopen();
    scene.audit_after(&[(table, key, change(node))]).unwrap_err().to_string()
}

#[test]
fn a_changed_trie_node_is_named_by_its_path() {
    let flipped = |mut node: Vec<u8>| {
        *node.last_mut().unwrap() ^= 1;
        Some(node)
    };
    // The last byte of a branch is its empty value; of a leaf it is part of the value.
    let error = trie_error(Table::AccountTrie, 2, flipped);
    assert!(error.contains("path") || error.contains("node"), "{error}");
    let error = trie_error(Table::StorageTrie, 33, flipped);
    assert!(error.contains("path") || error.contains("node"), "{error}");
}

#[test]
fn a_missing_trie_node_is_named_by_its_path() {
    let error = trie_error(Table::AccountTrie, 2, |_| None);
    assert!(error.contains("missing") || error.contains("absent"), "{error}");
    let error = trie_error(Table::StorageTrie, 33, |_| None);
    assert!(error.contains("missing") || error.contains("absent"), "{error}");
}

#[test]
fn a_trie_row_that_nothing_refers_to_is_counted() {
    for table in [Table::AccountTrie, Table::StorageTrie] {
        let error = error(|_| (table, vec![0x0f; 64], Some(vec![0xc2, 0x80, 0x80])));
        let AuditError::TrieRows { table: named, expected, found } = error else {
            panic!("{error}");
        };
        assert_eq!((named, found), (table, expected + 1));
    }
}
