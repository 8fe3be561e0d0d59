//! What a node offers a miner.

use crate::{Job, JobError};
use alloy_primitives::Address;
use serde::Deserialize;
use serde_json::Value;

/// The kind of offer that is none.
const NONE: &str = "none";

/// What a node offers a miner.
#[derive(Debug, Clone)]
pub enum Offer {
    /// Work.
    Work(Box<Job>),
    /// None at the moment: whatever were found for the last would be in vain.
    Nothing(Pause),
}

/// Why a node has no work at the moment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Pause {
    /// The node's name for it.
    pub reason: String,
    /// The node's words.
    pub message: String,
}

impl Offer {
    /// Reads what `poc_subscribe` gives. `coinbase` is who must be paid, if the miner has named somebody.
    ///
    /// # Errors
    /// [`JobError`].
    pub fn read(offer: &Value, coinbase: Option<Address>) -> Result<Self, JobError> {
        if offer.get("kind").and_then(Value::as_str) == Some(NONE) {
            let pause = Pause::deserialize(offer);
            return Ok(Self::Nothing(pause.map_err(|error| JobError::Form(error.to_string()))?));
        }
        Ok(Self::Work(Box::new(Job::read(offer, coinbase)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn no_work_has_a_reason() {
        let offer = json!({ "kind": "none", "reason": "syncing", "message": "at 1 of 90" });
        let Offer::Nothing(pause) = Offer::read(&offer, None).unwrap() else { panic!("work") };
        assert_eq!((pause.reason.as_str(), pause.message.as_str()), ("syncing", "at 1 of 90"));
        for bad in [json!({ "kind": "none" }), json!({ "kind": "none", "reason": 1 })] {
            assert!(matches!(Offer::read(&bad, None), Err(JobError::Form(_))), "{bad}");
        }
        assert!(matches!(Offer::read(&json!({ "kind": 5 }), None), Err(JobError::Form(_))));
    }
}
