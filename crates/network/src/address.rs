//! What multiaddresses say.

use libp2p::{Multiaddr, multiaddr::Protocol};
use std::net::IpAddr;

/// The IP address in a multiaddress.
pub(crate) fn ip_of(address: &Multiaddr) -> Option<IpAddr> {
    address.iter().find_map(|part| {
        if let Protocol::Ip4(ip) = part {
            return Some(ip.into());
        }
        if let Protocol::Ip6(ip) = part { Some(ip.into()) } else { None }
    })
}

/// The TCP port in a multiaddress.
pub(crate) fn port_of(address: &Multiaddr) -> Option<u16> {
    address.iter().find_map(|part| if let Protocol::Tcp(port) = part { Some(port) } else { None })
}

/// Whether a multiaddress is of the same machine.
pub(crate) fn is_loopback(address: &Multiaddr) -> bool {
    ip_of(address).is_some_and(|ip| ip.to_canonical().is_loopback())
}

/// Whether an address is that of one host: not that of all of them, of a group, or of the whole network.
#[must_use]
pub fn is_unicast(ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    let is_broadcast = matches!(ip, IpAddr::V4(ip) if ip.is_broadcast());
    !(ip.is_unspecified() || ip.is_multicast() || is_broadcast)
}

/// Whether somebody could be reached there: a host, a TCP port, and nothing else.
pub(crate) fn is_dialable(address: &Multiaddr) -> bool {
    let mut parts = address.iter();
    let is_host = match parts.next() {
        Some(Protocol::Ip4(ip)) => is_unicast(ip.into()),
        Some(Protocol::Ip6(ip)) => is_unicast(ip.into()),
        Some(Protocol::Dns(name) | Protocol::Dns4(name) | Protocol::Dns6(name)) => !name.is_empty(),
        _ => false,
    };
    is_host && matches!(parts.next(), Some(Protocol::Tcp(1..))) && parts.next().is_none()
}

/// A multiaddress without the part that says who is there.
pub(crate) fn without_peer(mut address: Multiaddr) -> Multiaddr {
    if matches!(address.iter().last(), Some(Protocol::P2p(_))) {
        address.pop();
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Multiaddr {
        text.parse().unwrap()
    }

    #[test]
    fn address_and_port_are_found_where_they_are() {
        let address = parsed("/ip6/2001:db8::1/tcp/30303");
        assert_eq!(ip_of(&address), "2001:db8::1".parse().ok());
        assert_eq!(port_of(&address), Some(30_303));
        let name = parsed("/dns4/node.example/tcp/1");
        assert_eq!((ip_of(&name), port_of(&name)), (None, Some(1)));
    }

    #[test]
    fn loopback_is_recognised_in_either_family() {
        for loopback in ["/ip4/127.0.0.9/tcp/1", "/ip6/::1/tcp/1", "/ip6/::ffff:127.0.0.1/tcp/1"] {
            assert!(is_loopback(&parsed(loopback)), "{loopback}");
        }
        assert!(!is_loopback(&parsed("/ip4/203.0.113.1/tcp/1")));
        assert!(!is_loopback(&parsed("/dns4/localhost/tcp/1")));
    }

    #[test]
    fn somebody_can_be_reached_at_a_host_and_a_tcp_port_and_nothing_else() {
        for way in ["/ip4/203.0.113.1/tcp/1", "/ip6/::1/tcp/1", "/dns/node.example/tcp/65535"] {
            assert!(is_dialable(&parsed(way)), "{way}");
        }
        let nowhere =
            ["/ip4/0.0.0.0/tcp/1", "/ip6/::/tcp/1", "/ip6/::ffff:0.0.0.0/tcp/1", "/dns4//tcp/1"];
        let nobody = ["/ip4/255.255.255.255/tcp/1", "/ip4/224.0.0.1/tcp/1", "/ip6/ff02::1/tcp/1"];
        let no_port = ["", "/ip4/203.0.113.1", "/ip4/203.0.113.1/tcp/0", "/tcp/1"];
        let other = ["/ip4/203.0.113.1/udp/1", "/ip4/203.0.113.1/tcp/1/ws", "/unix/tcp"];
        for address in nowhere.iter().chain(&nobody).chain(&no_port).chain(&other) {
            assert!(!is_dialable(&parsed(address)), "{address}");
        }
    }

    #[test]
    fn only_the_peer_is_taken_off() {
        let id = "12D3KooWGzxzKZYveHXtpG6AsrUJBcWxHBFS2HsEoGTxrMLvKXtf";
        let plain = parsed("/ip4/203.0.113.1/tcp/1");
        assert_eq!(without_peer(parsed(&format!("{plain}/p2p/{id}"))), plain);
        assert_eq!(without_peer(plain.clone()), plain);
    }
}
