//! When a peer with another chain is sent away: both operators are to read why.

use crate::names::peer;
use alloy_primitives::B256;
use hanzo_network::{
    Action, CoreConfig, Direction, Event, Introduction, NetworkCore, Now, PeerHead, PeerLimits,
    Status, WireError,
};
use hanzo_testkit::{TestChain, dev_spec};
use std::time::Duration;

/// A node that is connected to a peer and has asked it who it is.
struct Scene {
    core: NetworkCore,
    /// What peers of its own chain say.
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
        let asked = scene.tell(Event::Connected { peer: peer(1), direction, address });
        assert!(matches!(asked[..], [Action::Introduce { .. }]), "{asked:?}");
        scene
    }

    fn tell(&mut self, event: Event) -> Vec<Action> {
        self.core.on_event(Now { elapsed: self.elapsed, unix: 1_800_000_000 }, event)
    }

    /// Why the peer is sent away because of this.
    fn parts(&mut self, event: Event) -> Vec<String> {
        let mut reasons = Vec::new();
        for action in self.tell(event) {
            if let Action::Disconnect { reason, .. } = action {
                reasons.push(reason.to_string());
            }
        }
        reasons
    }

    /// What is said of the peer when it has left.
    fn leaves(&mut self) -> Vec<String> {
        let mut reasons = Vec::new();
        for action in self.tell(Event::Disconnected { peer: peer(1) }) {
            if let Action::Disconnect { reason, .. } | Action::Explain { reason, .. } = action {
                reasons.push(reason.to_string());
            }
        }
        reasons
    }

    /// The peer says that it has another chain.
    fn stranger(introduction: Introduction, status: &Status) -> Event {
        let status = Status { genesis_hash: B256::ZERO, ..status.clone() };
        Event::Introduced { peer: peer(1), introduction, status: Ok(status) }
    }

    fn asks_as_a_stranger(&mut self) -> Vec<String> {
        let event = Self::stranger(Introduction::Question, &self.status);
        self.parts(event)
    }

    fn answers_as_a_stranger(&mut self) -> Vec<String> {
        let event = Self::stranger(Introduction::Answer, &self.status);
        self.parts(event)
    }

    /// The peer answers that it has the same chain.
    fn answers_well(&mut self) -> Vec<String> {
        let (introduction, status) = (Introduction::Answer, Ok(self.status.clone()));
        self.parts(Event::Introduced { peer: peer(1), introduction, status })
    }

    fn why(&self) -> String {
        let (theirs, ours) = (B256::ZERO, self.status.genesis_hash);
        format!("it has another chain: genesis {theirs}, ours is {ours}")
    }
}

#[test]
fn a_stranger_that_answers_is_sent_away_at_once() {
    let mut scene = Scene::new();
    assert_eq!(scene.answers_as_a_stranger(), [scene.why()]);
}

#[test]
fn a_stranger_that_asks_is_not_sent_away_before_it_has_answered_and_knows_why() {
    let mut scene = Scene::new();
    assert!(scene.asks_as_a_stranger().is_empty());
    assert!(scene.core.is_stranger(&peer(1)));
    assert!(!scene.core.peers().is_introduced(&peer(1)));
    assert_eq!(scene.answers_as_a_stranger(), [scene.why()]);
    assert!(scene.leaves().is_empty(), "it is said once");
}

#[test]
fn a_stranger_that_leaves_first_is_spoken_of_all_the_same() {
    let mut scene = Scene::new();
    assert!(scene.asks_as_a_stranger().is_empty());
    assert_eq!(scene.leaves(), [scene.why()]);
    assert!(!scene.core.is_stranger(&peer(1)));
}

#[test]
fn a_stranger_that_asks_and_cannot_answer_is_sent_away_for_its_chain() {
    let mut scene = Scene::new();
    assert!(scene.asks_as_a_stranger().is_empty());
    assert_eq!(scene.parts(Event::NotIntroduced { peer: peer(1) }), [scene.why()]);
}

#[test]
fn a_stranger_that_asks_again_and_again_and_never_answers_is_sent_away_after_ten_seconds() {
    let mut scene = Scene::new();
    for _ in 0..9 {
        scene.elapsed += Duration::from_secs(1);
        assert!(scene.asks_as_a_stranger().is_empty());
        assert!(scene.parts(Event::Tick).is_empty());
    }
    scene.elapsed += Duration::from_secs(1);
    assert_eq!(scene.parts(Event::Tick), [scene.why()]);
}

#[test]
fn a_stranger_that_says_later_that_it_has_this_chain_is_sent_away_all_the_same() {
    let mut scene = Scene::new();
    assert!(scene.asks_as_a_stranger().is_empty());
    assert_eq!(scene.answers_well(), [scene.why()]);
    assert!(!scene.core.peers().is_introduced(&peer(1)));
}

#[test]
fn a_peer_that_has_answered_before_and_asks_as_a_stranger_is_sent_away_at_once() {
    let mut scene = Scene::new();
    assert!(scene.answers_well().is_empty());
    assert!(scene.core.peers().is_introduced(&peer(1)));
    assert_eq!(scene.asks_as_a_stranger(), [scene.why()]);
}

#[test]
fn what_a_stranger_says_while_its_connection_ends_changes_nothing() {
    let mut scene = Scene::new();
    assert_eq!(scene.answers_as_a_stranger(), [scene.why()]);
    // Its question was behind its answer, or it thinks better of it.
    assert!(scene.asks_as_a_stranger().is_empty());
    assert!(scene.answers_well().is_empty());
    assert!(!scene.core.peers().is_introduced(&peer(1)));
    assert!(scene.core.is_stranger(&peer(1)));
    assert!(scene.leaves().is_empty(), "it is said once");
}

#[test]
fn a_stranger_that_is_still_there_is_told_again_and_asked_nothing() {
    let mut scene = Scene::new();
    assert_eq!(scene.answers_as_a_stranger(), [scene.why()]);
    let mut told = Vec::new();
    for _ in 0..60 {
        scene.elapsed += Duration::from_secs(1);
        for action in scene.tell(Event::Tick) {
            assert!(!matches!(action, Action::Introduce { .. }), "{action:?}");
            if let Action::Disconnect { reason, .. } = action {
                told.push(reason.to_string());
            }
        }
    }
    assert_eq!(told, [(); 6].map(|()| scene.why()), "every ten seconds");
}

#[test]
fn a_stranger_that_goes_on_asking_while_its_connection_ends_is_told_nothing_more() {
    let mut scene = Scene::new();
    assert_eq!(scene.answers_as_a_stranger(), [scene.why()]);
    for _ in 0..60 {
        assert!(scene.asks_as_a_stranger().is_empty());
    }
}

#[test]
fn who_is_banned_is_told_once_and_does_not_become_a_peer_while_its_connection_ends() {
    let mut scene = Scene::new();
    let malformed = || Event::Introduced {
        peer: peer(1),
        introduction: Introduction::Answer,
        status: Err(WireError::Malformed { what: "a status", reason: "no list".to_owned() }),
    };
    let reasons = scene.parts(malformed());
    assert!(matches!(&reasons[..], [reason] if reason.starts_with("it is banned")), "{reasons:?}");
    assert!(scene.parts(malformed()).is_empty());
    assert!(scene.answers_well().is_empty());
    assert!(!scene.core.peers().is_introduced(&peer(1)));
    // If it is still there, its connection did not end.
    scene.elapsed += Duration::from_secs(10);
    assert_eq!(scene.parts(malformed()).len(), 1);
}

#[test]
fn who_was_silent_for_too_long_does_not_become_a_peer_while_its_connection_ends() {
    let mut scene = Scene::new();
    scene.elapsed += Duration::from_secs(10);
    assert_eq!(scene.parts(Event::Tick), ["it did not introduce itself"]);
    assert!(scene.answers_well().is_empty());
    assert!(!scene.core.peers().is_introduced(&peer(1)));
}

#[test]
fn a_peer_that_the_operator_sends_away_twice_is_told_once() {
    let mut scene = Scene::new();
    assert!(scene.answers_well().is_empty());
    assert_eq!(scene.parts(Event::Unnamed { peer: peer(1) }), ["the operator said so"]);
    assert!(scene.parts(Event::Unnamed { peer: peer(1) }).is_empty());
}

#[test]
fn a_peer_that_is_asked_for_its_head_and_asks_as_a_stranger_is_sent_away_at_once() {
    let mut scene = Scene::new();
    assert!(scene.answers_well().is_empty());
    scene.elapsed += Duration::from_secs(31);
    let asked = scene.tell(Event::Tick);
    assert!(asked.iter().any(|action| matches!(action, Action::Introduce { .. })), "{asked:?}");
    assert_eq!(scene.asks_as_a_stranger(), [scene.why()]);
}

#[test]
fn of_a_stranger_that_was_sent_away_for_something_else_nothing_is_said_when_it_has_left() {
    let mut scene = Scene::new();
    assert!(scene.asks_as_a_stranger().is_empty());
    assert_eq!(scene.parts(Event::Unnamed { peer: peer(1) }), ["the operator said so"]);
    assert!(scene.leaves().is_empty());

    let mut scene = Scene::new();
    assert!(scene.asks_as_a_stranger().is_empty());
    let status = Err(WireError::Malformed { what: "a status", reason: "no list".to_owned() });
    let introduction = Introduction::Answer;
    let reasons = scene.parts(Event::Introduced { peer: peer(1), introduction, status });
    assert!(matches!(&reasons[..], [reason] if reason.starts_with("it is banned")), "{reasons:?}");
    assert!(scene.leaves().is_empty());
}
