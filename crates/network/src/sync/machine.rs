//! The synchronisation.

use super::{
    CheckedHeaders, HeadersFault, HeadersFrom, ImportVerdict, RequestFailure, SyncAction,
    SyncEvent,
    batch::{BatchState, MAX_DOWNLOAD_ATTEMPTS},
    run::{HeaderStage, Run, STALLED_AFTER},
    servers::Servers,
    sync_peer::{Reliability, SyncPeer},
    turns::Turns,
};
use crate::{peers::Offence, wire::PeerHead};
use alloy_primitives::B256;
use hanzo_chain::SyncProgress;
use hanzo_types::{SealedBlock, SealedHeader};
use libp2p::PeerId;
use std::{collections::BTreeMap, time::Duration};

/// How long a peer has for headers: 310 KiB on a line of a megabit a second, and as long again.
const HEADERS_TIMEOUT: Duration = Duration::from_secs(6);

/// How long a peer has for blocks: about 2 MiB on a line of two megabits a second, and as long again.
const BLOCKS_TIMEOUT: Duration = Duration::from_secs(16);

/// Most requests for blocks at once. Source: architecture §2.8.
const MAX_DOWNLOADS: usize = 5;

/// Most peers that are remembered after they are gone.
const MAX_ABSENT: usize = 1_024;

/// Gets the heaviest chain that peers have. Events in, actions out; see the module.
#[derive(Debug)]
pub struct SyncMachine {
    local: PeerHead,
    peers: BTreeMap<PeerId, SyncPeer>,
    /// What is remembered of peers that are gone.
    absent: BTreeMap<PeerId, Reliability>,
    run: Option<Run>,
    turns: Turns,
    /// The block that the node was at when it last began.
    started_at: u64,
    next_number: u64,
}

impl SyncMachine {
    /// Nothing to do yet, at this head.
    #[must_use]
    pub fn new(local: PeerHead) -> Self {
        let started_at = local.number;
        Self {
            local,
            peers: BTreeMap::new(),
            absent: BTreeMap::new(),
            run: None,
            turns: Turns::default(),
            started_at,
            next_number: 0,
        }
    }

    /// How far it has come; `None` if there is nothing to get.
    #[must_use]
    pub fn progress(&self) -> Option<SyncProgress> {
        let run = self.run.as_ref()?;
        run.is_heavier.then(|| SyncProgress {
            starting_block: self.started_at,
            current_block: self.local.number,
            highest_block: run.highest(),
        })
    }

    /// Number of the head of this node.
    #[must_use]
    pub const fn head_number(&self) -> u64 {
        self.local.number
    }

    /// Whom the headers come from, if a chain is being followed.
    #[must_use]
    pub fn source(&self) -> Option<PeerId> {
        self.run.as_ref().map(|run| run.source)
    }

    /// Takes in what happened at `now`, since the start of the node.
    pub fn on_event(&mut self, now: Duration, event: SyncEvent) -> Vec<SyncAction> {
        let mut actions = Vec::new();
        match event {
            SyncEvent::PeerHead { peer, head, is_chosen } => {
                self.peer_head(peer, head, is_chosen);
            }
            SyncEvent::PeerWorked { peer } => {
                if let Some(known) = self.peers.get_mut(&peer) {
                    known.reliability.worked();
                }
            }
            SyncEvent::PeerGone { peer } => self.peer_gone(now, peer, &mut actions),
            SyncEvent::LocalHead(head) => self.local = head,
            SyncEvent::Headers { request, after, headers } => {
                self.headers(now, (request, after, headers), &mut actions);
            }
            SyncEvent::HeadersChecked { check, checked } => {
                self.headers_checked(now, check, checked, &mut actions);
            }
            SyncEvent::Blocks { request, blocks } => {
                self.blocks(now, request, blocks, &mut actions);
            }
            SyncEvent::Failed { request, failure } => {
                self.failed(now, request, failure, &mut actions);
            }
            SyncEvent::Imported { import, verdict } => {
                self.imported(now, import, verdict, &mut actions);
            }
            SyncEvent::Tick => self.time_out(now, &mut actions),
        }
        self.proceed(now, &mut actions);
        actions
    }

    fn peer_head(&mut self, peer: PeerId, head: PeerHead, is_chosen: bool) {
        let absent = &mut self.absent;
        let known = self.peers.entry(peer).or_insert_with(|| {
            SyncPeer::new(head, is_chosen, absent.remove(&peer).unwrap_or_default())
        });
        (known.head, known.is_chosen) = (head, is_chosen);
    }

    fn peer_gone(&mut self, now: Duration, peer: PeerId, actions: &mut Vec<SyncAction>) {
        if self.run.as_ref().is_some_and(|run| run.source == peer) {
            // Whoever leaves in the middle is not asked first when it is back.
            self.pause_source(now);
        }
        if let Some(gone) = self.peers.remove(&peer)
            && !gone.reliability.is_blank(now)
        {
            self.absent.retain(|_, reliability| !reliability.is_blank(now));
            if self.absent.len() < MAX_ABSENT {
                self.absent.insert(peer, gone.reliability);
            }
        }
        let Some(run) = &mut self.run else { return };
        for batch in run.batches.iter_mut().filter(|batch| {
            matches!(batch.state, BatchState::Downloading { peer: server, .. } if server == peer)
        }) {
            batch.missed(peer);
        }
        if run.source == peer {
            self.lose_source(actions);
        }
    }

    /// No more headers come from the source. Others may have the blocks of those that were checked.
    fn lose_source(&mut self, actions: &mut Vec<SyncAction>) {
        let Some(run) = &mut self.run else { return };
        if run.is_heavier {
            run.headers = HeaderStage::Complete;
        } else {
            self.give_up(actions);
        }
    }

    fn headers(
        &mut self,
        now: Duration,
        (number, after, headers): (u64, B256, Vec<SealedHeader>),
        actions: &mut Vec<SyncAction>,
    ) {
        let Some(run) = &mut self.run else { return };
        if !matches!(run.headers, HeaderStage::Requested { request, .. } if request == number) {
            return;
        }
        run.active_at = now;
        let expected = run.tip.as_ref().map(|tip| tip.header.hash());
        if expected.is_some_and(|expected| expected != after) {
            // It follows another chain by now, and has done nothing wrong: what it had before is what can
            // be had of it.
            self.pause_source(now);
            return self.lose_source(actions);
        }
        if headers.is_empty() {
            return self.headers_end(now, actions);
        }
        if run.drips(&headers) {
            self.distrust_source(now);
            return self.lose_source(actions);
        }
        self.next_number = self.next_number.saturating_add(1);
        let check = self.next_number;
        run.headers = HeaderStage::Checking { check };
        let tip = run.tip.clone();
        actions.push(SyncAction::CheckHeaders { check, after, tip, headers });
    }

    fn headers_checked(
        &mut self,
        now: Duration,
        number: u64,
        checked: CheckedHeaders,
        actions: &mut Vec<SyncAction>,
    ) {
        let Some(run) = &mut self.run else { return };
        if run.headers != (HeaderStage::Checking { check: number }) {
            return;
        }
        run.active_at = now;
        let CheckedHeaders { passed, tip, fault } = checked;
        match fault {
            None | Some(HeadersFault::Early) => {}
            Some(HeadersFault::UnknownAncestor(_)) => {
                return self.blame_source(now, Offence::WrongAnswer, actions);
            }
            Some(HeadersFault::Invalid { .. }) => {
                return self.blame_source(now, Offence::InvalidBlock, actions);
            }
            Some(HeadersFault::Local(_)) => return self.give_up(actions),
        }
        let Some(tip) = tip else { return self.give_up(actions) };
        run.is_heavier |= tip.total_difficulty > self.local.total_difficulty;
        let is_whole = tip.header.hash() == run.target.hash;
        let reached = PeerHead {
            number: tip.header.number,
            hash: tip.header.hash(),
            total_difficulty: tip.total_difficulty,
        };
        run.plan(passed, tip);
        let (source, overfull) = (run.source, run.is_overfull());
        // Its chain may have grown since it said what its head is.
        if let Some(peer) = self.peers.get_mut(&source)
            && peer.head.number < reached.number
        {
            peer.head = reached;
        }
        if fault.is_some() {
            tracing::warn!(target: "network", %source, "a peer has blocks from the future: is the clock right?");
            return self.headers_from_the_future(now, actions);
        }
        if is_whole {
            return self.headers_end(now, actions);
        }
        if let Some(run) = &mut self.run {
            run.headers = HeaderStage::Paused;
        }
        if overfull {
            self.blame_source(now, Offence::LighterThanClaimed, actions);
        }
    }

    /// The rest of the headers can be judged later. Nobody is to blame but a clock.
    fn headers_from_the_future(&mut self, now: Duration, actions: &mut Vec<SyncAction>) {
        let Some(run) = &mut self.run else { return };
        run.headers = HeaderStage::Complete;
        if !run.is_heavier {
            self.pause_source(now);
            self.give_up(actions);
        }
    }

    /// The source has no more headers.
    fn headers_end(&mut self, now: Duration, actions: &mut Vec<SyncAction>) {
        let Some(run) = &mut self.run else { return };
        run.headers = HeaderStage::Complete;
        let weight = run.tip.as_ref().map(|tip| tip.total_difficulty);
        if run.is_heavier {
            return;
        }
        // It may have been true a moment ago, and a block of ours has come since.
        let kept = weight.is_some_and(|weight| weight >= run.target.total_difficulty);
        let stale = run.target.total_difficulty <= self.local.total_difficulty;
        if kept {
            self.with_source(Reliability::kept);
            self.give_up(actions);
        } else if stale {
            self.pause_source(now);
            self.give_up(actions);
        } else {
            self.blame_source(now, Offence::LighterThanClaimed, actions);
        }
    }

    fn blocks(
        &mut self,
        now: Duration,
        request: u64,
        blocks: Vec<SealedBlock>,
        actions: &mut Vec<SyncAction>,
    ) {
        let Some((index, peer)) = self.batch_of(request) else { return };
        let Some(run) = &mut self.run else { return };
        let Some(batch) = run.batches.get_mut(index) else { return };
        run.active_at = now;
        let wanted = batch.headers.iter();
        let is_wanted = blocks.len() <= batch.headers.len()
            && blocks.iter().zip(wanted).all(|(block, wanted)| block.hash() == wanted.hash());
        if !is_wanted {
            batch.missed(peer);
            let offence = Offence::WrongAnswer;
            actions.push(SyncAction::Report { peer, offence });
        } else if blocks.is_empty() {
            batch.missed(peer);
            run.lacking.insert(peer);
            if peer == run.source {
                let offence = Offence::Unavailable;
                actions.push(SyncAction::Report { peer, offence });
            }
        } else if let Some(rest) = batch.fill(blocks) {
            run.batches.insert(index.saturating_add(1), rest);
        }
    }

    fn failed(
        &mut self,
        now: Duration,
        number: u64,
        failure: RequestFailure,
        actions: &mut Vec<SyncAction>,
    ) {
        if let Some((index, peer)) = self.batch_of(number) {
            let batch = self.run.as_mut().and_then(|run| run.batches.get_mut(index));
            if let Some(batch) = batch {
                batch.missed(peer);
            }
            return;
        }
        let Some(run) = &self.run else { return };
        if !matches!(run.headers, HeaderStage::Requested { request, .. } if request == number) {
            return;
        }
        match failure {
            // Others may have time.
            RequestFailure::Unlucky => self.pause_source(now),
            RequestFailure::Wrong => self.distrust_source(now),
        }
        self.lose_source(actions);
    }

    fn imported(
        &mut self,
        now: Duration,
        import: u64,
        verdict: ImportVerdict,
        actions: &mut Vec<SyncAction>,
    ) {
        let Some(run) = &mut self.run else { return };
        if !run.imported(import) {
            return;
        }
        run.active_at = now;
        match verdict {
            ImportVerdict::Done => {}
            // Whoever has a chain has executed it, and whoever delivered the blocks had to match them to
            // their headers: this is the chain's fault.
            ImportVerdict::Invalid => self.blame_source(now, Offence::InvalidBlock, actions),
            ImportVerdict::NotNow => {
                self.distrust_source(now);
                self.give_up(actions);
            }
        }
    }

    /// Gives up what did not come in time.
    fn time_out(&mut self, now: Duration, actions: &mut Vec<SyncAction>) {
        let Some(run) = &mut self.run else { return };
        let mut late = Vec::new();
        for batch in &mut run.batches {
            if let BatchState::Downloading { peer, deadline, .. } = batch.state
                && deadline <= now
            {
                batch.missed(peer);
                late.push(peer);
            }
        }
        let source = run.source;
        let no_headers =
            matches!(run.headers, HeaderStage::Requested { deadline, .. } if deadline <= now);
        let stalled = run.active_at.saturating_add(STALLED_AFTER) <= now;
        for peer in late {
            self.download_over(&peer);
            actions.push(SyncAction::Report { peer, offence: Offence::TimedOut });
        }
        if no_headers {
            actions.push(SyncAction::Report { peer: source, offence: Offence::TimedOut });
            self.disappoint(now, |reliability| reliability.late(now));
            self.lose_source(actions);
        } else if stalled {
            self.distrust_source(now);
            self.give_up(actions);
        }
    }

    /// Does what can be done now.
    fn proceed(&mut self, now: Duration, actions: &mut Vec<SyncAction>) {
        if self.run.is_none() {
            self.begin(now, actions);
        }
        self.request_headers(now, actions);
        let Some(run) = &mut self.run else { return };
        run.make_batches();
        self.request_blocks(now, actions);
        let Some(run) = &mut self.run else { return };
        while let Some(import) = run.next_import(&mut self.next_number) {
            actions.push(import);
        }
        if run.is_over() {
            self.finish(now, actions);
        }
    }

    /// Follows the heaviest chain that somebody claims to have whose turn it is.
    fn begin(&mut self, now: Duration, actions: &mut Vec<SyncAction>) {
        let local = self.local.total_difficulty;
        let Some(source) = self.turns.next(&self.peers, local, now) else { return };
        let Some(peer) = self.peers.get(&source) else { return };
        let target = peer.head;
        self.started_at = self.local.number;
        self.next_number = self.next_number.saturating_add(1);
        let request = self.next_number;
        let deadline = now.saturating_add(HEADERS_TIMEOUT);
        let stage = HeaderStage::Requested { request, deadline };
        self.run = Some(Run::new(source, target, stage, now));
        let from = HeadersFrom::CommonAncestor;
        actions.push(SyncAction::RequestHeaders { request, peer: source, from });
    }

    fn request_headers(&mut self, now: Duration, actions: &mut Vec<SyncAction>) {
        let Some(run) = &mut self.run else { return };
        let Some(tip) = &run.tip else { return };
        if run.headers != HeaderStage::Paused || !run.wants_headers() {
            return;
        }
        self.next_number = self.next_number.saturating_add(1);
        let request = self.next_number;
        let deadline = now.saturating_add(HEADERS_TIMEOUT);
        run.headers = HeaderStage::Requested { request, deadline };
        let (peer, from) = (run.source, HeadersFrom::After(tip.header.hash()));
        actions.push(SyncAction::RequestHeaders { request, peer, from });
    }

    fn request_blocks(&mut self, now: Duration, actions: &mut Vec<SyncAction>) {
        let Some(run) = &mut self.run else { return };
        let mut free =
            MAX_DOWNLOADS.saturating_sub(run.batches.iter().filter(|b| b.is_downloading()).count());
        let (source, lacking, mut exhausted) = (run.source, &run.lacking, false);
        for batch in run.batches.iter_mut().filter(|batch| batch.is_waiting()) {
            // What others do not deliver is not the fault of the source.
            if batch.attempts >= MAX_DOWNLOAD_ATTEMPTS && batch.tried.contains(&source) {
                exhausted = true;
                break;
            }
            if free == 0 {
                break;
            }
            let servers = Servers { peers: &self.peers, source, lacking };
            let Some(peer) = servers.choose(batch) else {
                exhausted |= !servers.is_somewhere(batch);
                continue;
            };
            self.next_number = self.next_number.saturating_add(1);
            let request = self.next_number;
            let deadline = now.saturating_add(BLOCKS_TIMEOUT);
            batch.state = BatchState::Downloading { request, peer, deadline };
            if let Some(chosen) = self.peers.get_mut(&peer) {
                chosen.downloads = chosen.downloads.saturating_add(1);
            }
            free = free.saturating_sub(1);
            let hashes = batch.headers.iter().map(|header| header.hash()).collect();
            actions.push(SyncAction::RequestBlocks { request, peer, hashes });
        }
        if exhausted {
            self.blame_source(now, Offence::Unavailable, actions);
        }
    }

    /// Everything that the source had is in.
    fn finish(&mut self, now: Duration, actions: &mut Vec<SyncAction>) {
        let Some(run) = &self.run else { return };
        // A chain that was taken in and did not win is one that the operator has to decide about
        // (ADR-0022), or another one grew meanwhile: no reason to ask for it again at once.
        let won =
            run.tip.as_ref().is_some_and(|tip| tip.total_difficulty <= self.local.total_difficulty);
        if won {
            self.with_source(Reliability::kept);
        } else {
            self.distrust_source(now);
        }
        self.give_up(actions);
    }

    /// Ends the run, and asks everybody what there is now.
    fn give_up(&mut self, actions: &mut Vec<SyncAction>) {
        if self.run.take().is_none() {
            return;
        }
        for (peer, known) in &mut self.peers {
            known.downloads = 0;
            actions.push(SyncAction::RefreshStatus { peer: *peer });
        }
    }

    fn blame_source(&mut self, now: Duration, offence: Offence, actions: &mut Vec<SyncAction>) {
        let Some(run) = &self.run else { return };
        let peer = run.source;
        actions.push(SyncAction::Report { peer, offence });
        self.distrust_source(now);
        self.give_up(actions);
    }

    fn distrust_source(&mut self, now: Duration) {
        self.disappoint(now, |reliability| reliability.distrust(now));
    }

    fn pause_source(&mut self, now: Duration) {
        self.disappoint(now, |reliability| reliability.pause(now));
    }

    /// The source has not kept what it claimed.
    fn disappoint(&mut self, now: Duration, change: impl FnOnce(&mut Reliability)) {
        let Some(run) = &self.run else { return };
        if let Some(peer) = self.peers.get(&run.source) {
            self.turns.wasted(peer, run.began_at, now);
        }
        self.with_source(change);
    }

    fn with_source(&mut self, change: impl FnOnce(&mut Reliability)) {
        let Some(run) = &self.run else { return };
        if let Some(peer) = self.peers.get_mut(&run.source) {
            change(&mut peer.reliability);
        }
    }

    /// The batch that a request was for, and who was asked. The peer may be asked again.
    fn batch_of(&mut self, request: u64) -> Option<(usize, PeerId)> {
        let run = self.run.as_ref()?;
        let mut batches = run.batches.iter().enumerate();
        let (index, peer) =
            batches.find_map(|(index, batch)| Some((index, batch.server(request)?)))?;
        self.download_over(&peer);
        Some((index, peer))
    }

    fn download_over(&mut self, peer: &PeerId) {
        if let Some(peer) = self.peers.get_mut(peer) {
            peer.downloads = peer.downloads.saturating_sub(1);
        }
    }
}
