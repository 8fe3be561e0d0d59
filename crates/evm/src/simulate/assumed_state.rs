//! A state that a simulated block assumes.

use super::SimulationError;
use crate::{block_evm::block_database, diff::state_diff};
use alloy_evm::overrides::apply_state_overrides;
use alloy_primitives::{Address, B256};
use alloy_rpc_types_eth::state::StateOverride;
use hanzo_state::{Layer, Layered, StateDiff, TrieDiff, WorldState, root};
use hanzo_types::{ChainSpec, Header};
use std::{collections::BTreeSet, sync::Arc};

/// World state with what a block assumes on top.
pub(super) type AssumedState<'a> = Layered<&'a dyn WorldState>;

/// What `overrides` change in `state`. A storage that they replace is wiped slot by slot, as every
/// storage is that goes; one of more than `wiped_slots` entries is refused.
pub(super) fn assumed_changes(
    state: &dyn WorldState,
    overrides: StateOverride,
    wiped_slots: usize,
) -> Result<StateDiff, SimulationError> {
    // In the order of addresses, so that of two errors it is always the same one.
    let replaced = overrides.iter().filter(|(_, account)| account.state.is_some());
    let replaced: BTreeSet<Address> = replaced.map(|(address, _)| *address).collect();
    for address in replaced {
        if state.storage_slots_within(address, wiped_slots)?.is_none() {
            return Err(SimulationError::WipedStorage { address, limit: wiped_slots });
        }
    }
    let mut database = block_database(state);
    apply_state_overrides(overrides, &mut database).map_err(SimulationError::of_overrides)?;
    database.merge_transitions(revm::database::states::bundle_state::BundleRetention::PlainState);
    let mut diff = state_diff(&database.take_bundle(), state)?;
    // The values before are not the true ones: to the EVM every assumed slot has to look changed.
    for (address, slots) in &mut diff.storage {
        for (slot, change) in slots.iter_mut() {
            change.before = state.storage(*address, *slot)?;
        }
        slots.retain(|_, change| change.before != change.after);
    }
    diff.storage.retain(|_, slots| !slots.is_empty());
    Ok(diff)
}

/// `state`, the one after the parent of the block with `header`, with `changes` on top.
pub(super) fn assumed_state<'a>(
    state: &'a dyn WorldState,
    changes: &StateDiff,
    header: &Header,
    spec: &ChainSpec,
) -> Result<AssumedState<'a>, SimulationError> {
    // Receipts with state roots are the only ones that look at the trie during execution.
    let trie = if changes.is_empty() || spec.receipts_have_status(header) {
        TrieDiff::default()
    } else {
        root(state, changes)?.trie
    };
    let layer = parent_layer(header, changes.clone(), trie);
    Ok(Layered::new(vec![Arc::new(layer)], state))
}

/// Stands in the place of the parent, and answers for its hash.
fn parent_layer(header: &Header, state: StateDiff, trie: TrieDiff) -> Layer {
    let (number, hash): (u64, B256) = (header.number.saturating_sub(1), header.parent_hash);
    Layer { number, hash, state, trie }
}
