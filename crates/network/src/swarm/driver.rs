//! The loop that everything of the network goes through.

use super::{
    Behaviour,
    behaviour::BehaviourEvent,
    channels::Channels,
    identity::identity_of,
    import::{ImportLane, Importer, import_block, import_segment},
    job_limits::JobLimits,
    lanes::Lanes,
    last_words,
    partings::Partings,
    sync_log::SyncLog,
    unreached::{self, Unreached},
};
use crate::{
    NetworkError, Now,
    address::{is_loopback, without_peer},
    core::{
        Acceptance, Action, DisconnectReason, Event, GossipMessage, Introduction, NetworkCore,
        Topic,
    },
    handle::{Command, NodeIdentity, PeerInfo},
    metrics::{NetworkMetrics, wide},
    peers::{Direction, Standing},
    sync::ImportVerdict,
    wire::{ProtocolNames, Request, Response, Status},
    worker::{Job, JobDone, Worker},
};
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{B256, Bytes};
use futures::{FutureExt as _, StreamExt as _};
use hanzo_chain::{CanonUpdate, ChainHandle};
use hanzo_pool::{PooledTransaction, TransactionOrigin};
use hanzo_store::Store;
use libp2p::{
    PeerId, Swarm,
    core::ConnectedPoint,
    gossipsub::{self, IdentTopic, MessageAcceptance, PublishError, TopicHash},
    identify, kad, mdns, request_response,
    swarm::{SwarmEvent, dial_opts::DialOpts},
};
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tokio::{
    sync::{broadcast, mpsc, watch},
    task::JoinSet,
    time::MissedTickBehavior,
};
use tokio_util::sync::CancellationToken;

/// How often the core is told that time has passed.
const TICK: Duration = Duration::from_millis(50);

/// Addresses of a peer that are taken from what it says.
const MAX_TOLD_ADDRESSES: usize = 8;

/// What the driver is made of.
pub(crate) struct DriverParts {
    pub(crate) swarm: Swarm<Behaviour>,
    pub(crate) names: ProtocolNames,
    pub(crate) core: NetworkCore,
    pub(crate) chain: ChainHandle,
    pub(crate) worker: Worker,
    pub(crate) store: Store,
    pub(crate) client: String,
    pub(crate) commands: mpsc::Receiver<Command>,
    pub(crate) peers: watch::Sender<usize>,
    pub(crate) identity: watch::Sender<Arc<NodeIdentity>>,
    pub(crate) started: Instant,
}

/// The loop that everything of the network goes through: it tells the core what happens, and does what
/// the core says.
pub(crate) struct Driver {
    parts: DriverParts,
    topics: [(Topic, IdentTopic, TopicHash); 2],
    channels: Channels,
    tasks: JoinSet<Event>,
    imports: ImportLane,
    limits: JobLimits,
    lanes: Lanes,
    /// When the blocks that are on their way were announced.
    announced: HashMap<B256, Duration>,
    sync_log: SyncLog,
    partings: Partings,
    unreached: Unreached,
    metrics: NetworkMetrics,
}

impl std::fmt::Debug for Driver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Driver").field("core", &self.parts.core).finish_non_exhaustive()
    }
}

impl Driver {
    pub(crate) fn new(parts: DriverParts) -> Self {
        let topic = |topic: Topic, name: &str| {
            let ident = IdentTopic::new(name);
            let hash = ident.hash();
            (topic, ident, hash)
        };
        let topics = [
            topic(Topic::Blocks, &parts.names.blocks),
            topic(Topic::Transactions, &parts.names.transactions),
        ];
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            parts,
            topics,
            channels: Channels::default(),
            tasks: JoinSet::new(),
            imports: ImportLane::default(),
            limits: JobLimits::default(),
            lanes: Lanes::new(cores),
            announced: HashMap::new(),
            sync_log: SyncLog::default(),
            partings: Partings::new(),
            unreached: Unreached::new(),
            metrics: NetworkMetrics::register(),
        }
    }

    /// Runs until it is cancelled.
    ///
    /// # Errors
    /// [`NetworkError`] if a part of it fails.
    pub(crate) async fn run(mut self, cancel: CancellationToken) -> Result<(), NetworkError> {
        let mut updates = self.parts.chain.subscribe();
        let mut promoted = self.parts.worker.pool.subscribe();
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = cancel.cancelled() => {
                    self.say_last(&mut promoted).await;
                    return Ok(());
                }
                event = self.parts.swarm.select_next_some() => self.on_swarm(event),
                Some(done) = self.tasks.join_next() => {
                    let event = done.map_err(|error| NetworkError::Part {
                        part: "network worker",
                        reason: error.to_string(),
                    })?;
                    self.on_task(event);
                }
                Some(command) = self.parts.commands.recv() => self.on_command(command),
                update = updates.recv() => self.on_update(update),
                transaction = promoted.recv() => self.on_transaction(transaction),
                _ = ticks.tick() => {
                    self.tell(Event::Tick);
                    self.show_progress(self.now());
                }
            }
        }
    }

    /// Tells others of transactions that wait for their batch: users were told that they are accepted, nobody
    /// else has them, and the pool is not kept on disk.
    async fn say_last(&mut self, promoted: &mut broadcast::Receiver<Arc<PooledTransaction>>) {
        for transaction in last_words::remaining(promoted) {
            self.on_transaction(Ok(transaction));
        }
        self.tell(Event::Stopping);
        if self.parts.core.peers().has_introduced() {
            last_words::let_leave(&mut self.parts.swarm).await;
        }
    }

    fn now(&self) -> Now {
        #[expect(clippy::disallowed_methods, reason = "this is where the network reads the time")]
        let unix = SystemTime::now();
        let unix = unix.duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs());
        Now { elapsed: self.parts.started.elapsed(), unix }
    }

    /// Tells the core what happened and does what it says.
    fn tell(&mut self, event: Event) {
        let now = self.now();
        let actions = self.parts.core.on_event(now, event);
        if !actions.is_empty() {
            for action in actions {
                self.act(now, action);
            }
            self.show_progress(now);
        }
        // The last peer may leave without anything to do.
        self.count_peers();
    }

    /// Tells everybody who cares how far the synchronisation is.
    fn show_progress(&mut self, now: Now) {
        let progress = self.parts.core.sync_progress();
        self.parts.chain.set_sync_progress(progress);
        let remaining = progress
            .map_or(0, |progress| progress.highest_block.saturating_sub(progress.current_block));
        self.metrics.sync_remaining.set(f64::from(u32::try_from(remaining).unwrap_or(u32::MAX)));
        let head = self.parts.core.head_number();
        if let Some(report) = self.sync_log.observe(now.elapsed, head, progress) {
            report.log();
        }
    }

    fn count_peers(&self) {
        let book = self.parts.core.peers();
        for direction in [Direction::Inbound, Direction::Outbound] {
            self.metrics.peers(direction, book.count(direction));
        }
        let introduced = book.connected().values().filter(|peer| peer.status.is_some()).count();
        self.parts
            .peers
            .send_if_modified(|count| std::mem::replace(count, introduced) != introduced);
        let (jobs, incoming) = (self.tasks.len(), self.parts.core.incoming_blocks());
        self.metrics.jobs.set(f64::from(u32::try_from(jobs).unwrap_or(u32::MAX)));
        self.metrics.incoming_blocks.set(f64::from(u32::try_from(incoming).unwrap_or(u32::MAX)));
    }

    fn on_task(&mut self, event: Event) {
        if let Event::BlockImported { hash, verdict } = &event
            && let Some(announced) = self.announced.remove(hash)
            && *verdict == ImportVerdict::Done
        {
            let seconds = self.parts.started.elapsed().saturating_sub(announced);
            self.metrics.block_seconds.record(seconds.as_secs_f64());
        }
        if matches!(event, Event::SegmentImported { .. }) {
            // The news of the head may come later than that of the import, and what was imported would not
            // seem to have become the chain.
            let view = self.parts.chain.view();
            self.tell(Event::HeadMoved(crate::wire::PeerHead::of(&view)));
        }
        if let Event::Done(
            JobDone::ExaminedBlock { message, .. } | JobDone::TookTransactions { message, .. },
        ) = &event
        {
            self.limits.judged(*message);
        }
        self.tell(event);
    }

    fn on_update(&mut self, update: Result<Arc<CanonUpdate>, broadcast::error::RecvError>) {
        match update {
            Ok(update) => self.tell(Event::HeadChanged(update)),
            Err(broadcast::error::RecvError::Lagged(_)) => {
                let view = self.parts.chain.view();
                self.tell(Event::HeadMoved(crate::wire::PeerHead::of(&view)));
            }
            // The chain has stopped; the node is about to say so.
            Err(broadcast::error::RecvError::Closed) => {}
        }
    }

    fn on_transaction(
        &mut self,
        transaction: Result<Arc<PooledTransaction>, broadcast::error::RecvError>,
    ) {
        let Ok(transaction) = transaction else { return };
        match transaction.origin {
            // It came by gossip, which has passed it on.
            TransactionOrigin::Gossip => {}
            TransactionOrigin::Local | TransactionOrigin::Reorged => {
                let encoded = transaction.transaction.inner().encoded_2718();
                self.tell(Event::NewTransaction(encoded.into()));
            }
        }
    }

    fn on_command(&mut self, command: Command) {
        match command {
            Command::Peers { answer } => drop(answer.send(self.list_peers())),
            Command::Add { peer, standing } => {
                let address = Some(peer.address);
                self.tell(Event::Named { peer: peer.peer, address, standing });
            }
            Command::Remove { peer } => self.tell(Event::Unnamed { peer }),
        }
    }

    fn list_peers(&self) -> Vec<PeerInfo> {
        let (book, now) = (self.parts.core.peers(), self.now());
        let info = |(peer, connected): (&PeerId, &crate::peers::ConnectedPeer)| PeerInfo {
            peer: *peer,
            address: connected.address.clone(),
            direction: connected.direction,
            standing: book.standing(peer),
            score: book.score(peer, now),
            connected_for: now.elapsed.saturating_sub(connected.since),
            status: connected.status.clone(),
        };
        book.connected().iter().map(info).collect()
    }

    fn act(&mut self, now: Now, action: Action) {
        match action {
            Action::Work(job) => self.work(now, job),
            Action::Dial { peer, addresses } => {
                let options = DialOpts::peer_id(peer).addresses(addresses).build();
                if let Err(error) = self.parts.swarm.dial(options) {
                    tracing::trace!(target: "network", %peer, %error, "not dialled");
                }
            }
            Action::Discover => {
                let discovery = &mut self.parts.swarm.behaviour_mut().discovery;
                discovery.get_closest_peers(PeerId::random());
            }
            Action::Disconnect { peer, reason } => self.disconnect(now.elapsed, peer, &reason),
            Action::Explain { peer, reason } => self.partings.say(now.elapsed, &peer, &reason),
            Action::Introduce { peer } => {
                let status = alloy_rlp::encode(self.status()).into();
                self.parts.swarm.behaviour_mut().status.send_request(&peer, status);
            }
            Action::Ask { peer, token, request } => {
                let requests = &mut self.parts.swarm.behaviour_mut().requests;
                let id = requests.send_request(&peer, request.encode());
                self.channels.keep_asked(id, token, peer);
                self.metrics.requests.increment(1);
            }
            Action::Respond { channel, response } => {
                let Some(channel) = self.channels.take_request(channel) else { return };
                self.metrics.served.increment(1);
                self.metrics.served_bytes.increment(wide(response.len()));
                let requests = &mut self.parts.swarm.behaviour_mut().requests;
                // The peer may be gone.
                let _ = requests.send_response(channel, response);
            }
            Action::RespondBusy { channel } => {
                let response = Response::Busy.encode();
                self.act(now, Action::Respond { channel, response });
            }
            Action::Judge { message, source, acceptance } => {
                let Some((id, topic)) = self.channels.take_message(message) else { return };
                self.metrics.judged(topic, acceptance);
                let verdict = match acceptance {
                    Acceptance::Accept => MessageAcceptance::Accept,
                    Acceptance::Ignore => MessageAcceptance::Ignore,
                    Acceptance::Reject => MessageAcceptance::Reject,
                };
                let gossip = &mut self.parts.swarm.behaviour_mut().gossip;
                gossip.report_message_validation_result(&id, &source, verdict);
            }
            Action::Publish { topic, bytes } => self.publish(topic, bytes),
            Action::ImportBlock(block) => {
                self.announced.entry(block.block().hash()).or_insert(now.elapsed);
                let chain = self.parts.chain.clone();
                let consensus = Arc::clone(&self.parts.worker.consensus);
                self.tasks.spawn(import_block(Importer { chain, consensus }, block, now));
            }
            Action::ImportSegment { import, blocks } => {
                let (chain, place) = (self.parts.chain.clone(), self.imports.next());
                let synced = self.metrics.synced_blocks.clone();
                self.tasks.spawn(import_segment((chain, synced), place, (import, blocks), now));
            }
            Action::Remember(changes) => self.remember(changes),
        }
    }

    fn work(&mut self, now: Now, job: Job) {
        let peers = self.parts.core.peers().connected().len();
        if let Some(instead) = self.limits.admit(&job, self.tasks.len(), peers) {
            self.metrics.dropped.increment(1);
            return self.act(now, instead);
        }
        let (worker, chain) = (self.parts.worker.clone(), self.parts.chain.clone());
        let work = self.lanes.run(job, move |job| worker.run(job, &chain.view(), now));
        self.tasks.spawn(work.map(Event::Done));
    }

    fn disconnect(&mut self, now: Duration, peer: PeerId, reason: &DisconnectReason) {
        match reason {
            DisconnectReason::Banned(_) => self.metrics.banned.increment(1),
            DisconnectReason::Stranger(_)
            | DisconnectReason::NoIntroduction
            | DisconnectReason::Misbehaved(_)
            | DisconnectReason::Operator => self.metrics.disconnected.increment(1),
        }
        self.partings.say(now, &peer, reason);
        // It may have gone by itself.
        let _ = self.parts.swarm.disconnect_peer_id(peer);
    }

    fn publish(&mut self, topic: Topic, bytes: Bytes) {
        let Some((_, ident, _)) = self.topics.iter().find(|(of, ..)| *of == topic) else { return };
        match topic {
            Topic::Blocks => self.metrics.published_blocks.increment(1),
            Topic::Transactions => self.metrics.published_batches.increment(1),
        }
        let gossip = &mut self.parts.swarm.behaviour_mut().gossip;
        if let Err(error) = gossip.publish(ident.clone(), bytes.to_vec()) {
            tracing::debug!(target: "network", %topic, %error, "not published");
            if let PublishError::NoPeersSubscribedToTopic | PublishError::AllQueuesFull(_) = error {
                self.tell(Event::Unsent { topic, bytes });
            }
        }
    }

    fn status(&self) -> Status {
        Status::of(&self.parts.chain.view(), &self.parts.client)
    }

    fn remember(&self, changes: Vec<(PeerId, Option<crate::peers::PeerRecord>)>) {
        let rows: Vec<_> = changes
            .into_iter()
            .map(|(peer, record)| (peer.to_bytes(), record.map(alloy_rlp::encode)))
            .collect();
        if let Err(error) = self.parts.store.put_peers(&rows) {
            tracing::error!(target: "network", %error, "remembering peers");
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "foreign, and most concern nobody here")]
    fn on_swarm(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::Behaviour(event) => self.on_behaviour(event),
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, .. } => {
                let direction = match endpoint {
                    ConnectedPoint::Dialer { .. } => Direction::Outbound,
                    ConnectedPoint::Listener { .. } => Direction::Inbound,
                };
                let address = without_peer(endpoint.get_remote_address().clone());
                let admitted =
                    self.parts.core.peers().admit(&peer_id, direction, &address, self.now());
                if let Err(refusal) = admitted {
                    self.metrics.refused.increment(1);
                    tracing::debug!(target: "network", peer = %peer_id, %refusal, "not let in");
                    self.parts.swarm.close_connection(connection_id);
                    return;
                }
                self.tell(Event::Connected { peer: peer_id, direction, address });
            }
            SwarmEvent::ConnectionClosed { peer_id, num_established: 0, .. } => {
                self.parted(peer_id);
                self.tell(Event::Disconnected { peer: peer_id });
            }
            SwarmEvent::NewListenAddr { address, .. } => {
                let peer = self.parts.swarm.local_peer_id();
                tracing::info!(target: "network", %address, %peer, "listening");
                self.show_identity();
            }
            SwarmEvent::ExpiredListenAddr { .. } | SwarmEvent::ExternalAddrConfirmed { .. } => {
                self.show_identity();
            }
            SwarmEvent::OutgoingConnectionError { peer_id: Some(peer), error, .. } => {
                if self.is_missed(&peer) && self.unreached.is_due(peer, self.now().elapsed) {
                    let reason = unreached::reason(&error);
                    tracing::warn!(target: "network", %peer, reason, "a named peer is not reached");
                } else {
                    tracing::debug!(target: "network", %peer, %error, "not connected");
                }
            }
            // What remains is the beginning of things whose end is above.
            _ => {}
        }
    }

    /// Whether the operator has named a peer and it is not connected.
    fn is_missed(&self, peer: &PeerId) -> bool {
        let book = self.parts.core.peers();
        book.standing(peer) != Standing::Found && !book.connected().contains_key(peer)
    }

    /// A connection has ended. One that this node did not let in was never in the book.
    fn parted(&mut self, peer: PeerId) {
        let book = self.parts.core.peers();
        if book.is_introduced(&peer) {
            self.unreached.reached(&peer);
        } else if book.standing(&peer) != Standing::Found
            && book.connected().contains_key(&peer)
            && !self.parts.core.is_stranger(&peer)
            && self.unreached.is_due(peer, self.now().elapsed)
        {
            tracing::warn!(
                target: "network", %peer,
                "the connection with a named peer ended before the handshake: one of the two does not want the other"
            );
        }
    }

    fn show_identity(&self) {
        self.parts.identity.send_replace(Arc::new(identity_of(&self.parts.swarm)));
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "foreign, and most concern nobody here")]
    fn on_behaviour(&mut self, event: BehaviourEvent) {
        match event {
            BehaviourEvent::Gossip(gossipsub::Event::Message {
                propagation_source,
                message_id,
                message,
            }) => {
                let Some((topic, ..)) =
                    self.topics.iter().find(|(.., hash)| *hash == message.topic)
                else {
                    return;
                };
                let topic = *topic;
                self.metrics.gossip_came(topic, message.data.len());
                let id = self.channels.keep_message(message_id, topic);
                let (source, bytes) = (propagation_source, message.data.into());
                self.tell(Event::Gossip(GossipMessage { message: id, source, topic, bytes }));
            }
            BehaviourEvent::Status(event) => self.on_status(event),
            BehaviourEvent::Requests(event) => self.on_exchange(event),
            BehaviourEvent::Identify(identify::Event::Received { peer_id, info, .. }) => {
                self.on_identified(peer_id, info);
            }
            BehaviourEvent::Discovery(kad::Event::RoutingUpdated { peer, addresses, .. }) => {
                for address in addresses.iter().take(MAX_TOLD_ADDRESSES) {
                    let address = without_peer(address.clone());
                    self.tell(Event::Found { peer, address });
                }
            }
            BehaviourEvent::Neighbours(mdns::Event::Discovered(found)) => {
                for (peer, address) in found {
                    self.tell(Event::Found { peer, address: without_peer(address) });
                }
            }
            _ => {}
        }
    }

    /// A peer said where it listens.
    fn on_identified(&mut self, peer: PeerId, info: identify::Info) {
        let core = &self.parts.core;
        let Some(connected) = core.peers().connected().get(&peer) else { return };
        // Nobody of this chain wants to hear of others. The name holds the genesis, and comes before the status.
        if info.protocol_version != self.parts.names.network || core.is_stranger(&peer) {
            return;
        }
        let near = is_loopback(&connected.address);
        for address in info.listen_addrs.into_iter().take(MAX_TOLD_ADDRESSES) {
            // Loopback addresses mean another machine there.
            if is_loopback(&address) && !near {
                continue;
            }
            let address = without_peer(address);
            let discovery = &mut self.parts.swarm.behaviour_mut().discovery;
            discovery.add_address(&peer, address.clone());
            self.tell(Event::Found { peer, address });
        }
    }

    fn on_status(&mut self, event: request_response::Event<Bytes, Bytes>) {
        use request_response::{Event as Exchange, Message};
        match event {
            Exchange::Message {
                peer, message: Message::Request { request, channel, .. }, ..
            } => {
                let status = alloy_rlp::encode(self.status()).into();
                // The peer may be gone.
                let _ = self.parts.swarm.behaviour_mut().status.send_response(channel, status);
                self.introduced(peer, Introduction::Question, &request);
            }
            Exchange::Message { peer, message: Message::Response { response, .. }, .. } => {
                self.introduced(peer, Introduction::Answer, &response);
            }
            Exchange::OutboundFailure { peer, error, .. } => {
                tracing::debug!(target: "network", %peer, %error, "no introduction");
                self.tell(Event::NotIntroduced { peer });
            }
            Exchange::InboundFailure { .. } | Exchange::ResponseSent { .. } => {}
        }
    }

    fn introduced(&mut self, peer: PeerId, introduction: Introduction, status: &[u8]) {
        let status = Status::decode(status);
        self.tell(Event::Introduced { peer, introduction, status });
    }

    fn on_exchange(&mut self, event: request_response::Event<Bytes, Bytes>) {
        use request_response::{Event as Exchange, Message};
        match event {
            Exchange::Message { peer, message, .. } => match message {
                Message::Request { request, channel, .. } => {
                    let channel = self.channels.keep_request(channel);
                    let request = Request::decode(&request);
                    self.tell(Event::Asked { channel, peer, request });
                }
                Message::Response { request_id, response } => {
                    let Some((token, _)) = self.channels.take_asked(&request_id) else { return };
                    self.metrics.received_bytes.increment(wide(response.len()));
                    self.tell(Event::Answer { token, peer, bytes: response });
                }
            },
            Exchange::OutboundFailure { request_id, error, .. } => {
                let Some((token, peer)) = self.channels.take_asked(&request_id) else { return };
                tracing::debug!(target: "network", %peer, %error, "no answer");
                self.metrics.request_failures.increment(1);
                self.tell(Event::NoAnswer { token, peer });
            }
            Exchange::InboundFailure { peer, .. } | Exchange::ResponseSent { peer, .. } => {
                self.tell(Event::Answered { peer });
            }
        }
    }
}
