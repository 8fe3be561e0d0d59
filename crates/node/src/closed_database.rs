//! The database of a node that is not running.

use crate::{NodeConfig, NodeError, parts::Parts};
use hanzo_chain::{Audit, audit};
use hanzo_store::{LogRecovery, Store};
use hanzo_types::Rules;

/// The database of a node that is not running: opening it takes the node's own lock.
#[derive(Debug)]
pub struct ClosedDatabase {
    parts: Parts,
    store: Store,
}

impl ClosedDatabase {
    /// Opens the database of the configured chain.
    ///
    /// # Errors
    /// [`NodeError::NoDatabase`] if there is none, and whatever keeps a node from opening it.
    pub fn open(config: &NodeConfig) -> Result<Self, NodeError> {
        Self::open_with(config, LogRecovery::Complete)
    }

    /// Opens the database of the configured chain and gives up what its log holds after a damage.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn salvage(config: &NodeConfig) -> Result<Self, NodeError> {
        let database = Self::open_with(config, LogRecovery::UpToDamage)?;
        // Leaves nothing of the old log behind.
        database.store.flush_tables()?;
        Ok(database)
    }

    fn open_with(config: &NodeConfig, log_recovery: LogRecovery) -> Result<Self, NodeError> {
        let parts = Parts::load(&config.chain, config)?;
        let path = parts.datadir.database();
        if !path.is_dir() {
            return Err(NodeError::NoDatabase { path });
        }
        let store = parts.open_store_with(log_recovery)?;
        Ok(Self { parts, store })
    }

    /// The database itself.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// The rules of its chain.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        self.parts.spec.rules()
    }

    /// Checks every block, every index and the state. `progress` is told each number.
    ///
    /// # Errors
    /// [`NodeError::Audit`] with the first inconsistency.
    pub fn audit(&self, progress: impl FnMut(u64)) -> Result<Audit, NodeError> {
        Ok(audit(&self.parts.spec, &*self.parts.consensus, &self.store.view(), progress)?)
    }
}
