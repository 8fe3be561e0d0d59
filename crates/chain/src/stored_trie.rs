//! Whether the stored trie is whole and that of the header.

use crate::AuditError;
use alloy_primitives::B256;
use hanzo_state::verify;
use hanzo_store::{StoreView, Table};

/// Follows every reference from the root of the stored trie and compares the root with the header's
/// and the number of nodes with the rows of both tables.
pub(crate) fn check_stored_trie(
    view: &StoreView,
    number: u64,
    header: B256,
) -> Result<(), AuditError> {
    let trie = verify(view)?;
    if trie.root != header {
        return Err(AuditError::StoredRoot { number, header, stored: trie.root });
    }
    check_rows(view, Table::AccountTrie, trie.account_nodes)?;
    check_rows(view, Table::StorageTrie, trie.storage_nodes)
}

/// A row that no reference leads to is left over from something.
fn check_rows(view: &StoreView, table: Table, expected: u64) -> Result<(), AuditError> {
    let found = view.count_rows(table)?;
    if found == expected { Ok(()) } else { Err(AuditError::TrieRows { table, expected, found }) }
}
