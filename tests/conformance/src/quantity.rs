//! Numbers as the fixtures write them.

use alloy_primitives::{B256, U256};
use serde::{Deserialize, Deserializer, de};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// Marks numbers that some test on purpose made larger than the field holds.
const BIG_INTEGER_MARK: &str = "0x:bigint ";

/// An unsigned number of at most 256 bits, in any spelling that the fixtures use: `0x0a`, `0x`,
/// `10`, a JSON number, or `0x:bigint 0x0a`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(pub U256);

/// Text that is not such a number.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("'{text}' is not a number of at most {bits} bits")]
pub struct QuantityError {
    /// What the fixture says.
    pub text: String,
    /// Bits the field holds.
    pub bits: u32,
}

impl Quantity {
    /// The number, if 64 bits hold it.
    ///
    /// # Errors
    /// [`QuantityError`] if they do not.
    pub fn to_u64(self) -> Result<u64, QuantityError> {
        u64::try_from(self.0).map_err(|_| self.too_large(u64::BITS))
    }

    /// The number, if 128 bits hold it.
    ///
    /// # Errors
    /// [`QuantityError`] if they do not.
    pub fn to_u128(self) -> Result<u128, QuantityError> {
        u128::try_from(self.0).map_err(|_| self.too_large(u128::BITS))
    }

    /// The number as the 32 bytes of a storage key or value.
    #[must_use]
    pub const fn to_word(self) -> B256 {
        B256::new(self.0.to_be_bytes::<32>())
    }

    fn too_large(self, bits: u32) -> QuantityError {
        QuantityError { text: self.0.to_string(), bits }
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || QuantityError { text: text.to_owned(), bits: 256 };
        let digits = text.strip_prefix(BIG_INTEGER_MARK).unwrap_or(text);
        let number = match digits.strip_prefix("0x") {
            Some("") => Ok(U256::ZERO),
            Some(hex) => U256::from_str_radix(hex, 16),
            None if digits.is_empty() => return Err(invalid()),
            None => U256::from_str_radix(digits, 10),
        };
        number.map(Self).map_err(|_| invalid())
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Quantity;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of at most 256 bits")
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Quantity, E> {
                Ok(Quantity(U256::from(number)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Quantity, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Quantity, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn every_spelling_of_ten_is_ten() {
        for json in ["10", r#""10""#, r#""0xa""#, r#""0x0a""#, r#""0x:bigint 0x000a""#] {
            assert_eq!(read(json), Ok(Quantity(U256::from(10))), "{json}");
        }
    }

    #[test]
    fn a_bare_prefix_is_zero() {
        assert_eq!(read(r#""0x""#), Ok(Quantity(U256::ZERO)));
    }

    #[test]
    fn the_largest_number_has_256_bits() {
        assert_eq!(read(&format!("\"0x{}\"", "f".repeat(64))), Ok(Quantity(U256::MAX)));
        assert!(read(&format!("\"0x1{}\"", "0".repeat(64))).is_err());
    }

    #[test]
    fn text_that_is_no_number_is_refused() {
        for json in [r#""""#, r#""ten""#, r#""0xg""#, r#""-1""#, "-1", "null"] {
            assert!(read(json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_number_that_does_not_fit_says_how_many_bits_there_are() {
        let error = Quantity(U256::from(u64::MAX) + U256::from(1)).to_u64().unwrap_err();
        assert_eq!(error.to_string(), "'18446744073709551616' is not a number of at most 64 bits");
    }
}
