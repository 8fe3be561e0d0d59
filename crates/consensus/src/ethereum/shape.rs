//! Which optional fields a header has.

use super::EthereumRules;
use crate::{
    ConsensusError,
    header_field::{absent, fixed, present},
};
use alloy_consensus::constants::EMPTY_OMMER_ROOT_HASH;
use alloy_hardforks::EthereumHardfork;
use alloy_primitives::B64;
use hanzo_types::Header;

/// Checks that exactly the fields of the header's fork are there, and what the merge froze.
///
/// The base fee is not looked at: its rule covers presence too.
pub(super) fn check(rules: &EthereumRules, header: &Header) -> Result<(), ConsensusError> {
    let h = header;
    if rules.has(EthereumHardfork::Paris, h) {
        fixed("nonce", &h.nonce, &B64::ZERO)?;
        fixed("sha3Uncles", &h.ommers_hash, &EMPTY_OMMER_ROOT_HASH)?;
    }
    let since = |fork| if rules.has(fork, h) { Presence::Required } else { Presence::Forbidden };
    let (shanghai, cancun) = (since(EthereumHardfork::Shanghai), since(EthereumHardfork::Cancun));
    let prague = since(EthereumHardfork::Prague);
    shanghai.check("withdrawalsRoot", h.withdrawals_root.as_ref())?;
    cancun.check("blobGasUsed", h.blob_gas_used.as_ref())?;
    cancun.check("excessBlobGas", h.excess_blob_gas.as_ref())?;
    cancun.check("parentBeaconBlockRoot", h.parent_beacon_block_root.as_ref())?;
    prague.check("requestsHash", h.requests_hash.as_ref())?;
    absent("blockAccessListHash", h.block_access_list_hash.as_ref())?;
    absent("slotNumber", h.slot_number.as_ref())
}

/// Whether a fork has a field.
#[derive(Clone, Copy)]
enum Presence {
    Required,
    Forbidden,
}

impl Presence {
    fn check<T: std::fmt::Display>(
        self,
        field: &'static str,
        found: Option<&T>,
    ) -> Result<(), ConsensusError> {
        match self {
            Self::Required => present(field, found),
            Self::Forbidden => absent(field, found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ethereum::fixture::{FORKS, Line};
    use alloy_hardforks::EthereumHardfork as Fork;
    use alloy_primitives::B256;

    /// A field, the fork that introduced it, and how it is added and removed.
    struct Field {
        name: &'static str,
        since: Fork,
        add: fn(&mut Header),
        remove: fn(&mut Header),
    }

    const FIELDS: [Field; 5] = [
        Field {
            name: "withdrawalsRoot",
            since: Fork::Shanghai,
            add: |h| h.withdrawals_root = Some(B256::ZERO),
            remove: |h| h.withdrawals_root = None,
        },
        Field {
            name: "blobGasUsed",
            since: Fork::Cancun,
            add: |h| h.blob_gas_used = Some(0),
            remove: |h| h.blob_gas_used = None,
        },
        Field {
            name: "excessBlobGas",
            since: Fork::Cancun,
            add: |h| h.excess_blob_gas = Some(0),
            remove: |h| h.excess_blob_gas = None,
        },
        Field {
            name: "parentBeaconBlockRoot",
            since: Fork::Cancun,
            add: |h| h.parent_beacon_block_root = Some(B256::ZERO),
            remove: |h| h.parent_beacon_block_root = None,
        },
        Field {
            name: "requestsHash",
            since: Fork::Prague,
            add: |h| h.requests_hash = Some(B256::ZERO),
            remove: |h| h.requests_hash = None,
        },
    ];

    /// Name of the field that is refused after `change`, and what it must be.
    fn refused(line: &Line, change: fn(&mut Header)) -> Option<(&'static str, String)> {
        let mut header = line.child();
        change(&mut header);
        match check(&line.rules, &header) {
            Ok(()) => None,
            Err(ConsensusError::FixedField { field, expected, .. }) => Some((field, expected)),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn every_field_is_required_from_its_fork_on_and_forbidden_before() {
        for fork in FORKS {
            let line = Line::at(fork);
            for Field { name, since, add, remove } in FIELDS {
                let must_be = |what: &str| Some((name, what.to_owned()));
                if fork >= since {
                    assert_eq!(refused(&line, remove), must_be("present"), "{fork}");
                    assert_eq!(refused(&line, add), None, "{name} at {fork}");
                } else {
                    assert_eq!(refused(&line, add), must_be("absent"), "{fork}");
                    assert_eq!(refused(&line, remove), None, "{name} at {fork}");
                }
            }
        }
    }

    #[test]
    fn fields_of_forks_to_come_are_forbidden() {
        let line = Line::at(Fork::Osaka);
        let list = refused(&line, |h| h.block_access_list_hash = Some(B256::ZERO));
        assert_eq!(list, Some(("blockAccessListHash", "absent".to_owned())));
        let slot = refused(&line, |h| h.slot_number = Some(7));
        assert_eq!(slot, Some(("slotNumber", "absent".to_owned())));
    }

    #[test]
    fn nonce_and_ommers_are_frozen_by_the_merge_and_free_before_it() {
        for fork in FORKS {
            let line = Line::at(fork);
            let nonce = refused(&line, |h| h.nonce = B64::with_last_byte(1));
            let ommers = refused(&line, |h| h.ommers_hash = B256::ZERO);
            if fork >= Fork::Paris {
                assert_eq!(nonce, Some(("nonce", B64::ZERO.to_string())), "{fork}");
                let expected = EMPTY_OMMER_ROOT_HASH.to_string();
                assert_eq!(ommers, Some(("sha3Uncles", expected)), "{fork}");
            } else {
                assert_eq!((nonce, ommers), (None, None), "{fork}");
            }
        }
    }
}
