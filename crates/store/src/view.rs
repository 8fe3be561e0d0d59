//! An immutable view of the database.

use crate::database::{Database, damaged};
use crate::state_cache::StateCache;
use crate::value::Weight;
use crate::{BlockRef, StoreError, Table, key, value};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use hanzo_state::{Account, NodePath, StateError, StateRead, TrieRead};
use hanzo_types::{Header, Receipt, RecoveredBlock, SealedBlock, SealedHeader, TotalDifficulty};
use rocksdb::{DBPinnableSlice, Direction, IteratorMode, ReadOptions, Snapshot};
use self_cell::self_cell;
use std::fmt;
use std::sync::Arc;

self_cell!(
    /// A RocksDB snapshot together with the database it borrows from.
    struct OwnedSnapshot {
        owner: Arc<Database>,
        #[covariant]
        dependent: Snapshot,
    }
);

/// Bytes that a scan of a whole table asks the disk for at a time.
const READ_AHEAD_BYTES: usize = 2 << 20;

/// The database at one moment. Taking a view costs less than a read, reading it never waits for a
/// writer, and all its answers belong to the same state tip.
pub struct StoreView {
    snapshot: OwnedSnapshot,
    /// Number of the newest write that the snapshot sees.
    sequence: u64,
}

/// Where a canonical transaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransactionLocation {
    /// Hash of its block.
    pub block_hash: B256,
    /// Number of its block.
    pub block_number: u64,
    /// Its position in the block.
    pub index: u64,
}

/// Key and value as they are stored.
pub(crate) type Row = (Box<[u8]>, Box<[u8]>);

/// Rows of a table.
pub(crate) type Rows<'a> = Box<dyn Iterator<Item = Result<Row, StoreError>> + 'a>;

impl StoreView {
    /// The database as it is now.
    pub(crate) fn new(database: Arc<Database>) -> Self {
        let snapshot = OwnedSnapshot::new(database, |database| database.engine.snapshot());
        let sequence = snapshot.borrow_dependent().sequence_number();
        Self { snapshot, sequence }
    }

    /// The block whose state is on disk.
    ///
    /// # Errors
    /// [`StoreError::NotInitialized`] before the genesis state is written; otherwise as every
    /// method of a view: [`StoreError::Damaged`] or [`StoreError::Engine`].
    pub fn state_tip(&self) -> Result<BlockRef, StoreError> {
        self.state_tip_if_initialized()?
            .ok_or_else(|| StoreError::NotInitialized { path: self.database().path.clone() })
    }

    /// The header of the block with this hash.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] or [`StoreError::Engine`].
    pub fn header_by_hash(&self, hash: B256) -> Result<Option<SealedHeader>, StoreError> {
        let Some(number) = self.number_of(hash)? else { return Ok(None) };
        self.header(BlockRef { number, hash }).map(Some)
    }

    /// The block with this hash, and its senders.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] or [`StoreError::Engine`].
    pub fn block_by_hash(&self, hash: B256) -> Result<Option<RecoveredBlock>, StoreError> {
        let Some(number) = self.number_of(hash)? else { return Ok(None) };
        self.block(BlockRef { number, hash }).map(Some)
    }

    /// Hash of the canonical block at `number`, for blocks up to the state tip.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] or [`StoreError::Engine`].
    pub fn canonical_hash(&self, number: u64) -> Result<Option<B256>, StoreError> {
        self.get_decoded(Table::Canonical, &number.to_be_bytes(), value::decode_hash)
    }

    /// Number of the block with this hash, canonical or not.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] or [`StoreError::Engine`].
    pub fn number_of(&self, hash: B256) -> Result<Option<u64>, StoreError> {
        self.get_decoded(Table::BlockNumbers, hash.as_slice(), value::decode_u64)
    }

    /// Weight of the chain that ends in the block with this hash.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] or [`StoreError::Engine`].
    pub fn total_difficulty(&self, hash: B256) -> Result<Option<TotalDifficulty>, StoreError> {
        let Some(number) = self.number_of(hash)? else { return Ok(None) };
        self.weight(BlockRef { number, hash }).map(|weight| Some(weight.total_difficulty))
    }

    /// Receipts of the block with this hash; `None` unless it was committed.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] or [`StoreError::Engine`].
    pub fn receipts(&self, hash: B256) -> Result<Option<Vec<Receipt>>, StoreError> {
        let Some(number) = self.number_of(hash)? else { return Ok(None) };
        let key = key::block(BlockRef { number, hash });
        self.get_decoded(Table::Receipts, &key, value::decode_rlp)
    }

    /// Where the transaction with this hash is; `None` unless its block was committed.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] or [`StoreError::Engine`].
    pub fn transaction(&self, hash: B256) -> Result<Option<TransactionLocation>, StoreError> {
        let position =
            self.get_decoded(Table::Transactions, hash.as_slice(), value::decode_position)?;
        let Some(position) = position else { return Ok(None) };
        let block_hash = self.canonical_hash(position.number)?.ok_or_else(|| {
            let reason = format!("names block {}, which is not canonical", position.number);
            damaged(Table::Transactions, hash.as_slice(), reason)
        })?;
        let location = TransactionLocation {
            block_hash,
            block_number: position.number,
            index: position.index,
        };
        Ok(Some(location))
    }

    /// All accounts, in address order. Reads the whole table: for supply checks and `db check`,
    /// never for a request. Ends after the first error.
    pub fn accounts(&self) -> impl Iterator<Item = Result<(Address, Account), StoreError>> + '_ {
        self.scan(Table::Accounts, &[], ReadOptions::default()).map(|row| {
            let (key, bytes) = row?;
            let address = Address::try_from(&*key)
                .map_err(|_| damaged(Table::Accounts, &key, "the key is not an address"))?;
            let account = value::decode_account(&bytes)
                .map_err(|reason| damaged(Table::Accounts, &key, reason))?;
            Ok((address, account))
        })
    }

    /// All slots that are not zero, in the order of address and slot. Reads the whole table, like
    /// [`Self::accounts`]. Ends after the first error.
    pub fn slots(&self) -> impl Iterator<Item = Result<(Address, U256, U256), StoreError>> + '_ {
        self.scan(Table::Storage, &[], ReadOptions::default()).map(decode_slot_row)
    }

    /// All slots of an account that are not zero, in slot order. Ends after the first error.
    pub fn storage_of(
        &self,
        address: Address,
    ) -> impl Iterator<Item = Result<(U256, U256), StoreError>> + '_ {
        let mut options = ReadOptions::default();
        options.set_iterate_range(rocksdb::PrefixRange(address.as_slice()));
        self.scan(Table::Storage, address.as_slice(), options)
            .map(|row| decode_slot_row(row).map(|(_, slot, value)| (slot, value)))
    }

    /// Number of rows of a table. Reads the whole table, like [`Self::accounts`].
    ///
    /// # Errors
    /// [`StoreError::Engine`] if a row cannot be read.
    pub fn count_rows(&self, table: Table) -> Result<u64, StoreError> {
        let mut rows = 0_u64;
        let mut options = ReadOptions::default();
        options.set_readahead_size(READ_AHEAD_BYTES);
        for row in self.scan(table, &[], options) {
            row?;
            rows = rows.saturating_add(1);
        }
        Ok(rows)
    }

    /// The block whose state is on disk; `None` before the genesis state is written.
    pub(crate) fn state_tip_if_initialized(&self) -> Result<Option<BlockRef>, StoreError> {
        self.get_decoded(Table::Meta, key::STATE_TIP, |value| {
            key::decode_block(value).ok_or_else(|| "not a number and a hash".to_owned())
        })
    }

    /// Arrival number of the next block.
    pub(crate) fn next_arrival(&self) -> Result<u64, StoreError> {
        let stored = self.get_decoded(Table::Meta, key::NEXT_ARRIVAL, value::decode_u64)?;
        Ok(stored.unwrap_or_default())
    }

    /// Every stored block with at least this number, by number and hash.
    pub(crate) fn blocks_from(
        &self,
        number: u64,
    ) -> impl Iterator<Item = Result<BlockRef, StoreError>> + '_ {
        self.scan(Table::Weights, &number.to_be_bytes(), ReadOptions::default()).map(|row| {
            let (key, _) = row?;
            key::decode_block(&key)
                .ok_or_else(|| damaged(Table::Weights, &key, "the key is not number and hash"))
        })
    }

    /// The header of a block that is known to be stored.
    pub(crate) fn header(&self, block: BlockRef) -> Result<SealedHeader, StoreError> {
        let bytes = self.expect(Table::Headers, &key::block(block))?;
        // Guards everything that trusts a header by its hash against a disk that lost bits.
        let found = keccak256(&bytes);
        if found != block.hash {
            let reason = format!("the header hashes to {found}");
            return Err(damaged(Table::Headers, &key::block(block), reason));
        }
        let header: Header = value::decode_rlp(&bytes)
            .map_err(|reason| damaged(Table::Headers, &key::block(block), reason))?;
        Ok(SealedHeader::new(header, block.hash))
    }

    /// A block that is known to be stored.
    pub(crate) fn block(&self, block: BlockRef) -> Result<RecoveredBlock, StoreError> {
        let header = self.header(block)?;
        let bytes = self.expect(Table::Bodies, &key::block(block))?;
        let (body, senders) = value::decode_body(&bytes)
            .map_err(|reason| damaged(Table::Bodies, &key::block(block), reason))?;
        Ok(RecoveredBlock::new_sealed(SealedBlock::from_sealed_parts(header, body), senders))
    }

    /// Weight and arrival of a block that is known to be stored.
    pub(crate) fn weight(&self, block: BlockRef) -> Result<Weight, StoreError> {
        let bytes = self.expect(Table::Weights, &key::block(block))?;
        value::decode_weight(&bytes)
            .map_err(|reason| damaged(Table::Weights, &key::block(block), reason))
    }

    /// The account as it is on disk.
    pub(crate) fn stored_account(&self, address: Address) -> Result<Option<Account>, StoreError> {
        self.get_decoded(Table::Accounts, address.as_slice(), value::decode_account)
    }

    /// The slot as it is on disk.
    pub(crate) fn stored_slot(&self, address: Address, slot: U256) -> Result<U256, StoreError> {
        let value =
            self.get_decoded(Table::Storage, &key::slot(address, slot), value::decode_slot)?;
        Ok(value.unwrap_or_default())
    }

    fn stored_node(&self, table: Table, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        Ok(self.get(table, key)?.map(|node| Bytes::copy_from_slice(&node)))
    }

    fn state_cache(&self) -> &StateCache {
        &self.database().state_cache
    }

    fn database(&self) -> &Database {
        self.snapshot.borrow_owner()
    }

    pub(crate) fn get(
        &self,
        table: Table,
        key: &[u8],
    ) -> Result<Option<DBPinnableSlice<'_>>, StoreError> {
        let family = self.database().table(table)?;
        self.database().activity.read();
        self.snapshot
            .borrow_dependent()
            .get_pinned_cf(family, key)
            .map_err(|error| self.database().failed("reading", error))
    }

    /// A row that another row says is there.
    pub(crate) fn expect(
        &self,
        table: Table,
        key: &[u8],
    ) -> Result<DBPinnableSlice<'_>, StoreError> {
        self.get(table, key)?.ok_or_else(|| damaged(table, key, "the row is absent"))
    }

    pub(crate) fn get_decoded<T>(
        &self,
        table: Table,
        key: &[u8],
        decode: impl FnOnce(&[u8]) -> Result<T, value::Reason>,
    ) -> Result<Option<T>, StoreError> {
        self.get(table, key)?
            .map(|bytes| decode(&bytes).map_err(|reason| damaged(table, key, reason)))
            .transpose()
    }

    /// The rows of a table from `start` on, for scans of many: a scan reads each block once, and
    /// keeping those would push out what requests need.
    fn scan(&self, table: Table, start: &[u8], mut options: ReadOptions) -> Rows<'_> {
        options.fill_cache(false);
        self.scan_cached(table, start, options)
    }

    /// The rows of a table from `start` on.
    pub(crate) fn scan_cached(&self, table: Table, start: &[u8], options: ReadOptions) -> Rows<'_> {
        let family = match self.database().table(table) {
            Ok(family) => family,
            Err(error) => return Box::new(std::iter::once(Err(error))),
        };
        self.database().activity.read();
        let mode = IteratorMode::From(start, Direction::Forward);
        let rows = self.snapshot.borrow_dependent().iterator_cf_opt(family, options, mode);
        Box::new(rows.map(|row| row.map_err(|error| self.database().failed("scanning", error))))
    }
}

/// Address, slot and value of a row of [`Table::Storage`].
fn decode_slot_row(row: Result<Row, StoreError>) -> Result<(Address, U256, U256), StoreError> {
    let (key, bytes) = row?;
    let (address, slot) = key::decode_slot(&key)
        .ok_or_else(|| damaged(Table::Storage, &key, "the key is not address and slot"))?;
    let value =
        value::decode_slot(&bytes).map_err(|reason| damaged(Table::Storage, &key, reason))?;
    Ok((address, slot, value))
}

impl StateRead for StoreView {
    fn account(&self, address: Address) -> Result<Option<Account>, StateError> {
        let cache = self.state_cache();
        cache
            .accounts
            .read(&cache.gate, self.sequence, address, |address| self.stored_account(*address))
            .map_err(StateError::storage)
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        let cache = self.state_cache();
        cache
            .slots
            .read(&cache.gate, self.sequence, (address, slot), |(address, slot)| {
                self.stored_slot(*address, *slot)
            })
            .map_err(StateError::storage)
    }

    fn storage_slots_within(
        &self,
        address: Address,
        at_most: usize,
    ) -> Result<Option<Vec<(U256, U256)>>, StateError> {
        let slots = self.storage_of(address).take(at_most.saturating_add(1));
        let slots: Vec<_> = slots.collect::<Result<_, _>>().map_err(StateError::storage)?;
        Ok((slots.len() <= at_most).then_some(slots))
    }

    fn code(&self, code_hash: B256) -> Result<Bytes, StateError> {
        let cache = self.state_cache();
        cache.code.read(&cache.gate, self.sequence, code_hash, |code_hash| {
            self.get(Table::Code, code_hash.as_slice())
                .map_err(StateError::storage)?
                .map(|code| Bytes::copy_from_slice(&code))
                .ok_or(StateError::MissingCode(*code_hash))
        })
    }

    fn block_hash(&self, number: u64) -> Result<B256, StateError> {
        self.canonical_hash(number).map(Option::unwrap_or_default).map_err(StateError::storage)
    }
}

impl TrieRead for StoreView {
    fn account_node(&self, path: &NodePath) -> Result<Option<Bytes>, StateError> {
        let cache = self.state_cache();
        cache
            .account_nodes
            .read(&cache.gate, self.sequence, *path, |path| {
                self.stored_node(Table::AccountTrie, &key::account_node(path))
            })
            .map_err(StateError::storage)
    }

    fn storage_node(&self, account: B256, path: &NodePath) -> Result<Option<Bytes>, StateError> {
        let cache = self.state_cache();
        cache
            .storage_nodes
            .read(&cache.gate, self.sequence, (account, *path), |(account, path)| {
                self.stored_node(Table::StorageTrie, &key::storage_node(*account, path))
            })
            .map_err(StateError::storage)
    }
}

impl fmt::Debug for StoreView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreView")
            .field("database", self.database())
            .field("sequence", &self.sequence)
            .finish()
    }
}
