//! Which logs a query wants.

use crate::{
    arguments::{Argument, excerpt, fixed},
    block_reference::BlockTag,
    rpc_error::{Limit, RpcError},
};
use alloy_primitives::{B256, Bloom, BloomInput, FixedBytes, Log};
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// Topics a log can have. Source: Yellow Paper, LOG0 to LOG4.
const MAX_TOPICS: usize = 4;

/// Which logs a query wants: an address out of a set, and at every position a topic out of a set.
/// An empty set allows everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct LogFilter {
    addresses: Alternatives<20>,
    topics: Vec<Alternatives<32>>,
}

/// A set of values with their bloom bits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Alternatives<const N: usize> {
    values: Vec<FixedBytes<N>>,
    blooms: Vec<Bloom>,
}

/// Which blocks a query looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogRange {
    /// One block.
    Block(B256),
    /// From one number to another, both inclusive; the head if absent.
    Numbers { from: Option<BlockTag>, to: Option<BlockTag> },
}

impl LogRange {
    /// The blocks whose logs a filter with this range goes on to report, in the rules of geth:
    /// named numbers are bounds, tags are none.
    ///
    /// # Errors
    /// [`RpcError::Server`] for pending logs, [`RpcError::InvalidParams`] for a range that is none.
    pub(crate) fn following(&self) -> Result<RangeInclusive<u64>, RpcError> {
        let Self::Numbers { from, to } = *self else { return Ok(0..=u64::MAX) };
        let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
        if from == BlockTag::Pending || to == BlockTag::Pending {
            return Err(RpcError::PendingLogs);
        }
        let number = |tag, otherwise| match tag {
            BlockTag::Number(number) => number,
            BlockTag::Earliest
            | BlockTag::Latest
            | BlockTag::Pending
            | BlockTag::Safe
            | BlockTag::Finalized => otherwise,
        };
        let (first, last) = (number(from, 0), number(to, u64::MAX));
        if first > last {
            return Err(RpcError::BlockRange { from: first, to: last });
        }
        Ok(first..=last)
    }
}

/// The parameter of `eth_getLogs` and `eth_newFilter`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogQuery {
    pub(crate) range: LogRange,
    pub(crate) filter: LogFilter,
}

impl<const N: usize> Alternatives<N> {
    fn new(mut values: Vec<FixedBytes<N>>) -> Self {
        values.sort_unstable();
        values.dedup();
        let blooms = values
            .iter()
            .map(|value| {
                let mut bloom = Bloom::ZERO;
                bloom.accrue(BloomInput::Raw(value.as_slice()));
                bloom
            })
            .collect();
        Self { values, blooms }
    }

    fn matches(&self, value: FixedBytes<N>) -> bool {
        self.values.is_empty() || self.values.binary_search(&value).is_ok()
    }

    fn may_match(&self, bloom: &Bloom) -> bool {
        self.blooms.is_empty() || self.blooms.iter().any(|wanted| bloom.contains(wanted))
    }
}

impl LogFilter {
    /// Whether the log is wanted.
    pub(crate) fn matches(&self, log: &Log) -> bool {
        self.addresses.matches(log.address.0)
            && log.data.topics().len() >= self.topics.len()
            && self
                .topics
                .iter()
                .zip(log.data.topics())
                .all(|(wanted, topic)| wanted.matches(*topic))
    }

    /// Whether a block with this bloom filter may have a wanted log. Never false for one that has.
    pub(crate) fn may_match(&self, bloom: &Bloom) -> bool {
        self.addresses.may_match(bloom) && self.topics.iter().all(|wanted| wanted.may_match(bloom))
    }

    /// # Errors
    /// [`RpcError::Limit`] if more alternatives are named than `limit`.
    pub(crate) fn check_alternatives(&self, limit: usize) -> Result<(), RpcError> {
        let have = self
            .topics
            .iter()
            .map(|topic| topic.values.len())
            .max()
            .unwrap_or_default()
            .max(self.addresses.values.len());
        if have > limit { Err(Limit::LogAlternatives { limit, have }.into()) } else { Ok(()) }
    }
}

impl Argument for LogQuery {
    fn from_json(json: &str) -> Result<Self, String> {
        let fields: Map<String, Value> = serde_json::from_str(json)
            .map_err(|_| format!("expected a filter object, got {}", excerpt(json)))?;
        Ok(Self { range: range(&fields)?, filter: filter(&fields)? })
    }
}

impl Argument for LogFilter {
    /// The parameter of `eth_subscribe("logs", …)`: the range, if any, means nothing there.
    fn from_json(json: &str) -> Result<Self, String> {
        LogQuery::from_json(json).map(|query| query.filter)
    }
}

fn range(fields: &Map<String, Value>) -> Result<LogRange, String> {
    let tag = |name: &'static str| {
        present(fields, name)
            .map(|value| {
                let text = string(value).map_err(|reason| format!("{name}: {reason}"))?;
                BlockTag::parse(text).map_err(|reason| format!("{name}: {reason}"))
            })
            .transpose()
    };
    let (from, to) = (tag("fromBlock")?, tag("toBlock")?);
    let Some(hash) = present(fields, "blockHash") else {
        return Ok(LogRange::Numbers { from, to });
    };
    if from.is_some() || to.is_some() {
        return Err("cannot specify both blockHash and fromBlock/toBlock, choose one".to_owned());
    }
    let hash = string(hash).and_then(fixed).map_err(|reason| format!("blockHash: {reason}"))?;
    Ok(LogRange::Block(hash))
}

fn filter(fields: &Map<String, Value>) -> Result<LogFilter, String> {
    let addresses = match present(fields, "address") {
        None => Alternatives::default(),
        Some(value) => alternatives(value).map_err(|reason| format!("address: {reason}"))?,
    };
    let positions = match present(fields, "topics") {
        None => &[],
        Some(Value::Array(positions)) => positions.as_slice(),
        Some(other) => return Err(format!("topics: expected an array, got {}", shown(other))),
    };
    if positions.len() > MAX_TOPICS {
        return Err(format!("topics: exceed max topics: {}, want at most 4", positions.len()));
    }
    let topics = positions
        .iter()
        .enumerate()
        .map(|(index, value)| {
            alternatives(value).map_err(|reason| format!("topics[{index}]: {reason}"))
        })
        .collect::<Result<_, _>>()?;
    Ok(LogFilter { addresses, topics })
}

/// One value, several, or null for any. A null among several allows everything, as in geth.
fn alternatives<const N: usize>(value: &Value) -> Result<Alternatives<N>, String> {
    let values = match value {
        Value::Null => return Ok(Alternatives::default()),
        Value::Array(values) if values.iter().any(Value::is_null) => {
            return Ok(Alternatives::default());
        }
        Value::Array(values) => values.as_slice(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            std::slice::from_ref(value)
        }
    };
    let parsed: Result<Vec<_>, String> =
        values.iter().map(|value| string(value).and_then(fixed)).collect();
    Ok(Alternatives::new(parsed?))
}

fn present<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    fields.get(name).filter(|value| !value.is_null())
}

fn string(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| format!("expected a string, got {}", shown(value)))
}

fn shown(value: &Value) -> String {
    excerpt(&value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{Address, Bytes, LogData};
    use proptest::prelude::*;

    fn parse(json: &str) -> Result<LogQuery, String> {
        LogQuery::from_json(json)
    }

    fn log(address: u8, topics: &[u8]) -> Log {
        let topics = topics.iter().map(|topic| B256::repeat_byte(*topic)).collect();
        Log {
            address: Address::repeat_byte(address),
            data: LogData::new_unchecked(topics, Bytes::new()),
        }
    }

    #[test]
    fn an_empty_filter_wants_every_log_of_the_head() {
        let query = parse("{}").unwrap();
        assert_eq!(query.range, LogRange::Numbers { from: None, to: None });
        assert!(query.filter.matches(&log(1, &[2])));
        assert!(query.filter.may_match(&Bloom::ZERO));
    }

    #[test]
    fn topics_are_positional_and_null_is_a_wildcard() {
        let topic = |byte: u8| B256::repeat_byte(byte);
        let json = format!(r#"{{"topics":[null,["{}","{}"]]}}"#, topic(2), topic(3));
        let filter = parse(&json).unwrap().filter;
        assert!(filter.matches(&log(9, &[7, 2])));
        assert!(filter.matches(&log(9, &[7, 3, 5])));
        assert!(!filter.matches(&log(9, &[2, 7])));
        assert!(!filter.matches(&log(9, &[7])), "a log with fewer topics never matches");
    }

    #[test]
    fn one_address_may_stand_without_an_array() {
        let address = Address::repeat_byte(5);
        let single = parse(&format!(r#"{{"address":"{address}"}}"#)).unwrap();
        let several = parse(&format!(r#"{{"address":["{address}","{address}"]}}"#)).unwrap();
        assert_eq!(single, several);
        assert_eq!(single.filter.addresses, Alternatives::new(vec![address.0]));
    }

    #[test]
    fn malformed_filters_are_refused_with_the_field() {
        for (json, want) in [
            ("[]", "expected a filter object, got []"),
            (r#"{"fromBlock":7}"#, "fromBlock: expected a string, got 7"),
            (r#"{"toBlock":"7"}"#, "toBlock: hex string without 0x prefix"),
            (r#"{"address":"0x12"}"#, "address: hex string has length 2, want 40 for 20 bytes"),
            (r#"{"topics":{}}"#, "topics: expected an array, got {}"),
            (r#"{"topics":["0x12"]}"#, "topics[0]: hex string has length 2, want 64 for 32 bytes"),
            (
                r#"{"topics":[null,null,null,null,null]}"#,
                "topics: exceed max topics: 5, want at most 4",
            ),
        ] {
            assert_eq!(parse(json).unwrap_err(), want, "{json}");
        }
        let both = format!(r#"{{"blockHash":"{}","fromBlock":"0x1"}}"#, B256::ZERO);
        assert!(parse(&both).unwrap_err().contains("cannot specify both"));
    }

    #[test]
    fn too_many_alternatives_are_a_limit() {
        let addresses: Vec<String> =
            (0..3u8).map(|byte| format!("\"{}\"", Address::repeat_byte(byte))).collect();
        let query = parse(&format!(r#"{{"address":[{}]}}"#, addresses.join(","))).unwrap();
        assert!(query.filter.check_alternatives(3).is_ok());
        assert!(query.filter.check_alternatives(2).is_err());
    }

    fn small_filter() -> impl Strategy<Value = LogFilter> {
        let set = proptest::collection::vec(0u8..4, 0..3);
        (set.clone(), proptest::collection::vec(set, 0..4)).prop_map(|(addresses, topics)| {
            LogFilter {
                addresses: Alternatives::new(
                    addresses.into_iter().map(FixedBytes::repeat_byte).collect(),
                ),
                topics: topics
                    .into_iter()
                    .map(|set| {
                        Alternatives::new(set.into_iter().map(FixedBytes::repeat_byte).collect())
                    })
                    .collect(),
            }
        })
    }

    proptest! {
        #[test]
        fn the_bloom_never_hides_a_wanted_log(
            filter in small_filter(),
            address in 0u8..4,
            topics in proptest::collection::vec(0u8..4, 0..5),
        ) {
            let log = log(address, &topics);
            let mut bloom = Bloom::ZERO;
            bloom.accrue_log(&log);
            prop_assert!(!filter.matches(&log) || filter.may_match(&bloom));
        }

        #[test]
        fn arbitrary_json_never_panics(json in ".{0,120}", key in "(address|topics|fromBlock|blockHash)") {
            let _ = parse(&json);
            let _ = parse(&serde_json::json!({ key: json }).to_string());
        }
    }
}
