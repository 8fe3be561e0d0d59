//! Durations as Go writes them, which is how clients of geth name a timeout.

use std::time::Duration;

/// Longest text that is read: no sensible duration has more characters.
const MAX_CHARS: usize = 40;

/// Reads a duration such as `5s`, `300ms` or `1m30.5s`. Negative ones are zero: whoever sends one
/// does not want to wait.
///
/// # Errors
/// The reason, in Go's words.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let invalid = || {
        let shown: String = text.chars().take(MAX_CHARS).collect();
        format!("time: invalid duration {shown:?}")
    };
    if text.len() > MAX_CHARS {
        return Err(invalid());
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if unsigned == "0" {
        return Ok(Duration::ZERO);
    }
    let mut rest = unsigned;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let unit_at = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(invalid)?;
        let (number, tail) = rest.split_at(unit_at);
        let number_at = tail.find(|c: char| c.is_ascii_digit() || c == '.');
        let (unit, next) = tail.split_at(number_at.unwrap_or(tail.len()));
        let number: f64 = number.parse().map_err(|_| invalid())?;
        seconds += number * seconds_of(unit).ok_or_else(invalid)?;
        rest = next;
    }
    if unsigned.is_empty() {
        return Err(invalid());
    }
    if text.starts_with('-') {
        return Ok(Duration::ZERO);
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| invalid())
}

fn seconds_of(unit: &str) -> Option<f64> {
    Some(match unit {
        "ns" => 1e-9,
        "us" | "µs" | "μs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_with_units_add_up() {
        for (text, milliseconds) in [
            ("5s", 5_000),
            ("300ms", 300),
            ("1m30s", 90_000),
            ("1.5s", 1_500),
            ("1h", 3_600_000),
            ("0", 0),
            ("0s", 0),
            ("2000us", 2),
            ("2000µs", 2),
            ("-5s", 0),
        ] {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_invalid() {
        for text in ["", "5", "s", "five", "5 s", "5x", "1..2s", "-", "5s3", "9999999999999999999h"]
        {
            assert_eq!(parse_duration(text), Err(format!("time: invalid duration {text:?}")));
        }
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in ".{0,60}") {
            let _ = parse_duration(&text);
        }
    }
}
