//! The database: opening it and writing to it.

use crate::database::{Batch, Database, WriteKind};
use crate::value::{Position, Weight};
use crate::{
    BlockRef, ChainIdentity, CommittedBlock, DurableBlock, Retention, StoreConfig, StoreError,
    StoreView, Table, history::put_history, key, open, value,
};
use alloy_primitives::{Address, B256};
use hanzo_state::{StateDiff, TrieDiff};
use hanzo_types::{RecoveredBlock, SealedBlock, TotalDifficulty};
use std::{
    panic::resume_unwind,
    sync::Arc,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    thread::{self, Builder, ScopedJoinHandle},
};

/// The database. Cloning is cheap and shares it.
///
/// One thread stores blocks and one commits segments; readers take a [`StoreView`] and are never
/// in their way.
#[derive(Debug, Clone)]
pub struct Store(Arc<Inner>);

/// Whether a write has reached the disk when the call returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Survives a power cut.
    Synced,
    /// Survives a crash of the process; a power cut may lose it, but never half of it.
    Unsynced,
}

#[derive(Debug)]
struct Inner {
    database: Arc<Database>,
    genesis_hash: B256,
    retention: Retention,
    next_arrival: AtomicU64,
    /// Bytes of the last commit: the next is about as large.
    commit_bytes: AtomicUsize,
}

impl Store {
    /// Opens the database, or creates it, and checks that it belongs to this chain.
    ///
    /// # Errors
    /// [`StoreError::Locked`], [`StoreError::NotADatabase`], [`StoreError::Inaccessible`],
    /// [`StoreError::DiskFull`], [`StoreError::SchemaVersion`], [`StoreError::ChainId`],
    /// [`StoreError::GenesisHash`], [`StoreError::Damaged`], [`StoreError::Engine`].
    pub fn open(config: &StoreConfig, identity: ChainIdentity) -> Result<Self, StoreError> {
        let database = Arc::new(open::open(config, &identity)?);
        let next_arrival = StoreView::new(Arc::clone(&database)).next_arrival()?;
        Ok(Self(Arc::new(Inner {
            database,
            genesis_hash: identity.genesis_hash,
            retention: config.retention,
            next_arrival: AtomicU64::new(next_arrival),
            commit_bytes: AtomicUsize::new(0),
        })))
    }

    /// Whether the genesis state was committed.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] or [`StoreError::Engine`].
    pub fn is_initialized(&self) -> Result<bool, StoreError> {
        Ok(self.view().state_tip_if_initialized()?.is_some())
    }

    /// Writes the genesis block and its state in one synced batch.
    ///
    /// # Errors
    /// [`StoreError::GenesisHash`] if it is not the block the database was opened for,
    /// [`StoreError::AlreadyInitialized`], [`StoreError::DiskFull`], [`StoreError::Engine`].
    pub fn init_genesis(
        &self,
        block: &SealedBlock,
        total_difficulty: TotalDifficulty,
        state: &StateDiff,
        trie: &TrieDiff,
    ) -> Result<(), StoreError> {
        let path = || self.0.database.path.clone();
        if block.hash() != self.0.genesis_hash {
            return Err(StoreError::GenesisHash {
                path: path(),
                expected: self.0.genesis_hash,
                found: block.hash(),
            });
        }
        if let Some(tip) = self.view().state_tip_if_initialized()? {
            return Err(StoreError::AlreadyInitialized { path: path(), tip });
        }
        let mut batch = self.0.database.batch();
        self.put_block_rows(&mut batch, block, &[], total_difficulty)?;
        put_state(&mut batch, state)?;
        put_trie(&mut batch, trie)?;
        let tip = BlockRef { number: block.number, hash: block.hash() };
        batch.put(Table::Canonical, tip.number.to_be_bytes(), tip.hash)?;
        batch.put(Table::Meta, key::STATE_TIP, key::block(tip))?;
        batch.write_state(state, trie, WriteKind::Genesis, Durability::Synced)
    }

    /// Stores a valid block, so that it survives a crash before its state is committed. A block
    /// that is already stored keeps its arrival number.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`], [`StoreError::Engine`], [`StoreError::Damaged`].
    pub fn put_block(
        &self,
        block: &RecoveredBlock,
        total_difficulty: TotalDifficulty,
        durability: Durability,
    ) -> Result<(), StoreError> {
        if self.view().number_of(block.hash())?.is_some() {
            return match durability {
                Durability::Synced => self.flush_wal(),
                Durability::Unsynced => Ok(()),
            };
        }
        let mut batch = self.0.database.batch();
        self.put_block_rows(&mut batch, block, block.senders(), total_difficulty)?;
        batch.write(WriteKind::Block, durability)
    }

    /// Moves the state on disk forward by `segment`, a run of canonical blocks, in one batch over
    /// all tables in which each key is written once. Then removes as much of the past as the
    /// settings do not keep, twice the length of the segment at most.
    ///
    /// # Errors
    /// [`StoreError::EmptySegment`], [`StoreError::UnknownBlock`] or
    /// [`StoreError::BrokenSegment`] if the segment does not continue the state on disk;
    /// [`StoreError::NotInitialized`], [`StoreError::DiskFull`], [`StoreError::Engine`],
    /// [`StoreError::Damaged`].
    pub fn commit(
        &self,
        segment: &[CommittedBlock],
        durability: Durability,
    ) -> Result<(), StoreError> {
        let tip = self.checked_tip(segment)?;
        let (rows, merged) = thread::scope(|scope| {
            // All that changed is merged beside the rows that do not need it, which takes as long.
            let merging = Builder::new().name("merge".to_owned());
            let merging = merging.spawn_scoped(scope, || merge(segment));
            let rows = self.segment_rows(segment);
            // A system without room for one more thread merges later.
            let merged = merging.map_or_else(|_| Ok(merge(segment)), ScopedJoinHandle::join);
            (rows, merged.unwrap_or_else(|panic| resume_unwind(panic)))
        });
        let (mut batch, (state, trie)) = (rows?, merged);
        put_state(&mut batch, &state)?;
        put_trie(&mut batch, &trie)?;
        batch.put(Table::Meta, key::STATE_TIP, key::block(tip))?;
        self.0.commit_bytes.store(batch.bytes(), Ordering::Relaxed);
        batch.write_state(&state, &trie, WriteKind::Commit, durability)?;
        tracing::debug!(
            target: "store",
            number = tip.number,
            hash = %tip.hash,
            blocks = segment.len(),
            accounts = state.accounts.len(),
            "state committed"
        );
        let blocks = u64::try_from(segment.len()).unwrap_or(u64::MAX);
        self.prune(self.0.retention, blocks.saturating_mul(2))?;
        Ok(())
    }

    /// The database as it is now, for ever.
    #[must_use]
    pub fn view(&self) -> Arc<StoreView> {
        Arc::new(StoreView::new(Arc::clone(&self.0.database)))
    }

    /// Makes every earlier write survive a power cut.
    ///
    /// # Errors
    /// [`StoreError::DiskFull`] or [`StoreError::Engine`].
    pub fn flush_wal(&self) -> Result<(), StoreError> {
        self.0.database.flush_wal()
    }

    /// Every stored block above the state on disk, in the order of arrival, so that a restart can
    /// insert them again. Reads only blocks above the state tip.
    ///
    /// # Errors
    /// [`StoreError::NotInitialized`], [`StoreError::Damaged`], [`StoreError::Engine`].
    pub fn blocks_above_tip(&self) -> Result<Vec<DurableBlock>, StoreError> {
        let view = self.view();
        let tip = view.state_tip()?;
        let mut blocks = view
            .blocks_from(tip.number.saturating_add(1))
            .map(|block| {
                let block = block?;
                let weight = view.weight(block)?;
                Ok(DurableBlock {
                    block: view.block(block)?,
                    total_difficulty: weight.total_difficulty,
                    arrival: weight.arrival,
                })
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        blocks.sort_by_key(|durable| durable.arrival);
        Ok(blocks)
    }

    pub(crate) fn database(&self) -> &Database {
        &self.0.database
    }

    /// The last block of the segment, after checking that its blocks are stored, follow each
    /// other and start above the state on disk.
    fn checked_tip(&self, segment: &[CommittedBlock]) -> Result<BlockRef, StoreError> {
        if segment.is_empty() {
            return Err(StoreError::EmptySegment);
        }
        let view = self.view();
        let mut parent = view.state_tip()?;
        for block in segment {
            let reference = block.reference();
            let header =
                view.header_by_hash(reference.hash)?.ok_or(StoreError::UnknownBlock(reference))?;
            let follows = header.number == reference.number
                && header.parent_hash == parent.hash
                && parent.number.checked_add(1) == Some(reference.number);
            if !follows {
                return Err(StoreError::BrokenSegment {
                    block: reference,
                    expected_parent: parent,
                });
            }
            parent = reference;
        }
        Ok(parent)
    }

    /// The rows that each block of a segment adds.
    fn segment_rows(&self, segment: &[CommittedBlock]) -> Result<Batch<'_>, StoreError> {
        let bytes = self.0.commit_bytes.load(Ordering::Relaxed);
        let mut batch = self.0.database.batch_of(bytes);
        for block in segment {
            let reference = block.reference();
            let receipts = value::encode_receipts(&block.receipts);
            batch.put(Table::Receipts, key::block(reference), receipts)?;
            batch.put(Table::Canonical, reference.number.to_be_bytes(), reference.hash)?;
        }
        put_positions(&mut batch, segment)?;
        let changes = segment.iter().map(|block| (block.reference().number, &block.layer.state));
        put_history(&mut batch, changes)?;
        Ok(batch)
    }

    fn put_block_rows(
        &self,
        batch: &mut Batch<'_>,
        block: &SealedBlock,
        senders: &[Address],
        total_difficulty: TotalDifficulty,
    ) -> Result<(), StoreError> {
        let reference = BlockRef { number: block.number, hash: block.hash() };
        let key = key::block(reference);
        let arrival = self.0.next_arrival.fetch_add(1, Ordering::Relaxed);
        batch.put(Table::Headers, key, value::encode_rlp(block.header()))?;
        batch.put(Table::Bodies, key, value::encode_body(block.body(), senders))?;
        let weight = Weight { total_difficulty, arrival };
        batch.put(Table::Weights, key, value::encode_weight(weight))?;
        batch.put(Table::BlockNumbers, reference.hash, reference.number.to_be_bytes())?;
        batch.put(Table::Meta, key::NEXT_ARRIVAL, arrival.saturating_add(1).to_be_bytes())
    }
}

/// What a segment changes in all.
fn merge(segment: &[CommittedBlock]) -> (StateDiff, TrieDiff) {
    let (mut state, mut trie) = (StateDiff::default(), TrieDiff::default());
    for block in segment {
        state.extend(&block.layer.state);
        trie.extend(&block.layer.trie);
    }
    (state, trie)
}

/// Where the transactions of `segment` are; in the order of their hashes, because a sorted table
/// takes rows much faster in the order of its keys.
fn put_positions(batch: &mut Batch<'_>, segment: &[CommittedBlock]) -> Result<(), StoreError> {
    let mut positions = Vec::new();
    for block in segment {
        let number = block.reference().number;
        let hashes = (0_u64..).zip(&block.transaction_hashes);
        positions.extend(hashes.map(|(index, hash)| (hash, Position { number, index })));
    }
    positions.sort_unstable_by_key(|(hash, _)| *hash);
    for (hash, position) in positions {
        batch.put(Table::Transactions, hash, value::encode_position(position))?;
    }
    Ok(())
}

/// The values after every change of `state`.
pub(crate) fn put_state(batch: &mut Batch<'_>, state: &StateDiff) -> Result<(), StoreError> {
    for (address, change) in state.accounts_sorted() {
        if change.before != change.after {
            batch.set(
                Table::Accounts,
                address,
                change.after.as_ref().map(value::encode_account),
            )?;
        }
    }
    for (address, slot, change) in state.storage_sorted() {
        if change.before != change.after {
            let after = (!change.after.is_zero()).then(|| value::encode_slot(change.after));
            batch.set(Table::Storage, key::slot(address, slot), after)?;
        }
    }
    for (hash, code) in state.code_sorted() {
        batch.put(Table::Code, hash, code)?;
    }
    Ok(())
}

/// The nodes after every change of `trie`.
pub(crate) fn put_trie(batch: &mut Batch<'_>, trie: &TrieDiff) -> Result<(), StoreError> {
    for (path, node) in trie.account_nodes_sorted() {
        batch.set(Table::AccountTrie, key::account_node(&path), node)?;
    }
    for (account, path, node) in trie.storage_nodes_sorted() {
        batch.set(Table::StorageTrie, key::storage_node(account, &path), node)?;
    }
    Ok(())
}
