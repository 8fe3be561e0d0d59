//! Moving the persisted state back.

use crate::database::{WriteKind, damaged};
use crate::history::delete_history;
use crate::store::{put_state, put_trie};
use crate::{BlockRef, Durability, Store, StoreError, StoreView, Table, key};
use hanzo_state::root;
use std::sync::Arc;

impl Store {
    /// Moves the state on disk back to `ancestor`, a canonical block, in one batch: the values
    /// before every later block come back, the trie follows from them, and the later blocks leave
    /// the canonical map, the transaction index, the receipts and the history. The blocks
    /// themselves stay.
    ///
    /// The root of the trie is computed again and compared with the ancestor's header before
    /// anything is written.
    ///
    /// # Errors
    /// [`StoreError::NotCanonical`] or [`StoreError::HistoryPruned`] if the state cannot go there,
    /// [`StoreError::UnwoundRoot`] or [`StoreError::UnwoundTrie`] if the history does not fit the
    /// state, which is damage; [`StoreError::Damaged`], [`StoreError::DiskFull`],
    /// [`StoreError::Engine`]. The database is unchanged then.
    pub fn unwind(&self, ancestor: BlockRef, durability: Durability) -> Result<(), StoreError> {
        let view = self.view();
        let tip = view.state_tip()?;
        check_reachable(&view, ancestor, tip)?;
        let state = view.changes_back_to(ancestor.number)?;
        let back = root(&view, &state)
            .map_err(|source| StoreError::UnwoundTrie { block: ancestor, source })?;
        let header = view.header(ancestor)?;
        if back.root != header.state_root {
            return Err(StoreError::UnwoundRoot {
                block: ancestor,
                header: header.state_root,
                computed: back.root,
            });
        }
        let mut batch = self.database().batch();
        put_state(&mut batch, &state)?;
        put_trie(&mut batch, &back.trie)?;
        for number in ancestor.number.saturating_add(1)..=tip.number {
            delete_history(&mut batch, number, &view.expect_touched(number)?)?;
            let hash = view.canonical_hash(number)?.ok_or_else(|| {
                damaged(Table::Canonical, &number.to_be_bytes(), "the row is absent")
            })?;
            let block = BlockRef { number, hash };
            for transaction in &view.block(block)?.body().transactions {
                batch.delete(Table::Transactions, transaction.tx_hash())?;
            }
            batch.delete(Table::Receipts, key::block(block))?;
            batch.delete(Table::Canonical, number.to_be_bytes())?;
        }
        batch.put(Table::Meta, key::STATE_TIP, key::block(ancestor))?;
        batch.write_state(&state, &back.trie, WriteKind::Unwind, durability)?;
        tracing::info!(
            target: "store",
            from = tip.number,
            to = ancestor.number,
            accounts = state.accounts.len(),
            "state unwound"
        );
        Ok(())
    }
}

fn check_reachable(
    view: &Arc<StoreView>,
    ancestor: BlockRef,
    tip: BlockRef,
) -> Result<(), StoreError> {
    let canonical = view.canonical_hash(ancestor.number)?;
    if ancestor.number > tip.number || canonical != Some(ancestor.hash) {
        return Err(StoreError::NotCanonical(ancestor));
    }
    let oldest = view.oldest_state()?;
    if ancestor.number < oldest {
        return Err(StoreError::HistoryPruned { number: ancestor.number, oldest });
    }
    Ok(())
}
