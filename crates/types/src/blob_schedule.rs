//! How many blobs a block may carry, by time.

use crate::GenesisError;
use alloy_eips::{
    eip7594::MAX_BLOBS_PER_TX_FUSAKA,
    eip7840::{BLOB_BASE_COST, BlobParams},
};
use alloy_genesis::ChainConfig;

/// Blob parameters from their first second on, ascending. Source: EIP-7840, EIP-7892.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct BlobSchedule(Vec<(u64, BlobParams)>);

/// A fork that may change the parameters.
struct BlobFork {
    name: &'static str,
    time: Option<u64>,
    /// What the fork's EIP says; `None` if only the file can tell.
    published: Option<BlobParams>,
}

impl BlobSchedule {
    /// The schedule of a genesis file. An entry that is absent means the published parameters.
    ///
    /// # Errors
    /// [`GenesisError::BlobSchedule`] for an entry of no known fork, one without room for a blob,
    /// or a missing one that nobody has published.
    pub(crate) fn read(config: &ChainConfig) -> Result<Self, GenesisError> {
        let forks = blob_forks(config);
        let unknown = config.blob_schedule.keys().find(|key| {
            // Other clients write the key of a fork that is not scheduled yet.
            !forks.iter().any(|fork| fork.name == key.as_str()) && key.as_str() != "amsterdam"
        });
        if let Some(key) = unknown {
            let reason = "is not the name of a fork that changes blob parameters";
            return Err(GenesisError::BlobSchedule { fork: key.clone(), reason });
        }
        let mut schedule = Vec::new();
        for fork in &forks {
            let Some(time) = fork.time else { continue };
            schedule.push((time, params(fork, config)?));
        }
        Ok(Self(schedule))
    }

    /// Unix times from which on parameters hold, ascending.
    pub(crate) fn starts(&self) -> impl Iterator<Item = u64> + '_ {
        self.0.iter().map(|(time, _)| *time)
    }

    /// The parameters at `timestamp`; `None` before the first fork with blobs.
    pub(crate) fn at(&self, timestamp: u64) -> Option<BlobParams> {
        let started = self.0.partition_point(|(time, _)| *time <= timestamp);
        self.0.get(started.checked_sub(1)?).map(|(_, params)| *params)
    }
}

/// In order of time, which the order of forks guarantees.
const fn blob_forks(config: &ChainConfig) -> [BlobFork; 8] {
    const fn fork(
        name: &'static str,
        time: Option<u64>,
        published: Option<BlobParams>,
    ) -> BlobFork {
        BlobFork { name, time, published }
    }
    [
        fork("cancun", config.cancun_time, Some(BlobParams::cancun())),
        fork("prague", config.prague_time, Some(BlobParams::prague())),
        fork("osaka", config.osaka_time, Some(BlobParams::osaka())),
        fork("bpo1", config.bpo1_time, Some(BlobParams::bpo1())),
        fork("bpo2", config.bpo2_time, Some(BlobParams::bpo2())),
        fork("bpo3", config.bpo3_time, None),
        fork("bpo4", config.bpo4_time, None),
        fork("bpo5", config.bpo5_time, None),
    ]
}

fn params(fork: &BlobFork, config: &ChainConfig) -> Result<BlobParams, GenesisError> {
    let error = |reason| GenesisError::BlobSchedule { fork: fork.name.to_owned(), reason };
    let Some(entry) = config.blob_schedule.get(fork.name) else {
        return fork.published.ok_or_else(|| error("is missing, and no EIP fixes its values"));
    };
    if entry.update_fraction == 0 {
        return Err(error("`baseFeeUpdateFraction` must not be 0"));
    }
    if entry.max_blob_count == 0 {
        return Err(error("`max` is 0, which leaves no room for a blob"));
    }
    if entry.target_blob_count > entry.max_blob_count {
        return Err(error("`target` is larger than `max`"));
    }
    // A block of more blobs than this cannot be encoded; the bound keeps blob gas in 64 bits.
    if entry.max_blob_count > MAX_BLOBS_OF_ANY_BLOCK {
        return Err(error("`max` is larger than 65536"));
    }
    // The file's format has no field for what Osaka added (EIP-7594, EIP-7918).
    let has_osaka_rules = !matches!(fork.name, "cancun" | "prague");
    Ok(if has_osaka_rules {
        entry.with_max_blobs_per_tx(MAX_BLOBS_PER_TX_FUSAKA).with_blob_base_cost(BLOB_BASE_COST)
    } else {
        *entry
    })
}

/// Generous: a transaction of 131 072 bytes names some 4 000 blobs.
const MAX_BLOBS_OF_ANY_BLOCK: u64 = 65_536;
