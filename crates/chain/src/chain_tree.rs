//! Executed blocks above one persisted base.

use crate::{
    CanonUpdate, ChainView, CheckedBlock, ExecutedBlock, ImportError, InvalidBlock, OpenError,
    Origin, RETAINED_GENERATIONS, generation::Generation, genesis::genesis_diff,
};
use alloy_primitives::{
    B256,
    map::{B256Map, B256Set},
};
use hanzo_consensus::{Ancestors, ChainWeight, Consensus, UnreadableAncestor};
use hanzo_evm::{Executed, ExecutionError, execute};
use hanzo_state::{Layered, StateDiff, StateRoot, TrieDiff, root};
use hanzo_store::{CommitSegment, CommittedBlock, Durability, Store, StoreError, StoreView};
use hanzo_types::{
    ChainSpec, Header, RecoveredBlock, SealedBlock, SealedHeader, TotalDifficulty, seal_hash,
};
use reth_primitives_traits::Block as _;
use std::sync::Arc;

/// Most blocks between base and head. It bounds what a crash re-executes; 32 blocks of 30 Mgas
/// re-execute in a few seconds on two cores. ADR-0002.
pub const HIGH_WATER_BLOCKS: usize = 32;

/// Blocks persisted in one batch when the high water is passed: each key is written once for all
/// of them. Half the high water, so that a reorganisation of up to 16 blocks never touches the
/// disk. ADR-0002.
pub const SEGMENT_BLOCKS: usize = 16;

/// Most executed blocks beside the canonical chain. Four siblings at each height up to the high
/// water are more than an honest network ever has; beyond it the lightest branch end goes. ADR-0002.
pub const MAX_SIDE_BLOCKS: usize = 4 * HIGH_WATER_BLOCKS;

/// What became of an imported block.
#[derive(Debug, Clone)]
pub enum Inserted {
    /// It was known already.
    Known,
    /// It is valid, but another chain is heavier or was seen first.
    Side,
    /// It is the new head.
    Head(Arc<CanonUpdate>),
}

/// Executed blocks above one persisted base, and the head among them. ADR-0002.
#[derive(Debug)]
pub struct ChainTree {
    spec: Arc<ChainSpec>,
    consensus: Arc<dyn Consensus>,
    store: Store,
    /// Base and canonical blocks above it.
    current: Generation,
    superseded: Vec<Generation>,
    /// Every executed block above the base, canonical or not.
    blocks: B256Map<Arc<ExecutedBlock>>,
    base_header: SealedHeader,
    base_difficulty: TotalDifficulty,
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
        if !store.is_initialized()? {
            init_genesis(&spec, &store)?;
        }
        let base = store.view();
        let (base_header, base_difficulty) = persisted_tip(&base)?;
        let current = Generation { base, base_number: base_header.number, blocks: Vec::new() };
        let mut tree = Self {
            spec,
            consensus,
            store,
            current,
            superseded: Vec::new(),
            blocks: B256Map::default(),
            base_header,
            base_difficulty,
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
                // A side branch below the base has lost its parent; it cannot win any more.
                Ok(_) | Err(ImportError::UnknownParent { .. }) => {}
                Err(error) => return Err(replay_error(error)),
            }
        }
        if count > 0 {
            let head = self.head().number;
            tracing::info!(target: "chain", blocks = count, head, "re-executed stored blocks");
        }
        Ok(())
    }

    /// Imports a block: context, execution, outcome, state root, durability, fork choice.
    ///
    /// # Errors
    /// [`ImportError`]; the tree is unchanged unless the error is fatal.
    pub fn insert(
        &mut self,
        checked: CheckedBlock,
        origin: Origin,
    ) -> Result<Inserted, ImportError> {
        let block = checked.into_block();
        let (number, hash) = (block.number, block.hash());
        if self.knows(number, hash)? {
            return Ok(Inserted::Known);
        }
        let Some(parent) = self.tree_header(block.parent_hash) else {
            return Err(ImportError::UnknownParent { number, hash, parent: block.parent_hash });
        };
        let durability = durability(&origin);
        let executed = self.validate(block, &parent, origin).map_err(|error| match error {
            Validation::Invalid(reason) => ImportError::Invalid { number, hash, reason },
            Validation::State(error) => ImportError::State(error),
        })?;
        if let Some(durability) = durability {
            self.store.put_block(executed.block(), executed.total_difficulty(), durability)?;
        }
        self.blocks.insert(hash, Arc::clone(&executed));
        if !self.consensus.prefers(weight_of(&executed), self.head_weight()) {
            self.bound_side_blocks();
            return Ok(Inserted::Side);
        }
        let (reverted, adopted) = self.set_head(&executed);
        self.bound_side_blocks();
        self.persist_beyond(HIGH_WATER_BLOCKS)?;
        Ok(Inserted::Head(Arc::new(CanonUpdate { reverted, adopted, view: self.view() })))
    }

    /// The chain as of the current head.
    #[must_use]
    pub fn view(&self) -> Arc<ChainView> {
        Arc::new(ChainView::new(
            Arc::clone(&self.spec),
            self.head(),
            self.head_difficulty(),
            self.current.clone(),
            self.superseded.clone(),
        ))
    }

    /// Persists the state of every canonical block and flushes the log: after this, opening the
    /// chain again re-executes nothing.
    ///
    /// # Errors
    /// [`ImportError::Store`].
    pub fn persist_all(&mut self) -> Result<(), ImportError> {
        self.persist_beyond(0)?;
        Ok(self.store.flush_wal()?)
    }

    fn head(&self) -> SealedHeader {
        self.current.blocks.last().map_or_else(|| self.base_header.clone(), |block| block.header())
    }

    fn head_difficulty(&self) -> TotalDifficulty {
        self.current.blocks.last().map_or(self.base_difficulty, |block| block.total_difficulty())
    }

    fn head_weight(&self) -> ChainWeight {
        ChainWeight { total_difficulty: self.head_difficulty(), number: self.head().number }
    }

    /// Whether the block is in the tree, or on disk at or below the base.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub fn knows(&self, number: u64, hash: B256) -> Result<bool, StoreError> {
        if number > self.base_header.number {
            return Ok(self.blocks.contains_key(&hash));
        }
        Ok(hash == self.base_header.hash() || self.current.base.header_by_hash(hash)?.is_some())
    }

    /// Header of the base or of an executed block above it.
    fn tree_header(&self, hash: B256) -> Option<SealedHeader> {
        if hash == self.base_header.hash() {
            return Some(self.base_header.clone());
        }
        self.blocks.get(&hash).map(|block| block.header())
    }

    fn validate(
        &self,
        block: RecoveredBlock,
        parent: &SealedHeader,
        origin: Origin,
    ) -> Result<Arc<ExecutedBlock>, Validation> {
        let header = block.sealed_header();
        self.consensus
            .check_in_context(header, parent, self, origin.arrival())
            .map_err(InvalidBlock::from)?;
        self.consensus.check_ommers(block.sealed_block(), self).map_err(InvalidBlock::from)?;
        let (executed, state_root) = self.run(&block, parent, origin)?;
        self.consensus.check_outcome(header, &executed.outcome).map_err(InvalidBlock::from)?;
        if state_root.root != block.state_root {
            return Err(Validation::Invalid(InvalidBlock::StateRoot {
                header: block.state_root,
                computed: state_root.root,
            }));
        }
        let parent_difficulty = self
            .blocks
            .get(&parent.hash())
            .map_or(self.base_difficulty, |block| block.total_difficulty());
        let total_difficulty = parent_difficulty.child(block.difficulty);
        Ok(Arc::new(ExecutedBlock::new(block, executed, state_root, total_difficulty)))
    }

    /// Executes the block on its parent's state, unless this very block was built here.
    fn run(
        &self,
        block: &RecoveredBlock,
        parent: &SealedHeader,
        origin: Origin,
    ) -> Result<(Executed, StateRoot), Validation> {
        if let Origin::Mined(prebuilt) = origin
            && prebuilt.seal_hash == seal_hash(block.header())
        {
            let prebuilt = Arc::unwrap_or_clone(prebuilt);
            return Ok((prebuilt.executed, prebuilt.state_root));
        }
        let state = self.state_after(parent.hash());
        let executed = execute(&state, block, parent, &self.spec).map_err(|error| match error {
            ExecutionError::State(error) => Validation::State(error),
            error @ (ExecutionError::InvalidTransaction { .. }
            | ExecutionError::SystemCall(_)
            | ExecutionError::Requests(_)
            | ExecutionError::SupplyMismatch { .. }) => {
                Validation::Invalid(InvalidBlock::Execution(error))
            }
        })?;
        let state_root = root(&state, &executed.diff).map_err(Validation::State)?;
        Ok((executed, state_root))
    }

    /// World state after a block of the tree, or after the base.
    fn state_after(&self, hash: B256) -> Layered<Arc<StoreView>> {
        let mut layers = Vec::new();
        let mut cursor = hash;
        while let Some(block) = self.blocks.get(&cursor) {
            layers.push(Arc::clone(block.layer()));
            cursor = block.block().parent_hash;
        }
        Layered::new(layers, Arc::clone(&self.current.base))
    }

    /// Makes `head` the canonical head. Returns the blocks that left, newest first, and those that
    /// joined, oldest first.
    fn set_head(&mut self, head: &Arc<ExecutedBlock>) -> (Run, Run) {
        let mut adopted = Vec::new();
        let mut cursor = Some(head);
        while let Some(block) = cursor {
            let canonical = self.current.block(block.number());
            if canonical.is_some_and(|canonical| canonical.hash() == block.hash()) {
                break;
            }
            adopted.push(Arc::clone(block));
            cursor = self.blocks.get(&block.block().parent_hash);
        }
        adopted.reverse();
        let first = adopted.first().map_or(u64::MAX, |block| block.number());
        let keep = self.current.blocks.partition_point(|block| block.number() < first);
        let mut reverted = self.current.blocks.split_off(keep);
        reverted.reverse();
        self.current.blocks.extend(adopted.iter().cloned());
        (reverted, adopted)
    }

    /// Executed blocks beside the canonical chain.
    #[must_use]
    pub fn side_blocks(&self) -> usize {
        self.blocks.len().saturating_sub(self.current.blocks.len())
    }

    /// Drops the lightest ends of side branches until at most [`MAX_SIDE_BLOCKS`] are left. A
    /// dropped block can come again.
    fn bound_side_blocks(&mut self) {
        while self.side_blocks() > MAX_SIDE_BLOCKS {
            let parents: B256Set =
                self.blocks.values().map(|block| block.block().parent_hash).collect();
            let ends = self.blocks.values().filter(|block| {
                let canonical = self.current.block(block.number());
                let is_canonical = canonical.is_some_and(|other| other.hash() == block.hash());
                !is_canonical && !parents.contains(&block.hash())
            });
            let lightest = ends.min_by_key(|block| (block.total_difficulty(), block.hash()));
            let Some(hash) = lightest.map(|block| block.hash()) else { return };
            self.blocks.remove(&hash);
        }
    }

    /// Persists the oldest canonical blocks in segments until at most `limit` stay in memory.
    fn persist_beyond(&mut self, limit: usize) -> Result<(), ImportError> {
        while self.current.blocks.len() > limit {
            let count = SEGMENT_BLOCKS.min(self.current.blocks.len());
            self.persist_segment(count)?;
        }
        Ok(())
    }

    /// Persists the oldest `count` canonical blocks in one batch and moves the base up.
    fn persist_segment(&mut self, count: usize) -> Result<(), ImportError> {
        let rest = self.current.blocks.split_off(count);
        let segment = std::mem::take(&mut self.current.blocks);
        let Some(tip) = segment.last().cloned() else { return Ok(()) };
        self.store.commit(&commit_segment(&segment), Durability::Synced)?;
        let next = Generation { base: self.store.view(), base_number: tip.number(), blocks: rest };
        let mut previous = std::mem::replace(&mut self.current, next);
        previous.blocks = segment;
        self.superseded.insert(0, previous);
        self.superseded.truncate(RETAINED_GENERATIONS);
        self.base_header = tip.header();
        self.base_difficulty = tip.total_difficulty();
        self.drop_unreachable();
        Ok(())
    }

    /// Drops every block that does not descend from the base.
    fn drop_unreachable(&mut self) {
        let base = self.base_header.hash();
        let mut ordered: Vec<Arc<ExecutedBlock>> = self.blocks.values().cloned().collect();
        ordered.sort_unstable_by_key(|block| block.number());
        let mut reachable = B256Map::default();
        for block in ordered {
            let parent = block.block().parent_hash;
            if parent == base || reachable.contains_key(&parent) {
                reachable.insert(block.hash(), block);
            }
        }
        self.blocks = reachable;
    }
}

impl Ancestors for ChainTree {
    fn header(&self, hash: B256) -> Result<Option<SealedHeader>, UnreadableAncestor> {
        if let Some(header) = self.tree_header(hash) {
            return Ok(Some(header));
        }
        self.current.base.header_by_hash(hash).map_err(|error| unreadable(hash, &error))
    }

    fn total_difficulty(&self, hash: B256) -> Result<Option<TotalDifficulty>, UnreadableAncestor> {
        if let Some(block) = self.blocks.get(&hash) {
            return Ok(Some(block.total_difficulty()));
        }
        self.current.base.total_difficulty(hash).map_err(|error| unreadable(hash, &error))
    }

    fn ommers(&self, hash: B256) -> Result<Option<Vec<Header>>, UnreadableAncestor> {
        if let Some(block) = self.blocks.get(&hash) {
            return Ok(Some(block.block().body().ommers.clone()));
        }
        let stored = self.current.base.block_by_hash(hash);
        let stored = stored.map_err(|error| unreadable(hash, &error))?;
        Ok(stored.map(|block| block.body().ommers.clone()))
    }
}

fn unreadable(hash: B256, error: &StoreError) -> UnreadableAncestor {
    UnreadableAncestor { hash, reason: error.to_string() }
}

fn weight_of(block: &ExecutedBlock) -> ChainWeight {
    ChainWeight { total_difficulty: block.total_difficulty(), number: block.number() }
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

/// A run of blocks.
type Run = Vec<Arc<ExecutedBlock>>;

/// Why a block did not pass: its own fault, or a failed read.
enum Validation {
    Invalid(InvalidBlock),
    State(hanzo_state::StateError),
}

impl From<InvalidBlock> for Validation {
    fn from(reason: InvalidBlock) -> Self {
        Self::Invalid(reason)
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

/// One batch for a run of canonical blocks: the last value of every key, each written once.
fn commit_segment(segment: &[Arc<ExecutedBlock>]) -> CommitSegment {
    let mut state = StateDiff::default();
    let mut trie = TrieDiff::default();
    let mut blocks = Vec::with_capacity(segment.len());
    for block in segment {
        state.extend(&block.layer().state);
        trie.extend(&block.layer().trie);
        let transactions = &block.block().body().transactions;
        blocks.push(CommittedBlock {
            number: block.number(),
            hash: block.hash(),
            receipts: Arc::clone(block.receipts()),
            transaction_hashes: transactions.iter().map(|tx| *tx.tx_hash()).collect(),
        });
    }
    CommitSegment { blocks, state, trie }
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
