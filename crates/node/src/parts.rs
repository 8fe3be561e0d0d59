//! What every command that touches a chain starts from.

use crate::{ChainSource, DataDir, NodeConfig, NodeError};
use hanzo_chain::{ChainTree, ChainView, HIGH_WATER_BLOCKS, ReorgLimits};
use hanzo_consensus::{Consensus, engine_for};
use hanzo_store::{ChainIdentity, LogRecovery, Retention, Store, StoreConfig, StoreError};
use hanzo_types::ChainSpec;
use std::sync::Arc;

/// The chain, its rules and where it is kept.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) spec: Arc<ChainSpec>,
    pub(crate) datadir: DataDir,
    pub(crate) consensus: Arc<dyn Consensus>,
    retention: Retention,
    reorg: ReorgLimits,
}

impl Parts {
    /// Reads and checks the chain's genesis. The disk is not written to.
    pub(crate) fn load(chain: &ChainSource, config: &NodeConfig) -> Result<Self, NodeError> {
        let spec = Arc::new(chain.load(config.dev)?);
        let datadir = DataDir::resolve(config.datadir.clone(), &chain.directory_name(&spec))?;
        let consensus = engine_for(Arc::clone(&spec));
        let (retention, reorg) = (config.retention, config.reorg);
        Ok(Self { spec, datadir, consensus, retention, reorg })
    }

    /// Everything the user said has been checked by now: from here on the disk is touched.
    pub(crate) fn open_chain(&self) -> Result<ChainTree, NodeError> {
        let store = self.open_store()?;
        let (spec, consensus) = (Arc::clone(&self.spec), Arc::clone(&self.consensus));
        Ok(ChainTree::open_with(spec, consensus, store, self.reorg)?)
    }

    /// Says so if the database has more of the past than the settings keep: commits remove it by
    /// and by, twice as many blocks as they add, and a chain that does not grow keeps it.
    pub(crate) fn say_what_is_to_be_pruned(&self, view: &ChainView) {
        let head = view.head_number();
        let excess = |kept: Option<u64>, oldest: u64| {
            kept.map_or(0, |kept| head.saturating_sub(kept).saturating_sub(oldest))
        };
        let states = excess(self.retention.states, view.oldest_state());
        let receipts = excess(self.retention.receipts, view.oldest_receipts());
        // What a running node has beyond its settings at any time.
        let usual = u64::try_from(HIGH_WATER_BLOCKS).unwrap_or(u64::MAX);
        if states.max(receipts) > usual {
            tracing::info!(
                target: "node",
                states,
                receipts,
                "blocks beyond --prune.states and --prune.receipts go as new blocks come; \
                 `hanzo db prune` removes them at once"
            );
        }
    }

    /// Opens the database, or creates it.
    pub(crate) fn open_store(&self) -> Result<Store, NodeError> {
        self.open_store_with(LogRecovery::Complete)
    }

    /// Opens the database, or creates it.
    pub(crate) fn open_store_with(&self, log_recovery: LogRecovery) -> Result<Store, NodeError> {
        self.datadir.create()?;
        let identity = ChainIdentity {
            chain_id: self.spec.chain_id(),
            genesis_hash: self.spec.genesis_hash(),
        };
        let path = self.datadir.database();
        let config =
            StoreConfig { retention: self.retention, log_recovery, ..StoreConfig::at(path) };
        let opened = Store::open(&config, identity);
        opened.map_err(|error| {
            let other_settings = matches!(error, StoreError::GenesisHash { .. });
            if other_settings && self.spec.is_dev() {
                return NodeError::DevSettings(error);
            }
            NodeError::Store(error)
        })
    }
}
