//! How many values a request has.

/// Most JSON values that `json` can have, without parsing it. It is that of the parameters of a request,
/// which are well-formed.
pub(crate) fn most_values(json: &[u8]) -> usize {
    let (mut values, mut in_string, mut escaped) = (1_usize, false, false);
    for byte in json {
        if in_string {
            in_string = escaped || *byte != b'"';
            escaped = !escaped && *byte == b'\\';
            continue;
        }
        match byte {
            b'"' => in_string = true,
            // Whatever follows another value, or is the first of a list or an object.
            b',' | b'[' | b'{' | b':' => values = values.saturating_add(1),
            _ => {}
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    /// Values and keys, for a key is a text of its own.
    fn count(value: &Value) -> usize {
        1 + match value {
            Value::Array(values) => values.iter().map(count).sum(),
            Value::Object(fields) => fields.values().map(|value| 1 + count(value)).sum::<usize>(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
            Just(Value::from("\\\",[{:")),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..8).prop_map(Value::Array),
                proptest::collection::btree_map(".{0,4}", inner, 0..8)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    #[test]
    fn what_is_in_texts_is_no_value() {
        for json in [r#""[1,2,{\"a\":3}]""#, r#""\\""#, r#""\",\",\"""#, "7", " null "] {
            assert_eq!(most_values(json.as_bytes()), 1, "{json}");
        }
    }

    proptest! {
        #[test]
        fn there_are_never_more_values_and_keys_and_at_most_twice_as_many_are_counted(value in values()) {
            let (counted, real) = (most_values(value.to_string().as_bytes()), count(&value));
            prop_assert!(real <= counted && counted <= 2 * real, "{real} {counted}");
        }
    }
}
