//! Getting the transactions that peers had before they were connected.

use crate::wire::MAX_POOLED_TRANSACTIONS;
use alloy_primitives::{B256, Bytes};
use libp2p::PeerId;
use std::{collections::VecDeque, time::Duration};

/// How long a peer has for all that it is asked. Connections end sooner than that.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the exchange of pools hears of.
#[derive(Debug)]
pub enum PoolEvent {
    /// A peer can be asked.
    PeerReady(PeerId),
    /// A peer is gone.
    PeerGone(PeerId),
    /// The node has caught up, and can tell what fits its state.
    Idle,
    /// A peer has said what is in its pool.
    Hashes {
        /// Number of the request.
        request: u64,
        /// Hashes of transactions, those that pay best first.
        hashes: Vec<B256>,
    },
    /// It is known what of that is not in the pool of this node.
    Missing {
        /// Number of the request that brought the hashes.
        request: u64,
        /// Hashes of what is not.
        missing: Vec<B256>,
    },
    /// Transactions came, unchecked.
    Transactions {
        /// Number of the request.
        request: u64,
        /// Their encodings, in the order they were asked for; nothing in the place of one that the peer
        /// does not have any more.
        transactions: Vec<Bytes>,
    },
    /// A request brought nothing.
    Failed {
        /// Number of the request.
        request: u64,
    },
}

/// What the exchange of pools wants done.
#[derive(Debug, PartialEq, Eq)]
pub enum PoolAction {
    /// Ask what is in a pool.
    RequestHashes {
        /// Number of the request.
        request: u64,
        /// Whom.
        peer: PeerId,
    },
    /// Say which of these are not in the pool of this node.
    FindMissing {
        /// Number of the request that brought the hashes.
        request: u64,
        /// The hashes.
        hashes: Vec<B256>,
    },
    /// Ask for transactions.
    RequestTransactions {
        /// Number of the request.
        request: u64,
        /// Whom.
        peer: PeerId,
        /// Their hashes.
        hashes: Vec<B256>,
    },
    /// Take what came into the pool.
    Take {
        /// Who had it.
        peer: PeerId,
        /// What was asked for, and what came.
        transactions: Vec<(B256, Bytes)>,
    },
    /// A peer has answered with more than it was asked for.
    WrongAnswer {
        /// Who.
        peer: PeerId,
    },
}

/// Gets the transactions that peers had before they were connected; gossip brings what comes later. Each
/// peer is asked once, one after the other, so that of what they have in common nothing comes twice.
#[derive(Debug, Default)]
pub struct PoolExchange {
    /// Who is still to be asked.
    waiting: VecDeque<PeerId>,
    current: Option<Question>,
    next_request: u64,
}

/// What a peer is being asked.
#[derive(Debug)]
struct Question {
    peer: PeerId,
    request: u64,
    /// What the last request was for; empty while it is for hashes.
    asked: Vec<B256>,
    /// What is still to be asked for.
    missing: VecDeque<B256>,
    /// Since the start of the node.
    deadline: Duration,
}

impl PoolExchange {
    /// Takes in what happened at `now`, since the start of the node.
    pub fn on_event(&mut self, now: Duration, event: PoolEvent) -> Vec<PoolAction> {
        match event {
            PoolEvent::PeerReady(peer) => self.waiting.push_back(peer),
            PoolEvent::PeerGone(peer) => {
                self.waiting.retain(|waiting| *waiting != peer);
                self.current.take_if(|current| current.peer == peer);
            }
            PoolEvent::Idle => return self.begin(now).into_iter().collect(),
            PoolEvent::Hashes { request, hashes } => {
                if let Some(current) = self.current.as_mut().filter(|it| it.request == request) {
                    if current.asked.is_empty() {
                        return vec![PoolAction::FindMissing { request, hashes }];
                    }
                    return self.wrong();
                }
            }
            PoolEvent::Missing { request, missing } => {
                if let Some(current) = self.current.as_mut().filter(|it| it.request == request) {
                    current.missing = missing.into();
                    return self.proceed().into_iter().collect();
                }
            }
            PoolEvent::Transactions { request, transactions } => {
                return self.transactions(request, transactions);
            }
            PoolEvent::Failed { request } => {
                self.current.take_if(|current| current.request == request);
            }
        }
        Vec::new()
    }

    /// Asks the next peer, if none is being asked.
    fn begin(&mut self, now: Duration) -> Option<PoolAction> {
        self.current.take_if(|current| current.deadline <= now);
        if self.current.is_some() {
            return None;
        }
        let peer = self.waiting.pop_front()?;
        let request = self.number();
        let (asked, missing) = (Vec::new(), VecDeque::new());
        let deadline = now.saturating_add(PATIENCE);
        self.current = Some(Question { peer, request, asked, missing, deadline });
        Some(PoolAction::RequestHashes { request, peer })
    }

    /// Asks for more of what is missing; ends when there is nothing more.
    fn proceed(&mut self) -> Option<PoolAction> {
        let request = self.number();
        let current = self.current.as_mut()?;
        let count = current.missing.len().min(MAX_POOLED_TRANSACTIONS);
        let hashes: Vec<B256> = current.missing.drain(..count).collect();
        if hashes.is_empty() {
            self.current = None;
            return None;
        }
        current.request = request;
        current.asked.clone_from(&hashes);
        Some(PoolAction::RequestTransactions { request, peer: current.peer, hashes })
    }

    fn transactions(&mut self, request: u64, transactions: Vec<Bytes>) -> Vec<PoolAction> {
        let Some(current) = self.current.as_mut().filter(|current| current.request == request)
        else {
            return Vec::new();
        };
        let peer = current.peer;
        let mut asked = std::mem::take(&mut current.asked);
        if transactions.len() > asked.len() {
            return self.wrong();
        }
        if transactions.is_empty() {
            self.current = None;
            return Vec::new();
        }
        // What did not fit the answer is asked for next.
        let rest = asked.split_off(transactions.len());
        for hash in rest.into_iter().rev() {
            current.missing.push_front(hash);
        }
        let transactions = asked.into_iter().zip(transactions).collect();
        let mut actions = vec![PoolAction::Take { peer, transactions }];
        actions.extend(self.proceed());
        actions
    }

    /// The peer that is being asked has answered something else.
    fn wrong(&mut self) -> Vec<PoolAction> {
        let current = self.current.take();
        current.map(|current| PoolAction::WrongAnswer { peer: current.peer }).into_iter().collect()
    }

    const fn number(&mut self) -> u64 {
        self.next_request = self.next_request.saturating_add(1);
        self.next_request
    }
}
