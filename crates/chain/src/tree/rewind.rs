//! Moving the head back because somebody says so.

use super::{ChainTree, deferred::Deferred, orphans::Orphans, refused_reorgs::RefusedReorgs};
use crate::{ImportError, RewindError, generation::Generation};
use hanzo_store::{BlockRef, StoreError};

/// How the head was moved back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rewound {
    /// The head before.
    pub from: BlockRef,
    /// The head now.
    pub to: BlockRef,
    /// Blocks above it that were forgotten, canonical or not.
    pub forgotten: u64,
}

impl ChainTree {
    /// Moves the head back to the canonical block `number` and forgets every block above it, as if
    /// none had come: otherwise the next start would execute them again and have the old head. No
    /// fork choice is made, so no limit of reorganisations applies. For a chain that nobody else uses:
    /// views and subscribers are not told.
    ///
    /// The state goes back in one batch, and its root is compared with the header before anything is
    /// written. A crash after it leaves blocks above the state; a start executes them again, as it
    /// always does, and the same call does what is left.
    ///
    /// # Errors
    /// [`RewindError`]; the chain is as it was unless a write failed.
    pub fn rewind(&mut self, number: u64) -> Result<Rewound, RewindError> {
        self.persist_all()?;
        let head = self.head();
        let (head, oldest) =
            (BlockRef { number: head.number, hash: head.hash() }, self.chain.oldest_state);
        if number > head.number {
            return Err(RewindError::AboveHead { number, head: head.number });
        }
        if number < oldest {
            return Err(RewindError::BelowHistory { number, oldest });
        }
        let hash = self.canonical_header(number).map_err(failed)?.hash();
        let to = BlockRef { number, hash };
        if to != head {
            self.unwind_base_to(to).map_err(failed)?;
        }
        let forgotten = self.store.forget_blocks_above_tip().map_err(failed)?;
        // A view that does not find them either.
        let view = self.store.view();
        self.chain = Generation::new(view, to.number, Vec::new()).map_err(failed)?;
        self.blocks.clear();
        self.orphans = Orphans::default();
        self.deferred = Deferred::default();
        self.refused = RefusedReorgs::default();
        Ok(Rewound { from: head, to, forgotten })
    }
}

fn failed(error: StoreError) -> RewindError {
    ImportError::from(error).into()
}
