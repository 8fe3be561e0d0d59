//! Genesis files.

use crate::Verdict;
use hanzo_types::{ChainSpec, GenesisError, settings_hash};

/// A genesis file in geth's format, of a Hanzo chain or of a plain Ethereum chain.
pub fn genesis(bytes: &[u8]) -> Verdict {
    let read = ChainSpec::from_genesis_json(bytes);
    match &read {
        Ok(spec) => {
            assert_eq!(spec.genesis_header().hash(), spec.genesis_header().hash_slow());
            assert_eq!(spec.genesis_block().header.hash_slow(), spec.genesis_hash());
            if spec.hanzo_rules().is_some() {
                let document: serde_json::Value =
                    serde_json::from_slice(bytes).expect("it was read before");
                let settings = settings_hash(&document["config"]);
                let bound = spec.genesis_header().extra_data.as_ref();
                assert_eq!(bound, settings.as_slice(), "settings not in the hash");
            }
            // What a node asks of every chain before anything else.
            let _ = spec.fork_hash(0, 0);
            let _ = spec.next_base_fee(spec.genesis_header());
        }
        Err(GenesisError::Malformed { field, .. }) => assert!(!field.is_empty(), "no field named"),
        Err(other) => assert!(!other.to_string().is_empty()),
    }
    Verdict::of(&read)
}
