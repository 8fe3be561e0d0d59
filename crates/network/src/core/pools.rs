//! The pools of peers.

use super::{Action, NetworkCore, Token};
use crate::{
    Now,
    peers::Offence,
    relay::{PoolAction, PoolEvent},
    wire::Request,
    worker::{Job, TakenTransactions},
};
use libp2p::PeerId;

impl NetworkCore {
    pub(super) fn tell_pool(&mut self, now: Now, event: PoolEvent, actions: &mut Vec<Action>) {
        for action in self.pools.on_event(now.elapsed, event) {
            match action {
                PoolAction::RequestHashes { request, peer } => {
                    let token = Token::Pool(request);
                    actions.push(Action::Ask { peer, token, request: Request::PoolHashes });
                }
                PoolAction::FindMissing { request, hashes } => {
                    actions.push(Action::Work(Job::FindMissing { request, hashes }));
                }
                PoolAction::RequestTransactions { request, peer, hashes } => {
                    let token = Token::Pool(request);
                    let request = Request::PooledTransactions { hashes };
                    actions.push(Action::Ask { peer, token, request });
                }
                PoolAction::Take { peer, transactions } => {
                    actions.push(Action::Work(Job::TakePooled { peer, transactions }));
                }
                PoolAction::WrongAnswer { peer } => {
                    self.report(now, &peer, Offence::WrongAnswer, actions);
                }
            }
        }
    }

    /// Transactions that a peer was asked for were judged.
    pub(super) fn took_pooled(
        &mut self,
        now: Now,
        peer: &PeerId,
        taken: Option<TakenTransactions>,
        actions: &mut Vec<Action>,
    ) {
        match taken {
            None => self.report(now, peer, Offence::WrongAnswer, actions),
            Some(TakenTransactions::Malformed(error)) => {
                tracing::debug!(target: "network", %peer, %error, "a bad pool");
                self.report(now, peer, Offence::Malformed, actions);
            }
            Some(TakenTransactions::Invalid(error)) => {
                tracing::debug!(target: "network", %peer, %error, "a bad transaction");
                self.report(now, peer, Offence::InvalidTransaction, actions);
            }
            Some(TakenTransactions::Local(error)) => {
                tracing::error!(target: "network", %error, "judging a transaction");
            }
            // A block may have come meanwhile: nobody is to blame for what does not fit.
            Some(TakenTransactions::Judged { added, known, unfit }) => {
                tracing::debug!(target: "network", %peer, added, known, unfit, "from the pool of a peer");
            }
        }
    }
}
