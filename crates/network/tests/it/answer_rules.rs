//! When requests of peers are answered.

use crate::names::peer;
use alloy_primitives::B256;
use hanzo_network::{
    Action, AnnouncedBlock, ChannelId, CoreConfig, Direction, Event, Examined, GossipId,
    ImportVerdict, Introduction, Job, JobDone, NetworkCore, Now, PeerHead, PeerLimits, Request,
    Status,
};
use hanzo_testkit::{TestChain, dev_spec};
use hanzo_types::SealedHeader;
use std::time::Duration;

const ANNOUNCER: u8 = 1;
const ASKER: u8 = 2;

/// A node that has heard of a block and is getting it.
struct Scene {
    core: NetworkCore,
    block: SealedHeader,
    now: Now,
}

impl Scene {
    fn new() -> Self {
        let mut theirs = TestChain::new(dev_spec());
        let view = theirs.view();
        let config = CoreConfig { limits: PeerLimits::default(), seed: 1 };
        let core = NetworkCore::new(&config, dev_spec(), PeerHead::of(&view), &[]);
        let block = theirs.mine(Vec::new()).sealed_header().clone();
        let now = Now { elapsed: Duration::from_secs(1), unix: 1_800_000_000 };
        let mut scene = Self { core, block, now };
        for number in [ANNOUNCER, ASKER] {
            let address = "/ip4/127.0.0.1/tcp/30303".parse().unwrap();
            let direction = Direction::Inbound;
            let _ = scene.tell(Event::Connected { peer: peer(number), direction, address });
            let (introduction, status) = (Introduction::Answer, Ok(Status::of(&view, "test")));
            let _ = scene.tell(Event::Introduced { peer: peer(number), introduction, status });
        }
        let header = scene.block.clone();
        let block = Box::new(AnnouncedBlock { header, transactions: vec![B256::ZERO] });
        let (message, source) = (GossipId(1), peer(ANNOUNCER));
        let examined = Examined::Good(block);
        let _ = scene.tell(Event::Done(JobDone::ExaminedBlock { message, source, examined }));
        assert_eq!(scene.core.incoming_blocks(), 1);
        scene
    }

    fn tell(&mut self, event: Event) -> Vec<Action> {
        self.core.on_event(self.now, event)
    }

    /// Somebody asks for the block.
    fn asked(&mut self, channel: u64) -> Vec<Action> {
        let request = Ok(Request::Blocks { hashes: vec![self.block.hash()] });
        let (channel, peer) = (ChannelId(channel), peer(ASKER));
        self.tell(Event::Asked { channel, peer, request })
    }

    /// Who is told after this time that there is no answer yet.
    fn told_later(&mut self, milliseconds: u64) -> Vec<ChannelId> {
        self.now.elapsed += Duration::from_millis(milliseconds);
        let mut told = Vec::new();
        for action in self.tell(Event::Tick) {
            if let Action::RespondBusy { channel } = action {
                told.push(channel);
            }
        }
        told
    }
}

#[test]
fn who_asks_for_a_block_that_is_on_its_way_waits_three_seconds_and_is_told_to_come_again() {
    let mut scene = Scene::new();
    assert!(scene.asked(1).is_empty());
    assert!(scene.told_later(1_000).is_empty());
    assert!(scene.asked(2).is_empty());
    assert!(scene.told_later(1_999).is_empty());
    assert_eq!(scene.told_later(1), [ChannelId(1)]);
    assert_eq!(scene.told_later(1_000), [ChannelId(2)]);
    assert!(scene.told_later(1_000).is_empty());
}

#[test]
fn who_waits_for_a_block_is_answered_when_it_is_here() {
    let mut scene = Scene::new();
    assert!(scene.asked(1).is_empty());
    let (hash, verdict) = (scene.block.hash(), ImportVerdict::Done);
    let actions = scene.tell(Event::BlockImported { hash, verdict });
    let is_served =
        |action: &Action| matches!(action, Action::Work(Job::Serve { channel: ChannelId(1), .. }));
    assert!(actions.iter().any(is_served), "{actions:?}");
}
