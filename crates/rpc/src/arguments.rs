//! Positional parameters of a request, read with errors that name them.

use crate::rpc_error::RpcError;
use alloy_primitives::{Address, B64, B256, Bytes, FixedBytes, U64, U256, hex};
use serde_json::value::RawValue;

/// Positional parameters of a request.
#[derive(Debug)]
pub(crate) struct Arguments<'a> {
    values: Vec<&'a RawValue>,
}

/// A parameter type. The error says what is wrong, in geth's words where it has some.
pub(crate) trait Argument: Sized {
    fn from_json(json: &str) -> Result<Self, String>;
}

impl<'a> Arguments<'a> {
    /// Reads the `params` of a request to a method with `at_most` parameters.
    ///
    /// # Errors
    /// [`RpcError::InvalidParams`] if they are not an array, [`RpcError::TooManyArguments`].
    pub(crate) fn parse(params: Option<&'a str>, at_most: usize) -> Result<Self, RpcError> {
        let Some(json) = params else { return Ok(Self { values: Vec::new() }) };
        let values: Option<Vec<&RawValue>> = serde_json::from_str(json)
            .map_err(|_| RpcError::InvalidParams("params must be an array".to_owned()))?;
        let values = values.unwrap_or_default();
        if values.len() > at_most {
            return Err(RpcError::TooManyArguments { limit: at_most, have: values.len() });
        }
        Ok(Self { values })
    }

    /// Parameter `index`, called `name` in the method's documentation.
    pub(crate) fn required<T: Argument>(
        &self,
        index: usize,
        name: &'static str,
    ) -> Result<T, RpcError> {
        self.optional(index, name)?.ok_or(RpcError::MissingArgument { index, name })
    }

    /// Parameter `index`, if it is there and not null.
    pub(crate) fn optional<T: Argument>(
        &self,
        index: usize,
        name: &'static str,
    ) -> Result<Option<T>, RpcError> {
        let Some(json) = self.values.get(index).map(|value| value.get()) else { return Ok(None) };
        if json == "null" {
            return Ok(None);
        }
        T::from_json(json).map(Some).map_err(|reason| RpcError::InvalidArgument {
            index,
            name,
            reason,
        })
    }
}

/// The text of a JSON string.
pub(crate) fn text(json: &str) -> Result<String, String> {
    serde_json::from_str(json).map_err(|_| format!("expected a string, got {}", excerpt(json)))
}

/// The first characters of a value, for an error message.
pub(crate) fn excerpt(json: &str) -> String {
    const SHOWN: usize = 40;
    let mut shown: String = json.chars().take(SHOWN).collect();
    if shown.len() < json.len() {
        shown.push('…');
    }
    shown
}

/// The digits after `0x`.
pub(crate) fn digits(text: &str) -> Result<&str, String> {
    text.strip_prefix("0x")
        .or_else(|| text.strip_prefix("0X"))
        .ok_or_else(|| "hex string without 0x prefix".to_owned())
}

/// A number in quantity encoding: hexadecimal, no leading zeros. Source: execution-apis.
pub(crate) fn quantity(text: &str, bits: usize) -> Result<U256, String> {
    let digits = digits(text)?;
    if digits.is_empty() {
        return Err("hex string \"0x\" has no digits".to_owned());
    }
    if digits.len() > 1 && digits.starts_with('0') {
        return Err("hex number with leading zero digits".to_owned());
    }
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err("invalid hex string".to_owned());
    }
    match U256::from_str_radix(digits, 16) {
        Ok(number) if number.bit_len() <= bits => Ok(number),
        Ok(_) | Err(_) => Err(format!("hex number > {bits} bits")),
    }
}

/// Bytes in data encoding: an even number of hexadecimal digits.
pub(crate) fn data(text: &str) -> Result<Bytes, String> {
    let digits = digits(text)?;
    if digits.len() % 2 == 1 {
        return Err("hex string of odd length".to_owned());
    }
    hex::decode(digits).map(Bytes::from).map_err(|_| "invalid hex string".to_owned())
}

/// Exactly `N` bytes in data encoding.
pub(crate) fn fixed<const N: usize>(text: &str) -> Result<FixedBytes<N>, String> {
    let (have, want) = (digits(text)?.len(), 2 * N);
    if have != want {
        return Err(format!("hex string has length {have}, want {want} for {N} bytes"));
    }
    FixedBytes::try_from(data(text)?.as_ref()).map_err(|_| "invalid hex string".to_owned())
}

impl Argument for Address {
    fn from_json(json: &str) -> Result<Self, String> {
        fixed(&text(json)?).map(Self)
    }
}

impl Argument for B256 {
    fn from_json(json: &str) -> Result<Self, String> {
        fixed(&text(json)?)
    }
}

impl Argument for B64 {
    fn from_json(json: &str) -> Result<Self, String> {
        fixed(&text(json)?)
    }
}

impl Argument for Bytes {
    fn from_json(json: &str) -> Result<Self, String> {
        data(&text(json)?)
    }
}

impl Argument for U64 {
    fn from_json(json: &str) -> Result<Self, String> {
        quantity(&text(json)?, 64).map(|number| number.to())
    }
}

impl Argument for bool {
    fn from_json(json: &str) -> Result<Self, String> {
        serde_json::from_str(json)
            .map_err(|_| format!("expected true or false, got {}", excerpt(json)))
    }
}

/// A storage slot: up to 32 bytes, however many leading zeros. Source: geth, which accepts both
/// encodings here because clients send both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StorageSlot(pub(crate) U256);

impl Argument for StorageSlot {
    fn from_json(json: &str) -> Result<Self, String> {
        let text = text(json)?;
        let digits = digits(&text)?;
        if digits.len() > 64 {
            let bytes = digits.len().div_ceil(2);
            return Err(format!("storage key too long (want at most 32 bytes): {bytes} bytes"));
        }
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err("invalid hex string".to_owned());
        }
        if digits.is_empty() {
            return Ok(Self(U256::ZERO));
        }
        U256::from_str_radix(digits, 16).map(Self).map_err(|error| error.to_string())
    }
}

/// A number that clients send as a quantity or as a plain JSON number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HexOrDecimal(pub(crate) u64);

impl Argument for HexOrDecimal {
    fn from_json(json: &str) -> Result<Self, String> {
        if let Ok(number) = serde_json::from_str::<u64>(json) {
            return Ok(Self(number));
        }
        let text = text(json)?;
        if !text.starts_with("0x")
            && let Ok(number) = text.parse()
        {
            return Ok(Self(number));
        }
        quantity(&text, 64).map(|number| Self(number.to()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reason<T: Argument + std::fmt::Debug>(json: &str) -> String {
        T::from_json(json).unwrap_err()
    }

    #[test]
    fn hex_without_prefix_is_refused() {
        let address = "\"00000000000000000000000000000000000000ff\"";
        assert_eq!(reason::<Address>(address), "hex string without 0x prefix");
        assert_eq!(reason::<U64>("\"12\""), "hex string without 0x prefix");
        assert_eq!(reason::<Bytes>("\"ff\""), "hex string without 0x prefix");
    }

    #[test]
    fn a_hash_of_33_bytes_is_refused_with_both_lengths() {
        let json = format!("\"0x{}\"", "ab".repeat(33));
        assert_eq!(reason::<B256>(&json), "hex string has length 66, want 64 for 32 bytes");
    }

    #[test]
    fn a_quantity_has_no_leading_zeros_and_fits() {
        assert_eq!(U64::from_json("\"0x1f\""), Ok(U64::from(31)));
        assert_eq!(U64::from_json("\"0x0\""), Ok(U64::ZERO));
        assert_eq!(reason::<U64>("\"0x01\""), "hex number with leading zero digits");
        assert_eq!(reason::<U64>("\"0x\""), "hex string \"0x\" has no digits");
        assert_eq!(reason::<U64>("\"0x10000000000000000\""), "hex number > 64 bits");
    }

    #[test]
    fn a_storage_slot_takes_both_encodings_up_to_32_bytes() {
        let padded = format!("\"0x{:0>64}\"", "5");
        assert_eq!(StorageSlot::from_json(&padded), Ok(StorageSlot(U256::from(5))));
        assert_eq!(StorageSlot::from_json("\"0x5\""), Ok(StorageSlot(U256::from(5))));
        let long = format!("\"0x{}\"", "0".repeat(66));
        assert_eq!(
            reason::<StorageSlot>(&long),
            "storage key too long (want at most 32 bytes): 33 bytes"
        );
    }

    #[test]
    fn a_count_may_be_hex_decimal_or_a_number() {
        for json in ["\"0xa\"", "\"10\"", "10"] {
            assert_eq!(HexOrDecimal::from_json(json), Ok(HexOrDecimal(10)));
        }
    }

    #[test]
    fn null_counts_as_missing() {
        let arguments = Arguments::parse(Some("[null]"), 1).unwrap();
        assert_eq!(arguments.optional::<Address>(0, "address").unwrap(), None);
        let error = arguments.required::<Address>(0, "address").unwrap_err();
        assert_eq!(error.to_string(), "missing value for required argument 0 (address)");
    }

    #[test]
    fn surplus_arguments_are_refused() {
        let error = Arguments::parse(Some("[1, 2, 3]"), 2).unwrap_err();
        assert_eq!(error.to_string(), "too many arguments, want at most 2, have 3");
    }

    #[test]
    fn named_parameters_are_refused() {
        let error = Arguments::parse(Some("{\"address\":\"0x\"}"), 2).unwrap_err();
        assert_eq!(error.to_string(), "params must be an array");
    }

    proptest! {
        #[test]
        fn quantities_round_trip(number: u64) {
            let json = format!("\"{number:#x}\"");
            prop_assert_eq!(U64::from_json(&json), Ok(U64::from(number)));
        }

        #[test]
        fn no_text_panics_a_parser(text in ".{0,80}") {
            let json = serde_json::to_string(&text).unwrap();
            let _ = Address::from_json(&json);
            let _ = B256::from_json(&json);
            let _ = Bytes::from_json(&json);
            let _ = U64::from_json(&json);
            let _ = StorageSlot::from_json(&json);
            let _ = HexOrDecimal::from_json(&json);
            let _ = bool::from_json(&text);
        }
    }
}
