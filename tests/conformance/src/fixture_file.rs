//! A file of fixtures: its cases, each recognised by what it contains.

use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// The cases of a file, by name.
#[derive(Debug)]
pub struct FixtureFile {
    /// Text of every case, in the order of their names.
    pub cases: BTreeMap<String, Box<RawValue>>,
}

/// Why a file has no cases.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum FixtureFileError {
    /// The text is not JSON: the file is damaged.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// It is JSON, but no collection of named cases.
    #[error("not a fixture file: {0}")]
    NotFixtures(&'static str),
}

/// What a case is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseFormat {
    /// A case of BlockchainTests.
    Blockchain,
    /// A case of StateTests (GeneralStateTests).
    State,
    /// Something that this runner does not run.
    Other {
        /// Why not.
        reason: String,
    },
}

/// Keys that tell a format, and why it is not run; the first whose keys are all there counts.
const OTHER_FORMATS: &[(&[&str], &str)] = &[
    (&["engineNewPayloads"], "engine API test: blocks do not come as RLP"),
    (&["syncPayload"], "sync test: blocks do not come as RLP"),
    (&["txbytes", "result"], "transaction test: no state and no block"),
    (&["exec", "env"], "VM test: no transaction and no block"),
    (&["currentBlockNumber", "currentDifficulty"], "difficulty test: no block"),
    (&["expect", "env", "pre"], "source of a state test, not filled"),
    (&["expect", "blocks"], "source of a blockchain test, not filled"),
    (&["vectors"], "container validation test: no transaction and no block"),
    (&["in", "root"], "trie test"),
    (&["in", "out"], "RLP test"),
];

impl FixtureFile {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// [`FixtureFileError`].
    pub fn parse(text: &str) -> Result<Self, FixtureFileError> {
        let not_fixtures = FixtureFileError::NotFixtures;
        let top: &RawValue = serde_json::from_str(text)
            .map_err(|error| FixtureFileError::NotJson(error.to_string()))?;
        let Ok(cases) = serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(top.get()) else {
            return Err(not_fixtures("it is a list or a single value"));
        };
        if cases.is_empty() {
            return Err(not_fixtures("it is empty"));
        }
        if !cases.values().all(|case| case.get().starts_with('{')) {
            return Err(not_fixtures("its entries are not cases (an index or metadata)"));
        }
        Ok(Self { cases })
    }
}

impl CaseFormat {
    /// Recognises a case by its keys.
    #[must_use]
    pub fn of(case: &RawValue) -> Self {
        let Ok(fields) = serde_json::from_str::<BTreeMap<String, &RawValue>>(case.get()) else {
            return Self::Other { reason: "not an object".to_owned() };
        };
        let has = |keys: &[&str]| keys.iter().all(|key| fields.contains_key(*key));
        if has(&["blocks", "genesisBlockHeader", "lastblockhash"]) {
            return Self::Blockchain;
        }
        if has(&["env", "pre", "transaction", "post"]) {
            return Self::State;
        }
        let known = OTHER_FORMATS.iter().find(|(keys, _)| has(keys));
        let reason = known.map_or_else(
            || {
                let keys: BTreeSet<&str> = fields.keys().map(String::as_str).take(8).collect();
                let keys: Vec<&str> = keys.into_iter().collect();
                format!("unknown format with the keys {}", keys.join(", "))
            },
            |(_, reason)| (*reason).to_owned(),
        );
        Self::Other { reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format(json: &str) -> CaseFormat {
        CaseFormat::of(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn the_two_formats_are_recognised_by_their_keys() {
        let blockchain = r#"{"blocks":[],"genesisBlockHeader":{},"lastblockhash":"0x"}"#;
        assert_eq!(format(blockchain), CaseFormat::Blockchain);
        assert_eq!(format(r#"{"env":{},"pre":{},"transaction":{},"post":{}}"#), CaseFormat::State);
    }

    #[test]
    fn other_formats_are_named() {
        let reason = |json| match format(json) {
            CaseFormat::Other { reason } => reason,
            CaseFormat::Blockchain | CaseFormat::State => panic!("recognised: {json}"),
        };
        assert!(reason(r#"{"engineNewPayloads":[],"pre":{}}"#).starts_with("engine API"));
        assert!(reason(r#"{"txbytes":"0x","result":{}}"#).starts_with("transaction test"));
        assert!(reason(r#"{"env":{},"pre":{},"expect":[],"transaction":{}}"#).contains("source"));
        assert_eq!(reason(r#"{"b":1,"a":2}"#), "unknown format with the keys a, b");
    }

    #[test]
    fn an_index_is_no_fixture_file() {
        let index = r#"{"root_hash":"0x00","test_cases":[]}"#;
        let error = FixtureFile::parse(index).unwrap_err();
        assert!(matches!(error, FixtureFileError::NotFixtures(_)), "{error}");
        assert!(matches!(FixtureFile::parse("[]"), Err(FixtureFileError::NotFixtures(_))));
        assert!(matches!(FixtureFile::parse("{}"), Err(FixtureFileError::NotFixtures(_))));
    }

    #[test]
    fn a_truncated_file_is_damaged() {
        let error = FixtureFile::parse(r#"{"a":{"blocks":["#).unwrap_err();
        assert!(matches!(error, FixtureFileError::NotJson(_)), "{error}");
    }

    #[test]
    fn cases_come_in_the_order_of_their_names() {
        let file = FixtureFile::parse(r#"{"b":{},"a":{}}"#).unwrap();
        assert_eq!(file.cases.keys().collect::<Vec<_>>(), ["a", "b"]);
    }
}
