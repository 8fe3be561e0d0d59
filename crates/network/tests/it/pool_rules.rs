//! Rules of the exchange of pools, one at a time.

use crate::names::peer;
use alloy_primitives::{B256, Bytes};
use hanzo_network::{MAX_POOLED_TRANSACTIONS, PeerId, PoolAction, PoolEvent, PoolExchange};
use std::time::Duration;

fn hashes(count: usize) -> Vec<B256> {
    (0..count).map(|index| B256::from(alloy_primitives::U256::from(index))).collect()
}

/// Something for each hash.
fn answers(count: usize) -> Vec<Bytes> {
    vec![Bytes::from_static(&[1]); count]
}

struct Scene {
    exchange: PoolExchange,
    now: Duration,
}

impl Scene {
    /// With these peers.
    fn new(peers: &[u8]) -> Self {
        let mut scene = Self { exchange: PoolExchange::default(), now: Duration::from_secs(1) };
        for number in peers {
            assert!(scene.tell(PoolEvent::PeerReady(peer(*number))).is_empty());
        }
        scene
    }

    fn tell(&mut self, event: PoolEvent) -> Vec<PoolAction> {
        self.exchange.on_event(self.now, event)
    }

    /// Who is asked for hashes now that the node has time, and the number of the request.
    fn begin(&mut self) -> Option<(u64, PeerId)> {
        match self.tell(PoolEvent::Idle)[..] {
            [] => None,
            [PoolAction::RequestHashes { request, peer }] => Some((request, peer)),
            ref other => panic!("{other:?}"),
        }
    }

    /// The peer has so many that this node has not. What is asked for next.
    fn lacks(&mut self, request: u64, count: usize) -> Vec<PoolAction> {
        let found = self.tell(PoolEvent::Hashes { request, hashes: hashes(count + 3) });
        let hashes_found = hashes(count + 3);
        assert_eq!(found, [PoolAction::FindMissing { request, hashes: hashes_found }]);
        self.tell(PoolEvent::Missing { request, missing: hashes(count) })
    }
}

fn asked(actions: &[PoolAction]) -> (u64, usize) {
    let [.., PoolAction::RequestTransactions { request, hashes, .. }] = actions else {
        panic!("{actions:?}")
    };
    (*request, hashes.len())
}

fn taken(actions: &[PoolAction]) -> usize {
    let [PoolAction::Take { transactions, .. }, ..] = actions else { panic!("{actions:?}") };
    transactions.len()
}

#[test]
fn each_peer_is_asked_once_and_one_after_the_other() {
    let mut scene = Scene::new(&[1, 2]);
    let (request, first) = scene.begin().unwrap();
    assert_eq!((first, scene.begin()), (peer(1), None));
    assert!(scene.lacks(request, 0).is_empty());
    let (request, second) = scene.begin().unwrap();
    assert_eq!(second, peer(2));
    let (request, count) = asked(&scene.lacks(request, 2));
    assert_eq!((count, scene.begin()), (2, None));
    let actions = scene.tell(PoolEvent::Transactions { request, transactions: answers(2) });
    assert_eq!((taken(&actions), actions.len()), (2, 1));
    assert_eq!(scene.begin(), None, "everybody was asked");
}

#[test]
fn many_transactions_are_asked_for_piece_by_piece_and_what_did_not_fit_again() {
    let total = MAX_POOLED_TRANSACTIONS + 5;
    let mut scene = Scene::new(&[1]);
    let (request, _) = scene.begin().unwrap();
    let (request, count) = asked(&scene.lacks(request, total));
    assert_eq!(count, MAX_POOLED_TRANSACTIONS);
    // The answer ends early.
    let actions = scene.tell(PoolEvent::Transactions { request, transactions: answers(100) });
    assert_eq!(taken(&actions), 100);
    let (request, count) = asked(&actions);
    assert_eq!(count, total - 100);
    let PoolAction::RequestTransactions { hashes: next, .. } = &actions[1] else { panic!() };
    assert_eq!(next[..], hashes(total)[100..], "in the order of their price");
    let actions = scene.tell(PoolEvent::Transactions { request, transactions: answers(count) });
    assert_eq!((taken(&actions), actions.len()), (count, 1));
}

#[test]
fn a_peer_without_an_answer_is_left_for_the_next() {
    let mut scene = Scene::new(&[1, 2, 3, 4]);
    let (request, _) = scene.begin().unwrap();
    scene.tell(PoolEvent::Failed { request });
    let (request, next) = scene.begin().unwrap();
    assert_eq!(next, peer(2));
    // Nothing of what was asked for.
    let (request, _) = asked(&scene.lacks(request, 9));
    let nothing = PoolEvent::Transactions { request, transactions: Vec::new() };
    assert!(scene.tell(nothing).is_empty());
    assert_eq!(scene.begin().unwrap().1, peer(3));
    scene.tell(PoolEvent::PeerGone(peer(3)));
    assert_eq!(scene.begin().unwrap().1, peer(4));
    scene.now += Duration::from_secs(60);
    assert_eq!(scene.begin(), None, "its time is over, and nobody is left");
    scene.tell(PoolEvent::PeerReady(peer(5)));
    assert_eq!(scene.begin().unwrap().1, peer(5));
}

#[test]
fn a_slow_peer_does_not_keep_the_others_from_being_asked() {
    let mut scene = Scene::new(&[1, 2, 3, 4, 5, 6]);
    let (slow, _) = scene.begin().unwrap();
    scene.now += Duration::from_millis(2_999);
    assert_eq!(scene.begin(), None, "it is asked alone at first");
    scene.now += Duration::from_millis(1);
    for number in [2, 3, 4] {
        assert_eq!(scene.begin().unwrap().1, peer(number));
        assert_eq!(scene.begin(), None, "one after the other all the same");
        scene.now += Duration::from_secs(3);
    }
    assert_eq!(scene.begin(), None, "four at a time");
    // What it says in the end is heard.
    let (request, _) = asked(&scene.lacks(slow, 2));
    let actions = scene.tell(PoolEvent::Transactions { request, transactions: answers(2) });
    assert_eq!(taken(&actions), 2);
    assert_eq!(scene.begin().unwrap().1, peer(5));
    // The second was asked at four seconds.
    scene.now = Duration::from_millis(63_999);
    assert_eq!(scene.begin(), None);
    scene.now += Duration::from_millis(1);
    assert_eq!(scene.begin().unwrap().1, peer(6));
}

#[test]
fn a_peer_that_is_gone_is_not_asked() {
    let mut scene = Scene::new(&[1, 2]);
    scene.tell(PoolEvent::PeerGone(peer(1)));
    assert_eq!(scene.begin().unwrap().1, peer(2));
}

#[test]
fn another_answer_than_what_was_asked_for_is_wrong() {
    let wrong = [PoolAction::WrongAnswer { peer: peer(1) }];
    // Transactions instead of hashes.
    let mut scene = Scene::new(&[1]);
    let (request, _) = scene.begin().unwrap();
    assert_eq!(scene.tell(PoolEvent::Transactions { request, transactions: answers(1) }), wrong);
    // Hashes instead of transactions.
    let mut scene = Scene::new(&[1]);
    let (request, _) = scene.begin().unwrap();
    let (request, _) = asked(&scene.lacks(request, 1));
    assert_eq!(scene.tell(PoolEvent::Hashes { request, hashes: hashes(1) }), wrong);
    // More than were asked for.
    let mut scene = Scene::new(&[1]);
    let (request, _) = scene.begin().unwrap();
    let (request, _) = asked(&scene.lacks(request, 1));
    assert_eq!(scene.tell(PoolEvent::Transactions { request, transactions: answers(2) }), wrong);
    assert_eq!(scene.begin(), None);
}
