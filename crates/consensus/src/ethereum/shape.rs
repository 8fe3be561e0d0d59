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
