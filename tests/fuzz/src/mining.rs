//! Work as a miner takes it from a node.

use crate::Verdict;
use alloy_primitives::B256;
use hanzo_miner::{Job, JobError, Offer};
use hanzo_types::seal_hash;
use serde_json::Value;

/// What a node offers a miner: one JSON value.
pub fn miner_work(bytes: &[u8]) -> Verdict {
    let Ok(value) = serde_json::from_slice(bytes) else { return Verdict::Refused };
    let read = Offer::read(&value, None);
    match &read {
        Ok(Offer::Work(job)) => check(&value, job),
        Ok(Offer::Nothing(pause)) => assert_eq!(value["reason"], *pause.reason),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    Verdict::of(&read)
}

fn check(work: &Value, job: &Job) {
    // Nothing is searched that the header does not ask for.
    assert_eq!(hash_in(work, "sealHash"), Some(seal_hash(&job.header).0));
    assert_eq!(hash_in(work, "sigma"), Some(B256::from(*job.work.sigma())));
    assert!(job.rows.start < job.rows.end, "no rows");
    assert!(job.easiest_target().as_u256() >= job.target.as_u256());
    // The miner knows whom it works for.
    let other = Offer::read(work, Some(job.header.beneficiary.create(0)));
    assert!(matches!(other, Err(JobError::Mismatch { field: "coinbase", .. })));
}

fn hash_in(work: &Value, field: &str) -> Option<B256> {
    serde_json::from_value(work[field].clone()).ok()
}
