//! Which keys of the state a block changed.

use crate::value::{Reason, decode_u32};
use alloy_primitives::{Address, U256};
use hanzo_state::StateDiff;

/// Keys of the state that one block changed, in order. What they were before is in the history
/// tables, so that pruning and unwinding know where to look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Touched {
    pub(crate) accounts: Vec<Address>,
    pub(crate) slots: Vec<(Address, U256)>,
}

impl Touched {
    /// The keys of which `state` really changes the value.
    pub(crate) fn of(state: &StateDiff) -> Self {
        let accounts = state
            .accounts_sorted()
            .into_iter()
            .filter(|(_, change)| change.before != change.after)
            .map(|(address, _)| address);
        let slots = state
            .storage_sorted()
            .into_iter()
            .filter(|(_, _, change)| change.before != change.after)
            .map(|(address, slot, _)| (address, slot));
        Self { accounts: accounts.collect(), slots: slots.collect() }
    }

    /// Number of accounts, 4 bytes; the accounts; then for every account with slots its address,
    /// the number of its slots, 4 bytes, and the slots, 32 bytes each.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut value = Vec::with_capacity(4 + self.accounts.len() * 20 + self.slots.len() * 34);
        value.extend_from_slice(&count(self.accounts.len()));
        for address in &self.accounts {
            value.extend_from_slice(address.as_slice());
        }
        for group in self.slots.chunk_by(|(left, _), (right, _)| left == right) {
            let Some((address, _)) = group.first() else { continue };
            value.extend_from_slice(address.as_slice());
            value.extend_from_slice(&count(group.len()));
            for (_, slot) in group {
                value.extend_from_slice(&slot.to_be_bytes::<32>());
            }
        }
        value
    }

    /// Reads what [`Self::encode`] wrote.
    pub(crate) fn decode(value: &[u8]) -> Result<Self, Reason> {
        let (accounts, mut rest) = take_count(value)?;
        let mut touched = Self::default();
        for _ in 0..accounts {
            touched.accounts.push(Address::from(take(&mut rest)?));
        }
        while !rest.is_empty() {
            let address = Address::from(take(&mut rest)?);
            if touched.slots.last().is_some_and(|(last, _)| *last == address) {
                return Err("an account has two groups of slots".to_owned());
            }
            let (slots, after) = take_count(rest)?;
            if slots == 0 {
                return Err("a group has no slots".to_owned());
            }
            rest = after;
            for _ in 0..slots {
                touched.slots.push((address, U256::from_be_bytes::<32>(take(&mut rest)?)));
            }
        }
        let sorted = touched.accounts.is_sorted_by(|left, right| left < right)
            && touched.slots.is_sorted_by(|left, right| left < right);
        if sorted { Ok(touched) } else { Err("keys are not in order".to_owned()) }
    }
}

fn count(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes()
}

fn take_count(value: &[u8]) -> Result<(u32, &[u8]), Reason> {
    let (count, rest) = value.split_first_chunk::<4>().ok_or("ends inside a count")?;
    Ok((decode_u32(count)?, rest))
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Reason> {
    let (taken, after) = rest.split_first_chunk::<N>().ok_or("ends inside a key")?;
    *rest = after;
    Ok(*taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::hex;
    use proptest::prelude::*;

    #[test]
    fn golden_touched_keys() {
        let first = Address::repeat_byte(0x11);
        let touched = Touched {
            accounts: vec![first],
            slots: vec![(first, U256::from(1)), (first, U256::from(2))],
        };
        let expected = hex!(
            "00000001" "1111111111111111111111111111111111111111"
            "1111111111111111111111111111111111111111" "00000002"
            "0000000000000000000000000000000000000000000000000000000000000001"
            "0000000000000000000000000000000000000000000000000000000000000002"
        );
        assert_eq!(touched.encode(), expected);
        assert_eq!(Touched::default().encode(), hex!("00000000"));
    }

    #[test]
    fn truncated_and_unsorted_keys_are_refused() {
        let address = Address::repeat_byte(1);
        let touched = Touched { accounts: vec![address], slots: vec![(address, U256::from(7))] };
        let value = touched.encode();
        for length in (0..value.len()).filter(|length| *length != 24) {
            assert!(Touched::decode(&value[..length]).is_err(), "{length} bytes");
        }
        let twice = Touched { accounts: vec![address, address], slots: Vec::new() };
        assert!(Touched::decode(&twice.encode()).is_err());
    }

    #[test]
    fn groups_of_slots_have_one_encoding() {
        let address = Address::repeat_byte(1);
        let one = Touched { accounts: Vec::new(), slots: vec![(address, U256::from(7))] }.encode();
        let group = &one[4..];
        let mut next = group.to_vec();
        *next.last_mut().unwrap() = 8;
        let split = [&one, next.as_slice()].concat();
        assert_eq!(Touched::decode(&split).unwrap_err(), "an account has two groups of slots");
        let empty = [&[0; 4][..], address.as_slice(), &[0; 4]].concat();
        assert_eq!(Touched::decode(&empty).unwrap_err(), "a group has no slots");
    }

    proptest! {
        #[test]
        fn touched_keys_survive_a_round_trip(
            accounts in prop::collection::btree_set(any::<[u8; 20]>(), 0..9),
            slots in prop::collection::btree_set((0_u8..4, any::<u64>()), 0..20),
        ) {
            let touched = Touched {
                accounts: accounts.into_iter().map(Address::from).collect(),
                slots: slots
                    .into_iter()
                    .map(|(owner, slot)| (Address::repeat_byte(owner), U256::from(slot)))
                    .collect(),
            };
            prop_assert_eq!(Touched::decode(&touched.encode()).unwrap(), touched);
        }

        #[test]
        fn decoding_any_bytes_never_panics(value in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Touched::decode(&value);
        }
    }
}
