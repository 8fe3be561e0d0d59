//! Requests of others, and answers to our own.

use super::{Action, ChannelId, NetworkCore, Token, peer_quotas::MAX_UNANSWERED};
use crate::{
    Now,
    peers::Offence,
    relay::{FetchedBlock, PoolEvent, RelayEvent},
    sync::{RequestFailure, SyncEvent},
    wire::{Request, WireError},
    worker::{Answer, Job, WrongAnswer},
};
use alloy_primitives::B256;
use libp2p::PeerId;
use std::time::Duration;

/// How long a peer waits for a block that this node is getting itself. Then it is told that there is no answer
/// yet, a second before it gives up and blames this node.
const LONGEST_WAIT: Duration = Duration::from_secs(3);

/// A request of a peer that is allowed.
#[derive(Debug)]
pub(super) struct Question {
    channel: ChannelId,
    request: Request,
    /// When it came.
    at: Duration,
}

impl Question {
    /// The block it is about, if it is about one alone.
    fn block(&self) -> Option<B256> {
        match &self.request {
            Request::Headers { .. } | Request::PoolHashes | Request::PooledTransactions { .. } => {
                None
            }
            Request::Blocks { hashes } => match hashes.as_slice() {
                [hash] => Some(*hash),
                _ => None,
            },
            Request::BlockTransactions { block, .. } => Some(*block),
        }
    }

    fn serve(self, block: Option<FetchedBlock>) -> Action {
        let Self { channel, request, .. } = self;
        Action::Work(Job::Serve { channel, request, block })
    }
}

impl NetworkCore {
    pub(super) fn asked(
        &mut self,
        now: Now,
        (channel, peer): (ChannelId, PeerId),
        request: Result<Request, WireError>,
        actions: &mut Vec<Action>,
    ) {
        let busy = || Action::RespondBusy { channel };
        let introduced = self.peers.is_introduced(&peer);
        let Some(quotas) = self.quotas.get_mut(&peer).filter(|_| introduced) else {
            return actions.push(busy());
        };
        let idle = quotas.unanswered < MAX_UNANSWERED;
        quotas.unanswered = quotas.unanswered.saturating_add(1);
        let request = match request {
            Ok(request) => request,
            Err(error) => {
                tracing::debug!(target: "network", %peer, %error, "a bad request");
                actions.push(busy());
                return self.report_stream(now, &peer, &error, actions);
            }
        };
        if !idle || !quotas.allows(&request, now.elapsed) {
            actions.push(busy());
            return self.report(now, &peer, Offence::Flooding, actions);
        }
        let question = Question { channel, request, at: now.elapsed };
        match question.block().filter(|hash| self.relay.is_incoming(hash)) {
            // It was passed on before its body was here: who asks for it gets it when it is.
            Some(hash) if self.relay.body(&hash).is_none() => {
                self.waiting.entry(hash).or_default().push(question);
            }
            Some(hash) => {
                let block = self.relay.body(&hash);
                actions.push(question.serve(block));
            }
            None => actions.push(question.serve(None)),
        }
    }

    /// Answers the requests that waited for a block, if it is here, or will not come, or has not for too long.
    pub(super) fn serve_waiting(&mut self, now: Now, actions: &mut Vec<Action>) {
        let relay = &self.relay;
        let ready = |hash: &B256| !relay.is_incoming(hash) || relay.body(hash).is_some();
        for (hash, questions) in self.waiting.extract_if(.., |hash, _| ready(hash)) {
            let block = relay.body(&hash);
            actions.extend(questions.into_iter().map(|question| question.serve(block.clone())));
        }
        let is_over =
            |question: &mut Question| question.at.saturating_add(LONGEST_WAIT) <= now.elapsed;
        for questions in self.waiting.values_mut() {
            for question in questions.extract_if(.., is_over) {
                actions.push(Action::RespondBusy { channel: question.channel });
            }
        }
        self.waiting.retain(|_, questions| !questions.is_empty());
    }

    /// The answer to a request of a peer has left this node.
    pub(super) fn answered(&mut self, peer: &PeerId) {
        if let Some(quotas) = self.quotas.get_mut(peer) {
            quotas.unanswered = quotas.unanswered.saturating_sub(1);
        }
    }

    pub(super) fn took_answer(
        &mut self,
        now: Now,
        (token, peer): (Token, PeerId),
        answer: Result<Answer, WrongAnswer>,
        actions: &mut Vec<Action>,
    ) {
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                tracing::debug!(target: "network", %peer, %error, "a bad response");
                match error {
                    WrongAnswer::Wire(error) => self.report_stream(now, &peer, &error, actions),
                    WrongAnswer::Block(_) => self.report(now, &peer, Offence::Malformed, actions),
                    WrongAnswer::Body { .. } => {
                        self.report(now, &peer, Offence::InvalidBlock, actions);
                    }
                }
                return self.request_failed(now, token, RequestFailure::Wrong, actions);
            }
        };
        match (token, answer) {
            (Token::Sync(request), Answer::Headers { after, headers }) => {
                self.tell_sync(now, SyncEvent::Headers { request, after, headers }, actions);
            }
            (Token::Sync(request), Answer::Blocks(blocks)) => {
                self.tell_sync(now, SyncEvent::Blocks { request, blocks }, actions);
            }
            (Token::Relay(request), Answer::Blocks(blocks)) => {
                let block = blocks.into_iter().next().map(Box::new);
                self.tell_relay(now, RelayEvent::Block { request, block }, actions);
            }
            (Token::Relay(request), Answer::Transactions(transactions)) => {
                let event = RelayEvent::Transactions { request, transactions };
                self.tell_relay(now, event, actions);
            }
            (Token::Pool(request), Answer::PoolHashes(hashes)) => {
                self.tell_pool(now, PoolEvent::Hashes { request, hashes }, actions);
            }
            (Token::Pool(request), Answer::Pooled(transactions)) => {
                self.tell_pool(now, PoolEvent::Transactions { request, transactions }, actions);
            }
            (Token::Relay(request), Answer::Busy) => {
                self.tell_relay(now, RelayEvent::Busy { request }, actions);
            }
            (token, Answer::Busy) => {
                self.request_failed(now, token, RequestFailure::Unlucky, actions);
            }
            (
                Token::Sync(_),
                Answer::Transactions(_) | Answer::PoolHashes(_) | Answer::Pooled(_),
            )
            | (
                Token::Relay(_),
                Answer::Headers { .. } | Answer::PoolHashes(_) | Answer::Pooled(_),
            )
            | (
                Token::Pool(_),
                Answer::Headers { .. } | Answer::Blocks(_) | Answer::Transactions(_),
            ) => {
                self.report(now, &peer, Offence::WrongAnswer, actions);
                self.request_failed(now, token, RequestFailure::Wrong, actions);
            }
        }
    }
}
