//! The links between the nodes, and time.

use crate::{
    faults::Fault,
    invariants::{Invariants, assert_bounded},
    node::{SimNode, peer_id},
    queue::{Delivery, Queue},
};
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{Address, Bytes, keccak256};
use hanzo_chain::{CanonUpdate, ChainView};
use hanzo_network::{
    Acceptance, Action, ChannelId, Direction, DisconnectReason, Event, GossipId, GossipMessage,
    Introduction, Now, Request, Response, Status, Token, Topic,
};
use hanzo_pool::TransactionOrigin;
use hanzo_testkit::{Chance, Signer, TestChain};
use hanzo_types::ChainSpec;
use std::{
    collections::VecDeque,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::{Arc, OnceLock},
    time::Duration,
};

/// After this time whoever was asked and did not answer will not answer.
const SILENCE: Duration = Duration::from_secs(20);

/// Accounts that send: those of the test mnemonic that the genesis file pays.
const ACCOUNTS: usize = 10;

/// The links between the nodes, and time.
pub(crate) struct SimNetwork {
    pub(crate) nodes: Vec<SimNode>,
    pub(crate) queue: Queue,
    nowhere: TestChain,
    chance: Chance,
    latency: f64,
    loss: f64,
    now: Duration,
    genesis_time: u64,
    is_cut: bool,
    next_name: u64,
    next_nonce: [u64; ACCOUNTS],
    invariants: Invariants,
    events: DefaultHasher,
}

impl SimNetwork {
    pub(crate) fn new(nodes: Vec<SimNode>, latency: f64, loss: f64, seed: u64) -> Self {
        let genesis_time = nodes[0].chain.view().head().timestamp;
        let invariants = Invariants::new(&nodes);
        let nowhere = TestChain::new(Arc::clone(nodes[0].chain.spec()));
        Self {
            nodes,
            queue: Queue::default(),
            nowhere,
            chance: Chance::new(seed),
            latency,
            loss,
            now: Duration::ZERO,
            genesis_time,
            is_cut: false,
            next_name: 0,
            next_nonce: [0; ACCOUNTS],
            invariants,
            events: DefaultHasher::new(),
        }
    }

    pub(crate) fn honest(&self) -> usize {
        self.nodes.iter().filter(|node| node.fault == Fault::Honest).count()
    }

    fn now(&self) -> Now {
        Now { elapsed: self.now, unix: self.genesis_time + self.now.as_secs() }
    }

    /// Lets everything happen. Returns a hash of it.
    pub(crate) fn run(&mut self) -> u64 {
        while let Some((at, to, delivery)) = self.queue.pop() {
            self.now = at;
            (at, to, &delivery).hash(&mut self.events);
            self.deliver(to, delivery);
            assert_bounded(&mut self.nodes[to]);
        }
        self.events.finish()
    }

    /// The canonical chain of a node changed.
    fn head_changed(&mut self, index: usize, update: &CanonUpdate) {
        update.view.head().hash().hash(&mut self.events);
        if self.nodes[index].fault == Fault::Honest {
            self.invariants.head_changed(index, update);
        }
    }

    /// Every honest node has the heaviest chain of all honest nodes, with the same indices and receipts.
    pub(crate) fn assert_agreement(&self) {
        let honest = self.honest();
        let views: Vec<_> = self.nodes[..honest].iter().map(|node| node.chain.view()).collect();
        let heaviest = views.iter().max_by_key(|view| view.total_difficulty()).unwrap();
        for (index, view) in views.iter().enumerate() {
            let (found, expected) = (view.head(), heaviest.head());
            assert_eq!(
                found.hash(),
                expected.hash(),
                "node {index} is at {} and another at {}",
                found.number,
                expected.number
            );
            for number in 0..=view.head_number() {
                let [found, expected] = [view, heaviest].map(|view| entries(view, number));
                assert_eq!(found, expected, "node {index} has another block {number}");
            }
        }
    }

    /// Every transaction that somebody sent is on the chain, and in no pool any more.
    pub(crate) fn assert_nothing_lost(&self) {
        let view = self.nodes[0].chain.view();
        let block = |number| view.block_by_number(number).unwrap().unwrap();
        let mined = (0..=view.head_number()).map(|number| block(number).body().transactions.len());
        let sent: u64 = self.next_nonce.iter().sum();
        assert_eq!(u64::try_from(mined.sum::<usize>()).unwrap(), sent, "transactions mined");
        for node in &self.nodes[..self.honest()] {
            let status = node.pool.status();
            let left = status.pending + status.basefee + status.queued;
            assert_eq!(left, 0, "node {} keeps transactions that were mined", node.index);
        }
    }

    /// Whether nothing that is sent is lost on its way.
    pub(crate) fn is_reliable(&self) -> bool {
        self.loss < f64::EPSILON
    }

    fn deliver(&mut self, to: usize, delivery: Delivery) {
        match delivery {
            Delivery::Gossip { from, topic, bytes } => self.gossip(to, from, topic, bytes),
            Delivery::Hello { from, status } => {
                if !self.nodes[to].links.contains(&from) {
                    return;
                }
                let fault = self.nodes[to].fault;
                let own = fault.status(self.nodes[to].status());
                self.send(to, from, Delivery::Welcome { from: to, status: own });
                let status = Status::decode(&status);
                let (peer, introduction) = (peer_id(from), Introduction::Question);
                self.tell(to, Event::Introduced { peer, introduction, status });
            }
            Delivery::Welcome { from, status } => {
                let status = Status::decode(&status);
                let (peer, introduction) = (peer_id(from), Introduction::Answer);
                self.tell(to, Event::Introduced { peer, introduction, status });
            }
            Delivery::Question { from, token, request } => {
                let channel = self.name();
                self.nodes[to].questions.insert(channel, (from, token));
                let request = Request::decode(&request);
                let (channel, peer) = (ChannelId(channel), peer_id(from));
                self.tell(to, Event::Asked { channel, peer, request });
            }
            Delivery::Answer { from, token, response } => {
                self.tell(to, Event::Answer { token, peer: peer_id(from), bytes: response });
            }
            Delivery::NoAnswer { from, token } => {
                self.tell(to, Event::NoAnswer { token, peer: peer_id(from) });
            }
            Delivery::Mine => {
                let now = self.now();
                let (block, update) = self.nodes[to].mine(now);
                self.invariants.mined(block.hash());
                self.head_changed(to, &update);
                self.tell(to, Event::HeadChanged(update));
            }
            Delivery::Transaction => self.transaction(to),
            Delivery::Tick => self.tell(to, Event::Tick),
            Delivery::Cut => {
                self.is_cut = true;
                for a in 0..self.nodes.len() {
                    for b in 0..a {
                        if self.is_apart(a, b) {
                            self.unlink(a, b);
                        }
                    }
                }
            }
            Delivery::Heal => self.is_cut = false,
            Delivery::Restart => {
                let links = self.nodes[to].links.clone();
                self.nodes[to].restart(&self.nowhere);
                self.invariants.at_least_as_heavy(to, &self.nodes[to].chain.view());
                for other in links {
                    self.nodes[other].links.remove(&to);
                    self.tell(other, Event::Disconnected { peer: peer_id(to) });
                }
            }
        }
    }

    fn gossip(&mut self, to: usize, from: usize, topic: Topic, bytes: Bytes) {
        let node = &mut self.nodes[to];
        if !node.links.contains(&from) || !node.seen.insert(keccak256(&bytes)) {
            return;
        }
        let name = self.name();
        self.nodes[to].messages.insert(name, (topic, bytes.clone()));
        let (message, source) = (GossipId(name), peer_id(from));
        self.tell(to, Event::Gossip(GossipMessage { message, source, topic, bytes }));
    }

    /// Somebody sends a transaction of one of the accounts.
    fn transaction(&mut self, to: usize) {
        let account = usize::try_from(self.chance.bits()).unwrap() % ACCOUNTS;
        let nonce = self.next_nonce[account];
        self.next_nonce[account] += 1;
        let node = &self.nodes[to];
        let signer = &signers(node.chain.spec())[account];
        let transaction = signer.transfer(nonce, Address::repeat_byte(0xaa), 1);
        // A gap is filled when the others come.
        let _ = node.pool.add(transaction, TransactionOrigin::Local);
        self.promote(to);
    }

    /// Tells the core of transactions that it has to tell others of.
    fn promote(&mut self, index: usize) {
        while let Ok(pooled) = self.nodes[index].promoted.try_recv() {
            if pooled.origin != TransactionOrigin::Gossip {
                let encoded = pooled.transaction.inner().encoded_2718();
                self.tell(index, Event::NewTransaction(encoded.into()));
            }
        }
    }

    const fn name(&mut self) -> u64 {
        self.next_name += 1;
        self.next_name
    }

    fn is_apart(&self, a: usize, b: usize) -> bool {
        self.is_cut && (a % 2 != b % 2)
    }

    /// Sends something, which takes a while and may be lost.
    fn send(&mut self, from: usize, to: usize, delivery: Delivery) {
        let delay = self.latency * (0.5 + self.chance.uniform());
        let lossy = matches!(delivery, Delivery::Gossip { .. });
        if lossy && self.chance.uniform() < self.loss {
            return;
        }
        if self.nodes[from].links.contains(&to) {
            self.queue.push(self.now + Duration::from_secs_f64(delay), to, delivery);
        }
    }

    fn link(&mut self, from: usize, to: usize) {
        let address: hanzo_network::Multiaddr = "/ip4/127.0.0.1/tcp/1".parse().unwrap();
        let now = self.now();
        let refuses = |node: &SimNode, peer: usize, direction| {
            node.core.peers().admit(&peer_id(peer), direction, &address, now).is_err()
        };
        let (dialler, listener) = (&self.nodes[from], &self.nodes[to]);
        if self.is_apart(from, to)
            || dialler.links.contains(&to)
            || refuses(dialler, to, Direction::Outbound)
            || refuses(listener, from, Direction::Inbound)
        {
            return;
        }
        for (node, peer, direction) in
            [(from, to, Direction::Outbound), (to, from, Direction::Inbound)]
        {
            self.nodes[node].links.insert(peer);
            let (peer, address) = (peer_id(peer), address.clone());
            self.tell(node, Event::Connected { peer, direction, address });
        }
    }

    fn unlink(&mut self, a: usize, b: usize) {
        for (node, peer) in [(a, b), (b, a)] {
            if self.nodes[node].links.remove(&peer) {
                self.tell(node, Event::Disconnected { peer: peer_id(peer) });
            }
        }
    }

    fn index_of(&self, peer: &hanzo_network::PeerId) -> usize {
        (0..self.nodes.len()).find(|index| peer_id(*index) == *peer).unwrap()
    }

    /// Tells a core what happened, and does what it says.
    fn tell(&mut self, index: usize, event: Event) {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            let now = self.now();
            let actions = self.nodes[index].core.on_event(now, event);
            for action in actions {
                self.act(index, action, &mut events);
            }
        }
        if !self.nodes[index].promoted.is_empty() {
            self.promote(index);
        }
    }

    fn act(&mut self, index: usize, action: Action, events: &mut VecDeque<Event>) {
        let now = self.now();
        match action {
            Action::Work(job) => {
                let node = &self.nodes[index];
                events.push_back(Event::Done(node.worker.run(job, &node.chain.view(), now)));
            }
            Action::Dial { peer, .. } => self.link(index, self.index_of(&peer)),
            Action::Disconnect { peer, reason } => {
                let other = self.index_of(&peer);
                let both = [index, other].map(|node| self.nodes[node].fault);
                let is_punished = !matches!(reason, DisconnectReason::NoIntroduction);
                assert!(
                    both != [Fault::Honest; 2] || !is_punished,
                    "{index} disconnects {other}, and both are honest: {reason}"
                );
                self.unlink(index, other);
            }
            Action::Introduce { peer } => {
                let node = &self.nodes[index];
                let status = node.fault.status(node.status());
                let to = self.index_of(&peer);
                self.send(index, to, Delivery::Hello { from: index, status });
            }
            Action::Ask { peer, token, request } => {
                self.ask(index, self.index_of(&peer), token, &request)
            }
            Action::Respond { channel, response } => self.respond(index, channel, response, events),
            Action::RespondBusy { channel } => {
                self.respond(index, channel, Response::Busy.encode(), events);
            }
            Action::Judge { message, source, acceptance } => {
                let (topic, bytes) = self.nodes[index].messages.remove(&message.0).unwrap();
                if acceptance == Acceptance::Accept {
                    self.spread(index, Some(self.index_of(&source)), topic, &bytes);
                }
            }
            Action::Publish { topic, bytes } => {
                self.nodes[index].seen.insert(keccak256(&bytes));
                self.spread(index, None, topic, &bytes);
            }
            Action::ImportBlock(block) => {
                let hash = block.block().hash();
                let (verdict, update) = self.nodes[index].import(block, now);
                if let Some(update) = update {
                    self.head_changed(index, &update);
                    events.push_back(Event::HeadChanged(update));
                }
                events.push_back(Event::BlockImported { hash, verdict });
            }
            Action::ImportSegment { import, blocks } => {
                let (verdict, update) = self.nodes[index].import_segment(blocks, now);
                if let Some(update) = update {
                    self.head_changed(index, &update);
                    events.push_back(Event::HeadChanged(update));
                }
                events.push_back(Event::SegmentImported { import, verdict });
            }
            Action::Discover | Action::Explain { .. } | Action::Remember(_) => {}
        }
    }

    fn spread(&mut self, from: usize, except: Option<usize>, topic: Topic, bytes: &Bytes) {
        let bytes = self.nodes[from].fault.gossip(topic, bytes.clone());
        for to in self.nodes[from].links.clone() {
            if Some(to) != except {
                self.send(from, to, Delivery::Gossip { from, topic, bytes: bytes.clone() });
            }
        }
    }

    fn ask(&mut self, from: usize, to: usize, token: Token, request: &Request) {
        let request = request.encode();
        self.send(from, to, Delivery::Question { from, token, request });
        // Whoever has an answer by then does not hear of it.
        self.queue.push(self.now + SILENCE, from, Delivery::NoAnswer { from: to, token });
    }

    fn respond(
        &mut self,
        index: usize,
        channel: ChannelId,
        response: Bytes,
        events: &mut VecDeque<Event>,
    ) {
        let Some((to, token)) = self.nodes[index].questions.remove(&channel.0) else { return };
        events.push_back(Event::Answered { peer: peer_id(to) });
        if let Some(response) = self.nodes[index].fault.response(response) {
            self.send(index, to, Delivery::Answer { from: index, token, response });
        }
    }
}

/// What a node has under a block number: hash, receipts, and where the index says that its transactions are.
fn entries(view: &ChainView, number: u64) -> impl PartialEq + std::fmt::Debug + use<> {
    let hash = view.canonical_hash(number).unwrap().unwrap();
    let block = view.block_by_hash(hash).unwrap().unwrap();
    let transactions = block.body().transactions.iter();
    let positions: Vec<_> =
        transactions.map(|transaction| view.transaction(*transaction.tx_hash()).unwrap()).collect();
    (hash, view.receipts(hash).unwrap(), positions)
}

/// The keys of the accounts. Making one takes longer than a block does: they are made once.
fn signers(spec: &ChainSpec) -> &'static [Signer] {
    static SIGNERS: OnceLock<Vec<Signer>> = OnceLock::new();
    SIGNERS.get_or_init(|| {
        let accounts = u32::try_from(ACCOUNTS).unwrap();
        (0..accounts).map(|index| Signer::dev(index, spec)).collect()
    })
}
