//! The core.

use super::{
    Action, DisconnectReason, Event, Token, Topic, peer_quotas::PeerQuotas, responses::Question,
};
use crate::{
    Now,
    peers::{Offence, PeerBook, PeerLimits, PeerRecord, Sanction, Standing},
    relay::{
        BlockRelay, KnownHashes, OutgoingTransactions, PoolEvent, PoolExchange, RelayAction,
        RelayEvent,
    },
    sync::{HeadersFrom, ImportVerdict, SyncAction, SyncEvent, SyncMachine},
    wire::{
        BlockAnnouncement, MAX_REQUESTED_HEADERS, PeerHead, Request, TransactionBatch, WireError,
    },
    worker::{Job, JobDone},
};
use alloy_primitives::{B256, Bytes};
use hanzo_chain::{CanonUpdate, SyncProgress};
use hanzo_types::ChainSpec;
use libp2p::{Multiaddr, PeerId};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// How soon something that nobody could be told of is said again. Peers say what they listen to right
/// after they have connected.
const RETRY_INTERVAL: Duration = Duration::from_millis(250);

/// How often others are told again of transactions that users sent to this node and that are not mined:
/// a miner may have come since, or have been cut off.
const REMINDER_INTERVAL: Duration = Duration::from_secs(30);

/// How often peers are looked for and remembered.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(1);

/// How often peers are looked for while there are too few.
const DISCOVERY_INTERVAL: Duration = Duration::from_secs(30);

/// Blocks that were seen lately on the network: hours of them.
const KNOWN_BLOCKS: usize = 4_096;

/// A chain whose head is older than this when it becomes the head is nothing to announce: nobody waits
/// for it. A block takes a minute to be mined on the slowest networks of the field.
const STALE_HEAD_SECONDS: u64 = 120;

/// What the core is told.
#[derive(Debug, Clone)]
pub struct CoreConfig {
    /// How many connections there may be.
    pub limits: PeerLimits,
    /// Seed of what is random: when to try again.
    pub seed: u64,
}

/// What the node does when something happens on the network. Pure: see the module.
#[derive(Debug)]
pub struct NetworkCore {
    pub(super) spec: Arc<ChainSpec>,
    pub(super) peers: PeerBook,
    pub(super) quotas: BTreeMap<PeerId, PeerQuotas>,
    pub(super) sync: SyncMachine,
    pub(super) relay: BlockRelay,
    pub(super) outgoing: OutgoingTransactions,
    pub(super) pools: PoolExchange,
    /// Blocks that came from the network or were announced to it.
    pub(super) known_blocks: KnownHashes,
    /// Requests for blocks that are on their way; a peer has few of them.
    pub(super) waiting: BTreeMap<B256, Vec<Question>>,
    /// The announcement of the head, if nobody could be told of it.
    unsent_block: Option<Bytes>,
    retry_at: Duration,
    remind_at: Duration,
    random: u64,
    upkeep_at: Duration,
    discovery_at: Duration,
}

impl NetworkCore {
    /// Nobody is connected yet.
    #[must_use]
    pub fn new(
        config: &CoreConfig,
        spec: Arc<ChainSpec>,
        head: PeerHead,
        records: &[(PeerId, PeerRecord)],
    ) -> Self {
        Self {
            spec,
            peers: PeerBook::new(config.limits, records),
            quotas: BTreeMap::new(),
            sync: SyncMachine::new(head),
            relay: BlockRelay::default(),
            outgoing: OutgoingTransactions::default(),
            pools: PoolExchange::default(),
            known_blocks: KnownHashes::new(KNOWN_BLOCKS),
            waiting: BTreeMap::new(),
            unsent_block: None,
            retry_at: Duration::ZERO,
            remind_at: REMINDER_INTERVAL,
            random: config.seed,
            upkeep_at: Duration::ZERO,
            discovery_at: Duration::ZERO,
        }
    }

    /// Every node that this one knows.
    #[must_use]
    pub const fn peers(&self) -> &PeerBook {
        &self.peers
    }

    /// How far the chain is behind what others have; `None` if it is not.
    #[must_use]
    pub fn sync_progress(&self) -> Option<SyncProgress> {
        self.sync.progress()
    }

    /// Number of the head, as far as the network has heard.
    #[must_use]
    pub const fn head_number(&self) -> u64 {
        self.sync.head_number()
    }

    /// Blocks that are on their way.
    #[must_use]
    pub fn incoming_blocks(&self) -> usize {
        self.relay.incoming()
    }

    /// The settings name a peer. It is connected to with the next tick.
    pub fn name_peer(&mut self, peer: PeerId, address: Option<Multiaddr>, standing: Standing) {
        self.peers.name(peer, address, standing);
    }

    /// Takes in what happened, and says what is to be done.
    pub fn on_event(&mut self, now: Now, event: Event) -> Vec<Action> {
        let mut actions = Vec::new();
        match event {
            Event::Connected { peer, direction, address } => {
                self.connected(now, peer, (direction, address), &mut actions);
            }
            Event::Disconnected { peer } => self.disconnected(now, &peer, &mut actions),
            Event::Found { peer, address } => self.peers.learn(peer, address, now),
            Event::Introduced { peer, introduction, status } => {
                self.introduced(now, peer, (introduction, status), &mut actions);
            }
            Event::NotIntroduced { peer } => self.not_introduced(now, peer, &mut actions),
            Event::Gossip(message) => self.gossip(now, message, &mut actions),
            Event::Asked { channel, peer, request } => {
                self.asked(now, (channel, peer), request, &mut actions);
            }
            Event::Answered { peer } => self.answered(&peer),
            Event::Answer { token, peer, bytes } => {
                actions.push(Action::Work(Job::TakeAnswer { token, peer, bytes }));
            }
            Event::NoAnswer { token, peer } => self.no_answer(now, token, &peer, &mut actions),
            Event::Done(done) => self.done(now, done, &mut actions),
            Event::BlockImported { hash, verdict } => {
                self.block_imported(now, hash, verdict, &mut actions);
            }
            Event::SegmentImported { import, verdict } => {
                self.tell_sync(now, SyncEvent::Imported { import, verdict }, &mut actions);
            }
            Event::HeadChanged(update) => self.head_changed(now, &update, &mut actions),
            Event::HeadMoved(head) => self.tell_sync(now, SyncEvent::LocalHead(head), &mut actions),
            Event::NewTransaction(encoded) => {
                self.outgoing.push(encoded);
                self.publish_due(now, &mut actions);
            }
            Event::Stopping => publish(self.outgoing.take_all(), &mut actions),
            Event::Unsent { topic, bytes } => self.unsent(now, topic, bytes),
            Event::Named { peer, address, standing } => {
                self.name_peer(peer, address, standing);
                self.dial(now, &mut actions);
            }
            Event::Unnamed { peer } => {
                self.peers.unname(&peer);
                if self.peers.connected().contains_key(&peer) {
                    self.send_away(now, peer, DisconnectReason::Operator, &mut actions);
                }
            }
            Event::Tick => self.tick(now, &mut actions),
        }
        actions
    }

    fn no_answer(&mut self, now: Now, token: Token, peer: &PeerId, actions: &mut Vec<Action>) {
        let failure = crate::sync::RequestFailure::Unlucky;
        tracing::debug!(target: "network", %peer, ?token, "a request was not answered");
        self.request_failed(now, token, failure, actions);
    }

    pub(super) fn request_failed(
        &mut self,
        now: Now,
        token: Token,
        failure: crate::sync::RequestFailure,
        actions: &mut Vec<Action>,
    ) {
        match token {
            Token::Sync(request) => {
                self.tell_sync(now, SyncEvent::Failed { request, failure }, actions);
            }
            Token::Relay(request) => {
                self.tell_relay(now, RelayEvent::Failed { request }, actions);
            }
            Token::Pool(request) => self.tell_pool(now, PoolEvent::Failed { request }, actions),
        }
    }

    fn done(&mut self, now: Now, done: JobDone, actions: &mut Vec<Action>) {
        match done {
            JobDone::ExaminedBlock { message, source, examined } => {
                self.examined_block(now, (message, source), examined, actions);
            }
            JobDone::TookTransactions { message, source, taken } => {
                self.took_transactions(now, (message, source), &taken, actions);
            }
            JobDone::TookAnswer { token, peer, answer } => {
                self.took_answer(now, (token, peer), answer, actions);
            }
            JobDone::CheckedHeaders { check, checked } => {
                self.tell_sync(now, SyncEvent::HeadersChecked { check, checked }, actions);
            }
            JobDone::ListedOwnTransactions(transactions) => {
                for encoded in transactions {
                    self.outgoing.push(encoded);
                }
            }
            JobDone::Located { token, peer, locator } => {
                actions.push(ask_for_headers(peer, token, locator));
            }
            JobDone::AssembledBlock { block, from, assembly } => {
                self.tell_relay(now, RelayEvent::Assembled { block, from, assembly }, actions);
            }
            JobDone::FoundMissing { request, missing } => {
                self.tell_pool(now, PoolEvent::Missing { request, missing }, actions);
            }
            JobDone::TookPooled { peer, taken } => self.took_pooled(now, &peer, taken, actions),
            JobDone::Served { channel, response } => {
                actions.push(Action::Respond { channel, response });
            }
        }
    }

    fn block_imported(
        &mut self,
        now: Now,
        hash: B256,
        verdict: ImportVerdict,
        actions: &mut Vec<Action>,
    ) {
        // Whoever passed it on could not know that it is invalid: it is relayed before it is executed.
        tracing::debug!(target: "network", %hash, ?verdict, "an announced block was imported");
        self.tell_relay(now, RelayEvent::Imported(hash), actions);
    }

    /// Tells others of a head that they did not tell this node of.
    fn head_changed(&mut self, now: Now, update: &CanonUpdate, actions: &mut Vec<Action>) {
        let head = PeerHead::of(&update.view);
        self.tell_sync(now, SyncEvent::LocalHead(head), actions);
        let Some(block) = update.adopted.last() else { return };
        let fresh = now.unix.saturating_sub(block.block().timestamp) <= STALE_HEAD_SECONDS;
        if !self.known_blocks.insert(block.hash()) || !fresh {
            return;
        }
        if let Some(announcement) = BlockAnnouncement::of(block.block().sealed_block()) {
            let bytes = alloy_rlp::encode(&announcement).into();
            self.unsent_block = None;
            actions.push(Action::Publish { topic: Topic::Blocks, bytes });
        }
    }

    fn tick(&mut self, now: Now, actions: &mut Vec<Action>) {
        self.tell_sync(now, SyncEvent::Tick, actions);
        self.tell_relay(now, RelayEvent::Tick, actions);
        // A node that is behind cannot tell what fits.
        if self.sync.source().is_none() {
            self.tell_pool(now, PoolEvent::Idle, actions);
        }
        self.publish_due(now, actions);
        if now.elapsed >= self.remind_at && self.peers.has_introduced() {
            self.remind_at = now.elapsed.saturating_add(REMINDER_INTERVAL);
            actions.push(Action::Work(Job::ListOwnTransactions));
        }
        if now.elapsed >= self.upkeep_at {
            self.upkeep_at = now.elapsed.saturating_add(UPKEEP_INTERVAL);
            self.upkeep(now, actions);
        }
    }

    /// Says what waits, if there is somebody who hears it.
    fn publish_due(&mut self, now: Now, actions: &mut Vec<Action>) {
        if now.elapsed < self.retry_at || !self.peers.has_introduced() {
            return;
        }
        if let Some(bytes) = self.unsent_block.take() {
            actions.push(Action::Publish { topic: Topic::Blocks, bytes });
        }
        publish(self.outgoing.due(now.elapsed), actions);
    }

    /// Keeps what nobody could be told, for another attempt.
    fn unsent(&mut self, now: Now, topic: Topic, bytes: Bytes) {
        self.retry_at = now.elapsed.saturating_add(RETRY_INTERVAL);
        match topic {
            Topic::Blocks => self.unsent_block = Some(bytes),
            Topic::Transactions => {
                // It was encoded here.
                let Ok(batch) = TransactionBatch::decode(&bytes) else { return };
                for transaction in batch.transactions() {
                    self.outgoing.push(transaction.clone());
                }
            }
        }
    }

    fn upkeep(&mut self, now: Now, actions: &mut Vec<Action>) {
        self.ask_for_heads(now, actions);
        self.dial(now, actions);
        if self.peers.wants_more() && now.elapsed >= self.discovery_at {
            self.discovery_at = now.elapsed.saturating_add(DISCOVERY_INTERVAL);
            actions.push(Action::Discover);
        }
        let changes = self.peers.drain_changes();
        if !changes.is_empty() {
            actions.push(Action::Remember(changes));
        }
    }

    fn dial(&mut self, now: Now, actions: &mut Vec<Action>) {
        let random = &mut self.random;
        let dial = self.peers.to_dial(now, || next_random(random));
        actions.extend(dial.into_iter().map(|(peer, addresses)| Action::Dial { peer, addresses }));
    }

    /// A peer has sent this over a stream of its own.
    pub(super) fn report_stream(
        &mut self,
        now: Now,
        peer: &PeerId,
        error: &WireError,
        actions: &mut Vec<Action>,
    ) {
        if let Some(offence) = Offence::of_stream(error) {
            self.report(now, peer, offence, actions);
        }
    }

    pub(super) fn report(
        &mut self,
        now: Now,
        peer: &PeerId,
        offence: Offence,
        actions: &mut Vec<Action>,
    ) {
        let sanction = self.peers.punish(peer, offence, now);
        tracing::debug!(target: "network", %peer, %offence, ?sanction, "a peer misbehaved");
        let reason = match sanction {
            Sanction::None => return,
            Sanction::Disconnect => DisconnectReason::Misbehaved(offence),
            Sanction::Ban => DisconnectReason::Banned(offence),
        };
        self.send_away(now, *peer, reason, actions);
    }

    pub(super) fn tell_sync(&mut self, now: Now, event: SyncEvent, actions: &mut Vec<Action>) {
        for action in self.sync.on_event(now.elapsed, event) {
            match action {
                SyncAction::RequestHeaders { request, peer, from } => {
                    let token = Token::Sync(request);
                    actions.push(match from {
                        HeadersFrom::CommonAncestor => Action::Work(Job::Locate { token, peer }),
                        HeadersFrom::After(hash) => ask_for_headers(peer, token, vec![hash]),
                    });
                }
                SyncAction::RequestBlocks { request, peer, hashes } => {
                    let token = Token::Sync(request);
                    let request = Request::Blocks { hashes };
                    actions.push(Action::Ask { peer, token, request });
                }
                SyncAction::CheckHeaders { check, after, tip, headers } => {
                    actions.push(Action::Work(Job::CheckHeaders { check, after, tip, headers }));
                }
                SyncAction::Import { import, blocks } => {
                    actions.push(Action::ImportSegment { import, blocks });
                }
                SyncAction::Report { peer, offence } => self.report(now, &peer, offence, actions),
                SyncAction::RefreshStatus { peer } => self.hint(now, &peer, actions),
            }
        }
    }

    pub(super) fn tell_relay(&mut self, now: Now, event: RelayEvent, actions: &mut Vec<Action>) {
        for action in self.relay.on_event(now.elapsed, event) {
            match action {
                RelayAction::Assemble { block, from, delivered } => {
                    actions.push(Action::Work(Job::AssembleBlock { block, from, delivered }));
                }
                RelayAction::RequestTransactions { request, peer, block, positions } => {
                    tracing::debug!(target: "network", %peer, %block, request, "asking for transactions");
                    let token = Token::Relay(request);
                    let request = Request::BlockTransactions { block, positions };
                    actions.push(Action::Ask { peer, token, request });
                }
                RelayAction::RequestBlock { request, peer, block } => {
                    tracing::debug!(target: "network", %peer, %block, request, "asking for a body");
                    let token = Token::Relay(request);
                    let request = Request::Blocks { hashes: vec![block] };
                    actions.push(Action::Ask { peer, token, request });
                }
                RelayAction::Import(block) => actions.push(Action::ImportBlock(block)),
                RelayAction::Report { peer, offence } => self.report(now, &peer, offence, actions),
                RelayAction::GaveUp { peer } => self.hint(now, &peer, actions),
            }
        }
        if !self.waiting.is_empty() {
            self.serve_waiting(now, actions);
        }
    }
}

/// Asks a peer for as many headers as it may send.
fn ask_for_headers(peer: PeerId, token: Token, locator: Vec<B256>) -> Action {
    let limit = u64::try_from(MAX_REQUESTED_HEADERS).unwrap_or(u64::MAX);
    Action::Ask { peer, token, request: Request::Headers { locator, limit } }
}

/// Sends batches of transactions to everybody.
fn publish(batches: Vec<TransactionBatch>, actions: &mut Vec<Action>) {
    for batch in batches {
        let bytes = alloy_rlp::encode(&batch).into();
        actions.push(Action::Publish { topic: Topic::Transactions, bytes });
    }
}

/// The next number of a sequence, from 0 to 1. Source: Sebastiano Vigna, SplitMix64.
fn next_random(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    f64::from(u32::try_from(mixed >> 32).unwrap_or(u32::MAX)) / f64::from(u32::MAX)
}
