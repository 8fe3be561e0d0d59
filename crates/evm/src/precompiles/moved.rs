//! Precompiles at other addresses than theirs.

use crate::call_overrides::PrecompileChanges;
use alloy_primitives::{
    Address,
    map::{AddressMap, AddressSet},
};

/// Precompiles that a call has moved. Source: `movePrecompileToAddress` of `eth_simulateV1`.
#[derive(Debug, Clone)]
pub(super) struct MovedPrecompiles {
    /// What lies at an address whose precompile has changed: the address it came from, or nothing.
    places: AddressMap<Option<Address>>,
    /// Where all precompiles are now.
    addresses: AddressSet,
}

impl MovedPrecompiles {
    /// Moves the precompiles at `addresses`, all at once: one may go where another was.
    ///
    /// # Errors
    /// An address that has none.
    pub(super) fn new(
        addresses: &AddressSet,
        PrecompileChanges { moves, replaced }: &PrecompileChanges,
    ) -> Result<Self, Address> {
        if let Some((from, _)) = moves.iter().find(|(from, _)| !addresses.contains(from)) {
            return Err(*from);
        }
        let mut moved = Self { places: AddressMap::default(), addresses: addresses.clone() };
        for address in moves.iter().map(|(from, _)| from).chain(replaced) {
            if moved.addresses.remove(address) {
                moved.places.insert(*address, None);
            }
        }
        for (from, to) in moves {
            moved.places.insert(*to, Some(*from));
            moved.addresses.insert(*to);
        }
        Ok(moved)
    }

    /// The address whose precompile lies at `address`.
    pub(super) fn origin(&self, address: Address) -> Option<Address> {
        self.places.get(&address).copied().unwrap_or(Some(address))
    }

    /// Where all precompiles are now.
    pub(super) const fn addresses(&self) -> &AddressSet {
        &self.addresses
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(moves: &[(Address, Address)], replaced: &[Address]) -> PrecompileChanges {
        PrecompileChanges { moves: moves.to_vec(), replaced: replaced.to_vec() }
    }

    #[test]
    fn precompiles_change_places_all_at_once() {
        let [one, two, three, four] = [1, 2, 3, 4].map(Address::with_last_byte);
        let addresses = AddressSet::from_iter([one, two, three]);
        let moves = changes(&[(one, two), (two, one), (three, four)], &[]);
        let moved = MovedPrecompiles::new(&addresses, &moves).unwrap();
        assert_eq!((moved.origin(one), moved.origin(two)), (Some(two), Some(one)));
        assert_eq!((moved.origin(three), moved.origin(four)), (None, Some(three)));
        let other = Address::with_last_byte(9);
        assert_eq!(moved.origin(other), Some(other));
        assert_eq!(*moved.addresses(), AddressSet::from_iter([one, two, four]));
    }

    #[test]
    fn a_precompile_with_code_is_none_any_more_and_one_that_moves_goes_on() {
        let [one, two, three, four] = [1, 2, 3, 4].map(Address::with_last_byte);
        let addresses = AddressSet::from_iter([one, two]);
        let moves = changes(&[(two, three)], &[one, two, four]);
        let moved = MovedPrecompiles::new(&addresses, &moves).unwrap();
        assert_eq!((moved.origin(one), moved.origin(two)), (None, None));
        assert_eq!((moved.origin(three), moved.origin(four)), (Some(two), Some(four)));
        assert_eq!(*moved.addresses(), AddressSet::from_iter([three]));
    }

    #[test]
    fn what_is_no_precompile_cannot_be_moved() {
        let [one, two] = [1, 2].map(Address::with_last_byte);
        let addresses = AddressSet::from_iter([one]);
        let refused = MovedPrecompiles::new(&addresses, &changes(&[(two, one)], &[]));
        assert_eq!(refused.unwrap_err(), two);
    }
}
