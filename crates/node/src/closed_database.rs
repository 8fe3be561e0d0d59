//! The database of a node that is not running.

use crate::{NodeConfig, NodeError, parts::Parts};
use hanzo_chain::{Audit, audit};
use hanzo_store::Store;
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
        let parts = Parts::load(&config.chain, config)?;
        let path = parts.datadir.database();
        if !path.is_dir() {
            return Err(NodeError::NoDatabase { path });
        }
        let store = parts.open_store()?;
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
