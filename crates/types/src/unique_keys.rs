//! JSON in which no object names a field twice.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::{collections::BTreeSet, fmt};

/// Any JSON, if no object in it names a field twice. Readers disagree about which of two equal
/// names counts, so such a file would say different things to different programs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UniqueKeys;

impl<'de> Deserialize<'de> for UniqueKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KeysVisitor)
    }
}

/// Looks at every object and forgets all values.
struct KeysVisitor;

impl<'de> Visitor<'de> for KeysVisitor {
    type Value = UniqueKeys;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<UniqueKeys, E> {
        Ok(UniqueKeys)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<UniqueKeys, E> {
        Ok(UniqueKeys)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<UniqueKeys, E> {
        Ok(UniqueKeys)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<UniqueKeys, E> {
        Ok(UniqueKeys)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<UniqueKeys, E> {
        Ok(UniqueKeys)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<UniqueKeys, E> {
        Ok(UniqueKeys)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<UniqueKeys, A::Error> {
        while items.next_element::<UniqueKeys>()?.is_some() {}
        Ok(UniqueKeys)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<UniqueKeys, A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(name) = fields.next_key::<String>()? {
            if seen.contains(&name) {
                return Err(A::Error::custom(format_args!("the field `{name}` stands twice")));
            }
            seen.insert(name);
            let UniqueKeys = fields.next_value()?;
        }
        Ok(UniqueKeys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str) -> Result<UniqueKeys, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn a_field_that_stands_twice_is_refused_at_any_depth() {
        for json in [
            r#"{"a": 1, "a": 1}"#,
            r#"{"b": {"c": null, "a": [], "a": {}}}"#,
            r#"[{}, [{"a": "x", "b": true, "a": 1.5}]]"#,
            r#"{"a": 1, "\u0061": 2}"#,
        ] {
            let error = check(json).unwrap_err().to_string();
            assert!(error.contains("the field `a` stands twice"), "{json}: {error}");
        }
    }

    #[test]
    fn any_other_json_passes() {
        let json =
            r#"{"a": {"a": [{"a": -1}, {"a": 58750000000000000000000}]}, "b": null, "A": "a"}"#;
        check(json).unwrap();
    }
}
