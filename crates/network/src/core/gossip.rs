//! Gossip: judging what comes, and passing it on.

use super::{Acceptance, Action, GossipId, GossipMessage, NetworkCore, Topic};
use crate::{
    Now,
    peers::Offence,
    relay::RelayEvent,
    sync::SyncEvent,
    worker::{Examined, Job, TakenTransactions},
};
use libp2p::PeerId;

impl NetworkCore {
    pub(super) fn gossip(&mut self, now: Now, gossip: GossipMessage, actions: &mut Vec<Action>) {
        let GossipMessage { message, source, topic, bytes } = gossip;
        let ignore = Action::Judge { message, source, acceptance: Acceptance::Ignore };
        if !self.peers.is_introduced(&source) {
            return actions.push(ignore);
        }
        let Some(quotas) = self.quotas.get_mut(&source) else { return actions.push(ignore) };
        let quota = match topic {
            Topic::Blocks => &mut quotas.announcements,
            Topic::Transactions => &mut quotas.batches,
        };
        if !quota.take(1, now.elapsed) {
            actions.push(ignore);
            return self.report(now, &source, Offence::Flooding, actions);
        }
        if topic == Topic::Transactions && !quotas.is_worth_a_look(now.elapsed) {
            return actions.push(ignore);
        }
        actions.push(Action::Work(match topic {
            Topic::Blocks => Job::ExamineBlock { message, source, bytes },
            Topic::Transactions => Job::TakeTransactions { message, source, bytes },
        }));
    }

    pub(super) fn examined_block(
        &mut self,
        now: Now,
        (message, source): (GossipId, PeerId),
        examined: Examined,
        actions: &mut Vec<Action>,
    ) {
        let mut judge = |acceptance| actions.push(Action::Judge { message, source, acceptance });
        match examined {
            Examined::Malformed(error) => {
                judge(Acceptance::Reject);
                tracing::debug!(target: "network", %source, %error, "a bad announcement");
                self.report(now, &source, Offence::Malformed, actions);
            }
            Examined::Invalid { number, hash, reason } => {
                judge(Acceptance::Reject);
                tracing::debug!(target: "network", %source, number, %hash, %reason, "a bad header");
                self.report(now, &source, Offence::InvalidBlock, actions);
            }
            Examined::Known(hash) => {
                self.known_blocks.insert(hash);
                judge(Acceptance::Ignore);
            }
            Examined::Early { .. } => judge(Acceptance::Ignore),
            Examined::UnknownParent { number, hash } => {
                judge(Acceptance::Ignore);
                tracing::debug!(target: "network", %source, number, %hash, "its parent is unknown");
                self.hint(now, &source, actions);
            }
            Examined::Local(error) => {
                judge(Acceptance::Ignore);
                tracing::error!(target: "network", %error, "judging an announcement");
            }
            Examined::Good(block) => {
                // Another announcement of it with other transactions may have been faster.
                let is_new = self.known_blocks.insert(block.header.hash());
                judge(if is_new { Acceptance::Accept } else { Acceptance::Ignore });
                if is_new {
                    self.tell_sync(now, SyncEvent::PeerWorked { peer: source }, actions);
                }
                // Also if it is not new: nobody may have had its body then.
                let event = RelayEvent::Announced { block, from: source };
                self.tell_relay(now, event, actions);
            }
        }
    }

    pub(super) fn took_transactions(
        &mut self,
        now: Now,
        (message, source): (GossipId, PeerId),
        taken: &TakenTransactions,
        actions: &mut Vec<Action>,
    ) {
        // A node that is behind cannot tell what fits.
        if let TakenTransactions::Judged { unfit, .. } = taken
            && self.sync.progress().is_none()
            && let Some(quotas) = self.quotas.get_mut(&source)
        {
            quotas.charge_unfit(*unfit, now.elapsed);
        }
        let mut judge = |acceptance| actions.push(Action::Judge { message, source, acceptance });
        match taken {
            TakenTransactions::Malformed(error) => {
                judge(Acceptance::Reject);
                tracing::debug!(target: "network", %source, %error, "a bad batch");
                self.report(now, &source, Offence::Malformed, actions);
            }
            TakenTransactions::Invalid(error) => {
                judge(Acceptance::Reject);
                tracing::debug!(target: "network", %source, %error, "a bad transaction");
                self.report(now, &source, Offence::InvalidTransaction, actions);
            }
            TakenTransactions::Local(error) => {
                judge(Acceptance::Ignore);
                tracing::error!(target: "network", %error, "judging a transaction");
            }
            // What is new here is probably new to others.
            TakenTransactions::Judged { added: 0, .. } => judge(Acceptance::Ignore),
            TakenTransactions::Judged { .. } => judge(Acceptance::Accept),
        }
    }
}
