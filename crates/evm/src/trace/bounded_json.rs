//! JSON up to a number of bytes.

use crate::TraceError;
use hanzo_state::StateError;
use serde::Serialize;
use std::io;

/// Writes `value` as JSON, at most `limit` bytes of it.
///
/// # Errors
/// [`TraceError::TooLarge`] as soon as it is longer.
pub(super) fn bounded_json<T: Serialize>(value: &T, limit: usize) -> Result<String, TraceError> {
    let mut out = BoundedBytes { bytes: Vec::new(), limit, is_full: false };
    if let Err(error) = serde_json::to_writer(&mut out, value) {
        return Err(match out.is_full {
            true => TraceError::TooLarge { limit },
            false => StateError::storage(error).into(),
        });
    }
    String::from_utf8(out.bytes).map_err(|error| StateError::storage(error).into())
}

struct BoundedBytes {
    bytes: Vec<u8>,
    limit: usize,
    is_full: bool,
}

impl io::Write for BoundedBytes {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        if part.len() > self.limit.saturating_sub(self.bytes.len()) {
            self.is_full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_may_fill_the_limit_and_no_more() {
        assert_eq!(bounded_json(&[1, 22], 6).unwrap(), "[1,22]");
        assert!(matches!(bounded_json(&[1, 22], 5), Err(TraceError::TooLarge { limit: 5 })));
    }
}
