//! Where metrics are served, as people type it.

use std::net::{Ipv4Addr, SocketAddr};

/// Parses an address and port to listen on, or a port on this machine alone.
///
/// # Errors
/// A sentence with the text.
pub fn parse_metrics_address(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix("localhost:").unwrap_or(text);
    if let Ok(port) = port.parse() {
        return Ok(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port));
    }
    text.parse().map_err(|_| {
        format!("`{text}` is neither a port nor an address and port, as 127.0.0.1:9001")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_are_served_at_an_address_and_port_or_at_a_local_port() {
        let parsed = |text| parse_metrics_address(text).unwrap().to_string();
        assert_eq!(parsed("9001"), "127.0.0.1:9001");
        assert_eq!(parsed("localhost:0"), "127.0.0.1:0");
        assert_eq!(parsed("0.0.0.0:80"), "0.0.0.0:80");
        assert_eq!(parsed("[::1]:80"), "[::1]:80");
        for bad in ["", "65536", "127.0.0.1", "localhost", "example.org:80", ":80"] {
            assert!(parse_metrics_address(bad).unwrap_err().contains(bad), "{bad}");
        }
    }
}
