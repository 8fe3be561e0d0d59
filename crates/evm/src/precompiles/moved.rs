//! Precompiles at other addresses than theirs.

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
        moves: &[(Address, Address)],
    ) -> Result<Self, Address> {
        let mut moved = Self { places: AddressMap::default(), addresses: addresses.clone() };
        for (from, _) in moves {
            if !addresses.contains(from) {
                return Err(*from);
            }
            moved.places.insert(*from, None);
            moved.addresses.remove(from);
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

    #[test]
    fn precompiles_change_places_all_at_once() {
        let [one, two, three, four] = [1, 2, 3, 4].map(Address::with_last_byte);
        let addresses = AddressSet::from_iter([one, two, three]);
        let moved = MovedPrecompiles::new(&addresses, &[(one, two), (two, one), (three, four)]);
        let moved = moved.unwrap();
        assert_eq!((moved.origin(one), moved.origin(two)), (Some(two), Some(one)));
        assert_eq!((moved.origin(three), moved.origin(four)), (None, Some(three)));
        let other = Address::with_last_byte(9);
        assert_eq!(moved.origin(other), Some(other));
        assert_eq!(*moved.addresses(), AddressSet::from_iter([one, two, four]));
    }

    #[test]
    fn what_is_no_precompile_cannot_be_moved() {
        let [one, two] = [1, 2].map(Address::with_last_byte);
        let addresses = AddressSet::from_iter([one]);
        assert_eq!(MovedPrecompiles::new(&addresses, &[(two, one)]).unwrap_err(), two);
    }
}
