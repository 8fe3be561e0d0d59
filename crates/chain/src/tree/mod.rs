//! Executed blocks above one persisted base.

mod canon_change;
mod canonical;
mod deep_branch;
mod deferred;
mod invalid_blocks;
mod orphans;
mod refused_reorgs;
mod reorg_guard;
mod reported_branches;
mod rewind;
mod seen_blocks;
mod segment;
mod segment_commit;
mod side_blocks;
mod validate;

use crate::{
    CanonUpdate, ChainView, CheckedBlock, ExecutedBlock, ImportError, InvalidBlock, OpenError,
    Origin, ReorgLimits, bad_blocks::BadBlocks, displaced::Displaced, generation::Generation,
    genesis::genesis_diff, metrics::ChainMetrics, noncanonical::Noncanonical, timing::Stopwatch,
};
use alloy_primitives::{B256, map::B256Map};
pub(crate) use canon_change::CanonChange;
use canonical::MAX_UNPERSISTED_BLOCKS;
use deferred::Deferred;
use hanzo_consensus::{Ancestors, ChainWeight, Consensus, UnreadableAncestor};
use hanzo_state::{StateRoot, root};
use hanzo_store::{BlockRef, Durability, Store, StoreError, StoreView};
use hanzo_types::{
    ChainSpec, Fault, Header, RecoveredBlock, Rules, SealedBlock, SealedHeader, TotalDifficulty,
};
use invalid_blocks::InvalidBlocks;
use orphans::Orphans;
use refused_reorgs::RefusedReorgs;
use reorg_guard::HeldBack;
use reported_branches::ReportedBranches;
use reth_primitives_traits::Block as _;
use seen_blocks::SeenBlocks;
use segment_commit::SegmentCommit;
use std::{collections::VecDeque, sync::Arc};

pub use canonical::{HIGH_WATER_BLOCKS, SEGMENT_BLOCKS};
pub use deferred::{MAX_DEFERRED_BLOCKS, MAX_DEFERRED_BYTES};
pub use invalid_blocks::MAX_INVALID_BLOCKS;
pub use orphans::{MAX_ORPHAN_BYTES, MAX_ORPHANS};
pub use rewind::Rewound;
pub use segment::{MAX_SEGMENT_BLOCKS, SegmentImport, StageTimes, StreamImport, StreamedBlock};
pub use side_blocks::MAX_SIDE_BLOCKS;

/// What became of an imported block.
#[derive(Debug, Clone)]
pub enum Inserted {
    /// It was known already.
    Known,
    /// It is valid, but another chain is heavier or was seen first.
    Side,
    /// Its branch leaves the canonical chain where no state is in memory. It is kept, unexecuted,
    /// until the branch is heavier than the head.
    Deferred,
    /// Its parent is not known. It is kept until the parent comes.
    Orphan {
        /// The first ancestor that is missing.
        missing: B256,
    },
    /// It is kept as a deferred one; its branch is the heaviest chain, and displaces so many old
    /// blocks that the operator has to decide. Nobody is to blame. ADR-0022.
    Refused {
        /// Number of the last block that both chains have.
        ancestor: u64,
        /// Canonical blocks that it would displace.
        depth: u64,
    },
    /// The canonical chain changed: the block, or one that waited for it, is the new head.
    Head(Arc<CanonUpdate>),
}

/// What became of one block, before those that waited for it.
enum Placed {
    Known,
    Side,
    Deferred,
    Orphan {
        missing: B256,
    },
    Head,
    /// It is kept as a deferred one, yet its branch, now the heaviest, is left to the operator.
    Refused(HeldBack),
    /// It is kept as a deferred one, yet its branch, now the heaviest, cannot be followed.
    BelowHistory {
        ancestor: u64,
        oldest: u64,
    },
}

/// Executed blocks above one persisted base, and the head among them. ADR-0002, ADR-0013.
#[derive(Debug)]
pub struct ChainTree {
    spec: Arc<ChainSpec>,
    consensus: Arc<dyn Consensus>,
    store: Store,
    /// Base and canonical blocks above it.
    chain: Generation,
    /// Every executed block above the base, canonical or not.
    blocks: B256Map<Arc<ExecutedBlock>>,
    base_header: SealedHeader,
    base_difficulty: TotalDifficulty,
    orphans: Orphans,
    deferred: Deferred,
    invalid: InvalidBlocks,
    bad: BadBlocks,
    displaced: Displaced,
    reported: ReportedBranches,
    limits: ReorgLimits,
    refused: RefusedReorgs,
    seen: SeenBlocks,
    /// The commit of the oldest blocks above the base, if one is under way.
    commit: Option<SegmentCommit>,
    pub(crate) metrics: ChainMetrics,
}

impl ChainTree {
    /// Opens the chain in `store`: writes the genesis state if the store is new, then re-executes
    /// the durable blocks above the persisted state.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(
        spec: Arc<ChainSpec>,
        consensus: Arc<dyn Consensus>,
        store: Store,
    ) -> Result<Self, OpenError> {
        Self::open_with(spec, consensus, store, ReorgLimits::default())
    }

    /// Opens the chain as [`Self::open`] does, with these limits of reorganisations. They mean
    /// nothing on plain Ethereum chains, whose heads come from files and fixtures.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open_with(
        spec: Arc<ChainSpec>,
        consensus: Arc<dyn Consensus>,
        store: Store,
        limits: ReorgLimits,
    ) -> Result<Self, OpenError> {
        let limits = match spec.rules() {
            Rules::Hanzo(_) => limits,
            Rules::Ethereum(_) => ReorgLimits::UNLIMITED,
        };
        if !store.is_initialized()? {
            init_genesis(&spec, &store)?;
        }
        let base = store.view();
        let (base_header, base_difficulty) = persisted_tip(&base)?;
        let mut tree = Self {
            spec,
            consensus,
            store,
            chain: Generation::new(base, base_header.number, Vec::new())?,
            blocks: B256Map::default(),
            base_header,
            base_difficulty,
            orphans: Orphans::default(),
            deferred: Deferred::default(),
            invalid: InvalidBlocks::default(),
            bad: BadBlocks::default(),
            displaced: Displaced::default(),
            reported: ReportedBranches::default(),
            limits,
            refused: RefusedReorgs::default(),
            seen: SeenBlocks::default(),
            commit: None,
            metrics: ChainMetrics::register(),
        };
        tree.replay()?;
        Ok(tree)
    }

    /// Re-executes durable blocks in the order they arrived, so that the first-seen rule gives the
    /// head it gave before the restart.
    fn replay(&mut self) -> Result<(), OpenError> {
        let durable = self.store.blocks_above_tip()?;
        let count = durable.len();
        for stored in durable {
            let (number, hash) = (stored.block.number, stored.block.hash());
            let checked = CheckedBlock::check_recovered(stored.block, &*self.consensus)
                .map_err(|reason| replay_error(ImportError::Invalid { number, hash, reason }))?;
            match self.insert(checked, Origin::Durable) {
                // A block without parent belongs to a branch that lost and was dropped; one that
                // cannot be followed does not keep the chain from being opened.
                Ok(_) | Err(ImportError::BelowHistory { .. }) => {}
                Err(error) => return Err(replay_error(error)),
            }
        }
        self.orphans = Orphans::default();
        if count > 0 {
            let head = self.head().number;
            tracing::info!(target: "chain", blocks = count, head, "re-executed stored blocks");
        }
        Ok(())
    }

    /// Imports a block: context, execution, outcome, state root, durability, fork choice; then
    /// the blocks that waited for it.
    ///
    /// # Errors
    /// [`ImportError`] about this block; the tree is unchanged unless the error is fatal, or
    /// [`ImportError::BelowHistory`], whose block is kept. What is wrong with a block that waited for
    /// it is logged, and remembered.
    pub fn insert(
        &mut self,
        checked: CheckedBlock,
        origin: Origin,
    ) -> Result<Inserted, ImportError> {
        let (number, hash) = (checked.block().number, checked.block().hash());
        let arrived = origin.arrived_at();
        let mut change = CanonChange::default();
        let placed = match self.place(checked, origin, &mut change) {
            // The valid part of a branch may be the best chain although its end is not valid.
            Err(error) if !error.is_fatal() && !change.is_empty() => {
                tracing::warn!(target: "chain", %error, "a heavier branch is valid only in part");
                Placed::Head
            }
            placed => placed?,
        };
        match placed {
            Placed::Side
            | Placed::Deferred
            | Placed::Head
            | Placed::Refused(_)
            | Placed::BelowHistory { .. } => {
                self.place_orphans_of(hash, arrived, &mut change)?;
            }
            Placed::Known | Placed::Orphan { .. } => {}
        }
        self.bound_side_blocks();
        self.review_refused()?;
        if !change.is_empty() {
            self.displaced.remember(&change.reverted);
            return Ok(Inserted::Head(Arc::new(self.update(change))));
        }
        Ok(match placed {
            Placed::Known => Inserted::Known,
            Placed::Side | Placed::Head => Inserted::Side,
            Placed::Deferred => Inserted::Deferred,
            Placed::Orphan { missing } => Inserted::Orphan { missing },
            Placed::Refused(HeldBack { ancestor, depth }) => Inserted::Refused { ancestor, depth },
            Placed::BelowHistory { ancestor, oldest } => {
                return Err(ImportError::BelowHistory { number, hash, ancestor, oldest });
            }
        })
    }

    /// The chain as of the current head.
    #[must_use]
    pub fn view(&self) -> Arc<ChainView> {
        Arc::new(ChainView::new(
            Arc::clone(&self.spec),
            self.head(),
            self.head_difficulty(),
            self.chain.clone(),
            Noncanonical {
                side: self.list_side_blocks(),
                displaced: self.displaced.clone(),
                bad: self.bad.clone(),
                refused: self.refused_reorgs(),
            },
        ))
    }

    /// Whether `view` knows every bad block and every refused reorganisation that the tree knows.
    pub(crate) fn has_shown_refusals(&self, view: &ChainView) -> bool {
        view.has_bad_blocks(&self.bad) && view.refused_reorgs() == self.refused_reorgs()
    }

    /// Persists the state of every canonical block and flushes the log: after this, opening the
    /// chain again re-executes nothing.
    ///
    /// # Errors
    /// [`ImportError::Store`].
    pub fn persist_all(&mut self) -> Result<(), ImportError> {
        self.commit_beyond(0)?;
        self.finish_commit()?;
        Ok(self.store.flush_wal()?)
    }

    /// Persists everything as [`Self::persist_all`] does and then empties the log, so that the next
    /// start does not wait for its replay.
    ///
    /// # Errors
    /// [`ImportError::Store`] if something could not be persisted. If only the log stays, that is
    /// logged: everything is safe in it.
    pub fn persist_for_restart(&mut self) -> Result<(), ImportError> {
        self.persist_all()?;
        if let Err(error) = self.store.flush_tables() {
            tracing::warn!(target: "chain", %error, "the next start will replay the log");
        }
        Ok(())
    }

    /// The store that the chain is kept in.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Canonical blocks above the base. The state of the oldest may be on its way to the disk.
    #[must_use]
    pub fn unpersisted_blocks(&self) -> usize {
        self.chain.blocks.len()
    }

    /// Blocks that wait for their parent.
    #[must_use]
    pub fn orphans(&self) -> usize {
        self.orphans.len()
    }

    /// Blocks that wait for their branch to become the heaviest.
    #[must_use]
    pub fn deferred_blocks(&self) -> usize {
        self.deferred.len()
    }

    /// Puts one block where it belongs.
    fn place(
        &mut self,
        checked: CheckedBlock,
        origin: Origin,
        change: &mut CanonChange,
    ) -> Result<Placed, ImportError> {
        let block = checked.block();
        let (number, hash, parent) = (block.number, block.hash(), block.parent_hash);
        if self.knows(number, hash)? {
            return Ok(Placed::Known);
        }
        self.refuse_condemned(number, hash, parent)?;
        if parent != self.head().hash() {
            // It may lead to a chain without the blocks that are being committed.
            self.finish_commit()?;
        }
        if let Some(parent) = self.tree_header(parent) {
            let (durability, arrived) = (durability(&origin), origin.arrived_at());
            let executed = self.execute(checked.into_block(), &parent, origin)?;
            self.note_arrival(hash, arrived);
            return self.attach(&executed, durability, change);
        }
        if let Some(parent) = self.header_outside_tree(parent)? {
            return self.defer(checked.into_block(), &parent, &origin, change);
        }
        self.orphans.insert(checked, origin);
        Ok(Placed::Orphan { missing: self.orphans.missing_ancestor(hash) })
    }

    /// Places the blocks that waited for `hash`, which a peer brought at `arrived`, and those that
    /// waited for them.
    fn place_orphans_of(
        &mut self,
        hash: B256,
        arrived: Option<u64>,
        change: &mut CanonChange,
    ) -> Result<(), ImportError> {
        let mut parents = VecDeque::from([hash]);
        while let Some(parent) = parents.pop_front() {
            for (orphan, origin) in self.orphans.take_children(parent) {
                let hash = orphan.block().hash();
                match self.place(orphan, origin.waited_until(arrived), change) {
                    Ok(_) => parents.push_back(hash),
                    Err(error) if error.is_fatal() => return Err(error),
                    Err(error) => {
                        tracing::debug!(target: "chain", %hash, %error, "orphan dropped");
                    }
                }
            }
        }
        Ok(())
    }

    /// Makes a valid block durable, puts it into the tree and lets it compete for the head.
    fn attach(
        &mut self,
        executed: &Arc<ExecutedBlock>,
        durability: Option<Durability>,
        change: &mut CanonChange,
    ) -> Result<Placed, ImportError> {
        // Before it is stored: after a crash it is one more block to execute.
        self.finish_commit()?;
        if let Some(durability) = durability {
            let time = Stopwatch::start();
            self.store.put_block(executed.block(), executed.total_difficulty(), durability)?;
            time.record(&self.metrics.block_write_seconds);
        }
        self.deferred.remove(executed.hash());
        self.blocks.insert(executed.hash(), Arc::clone(executed));
        if !self.consensus.prefers(executed.weight(), self.head_weight()) {
            return Ok(Placed::Side);
        }
        change.then(self.set_head(executed));
        self.commit_beyond(MAX_UNPERSISTED_BLOCKS)?;
        Ok(Placed::Head)
    }

    /// Remembers when a peer brought a block that was taken in.
    fn note_arrival(&mut self, hash: B256, arrived: Option<u64>) {
        if let Some(now) = arrived {
            self.seen.note(hash, now);
        }
    }

    fn update(&self, change: CanonChange) -> CanonUpdate {
        let CanonChange { reverted, adopted } = change;
        CanonUpdate { reverted, adopted, view: self.view() }
    }

    pub(crate) fn head(&self) -> SealedHeader {
        self.chain.blocks.last().map_or_else(|| self.base_header.clone(), |block| block.header())
    }

    fn head_difficulty(&self) -> TotalDifficulty {
        self.chain.blocks.last().map_or(self.base_difficulty, |block| block.total_difficulty())
    }

    fn head_weight(&self) -> ChainWeight {
        ChainWeight { total_difficulty: self.head_difficulty(), number: self.head().number }
    }

    /// Whether the block is in the tree or waits for its branch, or is on disk at or below the
    /// base.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub fn knows(&self, number: u64, hash: B256) -> Result<bool, StoreError> {
        if self.blocks.contains_key(&hash) || self.deferred.get(hash).is_some() {
            return Ok(true);
        }
        if number > self.base_header.number {
            return Ok(false);
        }
        Ok(hash == self.base_header.hash() || self.chain.base.header_by_hash(hash)?.is_some())
    }

    /// Header of the base or of an executed block above it.
    fn tree_header(&self, hash: B256) -> Option<SealedHeader> {
        if hash == self.base_header.hash() {
            return Some(self.base_header.clone());
        }
        self.blocks.get(&hash).map(|block| block.header())
    }

    /// Header of the canonical block `number`, which is at most the head.
    fn canonical_header(&self, number: u64) -> Result<SealedHeader, StoreError> {
        if let Some(block) = self.chain.block(number) {
            return Ok(block.header());
        }
        let hash = self.chain.base.canonical_hash(number)?.unwrap_or_default();
        let header = self.chain.base.header_by_hash(hash)?;
        header.ok_or(StoreError::UnknownBlock(BlockRef { number, hash }))
    }

    /// Header of a block whose state is not in memory.
    fn header_outside_tree(&self, hash: B256) -> Result<Option<SealedHeader>, StoreError> {
        match self.deferred.header(hash) {
            Some(header) => Ok(Some(header)),
            // Not the base's view: a block that was stored after it may have left the tree.
            None => self.store.view().header_by_hash(hash),
        }
    }

    /// Refuses a block that is known to be invalid, or whose parent is.
    fn refuse_condemned(
        &mut self,
        number: u64,
        hash: B256,
        parent: B256,
    ) -> Result<(), ImportError> {
        let reason = if self.invalid.contains(hash) {
            InvalidBlock::KnownInvalid
        } else if self.invalid.contains(parent) {
            self.condemn(hash);
            InvalidBlock::InvalidParent { parent }
        } else {
            return Ok(());
        };
        Err(ImportError::Invalid { number, hash, reason })
    }

    /// Remembers that a block is invalid and drops what builds on it.
    fn condemn(&mut self, hash: B256) {
        let mut condemned = vec![hash];
        while let Some(hash) = condemned.pop() {
            self.invalid.insert(hash);
            self.deferred.remove(hash);
            condemned.extend(self.deferred.remove_children(hash));
            let orphans = self.orphans.take_children(hash);
            condemned.extend(orphans.iter().map(|(orphan, _)| orphan.block().hash()));
        }
    }

    /// The error for a block that did not pass; if it can never pass, it is kept for
    /// [`ChainView::bad_blocks`], and its hash is remembered.
    fn refused_block(&mut self, block: RecoveredBlock, reason: InvalidBlock) -> ImportError {
        let (number, hash) = (block.number, block.hash());
        if reason.fault() == Fault::Peer {
            self.bad.remember(Arc::new(block));
        }
        self.refused(number, hash, reason)
    }

    /// The error for a block that did not pass; it is remembered if it can never pass.
    fn refused(&mut self, number: u64, hash: B256, reason: InvalidBlock) -> ImportError {
        if reason.fault() == Fault::Peer {
            self.condemn(hash);
        }
        ImportError::Invalid { number, hash, reason }
    }
}

impl Ancestors for ChainTree {
    fn header(&self, hash: B256) -> Result<Option<SealedHeader>, UnreadableAncestor> {
        if let Some(header) = self.tree_header(hash) {
            return Ok(Some(header));
        }
        self.header_outside_tree(hash).map_err(|error| unreadable(hash, &error))
    }

    fn total_difficulty(&self, hash: B256) -> Result<Option<TotalDifficulty>, UnreadableAncestor> {
        if let Some(block) = self.blocks.get(&hash) {
            return Ok(Some(block.total_difficulty()));
        }
        if let Some(deferred) = self.deferred.get(hash) {
            return Ok(Some(deferred.weight.total_difficulty));
        }
        self.store.view().total_difficulty(hash).map_err(|error| unreadable(hash, &error))
    }

    fn ommers(&self, hash: B256) -> Result<Option<Vec<Header>>, UnreadableAncestor> {
        if let Some(block) = self.blocks.get(&hash) {
            return Ok(Some(block.block().body().ommers.clone()));
        }
        if let Some(deferred) = self.deferred.get(hash) {
            return Ok(Some(deferred.block.body().ommers.clone()));
        }
        let stored = self.store.view().block_by_hash(hash);
        let stored = stored.map_err(|error| unreadable(hash, &error))?;
        Ok(stored.map(|block| block.body().ommers.clone()))
    }
}

fn unreadable(hash: B256, error: &StoreError) -> UnreadableAncestor {
    UnreadableAncestor { hash, reason: error.to_string() }
}

/// How a block is stored. Own blocks are synced before anybody hears of them; a block that was read
/// from the disk is there already. ADR-0007.
const fn durability(origin: &Origin) -> Option<Durability> {
    match origin {
        Origin::Durable => None,
        Origin::Mined(_) => Some(Durability::Synced),
        Origin::Peer { .. } | Origin::File => Some(Durability::Unsynced),
    }
}

fn replay_error(error: ImportError) -> OpenError {
    OpenError::Replay(Box::new(error))
}

fn persisted_tip(base: &StoreView) -> Result<(SealedHeader, TotalDifficulty), OpenError> {
    let tip = base.state_tip()?;
    let missing = || OpenError::MissingTip { number: tip.number, hash: tip.hash };
    let header = base.header_by_hash(tip.hash)?.ok_or_else(missing)?;
    let total_difficulty = base.total_difficulty(tip.hash)?.ok_or_else(missing)?;
    Ok((header, total_difficulty))
}

/// Writes block 0 and its state.
fn init_genesis(spec: &ChainSpec, store: &Store) -> Result<(), OpenError> {
    let diff = genesis_diff(spec);
    let base = store.view();
    let StateRoot { root: computed, trie, .. } = root(&base, &diff)?;
    let block: SealedBlock = spec.genesis_block().seal_slow();
    if block.state_root != computed {
        return Err(OpenError::GenesisRoot { header: block.state_root, computed });
    }
    let total_difficulty = TotalDifficulty(block.difficulty);
    Ok(store.init_genesis(&block, total_difficulty, &diff, &trie)?)
}
