//! Addresses that are easy to get together.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

/// A range of addresses that one customer of a provider easily has: a /24 of IPv4, a /48 of IPv6. Who
/// wants to surround a node has to own many ranges, not many addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressRange(IpAddr);

impl AddressRange {
    /// The range of an address. `None` for loopback, where connections are of the same user.
    #[must_use]
    pub fn of(address: IpAddr) -> Option<Self> {
        let address = address.to_canonical();
        if address.is_loopback() {
            return None;
        }
        Some(Self(match address {
            IpAddr::V4(v4) => Ipv4Addr::from_bits(v4.to_bits() & 0xffff_ff00).into(),
            IpAddr::V6(v6) => {
                let [a, b, c, ..] = v6.segments();
                Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0).into()
            }
        }))
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = if self.0.is_ipv4() { 24 } else { 48 };
        write!(f, "{}/{bits}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(address: &str) -> String {
        AddressRange::of(address.parse().unwrap()).map_or_else(String::new, |r| r.to_string())
    }

    #[test]
    fn neighbours_are_in_one_range() {
        assert_eq!(range("203.0.113.7"), "203.0.113.0/24");
        assert_eq!(range("203.0.113.255"), range("203.0.113.0"));
        assert_ne!(range("203.0.114.7"), range("203.0.113.7"));
        assert_eq!(range("2001:db8:7:ffff::1"), "2001:db8:7::/48");
        assert_ne!(range("2001:db8:8::1"), range("2001:db8:7::1"));
    }

    #[test]
    fn an_ipv4_address_in_ipv6_clothes_is_the_same_address() {
        assert_eq!(range("::ffff:203.0.113.7"), range("203.0.113.9"));
    }

    #[test]
    fn loopback_has_no_range() {
        assert_eq!(range("127.0.0.1"), "");
        assert_eq!(range("::1"), "");
        assert_eq!(range("::ffff:127.0.0.1"), "");
    }
}
