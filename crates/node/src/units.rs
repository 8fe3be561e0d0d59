//! Values with units, as people type them.

use alloy_primitives::{Bytes, hex};
use hanzo_chain::HIGH_WATER_BLOCKS;
use hanzo_store::MIN_RETAINED_BLOCKS;
use std::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

/// Parses `5`, `5s`, `500ms`, `2m` or `2h`.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.get(digits.len()..).unwrap_or_default();
    let value: u64 = digits
        .parse()
        .map_err(|_| format!("`{text}` is not a duration such as 5, 5s, 500ms, 2m or 2h"))?;
    match unit {
        "" | "s" => Ok(Duration::from_secs(value)),
        "ms" => Ok(Duration::from_millis(value)),
        "m" => Ok(Duration::from_secs(value.saturating_mul(60))),
        "h" => Ok(Duration::from_secs(value.saturating_mul(3_600))),
        other => Err(format!("unknown unit `{other}` in `{text}`: use ms, s, m or h")),
    }
}

/// Parses `0x…` as hex and anything else as text.
pub(crate) fn parse_extra_data(text: &str) -> Result<Bytes, String> {
    match text.strip_prefix("0x") {
        Some(digits) => hex::decode(digits).map(Bytes::from).map_err(|error| error.to_string()),
        None => Ok(Bytes::copy_from_slice(text.as_bytes())),
    }
}

/// Parses an address to listen on. A name would have to be looked up; only one is certain.
pub(crate) fn parse_listen_address(text: &str) -> Result<IpAddr, String> {
    if text == "localhost" {
        return Ok(Ipv4Addr::LOCALHOST.into());
    }
    text.parse().map_err(|_| format!("`{text}` is neither an IP address nor `localhost`"))
}

/// How many blocks of the past are kept; `None` is all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Retained(pub(crate) Option<u64>);

/// Parses a number of blocks, or `archive`.
pub(crate) fn parse_retained(text: &str) -> Result<Retained, String> {
    if text == "archive" {
        return Ok(Retained(None));
    }
    let blocks: u64 = text
        .parse()
        .map_err(|_| format!("`{text}` is neither a number of blocks nor `archive`"))?;
    if blocks < MIN_RETAINED_BLOCKS {
        return Err(format!("{blocks} blocks are too few, the least is {MIN_RETAINED_BLOCKS}"));
    }
    Ok(Retained(Some(blocks)))
}

/// How many blocks a reorganisation may displace; `None` is as many as there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ReorgDepth(pub(crate) Option<u64>);

/// Parses a number of blocks, or `unlimited`.
pub(crate) fn parse_reorg_depth(text: &str) -> Result<ReorgDepth, String> {
    if text == "unlimited" {
        return Ok(ReorgDepth(None));
    }
    let blocks: u64 = text
        .parse()
        .map_err(|_| format!("`{text}` is neither a number of blocks nor `unlimited`"))?;
    let least = u64::try_from(HIGH_WATER_BLOCKS).unwrap_or(u64::MAX);
    if blocks < least {
        return Err(format!(
            "{blocks} blocks are too few: reorganisations of up to {least} are always made"
        ));
    }
    Ok(ReorgDepth(Some(blocks)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listen_addresses_are_numbers_or_localhost() {
        assert_eq!(parse_listen_address("localhost").unwrap(), Ipv4Addr::LOCALHOST);
        assert_eq!(parse_listen_address("::1").unwrap().to_string(), "::1");
        assert!(parse_listen_address("example.org").is_err());
    }

    #[test]
    fn a_depth_of_reorganisations_is_at_least_what_is_in_memory_or_unlimited() {
        assert_eq!(parse_reorg_depth("32"), Ok(ReorgDepth(Some(32))));
        assert_eq!(parse_reorg_depth("unlimited"), Ok(ReorgDepth(None)));
        assert!(parse_reorg_depth("31").unwrap_err().contains("up to 32"));
        for bad in ["", "-1", "1.5", "none"] {
            assert!(parse_reorg_depth(bad).unwrap_err().contains("unlimited"), "{bad}");
        }
    }

    #[test]
    fn durations_have_units_and_default_to_seconds() {
        assert_eq!(parse_duration("5").unwrap(), Duration::from_secs(5));
        assert_eq!(parse_duration("5s").unwrap(), Duration::from_secs(5));
        assert_eq!(parse_duration("500ms").unwrap(), Duration::from_millis(500));
        assert_eq!(parse_duration("2m").unwrap(), Duration::from_secs(120));
        assert_eq!(parse_duration("2h").unwrap(), Duration::from_secs(7_200));
        for bad in ["", "s", "5d", "-1", "1.5s"] {
            assert!(parse_duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn extra_data_is_hex_with_a_prefix_and_text_without() {
        assert_eq!(parse_extra_data("0x0102").unwrap().as_ref(), [1, 2]);
        assert_eq!(parse_extra_data("hanzo").unwrap().as_ref(), b"hanzo");
        assert!(parse_extra_data("0x0").is_err());
    }
}
