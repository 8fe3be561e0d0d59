//! Single settings, as flags and file take them.

use hanzo_poc::Kernel;
use std::thread;

/// Most threads; more than any machine has, fewer than a typing mistake asks.
const MAX_THREADS: usize = 1_024;

/// Decimals of a gwei.
const GWEI_DECIMALS: usize = 9;

/// Takes a number of threads that a machine can have.
pub(crate) fn check_threads(threads: usize) -> Result<usize, String> {
    if (1..=MAX_THREADS).contains(&threads) {
        return Ok(threads);
    }
    Err(format!("threads {threads}: want 1 to {MAX_THREADS}"))
}

/// As many threads as the machine runs at a time.
pub(crate) fn all_cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS)
}

/// Takes an address of a WebSocket server.
pub(crate) fn check_node(url: &str) -> Result<(), String> {
    let authority = url.strip_prefix("ws://").and_then(|rest| rest.split('/').next());
    if authority.is_some_and(is_host_and_port) {
        return Ok(());
    }
    Err(format!("node {url:?}: want ws://HOST:PORT, without encryption"))
}

/// Whether this is a host, with a port from 1 to 65 535 if there is one.
fn is_host_and_port(authority: &str) -> bool {
    let (host, port) = match authority.rsplit_once(':') {
        // The colons of an IPv6 address without port are within brackets.
        Some((_, after)) if after.ends_with(']') => (authority, None),
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
    !host.is_empty() && port.is_none_or(is_port)
}

/// Takes the name of a kernel that this processor can run.
pub(crate) fn parse_kernel(name: &str) -> Result<Kernel, String> {
    let available = Kernel::available();
    available.iter().copied().find(|kernel| kernel.to_string() == name).ok_or_else(|| {
        let names: Vec<String> = available.iter().map(ToString::to_string).collect();
        format!("kernel {name:?}: this processor has {}", names.join(", "))
    })
}

/// Takes a price in gwei, nine decimals at most. Returns it in wei.
pub(crate) fn parse_gwei(text: &str) -> Result<u128, String> {
    let wrong = || format!("price {text:?}: want a number of gwei, as 20 or 0.5");
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty()
        || decimals.len() > GWEI_DECIMALS
        || !is_number(whole)
        || !is_number(decimals)
    {
        return Err(wrong());
    }
    format!("{whole}{decimals:0<GWEI_DECIMALS$}").parse().map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_a_number_of_gwei() {
        for (text, wei) in [("0", 0), ("20", 20_000_000_000), ("0.5", 500_000_000)] {
            assert_eq!(parse_gwei(text), Ok(wei));
        }
        assert_eq!(parse_gwei("1.000000001"), Ok(1_000_000_001));
        for bad in
            ["", ".5", "-1", "1e3", "1.0000000001", "a", "1.2.3", "9999999999999999999999999999999"]
        {
            assert!(parse_gwei(bad).unwrap_err().contains("want a number of gwei"), "{bad}");
        }
    }

    #[test]
    fn a_kernel_is_named_as_the_bench_names_it() {
        for kernel in Kernel::available() {
            assert_eq!(parse_kernel(&kernel.to_string()).unwrap(), kernel);
        }
        let text = parse_kernel("abacus").unwrap_err();
        assert!(text.starts_with("kernel \"abacus\": this processor has portable"), "{text}");
    }

    #[test]
    fn a_node_is_the_address_of_a_websocket() {
        for good in [
            "ws://127.0.0.1:8545",
            "ws://example.org",
            "ws://[::1]:8545",
            "ws://[::1]",
            "ws://example.org:80/path",
        ] {
            check_node(good).unwrap();
        }
        for bad in [
            "",
            "localhost",
            "http://localhost:8545",
            "wss://example.org",
            "ws://",
            "ws://:8545",
            "ws://127.0.0.1:99999",
            "ws://127.0.0.1:0",
            "ws://127.0.0.1:port",
        ] {
            assert!(check_node(bad).unwrap_err().contains("want ws://"), "{bad}");
        }
    }
}
