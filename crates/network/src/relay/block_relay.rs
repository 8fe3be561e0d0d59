//! Getting the bodies of announced blocks.

use super::{
    incoming_block::{AnnouncedBlock, BodyRequest, IncomingBlock, Stage},
    servers::Servers,
};
use crate::peers::Offence;
use alloy_primitives::{B256, Bytes};
use hanzo_types::{RecoveredBlock, SealedBlock};
use libp2p::PeerId;
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// Most blocks that are on their way at once. Each has cost its maker as much work as a block of the
/// chain; who makes more is too far behind, and gets the rest by synchronisation.
pub const MAX_INCOMING_BLOCKS: usize = 32;

/// How long a peer has for a body. Whoever is still getting it itself says so before.
const BODY_TIMEOUT: Duration = Duration::from_secs(4);

/// After this long one more peer is asked, so that one that withholds a body does not delay it for long.
const SECOND_REQUEST_AFTER: Duration = Duration::from_secs(1);

/// How often a body is asked for.
const MAX_ATTEMPTS: usize = 4;

/// Most peers whose announcements of a block are looked at: more than are connected at a time.
pub(super) const MAX_ANNOUNCERS: usize = 64;

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
        /// What was known of it.
        block: Arc<AnnouncedBlock>,
        /// Who said so.
        from: PeerId,
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
    /// A peer cannot answer yet: it has no time, or is getting the block itself.
    Busy {
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
        /// Who said so.
        from: PeerId,
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
            RelayEvent::Assembled { block, from, assembly } => {
                self.assembled(now, (block, from), assembly, &mut actions);
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
            RelayEvent::Busy { request } => {
                if let Some(BodyRequest { block, peer, .. }) = self.requests.remove(&request) {
                    // It may be asked again.
                    if let Some(incoming) = self.incoming.get_mut(&block) {
                        incoming.tried.retain(|tried| *tried != peer);
                    }
                    self.ask(now, block, &mut actions);
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
        from: PeerId,
        actions: &mut Vec<RelayAction>,
    ) {
        let hash = block.header.hash();
        if let Some(incoming) = self.incoming.get_mut(&hash) {
            return incoming.announced_again(block, from, actions);
        }
        if self.incoming.len() >= MAX_INCOMING_BLOCKS {
            return actions.push(RelayAction::GaveUp { peer: from });
        }
        let block = Arc::from(block);
        self.incoming.insert(hash, IncomingBlock::new(Arc::clone(&block), from));
        actions.push(RelayAction::Assemble { block, from, delivered: BTreeMap::new() });
    }

    fn assembled(
        &mut self,
        now: Duration,
        (block, from): (Arc<AnnouncedBlock>, PeerId),
        assembly: Assembly,
        actions: &mut Vec<RelayAction>,
    ) {
        let hash = block.header.hash();
        let Some(incoming) = self.incoming.get_mut(&hash) else { return };
        // Of what others have announced meanwhile.
        let is_another = from != incoming.announced_by;
        match assembly {
            _ if incoming.stage == Stage::Importing => return,
            Assembly::Complete(block) => {
                let block = FetchedBlock::Recovered(block);
                incoming.stage = Stage::Importing;
                incoming.body = Some(block.clone());
                self.peers
                    .delivered(&incoming.delivered_by.filter(|_| !is_another).unwrap_or(from));
                return actions.push(RelayAction::Import(block));
            }
            Assembly::Missing(positions) if is_another => {
                // Anybody can announce a block with hashes of nothing, and would be asked for that.
                if !self.peers.has_delivered(&from) {
                    return;
                }
                incoming.announced_by = from;
                incoming.announced = block;
                incoming.lacks(positions);
            }
            Assembly::Missing(positions) => incoming.lacks(positions),
            Assembly::Mismatch if is_another => return,
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
        let next = self.peers.best(&incoming.announcers, &incoming.tried);
        let Some(peer) = next.filter(|_| incoming.attempts < MAX_ATTEMPTS) else {
            if is_asked {
                incoming.stage = Stage::Requested { next: Duration::MAX };
                return;
            }
            let peer = incoming.announced_by;
            self.incoming.remove(&hash);
            return actions.push(RelayAction::GaveUp { peer });
        };
        incoming.tried.push(peer);
        incoming.attempts = incoming.attempts.saturating_add(1);
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
        let list_of = incoming.announced_by;
        self.requests
            .insert(request, BodyRequest { block: hash, peer, list_of, positions, deadline });
    }

    fn transactions(
        &mut self,
        now: Duration,
        request: u64,
        transactions: Vec<Bytes>,
        actions: &mut Vec<RelayAction>,
    ) {
        let Some(request) = self.requests.remove(&request) else { return };
        let BodyRequest { block: hash, peer, list_of, positions, .. } = request;
        if transactions.len() != positions.len() {
            if !transactions.is_empty() {
                let offence = Offence::WrongAnswer;
                actions.push(RelayAction::Report { peer, offence });
            }
            return self.ask(now, hash, actions);
        }
        let Some(incoming) = self.incoming.get_mut(&hash) else { return };
        if !matches!(incoming.stage, Stage::Requested { .. }) {
            return;
        }
        if incoming.announced_by != list_of {
            // They fill the gaps of a list that was replaced.
            return self.ask(now, hash, actions);
        }
        incoming.delivered = positions.into_iter().zip(transactions).collect();
        incoming.delivered_by = Some(peer);
        incoming.stage = Stage::Assembling;
        let (block, delivered) = (Arc::clone(&incoming.announced), incoming.delivered.clone());
        actions.push(RelayAction::Assemble { block, from: list_of, delivered });
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
