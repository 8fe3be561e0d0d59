//! Whether everything that is stored can be read.

use crate::{StoreError, StoreView, Table};

impl StoreView {
    /// Reads every table from one end to the other, so that the checksum of every block of data is
    /// compared: also where only values lie that newer files replace. No read asks for those, but a
    /// compaction would stumble over them while the node runs.
    ///
    /// # Errors
    /// [`StoreError::Engine`] with the file that is damaged.
    pub fn read_all(&self) -> Result<(), StoreError> {
        Table::ALL.into_iter().try_for_each(|table| self.count_rows(table).map(drop))
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        StoreError, Table,
        fixture::{open, put},
    };
    use std::fs;
    use tempfile::TempDir;

    #[test]
    fn damage_is_found_where_only_a_replaced_value_lies() {
        let directory = TempDir::new().unwrap();
        let store = open(&directory);
        put(&store, Table::Peers, 200, 1);
        store.flush_tables().unwrap();
        let files = store.database().engine.live_files().unwrap();
        let of_peers = files.into_iter().find(|file| file.column_family_name == "peers").unwrap();
        let old = of_peers.name.trim_start_matches('/').to_owned();
        put(&store, Table::Peers, 200, 2);
        store.flush_tables().unwrap();
        store.view().read_all().unwrap();
        drop(store);

        let path = directory.path().join(&old);
        let mut bytes = fs::read(&path).unwrap();
        bytes[3] ^= 1;
        fs::write(&path, bytes).unwrap();
        let store = open(&directory);
        let view = store.view();
        assert_eq!(view.get(Table::Peers, &[200]).unwrap().as_deref(), Some([2].as_slice()));
        let error = view.read_all().unwrap_err();
        assert!(matches!(error, StoreError::Engine { .. }), "{error}");
        assert!(error.to_string().contains(&old), "{error}");
    }
}
