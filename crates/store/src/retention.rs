//! How much of the past is kept.

use crate::database::WriteKind;
use crate::history::delete_history;
use crate::{BlockRef, Durability, Store, StoreError, StoreView, Table, key, value};

/// Fewest blocks of which a pruned node keeps states and receipts: twice the depth at which a
/// block counts as final (decision D-10), so that every reorganisation it may have to follow can
/// be unwound, and as many as the window of `eth_getProof`.
pub const MIN_RETAINED_BLOCKS: u64 = 256;

/// How much of the past is kept beside the blocks themselves, which always stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// Past states that can be read, in blocks below the state tip; `None` keeps all of them.
    pub states: Option<u64>,
    /// Blocks whose receipts and logs are kept, the state tip included; `None` keeps all of them.
    pub receipts: Option<u64>,
}

/// What one pass removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pruned {
    /// Blocks whose state changes were forgotten.
    pub states: u64,
    /// Blocks whose receipts were removed.
    pub receipts: u64,
}

impl Store {
    /// Removes what `retention` does not keep, oldest first, for at most `most_blocks` blocks, in
    /// one batch. A pass that removes nothing writes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotInitialized`], [`StoreError::Damaged`], [`StoreError::DiskFull`],
    /// [`StoreError::Engine`].
    pub fn prune(&self, retention: Retention, most_blocks: u64) -> Result<Pruned, StoreError> {
        let view = self.view();
        let tip = view.state_tip()?.number;
        let mut batch = self.database().batch();
        let mut pruned = Pruned::default();

        let oldest = view.oldest_state()?;
        let keep = retention.states.map_or(0, |states| tip.saturating_sub(states));
        let until = keep.min(oldest.saturating_add(most_blocks));
        for number in oldest.saturating_add(1)..=until {
            delete_history(&mut batch, number, &view.expect_touched(number)?)?;
            pruned.states = pruned.states.saturating_add(1);
        }
        if pruned.states > 0 {
            batch.put(Table::Meta, key::OLDEST_STATE, until.to_be_bytes())?;
        }

        let oldest = view.oldest_receipts()?;
        let keep =
            retention.receipts.map_or(0, |blocks| tip.saturating_add(1).saturating_sub(blocks));
        let until = keep.min(oldest.saturating_add(most_blocks));
        for number in oldest..until {
            let Some(hash) = view.canonical_hash(number)? else { continue };
            batch.delete(Table::Receipts, key::block(BlockRef { number, hash }))?;
            pruned.receipts = pruned.receipts.saturating_add(1);
        }
        if pruned.receipts > 0 {
            batch.put(Table::Meta, key::OLDEST_RECEIPTS, until.to_be_bytes())?;
        }

        if pruned != Pruned::default() {
            // Losing it in a power cut only means that it is done again.
            batch.write(WriteKind::Prune, Durability::Unsynced)?;
        }
        Ok(pruned)
    }
}

impl StoreView {
    /// Number of the oldest block whose receipts are kept.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] or [`StoreError::Engine`].
    pub fn oldest_receipts(&self) -> Result<u64, StoreError> {
        let oldest = self.get_decoded(Table::Meta, key::OLDEST_RECEIPTS, value::decode_u64)?;
        Ok(oldest.unwrap_or_default())
    }
}
