//! What happened to the canonical chain.

use crate::{ChainView, ExecutedBlock};
use std::{fmt, sync::Arc};

/// One change of the canonical chain. An extension reverts nothing.
#[derive(Debug, Clone)]
pub struct CanonUpdate {
    /// Blocks that left the canonical chain, newest first.
    pub reverted: Vec<Arc<ExecutedBlock>>,
    /// Blocks that joined it, oldest first; the last one is the head.
    pub adopted: Vec<Arc<ExecutedBlock>>,
    /// The chain after the change.
    pub view: Arc<ChainView>,
}

/// Something that must have seen a change before the import that caused it is answered.
///
/// Called on the chain thread after the new view is published. An implementation does a bounded
/// amount of work and never calls back into the chain.
pub trait CanonObserver: fmt::Debug + Send + Sync {
    /// The canonical chain changed.
    fn on_canon_update(&self, update: &CanonUpdate);
}
