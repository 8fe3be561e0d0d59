//! The `config` of a case: what its network's name does not say.

use crate::{Quantity, QuantityError};
use alloy_eips::eip7840::BlobParams;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Chain id of a case that does not say: Ethereum's main network.
const DEFAULT_CHAIN_ID: u64 = 1;

/// What a case says about its chain besides the network's name. All of it is optional.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct FixtureConfig {
    /// Network; only where the case itself has none.
    pub network: Option<String>,
    #[serde(alias = "chainId", alias = "chainID")]
    chainid: Option<Quantity>,
    #[serde(rename = "blobSchedule")]
    blob_schedule: BTreeMap<String, FixtureBlobParams>,
}

/// Blob parameters of one fork. Source: EIP-7840.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FixtureBlobParams {
    target: Quantity,
    max: Quantity,
    base_fee_update_fraction: Quantity,
}

impl FixtureConfig {
    /// Chain id of the case.
    ///
    /// # Errors
    /// [`QuantityError`] if it has more than 64 bits.
    pub fn chain_id(&self) -> Result<u64, QuantityError> {
        self.chainid.map_or(Ok(DEFAULT_CHAIN_ID), Quantity::to_u64)
    }

    /// Blob parameters by fork, as the case spells the forks.
    ///
    /// # Errors
    /// [`QuantityError`] if a number is too large.
    pub fn blob_schedule(&self) -> Result<BTreeMap<String, BlobParams>, QuantityError> {
        let to_params = |params: &FixtureBlobParams| {
            Ok(BlobParams {
                target_blob_count: params.target.to_u64()?,
                max_blob_count: params.max.to_u64()?,
                update_fraction: params.base_fee_update_fraction.to_u128()?,
                max_blobs_per_tx: params.max.to_u64()?,
                ..BlobParams::cancun()
            })
        };
        let entries = self.blob_schedule.iter();
        entries.map(|(fork, params)| Ok((fork.clone(), to_params(params)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> FixtureConfig {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_chain_id_has_three_spellings_and_a_default() {
        for json in [r#"{"chainid":"0x05"}"#, r#"{"chainId":5}"#, r#"{"chainID":"5"}"#] {
            assert_eq!(read(json).chain_id(), Ok(5), "{json}");
        }
        assert_eq!(read("{}").chain_id(), Ok(1));
    }

    #[test]
    fn blob_parameters_are_read_by_fork() {
        let config = read(
            r#"{"blobSchedule":{"Prague":
                {"target":"0x06","max":"0x09","baseFeeUpdateFraction":"0x4c6964"}}}"#,
        );
        let schedule = config.blob_schedule().unwrap();
        assert_eq!(schedule["Prague"], BlobParams::prague());
    }
}
