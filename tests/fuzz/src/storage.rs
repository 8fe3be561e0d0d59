//! What the database holds: rows of tables and nodes of tries.

use crate::Verdict;
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_trie::EMPTY_ROOT_HASH;
use hanzo_state::{
    Account, Change, NodePath, StateDiff, StateError, TrieDiff, TrieRead, prove, root, verify,
};
use hanzo_store::{StoreError, Table, reencode_row};
use std::collections::BTreeMap;

/// A row: a byte for the table, a byte for the length of the key, the key, the value.
pub fn stored_row(bytes: &[u8]) -> Verdict {
    let [table, key_bytes, rest @ ..] = bytes else { return Verdict::Refused };
    let table = Table::ALL[usize::from(*table) % Table::ALL.len()];
    let Some((key, value)) = rest.split_at_checked(usize::from(*key_bytes)) else {
        return Verdict::Refused;
    };
    let row = reencode_row(table, key, value);
    match &row {
        Ok((key_again, value_again)) => {
            assert_eq!(key_again, key, "two keys of one row of {table}");
            // Consensus objects are read leniently and written canonically; everything else has one
            // encoding.
            if is_rlp(table) {
                let again = reencode_row(table, key_again, value_again);
                assert_eq!(again.ok().as_ref(), row.as_ref().ok(), "not stable in {table}");
            } else {
                assert_eq!(value_again, value, "two encodings of one value of {table}");
            }
        }
        Err(StoreError::Damaged { table: named, .. }) => assert_eq!(*named, table),
        Err(other) => panic!("not damage: {other}"),
    }
    Verdict::of(&row)
}

const fn is_rlp(table: Table) -> bool {
    matches!(table, Table::Headers | Table::Bodies | Table::Receipts)
}

/// A state trie whose nodes are whatever lies in the database. Of each node: 0 for the account trie or 1
/// for that of the account that is asked for, the length of its path, the nibbles of the path, its length in two bytes,
/// the node.
pub fn trie_nodes(bytes: &[u8]) -> Verdict {
    let trie = Nodes::read(bytes);
    let slots = [U256::ZERO, U256::from(7)];
    let proven = prove(&trie, ACCOUNT, &slots);
    if let Ok(proof) = &proven {
        assert_eq!(proof.storage.len(), slots.len());
        assert!(proof.nodes.len() <= 65, "a path longer than a key");
    }
    let whole = verify(&trie);
    if let Ok(whole) = &whole {
        let top = trie.accounts.get(&NodePath::default());
        assert_eq!(whole.root, top.map_or(EMPTY_ROOT_HASH, keccak256));
    }
    for diff in changes() {
        match root(&trie, &diff) {
            Ok(after) => {
                if whole.is_ok() {
                    assert_changed(&trie, &trie.with(&after.trie), &diff);
                }
            }
            Err(
                StateError::MissingNode { .. }
                | StateError::DamagedNode { .. }
                // The change takes the account and leaves what it stores.
                | StateError::StorageWithoutAccount { .. },
            ) => {}
            Err(other) => panic!("no error of a trie: {other}"),
        }
    }
    Verdict::of(&proven)
}

/// The account that is asked for and changed.
const ACCOUNT: Address = Address::repeat_byte(0x11);

/// In a trie whose hashes fit, what was changed is what is proven afterwards, and the rest is as it was.
fn assert_changed(old: &Nodes, new: &Nodes, diff: &StateDiff) {
    let Change { before, after } = diff.accounts[&ACCOUNT];
    // An account that is the same before and after is not written, whatever the trie says of it.
    let expected = if before == after { proven_account(old) } else { after };
    assert_eq!(proven_account(new), expected);
}

/// The account in a trie whose hashes fit.
fn proven_account(trie: &Nodes) -> Option<Account> {
    let proof = prove(trie, ACCOUNT, &[]).expect("every node is there");
    proof.account.map(|found| Account {
        nonce: found.nonce,
        balance: found.balance,
        code_hash: found.code_hash,
    })
}

/// An account that comes, one that goes, and slots that change.
fn changes() -> [StateDiff; 3] {
    let account = Account { nonce: 1, balance: U256::from(5), ..Account::default() };
    let changed = |before, after| {
        let mut diff = StateDiff::default();
        diff.accounts.insert(ACCOUNT, Change { before, after });
        diff
    };
    let mut written = changed(Some(account), Some(account));
    let slots = written.storage.entry(ACCOUNT).or_default();
    slots.insert(U256::ZERO, Change { before: U256::from(1), after: U256::ZERO });
    slots.insert(U256::from(7), Change { before: U256::ZERO, after: U256::from(9) });
    [changed(None, Some(account)), changed(Some(account), None), written]
}

/// Nodes of any tries, by path.
#[derive(Clone, Default)]
struct Nodes {
    accounts: BTreeMap<NodePath, Bytes>,
    storage: BTreeMap<NodePath, Bytes>,
}

impl Nodes {
    fn read(mut bytes: &[u8]) -> Self {
        let mut nodes = Self::default();
        while let Some((&[owner, nibbles], rest)) = bytes.split_first_chunk::<2>() {
            let (path, rest) = rest.split_at(usize::from(nibbles).min(64).min(rest.len()));
            let Some((length, rest)) = rest.split_first_chunk::<2>() else { break };
            let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
            let (node, after) = rest.split_at(length);
            let path =
                NodePath::from_nibbles(path.iter().map(|nibble| nibble & 0x0f).collect::<Vec<_>>());
            let of_owner = if owner & 1 == 0 { &mut nodes.accounts } else { &mut nodes.storage };
            of_owner.insert(path, Bytes::copy_from_slice(node));
            bytes = after;
        }
        nodes
    }

    /// The nodes after a change.
    fn with(&self, diff: &TrieDiff) -> Self {
        let mut after = self.clone();
        let accounts = diff.account_nodes_sorted();
        let storage = diff.storage_nodes_sorted();
        for (path, node) in accounts {
            put(&mut after.accounts, path, node);
        }
        for (_, path, node) in storage {
            put(&mut after.storage, path, node);
        }
        after
    }
}

fn put(nodes: &mut BTreeMap<NodePath, Bytes>, path: NodePath, node: Option<&Bytes>) {
    match node {
        Some(node) => nodes.insert(path, node.clone()),
        None => nodes.remove(&path),
    };
}

impl TrieRead for Nodes {
    fn account_node(&self, path: &NodePath) -> Result<Option<Bytes>, StateError> {
        Ok(self.accounts.get(path).cloned())
    }

    fn storage_node(&self, account: B256, path: &NodePath) -> Result<Option<Bytes>, StateError> {
        let own = account == keccak256(ACCOUNT);
        Ok(own.then(|| self.storage.get(path).cloned()).flatten())
    }
}
