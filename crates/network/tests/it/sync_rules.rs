//! Rules of the synchronisation, one at a time: a node at its genesis block, and peers that say what a test
//! lets them say.

use crate::names::peer;
use alloy_primitives::U256;
use hanzo_network::{
    HeadersFault, ImportVerdict, Offence, PeerHead, PeerId, RequestFailure, SyncAction, SyncEvent,
    SyncMachine, check_headers,
};
use hanzo_testkit::{TestChain, dev_spec};
use hanzo_types::{RecoveredBlock, SealedHeader, TotalDifficulty};
use std::{ops::Range, time::Duration};

/// A node at its genesis block, and a chain that others have.
struct Scene {
    ours: TestChain,
    blocks: Vec<RecoveredBlock>,
    heads: Vec<PeerHead>,
    machine: SyncMachine,
    now: Duration,
}

impl Scene {
    fn new(blocks: usize) -> Self {
        let (ours, mut theirs) = (TestChain::new(dev_spec()), TestChain::new(dev_spec()));
        let mut heads = vec![PeerHead::of(&theirs.view())];
        let mut mine = || {
            let block = theirs.mine(Vec::new());
            heads.push(PeerHead::of(&theirs.view()));
            block
        };
        let blocks = (0..blocks).map(|_| mine()).collect();
        let machine = SyncMachine::new(heads[0]);
        Self { ours, blocks, heads, machine, now: Duration::from_secs(1) }
    }

    fn tell(&mut self, event: SyncEvent) -> Vec<SyncAction> {
        self.machine.on_event(self.now, event)
    }

    /// A peer says that block `number` of their chain is its head.
    fn claim(&mut self, who: u8, number: usize) -> Vec<SyncAction> {
        let head = self.heads[number];
        self.tell(SyncEvent::PeerHead { peer: peer(who), head, is_chosen: false })
    }

    /// A peer that this node has chosen says so.
    fn chosen_claim(&mut self, who: u8, number: usize) -> Vec<SyncAction> {
        let head = self.heads[number];
        self.tell(SyncEvent::PeerHead { peer: peer(who), head, is_chosen: true })
    }

    /// Somebody boasts of a chain that nobody has.
    fn boast(&mut self, who: u8) -> Vec<SyncAction> {
        let head = boast(self.heads[1]);
        self.tell(SyncEvent::PeerHead { peer: peer(who), head, is_chosen: false })
    }

    fn wait(&mut self, seconds: u64) -> Vec<SyncAction> {
        self.now += Duration::from_secs(seconds);
        self.tell(SyncEvent::Tick)
    }

    /// The source sends the headers up to block `last`, and they are checked.
    fn send_headers(&mut self, request: u64, last: usize) -> Vec<SyncAction> {
        let actions = self.answer_with_headers(request, 0..last);
        self.check_headers(&actions)
    }

    /// The source sends the headers and blocks up to block `last`, and they become the chain.
    fn take_all(&mut self, request: u64, last: usize) -> Vec<SyncAction> {
        self.take_blocks(request, 0..last)
    }

    /// The source sends these headers and blocks, counted from 0, and they become the chain.
    fn take_blocks(&mut self, request: u64, of: Range<usize>) -> Vec<SyncAction> {
        let head = self.heads[of.end];
        let actions = self.answer_with_headers(request, of.clone());
        let actions = self.check_headers(&actions);
        let (request, ..) = asked_for_blocks(&actions)[0];
        for block in &self.blocks[of.clone()] {
            let _ = self.ours.import_foreign(block).unwrap();
        }
        let blocks = self.blocks[of].iter().map(|block| block.sealed_block().clone()).collect();
        let actions = self.tell(SyncEvent::Blocks { request, blocks });
        let [SyncAction::Import { import, .. }] = &actions[..] else { panic!("{actions:?}") };
        let import = *import;
        self.tell(SyncEvent::LocalHead(head));
        self.tell(SyncEvent::Imported { import, verdict: ImportVerdict::Done })
    }

    /// The source sends the headers of these blocks, counted from 0.
    fn answer_with_headers(&mut self, request: u64, of: Range<usize>) -> Vec<SyncAction> {
        let after = self.heads[of.start].hash;
        let headers = self.blocks[of].iter().map(|block| block.sealed_header().clone()).collect();
        self.tell(SyncEvent::Headers { request, after, headers })
    }

    /// The headers that came are checked, as the only thing that is to be done.
    fn check_headers(&mut self, actions: &[SyncAction]) -> Vec<SyncAction> {
        let [SyncAction::CheckHeaders { check, after, tip, headers }] = actions else {
            panic!("{actions:?}")
        };
        let anchor = (*after, tip.as_ref().map(|tip| (**tip).clone()));
        let (consensus, view) = (self.ours.consensus(), self.ours.view());
        let checked = check_headers(&**consensus, &view, anchor, headers, u64::MAX / 2);
        assert_eq!(checked.fault, None);
        self.tell(SyncEvent::HeadersChecked { check: *check, checked })
    }
}

fn boast(of: PeerHead) -> PeerHead {
    PeerHead { number: 1_000, total_difficulty: TotalDifficulty(U256::MAX), ..of }
}

fn asked_for_headers(actions: &[SyncAction]) -> Vec<(u64, PeerId)> {
    let asked = actions.iter().filter_map(|action| {
        let SyncAction::RequestHeaders { request, peer, .. } = action else { return None };
        Some((*request, *peer))
    });
    asked.collect()
}

fn asked_for_blocks(actions: &[SyncAction]) -> Vec<(u64, PeerId, usize)> {
    let asked = actions.iter().filter_map(|action| {
        let SyncAction::RequestBlocks { request, peer, hashes } = action else { return None };
        Some((*request, *peer, hashes.len()))
    });
    asked.collect()
}

fn reports(actions: &[SyncAction]) -> Vec<(PeerId, Offence)> {
    let reports = actions.iter().filter_map(|action| {
        let SyncAction::Report { peer, offence } = action else { return None };
        Some((*peer, *offence))
    });
    reports.collect()
}

#[test]
fn blocks_are_asked_for_when_the_headers_are_heavier_and_imported_in_order() {
    let mut scene = Scene::new(3);
    let asked = asked_for_headers(&scene.claim(1, 3));
    assert_eq!(asked.len(), 1);
    assert!(scene.machine.progress().is_none());
    let actions = scene.send_headers(asked[0].0, 3);
    let [(request, server, 3)] = asked_for_blocks(&actions)[..] else { panic!("{actions:?}") };
    assert_eq!(server, peer(1));
    assert_eq!(scene.machine.progress().unwrap().highest_block, 3);
    let blocks = scene.blocks.iter().map(|block| block.sealed_block().clone()).collect();
    let actions = scene.tell(SyncEvent::Blocks { request, blocks });
    let [SyncAction::Import { import, blocks }] = &actions[..] else { panic!("{actions:?}") };
    assert_eq!(blocks.len(), 3);
    let head = scene.heads[3];
    scene.tell(SyncEvent::LocalHead(head));
    let verdict = ImportVerdict::Done;
    let actions = scene.tell(SyncEvent::Imported { import: *import, verdict });
    assert!(reports(&actions).is_empty());
    assert!(scene.machine.progress().is_none());
}

#[test]
fn a_source_whose_chain_has_grown_since_it_said_so_is_asked_for_all_of_it() {
    let mut scene = Scene::new(5);
    let asked = asked_for_headers(&scene.claim(1, 2));
    let actions = scene.send_headers(asked[0].0, 5);
    assert_eq!(reports(&actions), []);
    let blocks = asked_for_blocks(&actions);
    assert_eq!(blocks.iter().map(|(_, _, count)| count).sum::<usize>(), 5);
}

#[test]
fn a_source_without_time_is_not_asked_again_at_once_and_others_are() {
    let mut scene = Scene::new(2);
    let asked = asked_for_headers(&scene.claim(1, 2));
    assert!(asked_for_headers(&scene.claim(2, 1)).is_empty());
    let failure = RequestFailure::Unlucky;
    let actions = scene.tell(SyncEvent::Failed { request: asked[0].0, failure });
    assert_eq!(reports(&actions), []);
    assert_eq!(asked_for_headers(&actions)[0].1, peer(2));
}

#[test]
fn a_source_without_time_is_asked_again_after_a_while() {
    let mut scene = Scene::new(2);
    let asked = asked_for_headers(&scene.claim(1, 2));
    let failure = RequestFailure::Unlucky;
    let actions = scene.tell(SyncEvent::Failed { request: asked[0].0, failure });
    assert!(asked_for_headers(&actions).is_empty());
    assert!(asked_for_headers(&scene.wait(9)).is_empty());
    assert_eq!(asked_for_headers(&scene.wait(1))[0].1, peer(1));
}

#[test]
fn a_source_that_gives_its_headers_in_drips_is_left_for_another() {
    let mut scene = Scene::new(20);
    let mut asked = asked_for_headers(&scene.claim(1, 20));
    let _ = scene.claim(2, 19);
    for given in 0..20 {
        let (request, source) = asked[0];
        let actions = scene.answer_with_headers(request, given..given + 1);
        if let [SyncAction::CheckHeaders { .. }] = &actions[..] {
            asked = asked_for_headers(&scene.check_headers(&actions));
            continue;
        }
        // The blocks of what it gave are fetched first; nothing more is asked of it.
        assert_eq!((source, given), (peer(1), 8));
        assert!(asked_for_headers(&actions).is_empty(), "{actions:?}");
        return;
    }
    panic!("it was asked to the end");
}

#[test]
fn a_peer_that_leaves_and_comes_back_is_not_trusted_more_than_before() {
    let mut scene = Scene::new(2);
    let _ = scene.claim(1, 2);
    // It stalls until its time is over, and is punished.
    assert_eq!(reports(&scene.wait(6)), [(peer(1), Offence::TimedOut)]);
    let _ = scene.tell(SyncEvent::PeerGone { peer: peer(1) });
    assert!(asked_for_headers(&scene.claim(1, 2)).is_empty());
    assert!(asked_for_headers(&scene.wait(9)).is_empty());
    assert_eq!(asked_for_headers(&scene.wait(1)).len(), 1);
    // The second time it has to wait twice as long.
    let _ = scene.wait(6);
    assert!(asked_for_headers(&scene.wait(19)).is_empty());
    assert_eq!(asked_for_headers(&scene.wait(1)).len(), 1);
}

#[test]
fn the_heaviest_claim_comes_first_whoever_has_it() {
    let mut scene = Scene::new(2);
    let _ = scene.chosen_claim(9, 1);
    let asked = asked_for_headers(&scene.wait(0));
    assert!(asked.is_empty(), "it is being asked");
    let mut scene = Scene::new(2);
    assert_eq!(asked_for_headers(&scene.boast(1))[0].1, peer(1));
    assert!(asked_for_headers(&scene.chosen_claim(9, 2)).is_empty());
    // A peer that left in the middle of it is replaced at once.
    let actions = scene.tell(SyncEvent::PeerGone { peer: peer(1) });
    assert_eq!(asked_for_headers(&actions)[0].1, peer(9));
}

#[test]
fn strangers_who_do_not_keep_their_claims_get_a_fifth_of_the_time_under_whatever_names() {
    let mut scene = Scene::new(40);
    // Everybody has it; it has brought a block before.
    let asked = asked_for_headers(&scene.claim(200, 1));
    let _ = scene.take_all(asked[0].0, 1);
    let (mut wasted, mut reached) = (0, 1);
    for second in 0..30 {
        let mut asked = Vec::new();
        for name in 1..4 {
            asked.extend(asked_for_headers(&scene.boast(4 * (second % 40) + name)));
        }
        if second % 3 == 0 {
            reached += 1;
            asked.extend(asked_for_headers(&scene.claim(200, reached)));
        }
        for _ in 0..2 {
            let honest = asked.iter().find(|(_, source)| *source == peer(200)).copied();
            let Some((request, _)) = honest else { break };
            let begun = usize::try_from(scene.machine.head_number()).unwrap();
            asked = asked_for_headers(&scene.take_blocks(request, begun..reached));
        }
        wasted += u32::from(scene.machine.source().is_some_and(|source| source != peer(200)));
        let actions = scene.wait(1);
        if let [(request, source)] = asked_for_headers(&actions)[..]
            && source == peer(200)
        {
            let begun = usize::try_from(scene.machine.head_number()).unwrap();
            let _ = scene.take_blocks(request, begun..reached);
        }
    }
    assert!((6..=12).contains(&wasted), "{wasted} of 30 seconds");
    let behind = reached - usize::try_from(scene.machine.head_number()).unwrap();
    assert!(behind <= 2, "{behind}");
}

#[test]
fn a_peer_that_has_brought_a_block_is_no_stranger_until_it_breaks_its_word() {
    let mut scene = Scene::new(2);
    let _ = scene.claim(200, 0);
    let _ = scene.tell(SyncEvent::PeerWorked { peer: peer(200) });
    let _ = scene.boast(1);
    let _ = scene.boast(2);
    // The first stranger's time is over, and it is not the turn of the second.
    assert_eq!(asked_for_headers(&scene.wait(6)), []);
    let asked = asked_for_headers(&scene.claim(200, 2));
    assert_eq!(asked[0].1, peer(200));
    let _ = scene.wait(6);
    // It was late: nobody has merit any more, and everybody may come.
    let asked = scene.machine.source();
    assert_eq!(asked, Some(peer(2)));
}

#[test]
fn a_peer_that_was_chosen_is_a_stranger_once_it_has_failed() {
    let mut scene = Scene::new(2);
    // One that was chosen keeps its word, and has nothing better from then on.
    let _ = scene.chosen_claim(9, 0);
    let head = boast(scene.heads[1]);
    let (liar, is_chosen) = (peer(1), true);
    let actions = scene.tell(SyncEvent::PeerHead { peer: liar, head, is_chosen });
    assert_eq!(asked_for_headers(&actions).len(), 1);
    // It is silent for six seconds, and is late: after ten it could be asked again. As a stranger it waits for
    // four seconds for each that it has wasted.
    let _ = scene.wait(6);
    let mut waited = 0;
    while asked_for_headers(&scene.wait(1)).is_empty() {
        waited += 1;
        assert!(waited < 60);
    }
    assert_eq!(waited, 9, "the first time nobody knew that it would fail");
    let _ = scene.wait(6);
    let mut waited = 0;
    while asked_for_headers(&scene.wait(1)).is_empty() {
        waited += 1;
        assert!(waited < 60);
    }
    assert_eq!(waited, 23);
}

#[test]
fn strangers_are_not_asked_for_blocks_that_a_peer_with_merit_has() {
    let mut scene = Scene::new(2);
    // They claim the same chain, and have nothing to do.
    for stranger in 2..8 {
        let _ = scene.claim(stranger, 0);
    }
    let asked = asked_for_headers(&scene.chosen_claim(9, 2));
    for stranger in 2..8 {
        let _ = scene.claim(stranger, 2);
    }
    let actions = scene.send_headers(asked[0].0, 2);
    let [(request, server, 2)] = asked_for_blocks(&actions)[..] else { panic!("{actions:?}") };
    assert_eq!(server, peer(9));
    // When it has failed, anybody will do.
    let failure = RequestFailure::Unlucky;
    let actions = scene.tell(SyncEvent::Failed { request, failure });
    let [(_, server, 2)] = asked_for_blocks(&actions)[..] else { panic!("{actions:?}") };
    assert_ne!(server, peer(9));
}

#[test]
fn among_strangers_alone_nobody_waits() {
    let mut scene = Scene::new(2);
    let _ = scene.boast(1);
    let _ = scene.claim(2, 2);
    assert_eq!(asked_for_headers(&scene.wait(6))[0].1, peer(2));
}

#[test]
fn peers_that_do_not_deliver_do_not_make_the_source_guilty() {
    let mut scene = Scene::new(2);
    let asked = asked_for_headers(&scene.claim(9, 2));
    for lazy in 2..8 {
        let _ = scene.claim(lazy, 2);
    }
    let mut actions = scene.send_headers(asked[0].0, 2);
    let mut servers = Vec::new();
    for _ in 0..3 {
        let [(request, server, _)] = asked_for_blocks(&actions)[..] else { panic!("{actions:?}") };
        servers.push(server);
        if server == peer(9) {
            return;
        }
        let failure = RequestFailure::Unlucky;
        actions = scene.tell(SyncEvent::Failed { request, failure });
        assert_eq!(reports(&actions), []);
    }
    panic!("the source was not asked: {servers:?}");
}

#[test]
fn a_source_that_has_no_blocks_for_its_headers_is_punished_and_left_alone() {
    let mut scene = Scene::new(2);
    let asked = asked_for_headers(&scene.claim(1, 2));
    let actions = scene.send_headers(asked[0].0, 2);
    let (request, ..) = asked_for_blocks(&actions)[0];
    let actions = scene.tell(SyncEvent::Blocks { request, blocks: Vec::new() });
    assert!(reports(&actions).contains(&(peer(1), Offence::Unavailable)));
    assert!(asked_for_headers(&actions).is_empty());
    assert!(asked_for_headers(&scene.wait(59)).is_empty());
    assert_eq!(asked_for_headers(&scene.wait(1)).len(), 1);
}

#[test]
fn a_source_with_less_work_than_it_says_is_punished() {
    let mut scene = Scene::new(1);
    // Our own chain is as heavy as all that it has.
    let head = scene.heads[1];
    let _ = scene.tell(SyncEvent::LocalHead(head));
    let asked = asked_for_headers(&scene.boast(1));
    let (request, after) = (asked[0].0, scene.heads[1].hash);
    let actions = scene.tell(SyncEvent::Headers { request, after, headers: Vec::new() });
    assert_eq!(reports(&actions), [(peer(1), Offence::LighterThanClaimed)]);
}

#[test]
fn other_blocks_than_those_asked_for_are_a_wrong_answer() {
    let mut scene = Scene::new(2);
    let asked = asked_for_headers(&scene.claim(1, 2));
    let actions = scene.send_headers(asked[0].0, 2);
    let (request, ..) = asked_for_blocks(&actions)[0];
    let blocks = vec![scene.blocks[1].sealed_block().clone()];
    let actions = scene.tell(SyncEvent::Blocks { request, blocks });
    assert!(reports(&actions).contains(&(peer(1), Offence::WrongAnswer)));
}

#[test]
fn headers_on_a_block_that_nobody_knows_are_refused() {
    let scene = Scene::new(2);
    let headers = [scene.blocks[1].sealed_header().clone()];
    let (consensus, view) = (scene.ours.consensus(), scene.ours.view());
    let unknown = scene.blocks[0].hash();
    let checked = check_headers(&**consensus, &view, (unknown, None), &headers, u64::MAX / 2);
    assert_eq!(checked.fault, Some(HeadersFault::UnknownAncestor(unknown)));
    assert!(checked.passed.is_empty());
}

#[test]
fn headers_pass_up_to_the_first_that_breaks_a_rule() {
    let scene = Scene::new(3);
    let mut headers: Vec<_> =
        scene.blocks.iter().map(|block| block.sealed_header().clone()).collect();
    let mut forged = headers[1].header().clone();
    forged.mix_hash = forged.parent_hash;
    headers[1] = SealedHeader::seal_slow(forged);
    let (consensus, view) = (scene.ours.consensus(), scene.ours.view());
    let anchor = (scene.heads[0].hash, None);
    let checked = check_headers(&**consensus, &view, anchor, &headers, u64::MAX / 2);
    let Some(HeadersFault::Invalid { number: 2, .. }) = checked.fault else {
        panic!("{:?}", checked.fault)
    };
    assert_eq!(checked.passed.len(), 1);
    assert_eq!(checked.tip.unwrap().total_difficulty, scene.heads[1].total_difficulty);
}
