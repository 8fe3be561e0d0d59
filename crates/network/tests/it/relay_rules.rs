//! Rules of getting the bodies of announced blocks, one at a time.

use crate::names::peer;
use alloy_primitives::B256;
use hanzo_network::{
    AnnouncedBlock, Assembly, BlockRelay, Offence, PeerId, RelayAction, RelayEvent,
};
use hanzo_testkit::{TestChain, dev_spec};
use hanzo_types::{RecoveredBlock, SealedHeader};
use std::{sync::Arc, time::Duration};

const ANNOUNCER: u8 = 200;

/// A node with three peers and the one that announces, and blocks that it does not have.
struct Scene {
    blocks: Vec<RecoveredBlock>,
    relay: BlockRelay,
    now: Duration,
}

impl Scene {
    fn new(blocks: usize) -> Self {
        let mut theirs = TestChain::new(dev_spec());
        let blocks = (0..blocks).map(|_| theirs.mine(Vec::new())).collect();
        let mut scene = Self { blocks, relay: BlockRelay::default(), now: Duration::from_secs(1) };
        for number in [1, 2, 3, ANNOUNCER] {
            assert!(scene.tell(RelayEvent::PeerReady(peer(number))).is_empty());
        }
        scene
    }

    fn tell(&mut self, event: RelayEvent) -> Vec<RelayAction> {
        self.relay.on_event(self.now, event)
    }

    fn header(&self, block: usize) -> SealedHeader {
        self.blocks[block].sealed_header().clone()
    }

    /// A peer announces a block with so many transactions, whose hashes it makes up.
    fn hear(&mut self, block: usize, from: u8, transactions: usize) -> Vec<RelayAction> {
        let transactions = vec![B256::repeat_byte(from); transactions];
        let block = AnnouncedBlock { header: self.header(block), transactions };
        self.tell(RelayEvent::Announced { block: Box::new(block), from: peer(from) })
    }

    /// What the transactions of that announcement come to, in the pool of this node.
    fn try_together(&mut self, heard: &[RelayAction], assembly: Assembly) -> Vec<RelayAction> {
        let [RelayAction::Assemble { block, from, .. }] = heard else { panic!("{heard:?}") };
        let (block, from) = (Arc::clone(block), *from);
        self.tell(RelayEvent::Assembled { block, from, assembly })
    }

    /// A block is announced, and its transactions are not in the pool. Who is asked for it, and the number
    /// of the request.
    fn announce(&mut self, block: usize) -> (u64, PeerId) {
        let actions = self.hear(block, ANNOUNCER, 1);
        asked(&self.try_together(&actions, Assembly::Missing(vec![0])))[0]
    }

    /// Another peer announces it, with hashes that are in the pool.
    fn complete(&mut self, block: usize, from: u8, transactions: usize) -> Vec<RelayAction> {
        let actions = self.hear(block, from, transactions);
        let whole = Assembly::Complete(Arc::new(self.blocks[block].clone()));
        self.try_together(&actions, whole)
    }

    fn answer(&mut self, request: u64, block: usize) -> Vec<RelayAction> {
        let block = Some(Box::new(self.blocks[block].sealed_block().clone()));
        self.tell(RelayEvent::Block { request, block })
    }

    fn wait(&mut self, milliseconds: u64) -> Vec<RelayAction> {
        self.now += Duration::from_millis(milliseconds);
        self.tell(RelayEvent::Tick)
    }
}

fn asked(actions: &[RelayAction]) -> Vec<(u64, PeerId)> {
    let asked = actions.iter().filter_map(|action| match action {
        RelayAction::RequestBlock { request, peer, .. }
        | RelayAction::RequestTransactions { request, peer, .. } => Some((*request, *peer)),
        RelayAction::Assemble { .. }
        | RelayAction::Import(_)
        | RelayAction::Report { .. }
        | RelayAction::GaveUp { .. } => None,
    });
    asked.collect()
}

/// Who is reported, for having let the time pass.
fn late(actions: &[RelayAction]) -> Vec<PeerId> {
    let mut late = Vec::new();
    for action in actions {
        if let RelayAction::Report { peer, offence } = action {
            assert_eq!(*offence, Offence::TimedOut);
            late.push(*peer);
        }
    }
    late
}

fn imports(actions: &[RelayAction]) -> usize {
    actions.iter().filter(|action| matches!(action, RelayAction::Import(_))).count()
}

fn gave_up(actions: &[RelayAction]) -> bool {
    actions.iter().any(|action| matches!(action, RelayAction::GaveUp { .. }))
}

#[test]
fn whoever_announced_a_block_is_asked_first_and_one_more_after_a_second() {
    let mut scene = Scene::new(1);
    assert_eq!(scene.announce(0).1, peer(ANNOUNCER));
    assert!(asked(&scene.wait(999)).is_empty());
    let actions = scene.wait(1);
    let [(second, who)] = asked(&actions)[..] else { panic!("{actions:?}") };
    assert_ne!(who, peer(ANNOUNCER));
    assert!(late(&actions).is_empty(), "its time is not over");
    assert_eq!(imports(&scene.answer(second, 0)), 1);
}

#[test]
fn a_block_that_comes_twice_is_imported_once_and_nobody_is_blamed() {
    let mut scene = Scene::new(1);
    let (first, _) = scene.announce(0);
    let (second, _) = asked(&scene.wait(1_000))[0];
    assert_eq!(imports(&scene.answer(first, 0)), 1);
    assert_eq!(imports(&scene.answer(second, 0)), 0);
    let hash = scene.header(0).hash();
    assert!(scene.tell(RelayEvent::Imported(hash)).is_empty());
    assert!(scene.wait(10_000).is_empty());
}

#[test]
fn who_withholds_a_body_is_blamed_although_it_came_from_another() {
    let mut scene = Scene::new(1);
    let _ = scene.announce(0);
    let (second, _) = asked(&scene.wait(1_000))[0];
    assert_eq!(imports(&scene.answer(second, 0)), 1);
    let hash = scene.header(0).hash();
    let _ = scene.tell(RelayEvent::Imported(hash));
    assert!(late(&scene.wait(2_999)).is_empty());
    assert_eq!(late(&scene.wait(1)), [peer(ANNOUNCER)]);
    assert!(scene.wait(10_000).is_empty(), "once");
}

#[test]
fn whoever_has_delivered_is_asked_before_strangers_and_who_has_withheld_after_them() {
    let mut scene = Scene::new(3);
    let _ = scene.announce(0);
    // Of three that nobody knows anything about one delivers.
    let (second, _) = asked(&scene.wait(1_000))[0];
    let (third, good) = asked(&scene.wait(1_000))[0];
    assert_ne!(second, third);
    assert_eq!(imports(&scene.answer(third, 0)), 1);
    let hash = scene.header(0).hash();
    let _ = scene.tell(RelayEvent::Imported(hash));
    assert_eq!(late(&scene.wait(3_000)).len(), 2);
    // The announcer has withheld the last body it was asked for: it is not the first any more.
    assert_eq!(scene.announce(1).1, good);
}

#[test]
fn a_block_is_given_up_when_four_were_asked_and_none_may_answer_any_more() {
    let mut scene = Scene::new(1);
    let mut requests = vec![scene.announce(0).0];
    for _ in 1..4 {
        requests.push(asked(&scene.wait(1_000))[0].0);
    }
    // The time of the first is over; the others still have some.
    let actions = scene.wait(1_000);
    assert_eq!((late(&actions), gave_up(&actions)), (vec![peer(ANNOUNCER)], false));
    for request in &requests[1..3] {
        assert!(!gave_up(&scene.tell(RelayEvent::Failed { request: *request })));
    }
    assert!(gave_up(&scene.tell(RelayEvent::Block { request: requests[3], block: None })));
    assert_eq!(scene.relay.incoming(), 0);
}

#[test]
fn a_peer_that_leaves_is_replaced_at_once() {
    let mut scene = Scene::new(1);
    let _ = scene.announce(0);
    let actions = scene.tell(RelayEvent::PeerGone(peer(ANNOUNCER)));
    assert_eq!(asked(&actions).len(), 1);
    assert!(late(&scene.wait(3_999)).is_empty());
}

#[test]
fn right_hashes_of_another_peer_put_the_block_together_although_a_stranger_was_faster_with_wrong_ones()
 {
    let mut scene = Scene::new(1);
    let (request, _) = scene.announce(0);
    assert_eq!(imports(&scene.complete(0, 1, 2)), 1);
    assert!(scene.hear(0, 2, 3).is_empty(), "it is here");
    assert_eq!(imports(&scene.answer(request, 0)), 0);
}

#[test]
fn a_peer_is_listened_to_once_about_a_block_and_the_same_hashes_are_tried_once() {
    let mut scene = Scene::new(1);
    let _ = scene.announce(0);
    assert!(scene.hear(0, ANNOUNCER, 5).is_empty());
    let same = AnnouncedBlock {
        header: scene.header(0),
        transactions: vec![B256::repeat_byte(ANNOUNCER)],
    };
    let event = RelayEvent::Announced { block: Box::new(same), from: peer(1) };
    assert!(scene.tell(event).is_empty());
    assert!(scene.hear(0, 1, 5).is_empty());
    assert_eq!(scene.hear(0, 2, 5).len(), 1);
}

#[test]
fn strangers_with_wrong_hashes_are_not_asked_at_once_and_peers_with_merit_are() {
    let mut scene = Scene::new(2);
    // The announcement of 3 was right once.
    let _ = scene.announce(0);
    let _ = scene.complete(0, 3, 1);
    let _ = scene.wait(5_000);

    let first = scene.hear(1, 1, 3);
    assert_eq!(asked(&scene.try_together(&first, Assembly::Missing(vec![0, 1, 2]))).len(), 1);
    let stranger = scene.hear(1, 2, 3);
    assert!(scene.try_together(&stranger, Assembly::Missing(vec![0])).is_empty());
    let stranger = scene.hear(1, ANNOUNCER, 9);
    assert!(scene.try_together(&stranger, Assembly::Mismatch).is_empty());
    let known = scene.hear(1, 3, 10);
    let actions = scene.try_together(&known, Assembly::Missing(vec![4, 7]));
    let [RelayAction::RequestTransactions { peer: who, positions, .. }] = &actions[..] else {
        panic!("{actions:?}")
    };
    assert_eq!((who, &positions[..]), (&peer(3), &[4, 7][..]));
}

#[test]
fn a_peer_that_has_no_time_is_asked_again_and_not_blamed() {
    let mut scene = Scene::new(1);
    let (first, who) = scene.announce(0);
    let (second, _) = asked(&scene.wait(1_000))[0];
    let (again, whom) = asked(&scene.tell(RelayEvent::Busy { request: first }))[0];
    assert_eq!(whom, who);
    assert!(late(&scene.wait(3_999)).iter().all(|peer| *peer != who));
    let _ = second;
    assert_eq!(imports(&scene.answer(again, 0)), 1);
}

#[test]
fn a_peer_that_never_has_time_is_asked_four_times() {
    let mut relay = BlockRelay::default();
    let mut theirs = TestChain::new(dev_spec());
    let block = theirs.mine(Vec::new());
    let _ = relay.on_event(Duration::ZERO, RelayEvent::PeerReady(peer(1)));
    let header = block.sealed_header().clone();
    let announced = AnnouncedBlock { header, transactions: vec![B256::ZERO] };
    let event = RelayEvent::Announced { block: Box::new(announced), from: peer(1) };
    let mut actions = relay.on_event(Duration::ZERO, event);
    let [RelayAction::Assemble { block, from, .. }] = &actions[..] else { panic!("{actions:?}") };
    let (block, from, assembly) = (Arc::clone(block), *from, Assembly::Missing(vec![0]));
    actions = relay.on_event(Duration::ZERO, RelayEvent::Assembled { block, from, assembly });
    let mut times = 0;
    while let [(request, _)] = asked(&actions)[..] {
        times += 1;
        actions = relay.on_event(Duration::ZERO, RelayEvent::Busy { request });
    }
    assert!(times == 4 && gave_up(&actions) && relay.incoming() == 0, "{times}");
}
