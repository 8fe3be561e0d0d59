//! Which block a request is about.

use crate::arguments::{Argument, excerpt, fixed, quantity, text};
use alloy_primitives::B256;
use serde_json::Value;

/// A block by number or by name. Source: execution-apis, `BlockNumberOrTag`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum BlockTag {
    /// The head.
    #[default]
    Latest,
    /// The genesis block.
    Earliest,
    /// The block that would be mined now.
    Pending,
    /// 32 blocks deep (decision D-10).
    Safe,
    /// 128 blocks deep (decision D-10).
    Finalized,
    /// A number.
    Number(u64),
}

/// A block by number, name or hash. Source: EIP-1898.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BlockReference {
    /// By number or name.
    Tag(BlockTag),
    /// By hash.
    Hash {
        /// The hash.
        hash: B256,
        /// Whether a block that is not canonical is an error even if it is known.
        require_canonical: bool,
    },
}

impl Default for BlockReference {
    /// A missing block parameter means the head. Source: execution-apis.
    fn default() -> Self {
        Self::Tag(BlockTag::Latest)
    }
}

impl BlockTag {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        Ok(match text {
            "latest" => Self::Latest,
            "earliest" => Self::Earliest,
            "pending" => Self::Pending,
            "safe" => Self::Safe,
            "finalized" => Self::Finalized,
            number => Self::Number(quantity(number, 63)?.to()),
        })
    }
}

impl Argument for BlockTag {
    fn from_json(json: &str) -> Result<Self, String> {
        Self::parse(&text(json)?)
    }
}

impl Argument for BlockReference {
    fn from_json(json: &str) -> Result<Self, String> {
        match serde_json::from_str::<Value>(json) {
            Ok(Value::String(text)) if text.len() == "0x".len() + 64 => {
                Ok(Self::Hash { hash: fixed(&text)?, require_canonical: false })
            }
            Ok(Value::String(text)) => BlockTag::parse(&text).map(Self::Tag),
            Ok(Value::Object(fields)) => from_object(&fields),
            Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_)) | Err(_) => {
                Err(format!("expected a block number, tag, hash or object, got {}", excerpt(json)))
            }
        }
    }
}

fn from_object(fields: &serde_json::Map<String, Value>) -> Result<BlockReference, String> {
    let string = |name: &str| match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(other) => {
            Err(format!("{name}: expected a string, got {}", excerpt(&other.to_string())))
        }
    };
    let in_field = |name: &'static str| move |reason: String| format!("{name}: {reason}");
    match (string("blockHash")?, string("blockNumber")?) {
        (Some(_), Some(_)) => {
            Err("cannot specify both blockHash and blockNumber, choose one or the other".to_owned())
        }
        (Some(hash), None) => {
            let require_canonical = match fields.get("requireCanonical") {
                None | Some(Value::Null) => false,
                Some(Value::Bool(required)) => *required,
                Some(_) => return Err("requireCanonical: expected true or false".to_owned()),
            };
            let hash = fixed(hash).map_err(in_field("blockHash"))?;
            Ok(BlockReference::Hash { hash, require_canonical })
        }
        (None, Some(number)) => {
            BlockTag::parse(number).map(BlockReference::Tag).map_err(in_field("blockNumber"))
        }
        (None, None) => Err("neither blockHash nor blockNumber is given".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HASH: B256 = B256::repeat_byte(0xab);

    #[test]
    fn every_tag_is_known() {
        for (json, tag) in [
            ("\"latest\"", BlockTag::Latest),
            ("\"earliest\"", BlockTag::Earliest),
            ("\"pending\"", BlockTag::Pending),
            ("\"safe\"", BlockTag::Safe),
            ("\"finalized\"", BlockTag::Finalized),
            ("\"0x10\"", BlockTag::Number(16)),
        ] {
            assert_eq!(BlockReference::from_json(json), Ok(BlockReference::Tag(tag)));
            assert_eq!(BlockTag::from_json(json), Ok(tag));
        }
    }

    #[test]
    fn a_hash_object_may_require_the_block_to_be_canonical() {
        let parse = |json: &str| BlockReference::from_json(json).unwrap();
        let hash = |require_canonical| BlockReference::Hash { hash: HASH, require_canonical };
        assert_eq!(parse(&format!(r#"{{"blockHash":"{HASH}"}}"#)), hash(false));
        assert_eq!(
            parse(&format!(r#"{{"blockHash":"{HASH}","requireCanonical":true}}"#)),
            hash(true)
        );
        assert_eq!(parse(&format!("\"{HASH}\"")), hash(false));
    }

    #[test]
    fn a_number_object_is_the_number() {
        let parsed = BlockReference::from_json(r#"{"blockNumber":"0x7"}"#);
        assert_eq!(parsed, Ok(BlockReference::Tag(BlockTag::Number(7))));
    }

    #[test]
    fn malformed_references_are_refused_with_the_field() {
        for (json, want) in [
            ("7", "expected a block number, tag, hash or object, got 7"),
            ("\"7\"", "hex string without 0x prefix"),
            ("\"newest\"", "hex string without 0x prefix"),
            ("{}", "neither blockHash nor blockNumber is given"),
            (r#"{"blockHash":"0xab"}"#, "blockHash: hex string has length 2, want 64 for 32 bytes"),
            (r#"{"blockNumber":"0x00"}"#, "blockNumber: hex number with leading zero digits"),
            ("\"0xffffffffffffffff\"", "hex number > 63 bits"),
        ] {
            assert_eq!(BlockReference::from_json(json).unwrap_err(), want, "{json}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(json in ".{0,120}") {
            let _ = BlockReference::from_json(&json);
            let _ = BlockTag::from_json(&json);
        }
    }
}
