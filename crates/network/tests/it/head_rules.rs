//! When peers are asked for their heads.

use crate::names::peer;
use alloy_primitives::B256;
use hanzo_network::{
    Action, CoreConfig, Direction, Event, Examined, GossipId, Introduction, JobDone, NetworkCore,
    Now, PeerHead, PeerLimits, Status, WireError,
};
use hanzo_testkit::{TestChain, dev_spec};
use std::time::Duration;

/// A node with one peer, whose head it knows at second 0.
struct Scene {
    core: NetworkCore,
    status: Status,
    elapsed: Duration,
}

impl Scene {
    fn new() -> Self {
        let view = TestChain::new(dev_spec()).view();
        let config = CoreConfig { limits: PeerLimits::default(), seed: 1 };
        let core = NetworkCore::new(&config, dev_spec(), PeerHead::of(&view), &[]);
        let status = Status::of(&view, "test");
        let mut scene = Self { core, status, elapsed: Duration::ZERO };
        let address = "/ip4/127.0.0.1/tcp/30303".parse().unwrap();
        let direction = Direction::Inbound;
        assert!(scene.asks(Event::Connected { peer: peer(1), direction, address }));
        scene.answers();
        scene
    }

    /// Whether the peer is asked for its head because of this.
    fn asks(&mut self, event: Event) -> bool {
        let now = Now { elapsed: self.elapsed, unix: 1_800_000_000 };
        let actions = self.core.on_event(now, event);
        actions.iter().any(|action| matches!(action, Action::Introduce { .. }))
    }

    fn answers(&mut self) {
        let (introduction, status) = (Introduction::Answer, Ok(self.status.clone()));
        assert!(!self.asks(Event::Introduced { peer: peer(1), introduction, status }));
    }

    /// The peer announces a block whose parent is unknown.
    fn hints(&mut self) -> bool {
        let examined = Examined::UnknownParent { number: 9, hash: B256::ZERO };
        let (message, source) = (GossipId(1), peer(1));
        self.asks(Event::Done(JobDone::ExaminedBlock { message, source, examined }))
    }

    /// The seconds at which the peer is asked from now on, if it always answers at once.
    fn asked_within(&mut self, seconds: u64) -> Vec<u64> {
        let mut asked = Vec::new();
        let until = self.elapsed + Duration::from_secs(seconds);
        while self.elapsed < until {
            self.elapsed += Duration::from_millis(50);
            if self.asks(Event::Tick) {
                asked.push(self.elapsed.as_secs());
                self.answers();
            }
        }
        asked
    }
}

#[test]
fn a_peer_that_announces_nothing_is_asked_every_thirty_seconds() {
    assert_eq!(Scene::new().asked_within(100), [30, 60, 90]);
}

#[test]
fn a_hint_is_followed_at_once_if_the_peer_has_not_said_its_head_for_two_seconds() {
    let mut scene = Scene::new();
    assert!(scene.asked_within(2).is_empty());
    assert!(scene.hints());
    scene.answers();
    assert_eq!(scene.asked_within(33), [32]);
}

#[test]
fn a_hint_that_comes_right_after_the_head_is_followed_two_seconds_after_it_and_once() {
    let mut scene = Scene::new();
    assert!(!scene.hints());
    assert_eq!(scene.asked_within(33), [2, 32]);
}

#[test]
fn a_hint_that_comes_while_the_peer_is_being_asked_is_followed_when_it_has_answered() {
    let mut scene = Scene::new();
    scene.elapsed = Duration::from_secs(2);
    assert!(scene.hints());
    assert!(!scene.hints(), "it is being asked, and may have answered before the second block");
    scene.answers();
    assert_eq!(scene.asked_within(33), [4, 34]);
}

#[test]
fn a_peer_that_hints_all_the_time_is_asked_every_two_seconds() {
    let mut scene = Scene::new();
    let mut asked = Vec::new();
    for _ in 0..200 {
        if scene.hints() {
            asked.push(scene.elapsed.as_secs());
            scene.answers();
        }
        scene.elapsed += Duration::from_millis(50);
        if scene.asks(Event::Tick) {
            asked.push(scene.elapsed.as_secs());
            scene.answers();
        }
    }
    assert_eq!(asked, [2, 4, 6, 8], "in ten seconds");
}

#[test]
fn a_handshake_that_was_given_up_is_no_offence_and_one_that_was_cut_off_is() {
    let mut scene = Scene::new();
    let now = Now { elapsed: Duration::from_secs(1), unix: 1_800_000_000 };
    let mut score_after = |found: usize| {
        let introduction = Introduction::Question;
        let status = Err(WireError::CutOff { what: "a status", found });
        assert!(!scene.asks(Event::Introduced { peer: peer(1), introduction, status }));
        scene.core.peers().score(&peer(1), now)
    };
    assert!(score_after(0).abs() < f64::EPSILON);
    assert!(score_after(9) < -1.9);
}
