//! Who is let in, who is called, and who is remembered.

use super::*;
use crate::{Now, wire::Status};
use libp2p::{Multiaddr, PeerId};
use std::time::Duration;

fn at(seconds: u64) -> Now {
    Now { elapsed: Duration::from_secs(seconds), unix: 1_800_000_000 + seconds }
}

fn peer(number: u8) -> PeerId {
    let mut bytes = [number; 34];
    bytes[..2].copy_from_slice(&[0x12, 32]);
    PeerId::from_bytes(&bytes).unwrap()
}

fn address(number: u8) -> Multiaddr {
    format!("/ip4/203.0.{number}.1/tcp/30303").parse().unwrap()
}

fn book(limits: PeerLimits) -> PeerBook {
    PeerBook::new(limits, &[])
}

fn connect(book: &mut PeerBook, number: u8, direction: Direction) {
    assert!(book.connect(peer(number), direction, address(number), at(0)));
}

#[test]
fn there_are_so_many_peers_each_way_and_one_from_the_settings_more() {
    let mut book = book(PeerLimits { max_inbound: 2, max_outbound: 1, ..PeerLimits::default() });
    connect(&mut book, 1, Direction::Inbound);
    connect(&mut book, 2, Direction::Inbound);
    let refusal = book.admit(&peer(3), Direction::Inbound, &address(3), at(0)).unwrap_err();
    assert_eq!(refusal.to_string(), "there are 2 inbound peers already");
    assert_eq!(book.admit(&peer(3), Direction::Outbound, &address(3), at(0)), Ok(()));
    book.name(peer(3), None, Standing::Static);
    assert_eq!(book.admit(&peer(3), Direction::Inbound, &address(3), at(0)), Ok(()));
    // A second connection of a peer that is there is not another peer.
    assert_eq!(book.admit(&peer(1), Direction::Inbound, &address(1), at(0)), Ok(()));
    assert!(!book.connect(peer(1), Direction::Inbound, address(1), at(0)));
}

#[test]
fn one_range_of_addresses_has_so_many_places_and_loopback_as_many_as_there_are() {
    let mut book = book(PeerLimits { max_per_range: 2, ..PeerLimits::default() });
    let near = |host: u8| format!("/ip4/198.51.100.{host}/tcp/1").parse::<Multiaddr>().unwrap();
    for host in [1, 2] {
        assert!(book.connect(peer(host), Direction::Inbound, near(host), at(0)));
    }
    let refusal = book.admit(&peer(3), Direction::Inbound, &near(3), at(0)).unwrap_err();
    assert_eq!(refusal.to_string(), "there are 2 peers in 198.51.100.0/24 already");
    assert_eq!(book.admit(&peer(3), Direction::Inbound, &address(3), at(0)), Ok(()));
    let loopback: Multiaddr = "/ip4/127.0.0.1/tcp/1".parse().unwrap();
    for number in 10..20 {
        assert_eq!(book.admit(&peer(number), Direction::Inbound, &loopback, at(0)), Ok(()));
        assert!(book.connect(peer(number), Direction::Inbound, loopback.clone(), at(0)));
    }
}

#[test]
fn a_banned_peer_is_not_let_in_for_an_hour_also_after_a_restart() {
    let mut first = book(PeerLimits::default());
    connect(&mut first, 1, Direction::Inbound);
    assert_eq!(first.punish(&peer(1), Offence::Malformed, at(10)), Sanction::Ban);
    let refusal = first.admit(&peer(1), Direction::Inbound, &address(1), at(11)).unwrap_err();
    assert_eq!(refusal.to_string(), "the peer is banned for another 3599 s");
    let changes = first.drain_changes();
    assert!(first.drain_changes().is_empty());
    let records: Vec<_> =
        changes.into_iter().map(|(peer, record)| (peer, record.unwrap())).collect();
    let second = PeerBook::new(PeerLimits::default(), &records);
    let admit = |seconds| second.admit(&peer(1), Direction::Inbound, &address(1), at(seconds));
    assert!(admit(3_609).is_err());
    assert_eq!(admit(3_610), Ok(()));
}

#[test]
fn two_grave_offences_ban_one_disconnects_and_a_trusted_peer_may_do_anything() {
    let mut book = book(PeerLimits::default());
    connect(&mut book, 1, Direction::Inbound);
    assert_eq!(book.punish(&peer(1), Offence::TimedOut, at(0)), Sanction::None);
    assert_eq!(book.punish(&peer(1), Offence::WrongAnswer, at(0)), Sanction::Disconnect);
    assert_eq!(
        book.admit(&peer(1), Direction::Inbound, &address(1), at(1)),
        Err(Refusal::LowScore)
    );
    assert_eq!(book.punish(&peer(1), Offence::WrongAnswer, at(1)), Sanction::Ban);
    book.name(peer(2), Some(address(2)), Standing::Trusted);
    for _ in 0..5 {
        assert_eq!(book.punish(&peer(2), Offence::Malformed, at(0)), Sanction::None);
    }
    assert_eq!(book.admit(&peer(2), Direction::Inbound, &address(2), at(0)), Ok(()));
}

#[test]
fn only_named_peers_are_wanted_if_the_settings_say_so() {
    let mut book = book(PeerLimits { named_only: true, ..PeerLimits::default() });
    book.name(peer(1), Some(address(1)), Standing::Static);
    book.learn(peer(2), address(2), at(0));
    let admit = |number| book.admit(&peer(number), Direction::Inbound, &address(number), at(0));
    assert_eq!(admit(1), Ok(()));
    assert_eq!(admit(2), Err(Refusal::NotNamed));
    let called: Vec<_> = book.to_dial(at(0), || 0.5).into_iter().map(|(peer, _)| peer).collect();
    assert_eq!(called, [peer(1)]);
}

#[test]
fn a_peer_that_does_not_answer_is_called_less_and_less_often() {
    let mut book = book(PeerLimits::default());
    book.learn(peer(1), address(1), at(0));
    book.name(peer(2), Some(address(2)), Standing::Static);
    let mut calls = [Vec::new(), Vec::new()];
    for second in 0..4_000 {
        for (called, addresses) in book.to_dial(at(second), || 0.5) {
            assert_eq!(addresses.len(), 1);
            calls[usize::from(called == peer(2))].push(second);
        }
    }
    let [found, named] = calls;
    assert_eq!(found[..9], [0, 5, 15, 35, 75, 155, 315, 635, 1_235]);
    assert_eq!(named[..6], [0, 5, 15, 35, 65, 95]);
}

#[test]
fn a_peer_of_another_chain_is_left_alone_for_a_while() {
    let mut book = book(PeerLimits::default());
    book.name(peer(1), Some(address(1)), Standing::Static);
    connect(&mut book, 1, Direction::Outbound);
    book.shun(&peer(1), at(0));
    let _ = book.disconnect(&peer(1));
    assert!(book.to_dial(at(599), || 0.5).is_empty());
    assert_eq!(book.to_dial(at(600), || 0.5).len(), 1);
}

#[test]
fn found_peers_fill_the_vacant_places_and_no_more() {
    let mut book = book(PeerLimits { max_outbound: 3, ..PeerLimits::default() });
    connect(&mut book, 1, Direction::Outbound);
    for number in 2..10 {
        book.learn(peer(number), address(number), at(0));
    }
    assert_eq!(book.to_dial(at(0), || 0.5).len(), 2);
    assert!(book.wants_more());
}

#[test]
fn strangers_beyond_the_limit_push_out_strangers_and_never_a_ban_or_a_named_peer() {
    let mut book = book(PeerLimits { max_known: 4, ..PeerLimits::default() });
    book.name(peer(1), Some(address(1)), Standing::Static);
    connect(&mut book, 2, Direction::Inbound);
    let _ = book.punish(&peer(2), Offence::Malformed, at(0));
    let _ = book.disconnect(&peer(2));
    for number in 10..60 {
        book.learn(peer(number), address(number), at(0));
    }
    let kept = book.drain_changes().into_iter().filter(|(_, record)| record.is_some()).count();
    assert!(kept <= 4, "{kept}");
    assert!(book.admit(&peer(2), Direction::Inbound, &address(2), at(1)).is_err());
    assert_eq!(book.standing(&peer(1)), Standing::Static);
    assert!(book.unname(&peer(1)) && !book.unname(&peer(1)));
    book.learn(peer(1), address(1), at(0));
    assert!(book.to_dial(at(0), || 0.5).iter().all(|(called, _)| *called != peer(1)));
}

#[test]
fn a_removed_peer_is_not_connected_to_whoever_wants_to_and_may_come_itself() {
    let mut book = book(PeerLimits::default());
    book.name(peer(1), Some(address(1)), Standing::Static);
    let _ = book.unname(&peer(1));
    let refusal = book.admit(&peer(1), Direction::Outbound, &address(1), at(0)).unwrap_err();
    assert_eq!(refusal, Refusal::Unwanted);
    assert_eq!(book.admit(&peer(1), Direction::Inbound, &address(1), at(0)), Ok(()));
    book.name(peer(1), None, Standing::Static);
    assert_eq!(book.admit(&peer(1), Direction::Outbound, &address(1), at(0)), Ok(()));
}

#[test]
fn a_peer_counts_once_it_has_passed_the_handshake() {
    let mut book = book(PeerLimits::default());
    connect(&mut book, 1, Direction::Inbound);
    assert!(!book.is_introduced(&peer(1)) && !book.has_introduced());
    let status = Status {
        chain_id: 1,
        genesis_hash: Default::default(),
        fork_hash: Default::default(),
        next_fork: 0,
        head_number: 0,
        head_hash: Default::default(),
        total_difficulty: Default::default(),
        client: String::new(),
    };
    book.introduce(&peer(1), status, at(0));
    assert!(book.is_introduced(&peer(1)) && book.has_introduced());
    assert!(book.disconnect(&peer(1)));
    assert!(!book.disconnect(&peer(1)));
}

#[test]
fn golden_peer_record() {
    let record = PeerRecord::new(&[address(7)], 1_800_000_000, 0);
    let golden = "d0c98804cb00070106765f846b49d20080";
    assert_eq!(alloy_primitives::hex::encode(alloy_rlp::encode(&record)), golden);
    assert_eq!(record.addresses(), [address(7)]);
}
