//! Getting the transactions that peers had before they were connected.

use crate::wire::MAX_POOLED_TRANSACTIONS;
use alloy_primitives::{B256, Bytes};
use libp2p::PeerId;
use std::{collections::VecDeque, time::Duration};

/// How long a peer has for all that it is asked. Connections end sooner than that.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a peer is asked alone. Most answer everything in less; for one that does not, the others do not wait.
const HEAD_START: Duration = Duration::from_secs(3);

/// How many peers are asked at a time, at most.
const MAX_QUESTIONS: usize = 4;

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
/// peer is asked once, one after the other, so that of what they have in common nothing comes twice; one that
/// takes its time does not keep the others from being asked.
#[derive(Debug, Default)]
pub struct PoolExchange {
    /// Who is still to be asked.
    waiting: VecDeque<PeerId>,
    /// Who is being asked, at most [`MAX_QUESTIONS`], in the order of their beginning.
    questions: Vec<Question>,
    next_request: u64,
}

/// What a peer is being asked.
#[derive(Debug)]
struct Question {
    peer: PeerId,
    request: u64,
    /// When it was first asked, since the start of the node.
    since: Duration,
    /// What the last request was for; empty while it is for hashes.
    asked: Vec<B256>,
    /// What is still to be asked for.
    missing: VecDeque<B256>,
}

impl PoolExchange {
    /// Takes in what happened at `now`, since the start of the node.
    pub fn on_event(&mut self, now: Duration, event: PoolEvent) -> Vec<PoolAction> {
        match event {
            PoolEvent::PeerReady(peer) => self.waiting.push_back(peer),
            PoolEvent::PeerGone(peer) => {
                self.waiting.retain(|waiting| *waiting != peer);
                self.questions.retain(|question| question.peer != peer);
            }
            PoolEvent::Idle => return self.begin(now).into_iter().collect(),
            PoolEvent::Hashes { request, hashes } => {
                if let Some(question) = self.questions.iter().find(|it| it.request == request) {
                    if question.asked.is_empty() {
                        return vec![PoolAction::FindMissing { request, hashes }];
                    }
                    return self.wrong(request);
                }
            }
            PoolEvent::Missing { request, missing } => {
                if let Some(question) = self.question(request) {
                    question.missing = missing.into();
                    return self.proceed(request).into_iter().collect();
                }
            }
            PoolEvent::Transactions { request, transactions } => {
                return self.transactions(request, transactions);
            }
            PoolEvent::Failed { request } => drop(self.end(request)),
        }
        Vec::new()
    }

    /// Asks the next peer, if there is one and none was asked just now.
    fn begin(&mut self, now: Duration) -> Option<PoolAction> {
        self.questions.retain(|question| question.since.saturating_add(PATIENCE) > now);
        let newest = self.questions.last();
        if self.questions.len() >= MAX_QUESTIONS
            || newest.is_some_and(|newest| newest.since.saturating_add(HEAD_START) > now)
        {
            return None;
        }
        let peer = self.waiting.pop_front()?;
        let request = self.number();
        let (asked, missing) = (Vec::new(), VecDeque::new());
        self.questions.push(Question { peer, request, since: now, asked, missing });
        Some(PoolAction::RequestHashes { request, peer })
    }

    /// Asks for more of what is missing; ends when there is nothing more.
    fn proceed(&mut self, last: u64) -> Option<PoolAction> {
        let request = self.number();
        let question = self.question(last)?;
        let count = question.missing.len().min(MAX_POOLED_TRANSACTIONS);
        let hashes: Vec<B256> = question.missing.drain(..count).collect();
        if hashes.is_empty() {
            self.end(last);
            return None;
        }
        question.request = request;
        question.asked.clone_from(&hashes);
        Some(PoolAction::RequestTransactions { request, peer: question.peer, hashes })
    }

    fn transactions(&mut self, request: u64, transactions: Vec<Bytes>) -> Vec<PoolAction> {
        let Some(question) = self.question(request) else { return Vec::new() };
        let peer = question.peer;
        let mut asked = std::mem::take(&mut question.asked);
        if transactions.len() > asked.len() {
            return self.wrong(request);
        }
        if transactions.is_empty() {
            self.end(request);
            return Vec::new();
        }
        // What did not fit the answer is asked for next.
        let rest = asked.split_off(transactions.len());
        for hash in rest.into_iter().rev() {
            question.missing.push_front(hash);
        }
        let transactions = asked.into_iter().zip(transactions).collect();
        let mut actions = vec![PoolAction::Take { peer, transactions }];
        actions.extend(self.proceed(request));
        actions
    }

    /// A peer has answered something else than it was asked.
    fn wrong(&mut self, request: u64) -> Vec<PoolAction> {
        let ended = self.end(request);
        ended.map(|question| PoolAction::WrongAnswer { peer: question.peer }).into_iter().collect()
    }

    fn question(&mut self, request: u64) -> Option<&mut Question> {
        self.questions.iter_mut().find(|question| question.request == request)
    }

    fn end(&mut self, request: u64) -> Option<Question> {
        let index = self.questions.iter().position(|question| question.request == request)?;
        Some(self.questions.remove(index))
    }

    const fn number(&mut self) -> u64 {
        self.next_request = self.next_request.saturating_add(1);
        self.next_request
    }
}
