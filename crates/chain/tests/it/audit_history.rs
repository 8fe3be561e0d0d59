//! What a check of a whole database finds in the history of states and receipts.

use crate::audit::{BOB, Row, Scene, holder, scene, scene_with, slot_key};
use alloy_primitives::{Address, U256, hex};
use hanzo_chain::AuditError;
use hanzo_state::StateError;
use hanzo_store::{Retention, StoreError, Table};
use hanzo_testkit::token;

/// The last of the forty blocks, whose state is on disk.
const TIP: u64 = 40;

/// Oldest state of [`pruned`].
const OLDEST: u64 = 30;

/// The scene on a node that keeps little.
fn pruned() -> Scene {
    scene_with(Retention { states: Some(TIP - OLDEST), receipts: Some(TIP - OLDEST) })
}

fn touched_key(number: u64) -> Vec<u8> {
    number.to_be_bytes().to_vec()
}

fn account_key(address: Address, number: u64) -> Vec<u8> {
    [address.as_slice(), &number.to_be_bytes()].concat()
}

/// Key of the history of the slot that block `number` gave its first value.
fn holder_slot_key(scene: &Scene, number: u64) -> Vec<u8> {
    let slot = token::balance_slot(holder(number - 1));
    [slot_key(scene.token, slot), number.to_be_bytes().to_vec()].concat()
}

/// Checks that changing one row makes this row the first inconsistency, for a reason with `words`.
fn assert_damaged(mut scene: Scene, row: Row, words: &str) {
    let (table, key) = (row.0, hex::encode(&row.1));
    assert_names(&scene.audit_after(&[row]).unwrap_err(), table, &key, words);
}

fn assert_names(error: &AuditError, table: Table, key: &str, words: &str) {
    assert!(
        matches!(error, AuditError::Store(StoreError::Damaged { table: named, key: at, reason })
            if *named == table && at == key && reason.contains(words)),
        "wanted {table}, {key}, `{words}`, got: {error}"
    );
}

#[test]
fn a_sound_history_is_counted_from_the_oldest_state_on() {
    let all = scene().audit_after(&[]).unwrap().history;
    assert_eq!(all.oldest_state, 0);
    let newest = pruned().audit_after(&[]).unwrap().history;
    assert_eq!(newest.oldest_state, OLDEST);
    // Every block but the first changes as many accounts and slots: sender, recipient, coinbase
    // and contracts.
    assert!(newest.accounts >= 10 * 3 && newest.slots >= 10, "{newest:?}");
    assert!(all.accounts > 3 * newest.accounts && all.slots > 3 * newest.slots, "{all:?}");
}

#[test]
fn a_block_without_touched_keys_is_named_wherever_it_is() {
    for number in [1, 17, TIP] {
        let row = (Table::Touched, touched_key(number), None);
        assert_damaged(scene(), row, "the row is absent");
    }
    let row = (Table::Touched, touched_key(OLDEST + 1), None);
    assert_damaged(pruned(), row, "the row is absent");
}

#[test]
fn touched_keys_that_do_not_decode_are_named() {
    let row = (Table::Touched, touched_key(9), Some(vec![0, 0, 0, 1, 2]));
    assert_damaged(scene(), row, "ends inside a key");
    let row = (Table::Touched, vec![0; 7], Some(vec![0; 4]));
    assert_damaged(scene(), row, "the key is not a number");
}

#[test]
fn touched_keys_of_a_block_that_was_pruned_or_unwound_are_named() {
    let row = |number| (Table::Touched, touched_key(number), Some(vec![0; 4]));
    assert_damaged(scene(), row(0), "block 0 was pruned, the oldest state is of block 0");
    assert_damaged(pruned(), row(OLDEST), "block 30 was pruned, the oldest state is of block 30");
    assert_damaged(scene(), row(TIP + 1), "block 41 is above the state tip, block 40");
}

#[test]
fn a_value_that_a_block_changed_but_is_not_there_is_named() {
    for number in [2, 17, TIP] {
        let words = format!("the row is absent, block {number} changed the value");
        let row = (Table::AccountHistory, account_key(BOB, number), None);
        assert_damaged(scene(), row, &words);
        let scene = scene();
        let row = (Table::StorageHistory, holder_slot_key(&scene, number), None);
        assert_damaged(scene, row, &words);
    }
}

#[test]
fn a_value_that_does_not_decode_is_named() {
    let row = (Table::AccountHistory, account_key(BOB, 5), Some(vec![9]));
    assert_damaged(scene(), row, "");
    let scene = scene();
    let row = (Table::StorageHistory, holder_slot_key(&scene, 5), Some(vec![0]));
    assert_damaged(scene, row, "");
}

#[test]
fn a_value_that_its_block_did_not_change_is_named() {
    let words = "there is a row, block 12 did not change the value";
    let nobody = Address::repeat_byte(0x66);
    let row = (Table::AccountHistory, account_key(nobody, 12), Some(vec![]));
    assert_damaged(scene(), row, words);
    let key = [slot_key(nobody, U256::from(3)), 12_u64.to_be_bytes().to_vec()].concat();
    assert_damaged(scene(), (Table::StorageHistory, key, Some(vec![1])), words);
}

#[test]
fn a_value_of_a_block_that_was_pruned_or_unwound_is_named() {
    let row = |number| (Table::AccountHistory, account_key(BOB, number), Some(vec![]));
    assert_damaged(pruned(), row(OLDEST), "block 30 was pruned, the oldest state is of block 30");
    assert_damaged(scene(), row(TIP + 1), "block 41 is above the state tip, block 40");
    let scene = pruned();
    let row = (Table::StorageHistory, holder_slot_key(&scene, 12), Some(vec![]));
    assert_damaged(scene, row, "block 12 was pruned, the oldest state is of block 30");
}

#[test]
fn a_key_of_the_wrong_length_is_named() {
    let row = (Table::AccountHistory, vec![7; 27], Some(vec![]));
    assert_damaged(scene(), row, "the key is not address and number");
    let row = (Table::StorageHistory, vec![7; 61], Some(vec![]));
    assert_damaged(scene(), row, "the key is not address, slot and number");
}

#[test]
fn a_missing_row_and_one_too_many_do_not_make_up_for_each_other() {
    let mut scene = scene();
    let missing = account_key(BOB, 20);
    let rows = [
        (Table::AccountHistory, missing.clone(), None),
        (Table::AccountHistory, account_key(Address::repeat_byte(0x66), 20), Some(vec![])),
    ];
    let error = scene.audit_after(&rows).unwrap_err();
    assert_names(&error, Table::AccountHistory, &hex::encode(missing), "the row is absent");
}

#[test]
fn a_wrong_value_shows_in_the_root_of_the_block_below() {
    for number in [3, 25, TIP] {
        let mut scene = scene();
        let row = (Table::AccountHistory, account_key(BOB, number), Some(vec![]));
        let error = scene.audit_after(&[row]).unwrap_err();
        let below = scene.blocks.iter().find(|block| block.number == number - 1).unwrap();
        assert!(
            matches!(error, AuditError::PastRoot { number: at, header, computed }
                if at == below.number && header == below.state_root && computed != header),
            "{error}"
        );
    }
    let mut scene = scene();
    let row = (Table::StorageHistory, holder_slot_key(&scene, 25), Some(vec![7]));
    let error = scene.audit_after(&[row]).unwrap_err();
    assert!(matches!(error, AuditError::PastRoot { number: 24, .. }), "{error}");
}

#[test]
fn a_stored_trie_with_another_root_is_told_from_a_wrong_history() {
    // The root is a branch without children.
    let root = [&[0xd1][..], &[0x80; 17]].concat();
    let error = scene().audit_after(&[(Table::AccountTrie, Vec::new(), Some(root))]);
    let error = error.unwrap_err();
    assert!(matches!(error, AuditError::StoredRoot { number: TIP, .. }), "{error}");
    // A node below the root is missed before anything is said of the history.
    let error = scene().audit_after(&[(Table::AccountTrie, vec![keccak_nibble(BOB)], None)]);
    let error = error.unwrap_err();
    assert!(matches!(error, AuditError::State(StateError::MissingNode { .. })), "{error}");
}

/// First nibble of the path of an account.
fn keccak_nibble(address: Address) -> u8 {
    alloy_primitives::keccak256(address)[0] >> 4
}

#[test]
fn pruned_receipts_are_not_missed_and_those_left_behind_are_named() {
    let mut scene = pruned();
    let block = &scene.blocks[6];
    let key = [block.number.to_be_bytes().as_slice(), block.hash().as_slice()].concat();
    let error = scene.audit_after(&[(Table::Receipts, key, Some(vec![0xc0]))]).unwrap_err();
    assert!(matches!(error, AuditError::ReceiptsLeft { number: 7, oldest: 31 }), "{error}");
}
