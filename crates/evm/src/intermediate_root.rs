//! State roots between the transactions of a block.

use crate::diff::{account_change, changed_slots};
use alloy_primitives::{Address, B256};
use hanzo_state::{Change, Layer, Layered, StateDiff, StateError, WorldState, root};
use revm::database::BundleState;
use std::{fmt, sync::Arc};

/// State roots between the transactions of a block: receipts before Byzantium commit to them.
///
/// Keeps what the block has changed so far as one layer above the parent's state, so that each
/// root costs what its transaction changed. Source: Yellow Paper §4.4.1 before EIP-658.
pub(crate) struct IntermediateRoots<'a> {
    base: &'a dyn WorldState,
    so_far: Arc<Layer>,
}

impl fmt::Debug for IntermediateRoots<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntermediateRoots").finish_non_exhaustive()
    }
}

impl<'a> IntermediateRoots<'a> {
    /// Roots of states above `base`, the state before the block.
    pub(crate) fn new(base: &'a dyn WorldState) -> Self {
        Self { base, so_far: Arc::default() }
    }

    /// State root after everything in `bundle`, the block's changes so far, of which only
    /// `touched` accounts changed since the last call.
    pub(crate) fn advance(
        &mut self,
        bundle: &BundleState,
        touched: &[Address],
    ) -> Result<B256, StateError> {
        let mut step = StateDiff::default();
        for address in touched {
            self.add_step(bundle, *address, &mut step)?;
        }
        let state = Layered::new(vec![Arc::clone(&self.so_far)], self.base);
        let after = root(&state, &step)?;
        drop(state);
        let so_far = Arc::make_mut(&mut self.so_far);
        so_far.state.extend(&step);
        so_far.trie.extend(&after.trie);
        Ok(after.root)
    }

    /// What became of one account since the last root. The bundle only knows what became of it
    /// since the start of the block.
    fn add_step(
        &self,
        bundle: &BundleState,
        address: Address,
        step: &mut StateDiff,
    ) -> Result<(), StateError> {
        let Some(account) = bundle.state.get(&address) else { return Ok(()) };
        let so_far = &self.so_far.state;
        let change = account_change(account);
        let before = so_far.accounts.get(&address).map_or(change.before, |known| known.after);
        if before != change.after {
            step.accounts.insert(address, Change { before, after: change.after });
        }
        let in_block = changed_slots(address, account, self.base)?;
        let known = so_far.storage.get(&address);
        let mut slots: alloy_primitives::map::HashMap<_, _> = in_block
            .iter()
            .map(|(slot, change)| {
                let known = known.and_then(|slots| slots.get(slot));
                let before = known.map_or(change.before, |known| known.after);
                (*slot, Change { before, after: change.after })
            })
            .collect();
        // A slot that is back at its value from before the block is no longer in the bundle.
        for (slot, change) in known.into_iter().flatten() {
            slots.entry(*slot).or_insert(change.reversed());
        }
        slots.retain(|_, change| change.before != change.after);
        if !slots.is_empty() {
            step.storage.insert(address, slots);
        }
        Ok(())
    }
}
