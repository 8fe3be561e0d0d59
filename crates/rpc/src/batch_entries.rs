//! How many requests a batch has.

use serde::{
    Deserializer as _,
    de::{IgnoredAny, SeqAccess, Visitor},
};
use std::fmt;

/// Number of entries of a JSON array, without keeping any. `None` if the document is no JSON array.
///
/// For a look before a batch is parsed: an entry of two bytes becomes hundreds in memory.
pub(crate) fn batch_entries(document: &[u8]) -> Option<usize> {
    let mut parser = serde_json::Deserializer::from_slice(document);
    let entries = parser.deserialize_seq(Counter).ok()?;
    parser.end().ok().map(|()| entries)
}

/// Whether a document can only be a batch.
pub(crate) fn is_batch(document: &[u8]) -> bool {
    document.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[')
}

struct Counter;

impl<'de> Visitor<'de> for Counter {
    type Value = usize;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a batch")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<usize, A::Error> {
        let mut count: usize = 0;
        while entries.next_element::<IgnoredAny>()?.is_some() {
            count = count.saturating_add(1);
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    #[test]
    fn what_is_no_array_has_no_number_of_entries() {
        for document in ["", " ", "{}", "1", "[", "[1,", "[1,]", "[1 2]", "[1]]", "[1] x", "[1,}"] {
            assert_eq!(batch_entries(document.as_bytes()), None, "{document}");
        }
    }

    #[test]
    fn deep_entries_are_counted_without_a_deep_stack() {
        let deep = format!("[{}{}]", "[".repeat(1_000_000), "]".repeat(1_000_000));
        assert_eq!(batch_entries(deep.as_bytes()), Some(1));
    }

    proptest! {
        #[test]
        fn it_counts_what_the_parser_finds(
            entries in proptest::collection::vec("([0-9]{1,3}|\\{\\}|\\[\\]|\"[a-z,\\]]*\"|null)", 0..20),
            cut in 0usize..40,
        ) {
            let mut document = format!(" [{}] ", entries.join(" , "));
            document.truncate(document.len().saturating_sub(cut / 2 * (cut % 2)));
            let parsed = serde_json::from_str::<Vec<&RawValue>>(&document).ok().map(|all| all.len());
            prop_assert_eq!(batch_entries(document.as_bytes()), parsed);
        }
    }
}
