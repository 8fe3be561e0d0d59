//! A chain on a temporary directory.

use alloy_primitives::{Address, B64, B256, U256};
use hanzo_chain::{
    ChainTree, ChainView, CheckedBlock, ImportError, Inserted, Origin, Prebuilt, ReorgLimits,
    assemble,
};
use hanzo_consensus::{Consensus, engine_for};
use hanzo_evm::BlockBuilder;
use hanzo_poc::{CancelFlag, SearchOutcome, SearchProgress, SearchRange, Target, Work, search};
use hanzo_state::root;
use hanzo_store::{ChainIdentity, Retention, Store, StoreConfig};
use hanzo_types::{
    ChainSpec, Header, RecoveredBlock, RecoveredTransaction, SealedBlock, seal_hash,
};
use reth_primitives_traits::Block as _;
use std::{path::PathBuf, sync::Arc};
use tempfile::TempDir;

/// A chain on a temporary directory, with its single writer in the test's hands.
#[derive(Debug)]
pub struct TestChain {
    spec: Arc<ChainSpec>,
    consensus: Arc<dyn Consensus>,
    tree: Option<ChainTree>,
    retention: Retention,
    limits: ReorgLimits,
    directory: TempDir,
}

/// An unsealed block and what building it computed.
#[derive(Debug, Clone)]
pub struct BuiltBlock {
    /// The block with a zero seal.
    pub block: RecoveredBlock,
    /// Outcome, state change and root.
    pub prebuilt: Arc<Prebuilt>,
}

impl TestChain {
    /// A new chain of `spec`.
    #[must_use]
    pub fn new(spec: Arc<ChainSpec>) -> Self {
        Self::with_retention(spec, Retention::default())
    }

    /// A new chain of `spec` that keeps this much of the past.
    #[must_use]
    pub fn with_retention(spec: Arc<ChainSpec>, retention: Retention) -> Self {
        Self::with(spec, retention, ReorgLimits::default())
    }

    /// A new chain of `spec` with these limits of reorganisations.
    #[must_use]
    pub fn with_limits(spec: Arc<ChainSpec>, limits: ReorgLimits) -> Self {
        Self::with(spec, Retention::default(), limits)
    }

    fn with(spec: Arc<ChainSpec>, retention: Retention, limits: ReorgLimits) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let consensus = engine_for(Arc::clone(&spec));
        let mut chain = Self { spec, consensus, tree: None, retention, limits, directory };
        chain.tree = Some(chain.open());
        chain
    }

    /// The chain specification.
    #[must_use]
    pub const fn spec(&self) -> &Arc<ChainSpec> {
        &self.spec
    }

    /// The consensus rules.
    #[must_use]
    pub const fn consensus(&self) -> &Arc<dyn Consensus> {
        &self.consensus
    }

    /// The chain as of the head.
    #[must_use]
    pub fn view(&self) -> Arc<ChainView> {
        self.tree.as_ref().unwrap().view()
    }

    /// The tree.
    pub const fn tree(&mut self) -> &mut ChainTree {
        self.tree.as_mut().unwrap()
    }

    /// Hands the tree to whoever starts a chain thread; the directory stays with the test.
    pub const fn take_tree(&mut self) -> ChainTree {
        self.tree.take().unwrap()
    }

    /// Drops the tree without any farewell and opens the directory again, as after a crash.
    pub fn reopen(&mut self) {
        self.tree = None;
        self.tree = Some(self.open());
    }

    /// Persists everything and closes the database. Returns its path.
    pub fn close(&mut self) -> PathBuf {
        self.take_tree().persist_all().unwrap();
        self.path()
    }

    /// Closes the database without any farewell, as a crash would. Returns its path.
    pub fn abandon(&mut self) -> PathBuf {
        drop(self.take_tree());
        self.path()
    }

    /// Where the database is.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.directory.path().join("db")
    }

    /// Builds a block of `transactions` on the head.
    #[must_use]
    pub fn build(&self, transactions: Vec<RecoveredTransaction>) -> BuiltBlock {
        self.build_with(transactions, |_| {})
    }

    /// Builds a block on the head after `change` has touched its header.
    #[must_use]
    pub fn build_with(
        &self,
        transactions: Vec<RecoveredTransaction>,
        change: impl FnOnce(&mut Header),
    ) -> BuiltBlock {
        build_on(&self.view(), &*self.consensus, transactions, change)
    }

    /// Builds and seals a block on the head after `change` has touched its header. The chain does
    /// not move.
    #[must_use]
    pub fn sealed_with(
        &self,
        transactions: Vec<RecoveredTransaction>,
        change: impl FnOnce(&mut Header),
    ) -> RecoveredBlock {
        seal(self.build_with(transactions, change).block)
    }

    /// Builds, seals and imports a block as this node's own.
    pub fn mine(&mut self, transactions: Vec<RecoveredTransaction>) -> RecoveredBlock {
        let built = self.build(transactions);
        let block = seal(built.block);
        let inserted = self.import_mined(block.clone(), built.prebuilt).unwrap();
        assert!(matches!(inserted, Inserted::Head(_)), "not the head: {inserted:?}");
        block
    }

    /// Imports a block as this node's own.
    ///
    /// # Errors
    /// [`ImportError`].
    pub fn import_mined(
        &mut self,
        block: RecoveredBlock,
        prebuilt: Arc<Prebuilt>,
    ) -> Result<Inserted, ImportError> {
        let checked = CheckedBlock::check_recovered(block, &*self.consensus).unwrap();
        self.tree().insert(checked, Origin::Mined(prebuilt))
    }

    /// Imports a block as a stranger's: everything is checked and executed.
    ///
    /// # Errors
    /// [`ImportError`].
    pub fn import_foreign(&mut self, block: &RecoveredBlock) -> Result<Inserted, ImportError> {
        self.import_foreign_at(block, block.timestamp)
    }

    /// Imports a block as a stranger's that comes at the Unix time `now`.
    ///
    /// # Errors
    /// [`ImportError`].
    pub fn import_foreign_at(
        &mut self,
        block: &RecoveredBlock,
        now: u64,
    ) -> Result<Inserted, ImportError> {
        let (number, hash) = (block.number, block.hash());
        let checked = CheckedBlock::check(block.sealed_block().clone(), &*self.consensus)
            .map_err(|reason| ImportError::Invalid { number, hash, reason })?;
        self.tree().insert(checked, Origin::Peer { now })
    }

    fn open(&self) -> ChainTree {
        let (spec, consensus) = (Arc::clone(&self.spec), Arc::clone(&self.consensus));
        let identity =
            ChainIdentity { chain_id: spec.chain_id(), genesis_hash: spec.genesis_hash() };
        let config = StoreConfig { retention: self.retention, ..StoreConfig::at(self.path()) };
        let store = Store::open(&config, identity).unwrap();
        ChainTree::open_with(spec, consensus, store, self.limits).unwrap()
    }

    /// Imports a block as one from a file: everything is checked and executed.
    ///
    /// # Errors
    /// [`ImportError`].
    pub fn import_file_block(&mut self, block: SealedBlock) -> Result<Inserted, ImportError> {
        let (number, hash, parent) = (block.number, block.hash(), block.parent_hash);
        let checked = CheckedBlock::check(block, &*self.consensus)
            .map_err(|reason| ImportError::Invalid { number, hash, reason })?;
        match self.tree().insert(checked, Origin::File)? {
            Inserted::Orphan { .. } => Err(ImportError::UnknownParent { number, hash, parent }),
            inserted @ (Inserted::Known
            | Inserted::Side
            | Inserted::Deferred
            | Inserted::Refused { .. }
            | Inserted::Head(_)) => Ok(inserted),
        }
    }
}

fn build_on(
    view: &ChainView,
    consensus: &dyn Consensus,
    transactions: Vec<RecoveredTransaction>,
    change: impl FnOnce(&mut Header),
) -> BuiltBlock {
    let parent = view.head();
    let mut header = consensus.prepare(parent, parent.timestamp + 1, view).unwrap();
    header.beneficiary = Address::repeat_byte(0xcb);
    change(&mut header);
    let state = view.latest_state();
    let mut builder = BlockBuilder::new(&state, &header, parent, view.spec()).unwrap();
    for transaction in &transactions {
        builder.push(transaction.as_recovered_ref()).unwrap();
    }
    let executed = builder.finish().unwrap();
    let state_root = root(&state, &executed.diff).unwrap();
    let (block, prebuilt) = assemble(header, transactions, executed, state_root);
    BuiltBlock { block, prebuilt }
}

/// The block with a valid seal.
#[must_use]
pub fn seal(block: RecoveredBlock) -> RecoveredBlock {
    let difficulty = block.difficulty;
    seal_at(block, difficulty)
}

/// The block with a seal that wins at this difficulty, in multiply-accumulates: that of a share.
#[must_use]
pub fn seal_at(block: RecoveredBlock, difficulty: U256) -> RecoveredBlock {
    let work = Work::new(seal_hash(block.header()).0);
    let target = Target::from_difficulty(difficulty);
    let range = SearchRange { rows: 0..4_096, columns: 0..4_096 };
    let (cancel, progress) = (CancelFlag::default(), SearchProgress::default());
    let SearchOutcome::Found(seal) = search(&work, target, &range, &cancel, &progress) else {
        panic!("no seal in sixteen million tiles");
    };
    let (mut block, senders) = block.split();
    block.header.mix_hash = B256::from(seal.mix);
    block.header.nonce = B64::from(seal.nonce);
    RecoveredBlock::new_sealed(block.seal_slow(), senders)
}
