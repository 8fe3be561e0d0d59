//! Other nodes that this one knows.

use crate::database::WriteKind;
use crate::{Durability, Store, StoreError, Table};
use rocksdb::ReadOptions;

/// A row of [`Table::Peers`]: the id of a peer and what is known of it, as the network encodes them.
pub type PeerRow = (Vec<u8>, Vec<u8>);

impl Store {
    /// Remembers peers; without a record a peer is forgotten. A power cut may undo it.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::Engine`].
    pub fn put_peers(&self, peers: &[(Vec<u8>, Option<Vec<u8>>)]) -> Result<(), StoreError> {
        let mut batch = self.database().batch();
        for (peer, record) in peers {
            batch.set(Table::Peers, peer, record.as_ref())?;
        }
        batch.write(WriteKind::Peers, Durability::Unsynced)
    }

    /// Every peer that is remembered, in the order of their ids.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] or [`StoreError::Engine`].
    pub fn peers(&self) -> Result<Vec<PeerRow>, StoreError> {
        let view = self.view();
        let rows = view.scan_cached(Table::Peers, &[], ReadOptions::default());
        rows.map(|row| row.map(|(peer, record)| (peer.into_vec(), record.into_vec()))).collect()
    }
}
