//! Taking messages apart.

use super::MAX_RESPONSE_BYTES;
use alloy_rlp::{Decodable, EMPTY_LIST_CODE, Encodable, Header};
use thiserror::Error;

/// The first bytes of lists whose length is in that byte, and of those whose length follows. Source: Yellow
/// Paper, appendix B.
const LAST_SHORT_LIST: u8 = 0xf7;
const FIRST_LONG_LIST: u8 = 0xf8;

/// Why bytes are not the message that they should be. Always the fault of whoever sent them.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WireError {
    /// They are too many.
    #[error("{what} has {found} bytes, at most {max} are allowed")]
    TooLong {
        /// Which message.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The longest allowed.
        max: usize,
    },
    /// They are the beginning of a message: what a connection leaves behind that ends in the middle.
    #[error("{what} ends too early, after {found} bytes")]
    CutOff {
        /// Which message.
        what: &'static str,
        /// How much of it there is.
        found: usize,
    },
    /// They do not decode.
    #[error("{what} is malformed: {reason}")]
    Malformed {
        /// Which message.
        what: &'static str,
        /// The decoder's objection.
        reason: String,
    },
    /// They decode to something whose encoding has other bytes, or go on after it.
    #[error("the encoding of {what} is not canonical")]
    NotCanonical {
        /// Which message.
        what: &'static str,
    },
    /// A list has too many elements.
    #[error("{what} has {found} elements, at most {max} are allowed")]
    TooMany {
        /// Which list.
        what: &'static str,
        /// How many it has.
        found: usize,
        /// How many are allowed.
        max: usize,
    },
    /// A list that must have elements has none.
    #[error("{what} is empty")]
    Empty {
        /// Which list.
        what: &'static str,
    },
    /// A number names no message.
    #[error("there is no {what} of kind {kind}")]
    UnknownKind {
        /// What the number should name.
        what: &'static str,
        /// The number.
        kind: u8,
    },
}

/// Decodes a message that has to be the canonical encoding of what it decodes to, so that each has
/// one encoding and damage to any bit is seen.
pub(super) fn decode_exact<T>(what: &'static str, bytes: &[u8], max: usize) -> Result<T, WireError>
where
    T: Decodable + Encodable,
{
    check_length(what, bytes, max)?;
    check_whole(what, bytes, max)?;
    let message = T::decode(&mut &*bytes)
        .map_err(|error| WireError::Malformed { what, reason: error.to_string() })?;
    if alloy_rlp::encode(&message) != bytes {
        return Err(WireError::NotCanonical { what });
    }
    Ok(message)
}

/// Refuses what is too long before anybody looks inside.
pub(super) const fn check_length(
    what: &'static str,
    bytes: &[u8],
    max: usize,
) -> Result<(), WireError> {
    if bytes.len() > max {
        return Err(WireError::TooLong { what, found: bytes.len(), max });
    }
    Ok(())
}

/// Tells a list that was cut off, by its own length, from one that is wrong.
fn check_whole(what: &'static str, list: &[u8], max: usize) -> Result<(), WireError> {
    let cut_off = Err(WireError::CutOff { what, found: list.len() });
    let Some((first, rest)) = list.split_first() else { return cut_off };
    let claimed = match *first {
        short @ EMPTY_LIST_CODE..=LAST_SHORT_LIST => usize::from(short - EMPTY_LIST_CODE),
        long @ FIRST_LONG_LIST.. => {
            let width = usize::from(long - LAST_SHORT_LIST);
            let Some(length) = rest.get(..width) else { return cut_off };
            let length = length
                .iter()
                .fold(0_usize, |sum, byte| sum.saturating_mul(256).saturating_add((*byte).into()));
            length.saturating_add(width)
        }
        // No list at all.
        _ => return Ok(()),
    };
    if claimed > rest.len() && claimed < max { cut_off } else { Ok(()) }
}

/// Refuses an encoded list with too many elements before they are decoded: an element of one byte takes
/// thirty-two in memory.
pub(super) fn check_items(what: &'static str, list: &[u8], max: usize) -> Result<(), WireError> {
    let malformed =
        |error: alloy_rlp::Error| WireError::Malformed { what, reason: error.to_string() };
    check_whole(what, list, MAX_RESPONSE_BYTES)?;
    let mut rest = Header::decode_bytes(&mut &*list, true).map_err(malformed)?;
    let mut found = 0_usize;
    while !rest.is_empty() {
        let item = Header::decode(&mut rest).map_err(malformed)?;
        rest = rest.get(item.payload_length..).unwrap_or_default();
        found = found.saturating_add(1);
        if found > max {
            return Err(WireError::TooMany { what, found, max });
        }
    }
    Ok(())
}

/// Refuses lists that are longer than anybody has a reason to send.
pub(super) const fn check_count<T>(
    what: &'static str,
    list: &[T],
    max: usize,
) -> Result<(), WireError> {
    if list.len() > max {
        return Err(WireError::TooMany { what, found: list.len(), max });
    }
    Ok(())
}

/// Refuses lists without elements, which ask for nothing.
pub(super) const fn check_not_empty<T>(what: &'static str, list: &[T]) -> Result<(), WireError> {
    if list.is_empty() {
        return Err(WireError::Empty { what });
    }
    Ok(())
}
