//! `debug_storageRangeAt`.

use crate::{
    arguments::{Argument, Arguments, HexOrDecimal, data, excerpt, text},
    block_reference::BlockReference,
    debug::{
        DebugApi,
        trace_request::{TraceOptions, TraceRun},
        traced_block::TracedBlock,
        transaction_position,
    },
    rpc_error::{Limit, OrInternal as _, RpcError},
};
use alloy_primitives::{Address, B256, U256, keccak256};
use hanzo_state::StateRead as _;
use serde::Serialize;
use std::collections::BTreeMap;

/// Some slots of an account in the order of their hashes. Source: geth, whose answer about an
/// account without storage has null in place of no slots.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StorageRange {
    storage: BTreeMap<B256, StorageEntry>,
    /// Hash of the first slot that is not in the answer; null after the last.
    next_key: Option<B256>,
}

/// A slot and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
struct StorageEntry {
    key: B256,
    value: B256,
}

/// Where a range begins: a hash, or its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct HashPrefix(B256);

impl Argument for HashPrefix {
    fn from_json(json: &str) -> Result<Self, String> {
        let bytes = data(&text(json)?)?;
        if bytes.len() > B256::len_bytes() {
            return Err(format!("want at most 32 bytes: {} bytes", bytes.len()));
        }
        Ok(Self(B256::right_padding_from(&bytes)))
    }
}

/// How many slots a range may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct RangeLength(usize);

impl Argument for RangeLength {
    fn from_json(json: &str) -> Result<Self, String> {
        let HexOrDecimal(length) = HexOrDecimal::from_json(json)
            .map_err(|_| format!("expected a number of slots, got {}", excerpt(json)))?;
        Ok(Self(usize::try_from(length).unwrap_or(usize::MAX)))
    }
}

impl DebugApi {
    /// Slots of an account before transaction `index` of a block: after the system calls and the
    /// transactions before it. Parameters: block, index, address, hash to start at, how many slots.
    ///
    /// Slots are stored in the order of their numbers, and the order asked for is that of their
    /// hashes, so every page needs all slots of the account; for a past state also its history,
    /// which stands sorted by slot. An account with more of both than the limit says is refused with
    /// that limit: the answer is exact or none.
    pub(super) fn storage_range(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<StorageRange, RpcError> {
        let reference: BlockReference = arguments.required(0, "block")?;
        let HexOrDecimal(index) = arguments.required(1, "transactionIndex")?;
        let address: Address = arguments.required(2, "address")?;
        let HashPrefix(start) = arguments.required(3, "startKey")?;
        let RangeLength(length) = arguments.required(4, "maxResult")?;
        let limits = &self.node.limits;
        if length > limits.storage_range_slots {
            let limit = limits.storage_range_slots;
            return Err(Limit::StorageRange { limit, asked: length }.into());
        }
        let view = self.node.chain.view();
        let block = self.known_block(&view, reference)?;
        let index = transaction_position(&block, index)?;
        let block = TracedBlock::new(&view, block)?;
        let run = TraceOptions::default().begin(limits);
        let slots = self.slots_before(&run, &block, (index, address))?;
        Ok(range(&slots, start, length))
    }

    fn slots_before(
        &self,
        run: &TraceRun,
        block: &TracedBlock,
        (index, address): (usize, Address),
    ) -> Result<Vec<(U256, U256)>, RpcError> {
        let replay = run.replay(block)?;
        let state = run.bounded(|limits| replay.state_before(index, limits))?;
        let limit = self.node.limits.storage_range_entries;
        let slots = state.storage_slots_within(address, limit).or_internal()?;
        slots.ok_or_else(|| Limit::StorageEntries { limit, address }.into())
    }
}

/// The first `length` slots from `start` on.
fn range(slots: &[(U256, U256)], start: B256, length: usize) -> StorageRange {
    let entry = |(slot, value): &(U256, U256)| {
        let key = B256::from(*slot);
        (keccak256(key), StorageEntry { key, value: B256::from(*value) })
    };
    let mut storage: BTreeMap<B256, StorageEntry> =
        slots.iter().map(entry).filter(|(hash, _)| *hash >= start).collect();
    let next_key = storage.keys().nth(length).copied();
    if let Some(next) = next_key {
        drop(storage.split_off(&next));
    }
    StorageRange { storage, next_key }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_start_is_a_hash_or_its_first_bytes() {
        let parse = |json: &str| HashPrefix::from_json(json).map(|HashPrefix(hash)| hash);
        assert_eq!(parse("\"0x\""), Ok(B256::ZERO));
        assert_eq!(parse("\"0x01\""), Ok(B256::right_padding_from(&[1])));
        let whole = B256::repeat_byte(7);
        assert_eq!(parse(&format!("\"{whole}\"")), Ok(whole));
        let long = format!("\"0x{}\"", "00".repeat(33));
        assert_eq!(parse(&long).unwrap_err(), "want at most 32 bytes: 33 bytes");
        assert_eq!(parse("7").unwrap_err(), "expected a string, got 7");
    }

    #[test]
    fn a_negative_length_is_refused() {
        let reason = RangeLength::from_json("-1").unwrap_err();
        assert_eq!(reason, "expected a number of slots, got -1");
    }

    proptest! {
        /// Pages of any size, one after the other, are the whole storage, each slot once.
        #[test]
        fn pages_add_up_to_the_storage(
            slots in proptest::collection::btree_map(any::<u64>(), 1_u64.., 0..40),
            length in 1_usize..9,
        ) {
            let slots: Vec<_> =
                slots.into_iter().map(|(slot, value)| (U256::from(slot), U256::from(value))).collect();
            let whole = range(&slots, B256::ZERO, slots.len());
            prop_assert_eq!(whole.next_key, None);
            prop_assert_eq!(whole.storage.len(), slots.len());
            let (mut start, mut pages) = (Some(B256::ZERO), BTreeMap::new());
            while let Some(from) = start {
                let page = range(&slots, from, length);
                prop_assert!(page.storage.len() <= length);
                prop_assert!(page.storage.keys().all(|hash| *hash >= from));
                pages.extend(page.storage);
                start = page.next_key;
            }
            prop_assert_eq!(pages, whole.storage);
        }
    }
}
