//! Getting the bodies of announced blocks.

use super::{
    incoming_block::{AnnouncedBlock, BodyRequest, IncomingBlock, Stage},
    servers::Servers,
};
use crate::{peers::Offence, wire::MAX_REQUESTED_TRANSACTIONS};
use alloy_primitives::{B256, Bytes};
use hanzo_types::{RecoveredBlock, SealedBlock};
use libp2p::PeerId;
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// Most blocks that are on their way at once. Each has cost its maker as much work as a block of the
/// chain; who makes more is too far behind, and gets the rest by synchronisation.
pub const MAX_INCOMING_BLOCKS: usize = 32;

/// How long a peer has for a body. It may still be fetching it itself.
const BODY_TIMEOUT: Duration = Duration::from_secs(4);

/// After this long one more peer is asked, so that one that withholds a body does not delay it for long.
const SECOND_REQUEST_AFTER: Duration = Duration::from_secs(1);

/// How many peers are asked for a body.
const MAX_ATTEMPTS: usize = 4;

/// What the relay of blocks hears of.
#[derive(Debug)]
pub enum RelayEvent {
    /// A peer can be asked.
    PeerReady(PeerId),
    /// A peer is gone.
    PeerGone(PeerId),
    /// A block was announced that is not known; its seal is good and its parent is known.
    Announced {
        /// What is known of it.
        block: Box<AnnouncedBlock>,
        /// Who said so.
        from: PeerId,
    },
    /// An attempt to put a block together is over.
    Assembled {
        /// Hash of the block.
        hash: B256,
        /// What came of it.
        assembly: Assembly,
    },
    /// Transactions of a block came, by their encodings.
    Transactions {
        /// Number of the request.
        request: u64,
        /// What came, in the order that was asked for.
        transactions: Vec<Bytes>,
    },
    /// A block came. Its body belongs to its header.
    Block {
        /// Number of the request.
        request: u64,
        /// The block; `None` if the peer does not have it.
        block: Option<Box<SealedBlock>>,
    },
    /// A request brought nothing.
    Failed {
        /// Number of the request.
        request: u64,
    },
    /// The import of a block is over, one way or the other.
    Imported(B256),
    /// Some time has passed.
    Tick,
}

/// A block whose body belongs to its header.
#[derive(Debug, Clone)]
pub enum FetchedBlock {
    /// It was put together from the pool, which knows who sent what.
    Recovered(Arc<RecoveredBlock>),
    /// It came from a peer.
    Sealed(Arc<SealedBlock>),
}

impl FetchedBlock {
    /// The block.
    #[must_use]
    pub fn block(&self) -> &SealedBlock {
        match self {
            Self::Recovered(block) => block.sealed_block(),
            Self::Sealed(block) => block,
        }
    }
}

/// What came of putting a block together.
#[derive(Debug)]
pub enum Assembly {
    /// The block.
    Complete(Arc<RecoveredBlock>),
    /// Transactions at these positions are not in the pool.
    Missing(Vec<u64>),
    /// The transactions are not those of the block: somebody changed the hashes.
    Mismatch,
}

/// What the relay of blocks wants done.
#[derive(Debug)]
pub enum RelayAction {
    /// Put a block together from the pool and what was delivered.
    Assemble {
        /// What is known of it.
        block: Arc<AnnouncedBlock>,
        /// Encoded transactions by their position.
        delivered: BTreeMap<u64, Bytes>,
    },
    /// Ask for some of its transactions.
    RequestTransactions {
        /// Number of the request.
        request: u64,
        /// Whom.
        peer: PeerId,
        /// Hash of the block.
        block: B256,
        /// Positions in the block.
        positions: Vec<u64>,
    },
    /// Ask for the block.
    RequestBlock {
        /// Number of the request.
        request: u64,
        /// Whom.
        peer: PeerId,
        /// Hash of the block.
        block: B256,
    },
    /// Import a block.
    Import(FetchedBlock),
    /// A peer did something wrong.
    Report {
        /// Who.
        peer: PeerId,
        /// What.
        offence: Offence,
    },
    /// The block could not be had; whoever announced it is to be asked for its head.
    GaveUp {
        /// Who announced it.
        peer: PeerId,
    },
}

/// Gets the bodies of announced blocks. Events in, actions out.
#[derive(Debug, Default)]
pub struct BlockRelay {
    incoming: BTreeMap<B256, IncomingBlock>,
    peers: Servers,
    /// What was asked and is not answered, by the number of the request. At most [`MAX_ATTEMPTS`] for a
    /// block, each for [`BODY_TIMEOUT`] at the longest.
    requests: BTreeMap<u64, BodyRequest>,
    next_request: u64,
}

impl BlockRelay {
    /// Whether a block is on its way.
    #[must_use]
    pub fn is_incoming(&self, hash: &B256) -> bool {
        self.incoming.contains_key(hash)
    }

    /// The body of a block that is on its way, if it is here.
    #[must_use]
    pub fn body(&self, hash: &B256) -> Option<FetchedBlock> {
        self.incoming.get(hash)?.body.clone()
    }

    /// How many blocks are on their way.
    #[must_use]
    pub fn incoming(&self) -> usize {
        self.incoming.len()
    }

    /// Takes in what happened at `now`, since the start of the node.
    pub fn on_event(&mut self, now: Duration, event: RelayEvent) -> Vec<RelayAction> {
        let mut actions = Vec::new();
        match event {
            RelayEvent::PeerReady(peer) => self.peers.insert(peer),
            RelayEvent::PeerGone(peer) => {
                self.peers.remove(&peer);
                for request in self.over(|request| request.peer == peer) {
                    self.ask(now, request.block, &mut actions);
                }
            }
            RelayEvent::Announced { block, from } => self.announced(block, from, &mut actions),
            RelayEvent::Assembled { hash, assembly } => {
                self.assembled(now, hash, assembly, &mut actions);
            }
            RelayEvent::Transactions { request, transactions } => {
                self.transactions(now, request, transactions, &mut actions);
            }
            RelayEvent::Block { request, block } => self.block(now, request, block, &mut actions),
            RelayEvent::Failed { request } => {
                if let Some(request) = self.requests.remove(&request) {
                    self.ask(now, request.block, &mut actions);
                }
            }
            RelayEvent::Imported(hash) => drop(self.incoming.remove(&hash)),
            RelayEvent::Tick => self.tick(now, &mut actions),
        }
        actions
    }

    fn tick(&mut self, now: Duration, actions: &mut Vec<RelayAction>) {
        for BodyRequest { block, peer, .. } in self.over(|request| request.deadline <= now) {
            self.peers.withheld(&peer);
            actions.push(RelayAction::Report { peer, offence: Offence::TimedOut });
            self.ask(now, block, actions);
        }
        let waiting = self
            .incoming
            .iter()
            .filter(|(_, block)| matches!(block.stage, Stage::Requested { next } if next <= now));
        let waiting: Vec<_> = waiting.map(|(hash, _)| *hash).collect();
        waiting.into_iter().for_each(|hash| self.ask(now, hash, actions));
    }

    fn announced(
        &mut self,
        block: Box<AnnouncedBlock>,
        announced_by: PeerId,
        actions: &mut Vec<RelayAction>,
    ) {
        let hash = block.header.hash();
        if self.incoming.contains_key(&hash) {
            return;
        }
        if self.incoming.len() >= MAX_INCOMING_BLOCKS {
            return actions.push(RelayAction::GaveUp { peer: announced_by });
        }
        let announced = Arc::from(block);
        let (delivered, missing, tried) = (BTreeMap::new(), Vec::new(), Vec::new());
        let (stage, body) = (Stage::Assembling, None);
        let block = Arc::clone(&announced);
        let incoming =
            IncomingBlock { announced, delivered, missing, announced_by, stage, tried, body };
        self.incoming.insert(hash, incoming);
        actions.push(RelayAction::Assemble { block, delivered: BTreeMap::new() });
    }

    fn assembled(
        &mut self,
        now: Duration,
        hash: B256,
        assembly: Assembly,
        actions: &mut Vec<RelayAction>,
    ) {
        let Some(incoming) = self.incoming.get_mut(&hash) else { return };
        if incoming.stage != Stage::Assembling {
            return;
        }
        match assembly {
            Assembly::Complete(block) => {
                let block = FetchedBlock::Recovered(block);
                incoming.stage = Stage::Importing;
                incoming.body = Some(block.clone());
                return actions.push(RelayAction::Import(block));
            }
            Assembly::Missing(positions) => {
                // Beyond half of the block the whole of it is hardly longer.
                let half = incoming.announced.transactions.len() / 2;
                let few = positions.len() <= half.min(MAX_REQUESTED_TRANSACTIONS);
                let first_time = incoming.delivered.is_empty();
                incoming.missing = if few && first_time { positions } else { Vec::new() };
            }
            Assembly::Mismatch => incoming.missing = Vec::new(),
        }
        incoming.stage = Stage::Requested { next: now };
        self.ask(now, hash, actions);
    }

    /// Asks one more peer for what is missing, unless the block is here. Gives it up when nobody is left
    /// who may answer.
    fn ask(&mut self, now: Duration, hash: B256, actions: &mut Vec<RelayAction>) {
        let is_asked = self.requests.values().any(|request| request.block == hash);
        let Some(incoming) = self.incoming.get_mut(&hash) else { return };
        if !matches!(incoming.stage, Stage::Requested { .. }) {
            return;
        }
        let untried = incoming.tried.len() < MAX_ATTEMPTS;
        let next = self.peers.best(&incoming.announced_by, &incoming.tried);
        let Some(peer) = next.filter(|_| untried) else {
            if is_asked {
                incoming.stage = Stage::Requested { next: Duration::MAX };
                return;
            }
            let peer = incoming.announced_by;
            self.incoming.remove(&hash);
            return actions.push(RelayAction::GaveUp { peer });
        };
        incoming.tried.push(peer);
        incoming.stage = Stage::Requested { next: now.saturating_add(SECOND_REQUEST_AFTER) };
        self.next_request = self.next_request.saturating_add(1);
        let request = self.next_request;
        // The hashes may be wrong: whoever is asked next is asked for the whole block.
        let positions = std::mem::take(&mut incoming.missing);
        actions.push(if positions.is_empty() {
            RelayAction::RequestBlock { request, peer, block: hash }
        } else {
            let positions = positions.clone();
            RelayAction::RequestTransactions { request, peer, block: hash, positions }
        });
        let deadline = now.saturating_add(BODY_TIMEOUT);
        self.requests.insert(request, BodyRequest { block: hash, peer, positions, deadline });
    }

    fn transactions(
        &mut self,
        now: Duration,
        request: u64,
        transactions: Vec<Bytes>,
        actions: &mut Vec<RelayAction>,
    ) {
        let Some(request) = self.requests.remove(&request) else { return };
        let BodyRequest { block: hash, peer, positions, .. } = request;
        if transactions.len() != positions.len() {
            if !transactions.is_empty() {
                let offence = Offence::WrongAnswer;
                actions.push(RelayAction::Report { peer, offence });
            }
            return self.ask(now, hash, actions);
        }
        self.peers.delivered(&peer);
        let Some(incoming) = self.incoming.get_mut(&hash) else { return };
        if !matches!(incoming.stage, Stage::Requested { .. }) {
            return;
        }
        incoming.delivered = positions.into_iter().zip(transactions).collect();
        incoming.stage = Stage::Assembling;
        let (block, delivered) = (Arc::clone(&incoming.announced), incoming.delivered.clone());
        actions.push(RelayAction::Assemble { block, delivered });
    }

    fn block(
        &mut self,
        now: Duration,
        request: u64,
        block: Option<Box<SealedBlock>>,
        actions: &mut Vec<RelayAction>,
    ) {
        let Some(BodyRequest { block: hash, peer, .. }) = self.requests.remove(&request) else {
            return;
        };
        match block {
            Some(block) if block.hash() == hash => {
                self.peers.delivered(&peer);
                let Some(incoming) = self.incoming.get_mut(&hash) else { return };
                if incoming.stage == Stage::Importing {
                    return;
                }
                let block = FetchedBlock::Sealed(Arc::from(block));
                incoming.stage = Stage::Importing;
                incoming.body = Some(block.clone());
                actions.push(RelayAction::Import(block));
            }
            Some(_) => {
                let offence = Offence::WrongAnswer;
                actions.push(RelayAction::Report { peer, offence });
                self.ask(now, hash, actions);
            }
            None => self.ask(now, hash, actions),
        }
    }

    /// Takes away the requests for which `which` holds.
    fn over(&mut self, which: impl Fn(&BodyRequest) -> bool) -> Vec<BodyRequest> {
        self.requests.extract_if(.., |_, request| which(request)).map(|(_, over)| over).collect()
    }
}
