//! How much work peers can cause.

use crate::{
    core::{Acceptance, Action, GossipId},
    wire::MAX_GOSSIP_BYTES,
    worker::Job,
};
use libp2p::PeerId;
use std::collections::HashMap;

/// Jobs that peers can cause at will, apart from announcements of blocks: judging transactions and answering
/// requests. Beyond it gossip is ignored and requests are answered with `Busy`. Jobs that this node orders
/// itself are few by themselves.
const MAX_JOBS: usize = 128;

/// Batches of one peer that are judged at a time, however many peers there are.
const LEAST_BATCHES: usize = 2;

/// Announcements of one peer that are judged at a time: as many as a peer may have that was silent for a
/// while. Those of others have no part in it, so that nobody keeps the blocks of honest peers away.
const MAX_ANNOUNCEMENTS: usize = 16;

/// Bytes of them.
const MAX_ANNOUNCEMENT_BYTES: usize = 2 * MAX_GOSSIP_BYTES;

/// The gossip of a peer that is being judged.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Judging {
    batches: usize,
    announcements: usize,
    announcement_bytes: usize,
}

/// What a message is.
#[derive(Debug, Clone, Copy)]
enum Gossip {
    Batch,
    Announcement { bytes: usize },
}

/// How much work peers can cause.
#[derive(Debug, Default)]
pub(super) struct JobLimits {
    peers: HashMap<PeerId, Judging>,
    messages: HashMap<GossipId, (PeerId, Gossip)>,
    /// Batches that are being judged.
    batches: usize,
}

impl JobLimits {
    /// What is to be done instead of a job, if its peer has enough under way, or all have. `running` jobs
    /// are under way, for `peers` peers.
    pub(super) fn admit(&mut self, job: &Job, running: usize, peers: usize) -> Option<Action> {
        match job {
            Job::ExamineBlock { message, source, bytes } => {
                let judging = self.peers.entry(*source).or_default();
                let bytes = bytes.len();
                let together = judging.announcement_bytes.saturating_add(bytes);
                if judging.announcements >= MAX_ANNOUNCEMENTS || together > MAX_ANNOUNCEMENT_BYTES {
                    return Some(ignore(*message, *source));
                }
                judging.announcements = judging.announcements.saturating_add(1);
                judging.announcement_bytes = together;
                self.messages.insert(*message, (*source, Gossip::Announcement { bytes }));
                None
            }
            Job::TakeTransactions { message, source, .. } => {
                let share = MAX_JOBS.checked_div(peers).unwrap_or(MAX_JOBS).max(LEAST_BATCHES);
                let judging = self.peers.entry(*source).or_default();
                if judging.batches >= share || self.batches >= MAX_JOBS {
                    return Some(ignore(*message, *source));
                }
                judging.batches = judging.batches.saturating_add(1);
                self.batches = self.batches.saturating_add(1);
                self.messages.insert(*message, (*source, Gossip::Batch));
                None
            }
            Job::Serve { channel, .. } => {
                (running >= MAX_JOBS).then_some(Action::RespondBusy { channel: *channel })
            }
            Job::TakeAnswer { .. }
            | Job::CheckHeaders { .. }
            | Job::Locate { .. }
            | Job::ListOwnTransactions
            | Job::FindMissing { .. }
            | Job::TakePooled { .. }
            | Job::AssembleBlock { .. } => None,
        }
    }

    /// A message was judged.
    pub(super) fn judged(&mut self, message: GossipId) {
        let Some((peer, gossip)) = self.messages.remove(&message) else { return };
        let Some(judging) = self.peers.get_mut(&peer) else { return };
        match gossip {
            Gossip::Batch => {
                judging.batches = judging.batches.saturating_sub(1);
                self.batches = self.batches.saturating_sub(1);
            }
            Gossip::Announcement { bytes } => {
                judging.announcements = judging.announcements.saturating_sub(1);
                judging.announcement_bytes = judging.announcement_bytes.saturating_sub(bytes);
            }
        }
        if *judging == Judging::default() {
            self.peers.remove(&peer);
        }
    }
}

const fn ignore(message: GossipId, source: PeerId) -> Action {
    Action::Judge { message, source, acceptance: Acceptance::Ignore }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::Bytes;

    fn batch(number: u64, source: PeerId) -> Job {
        Job::TakeTransactions { message: GossipId(number), source, bytes: Bytes::new() }
    }

    fn announcement(number: u64, source: PeerId, bytes: usize) -> Job {
        let bytes = Bytes::from(vec![0; bytes]);
        Job::ExamineBlock { message: GossipId(number), source, bytes }
    }

    #[test]
    fn whatever_strangers_send_the_announcements_and_batches_of_another_peer_are_judged() {
        let mut limits = JobLimits::default();
        let honest = PeerId::random();
        let strangers: Vec<PeerId> = (0..49).map(|_| PeerId::random()).collect();
        let mut number = 0;
        let mut admitted = 0;
        for _ in 0..100 {
            for stranger in &strangers {
                number += 2;
                admitted += u32::from(limits.admit(&batch(number, *stranger), 0, 50).is_none());
                let _ = limits.admit(&announcement(number + 1, *stranger, 100), 0, 50);
            }
        }
        assert_eq!(admitted, 49 * 2);
        assert!(limits.admit(&batch(1, honest), 0, 50).is_none());
        assert!(limits.admit(&announcement(3, honest, 40_000), 0, 50).is_none());
    }

    #[test]
    fn what_was_judged_makes_room() {
        let mut limits = JobLimits::default();
        let peer = PeerId::random();
        let half = MAX_ANNOUNCEMENT_BYTES / 2;
        assert!(limits.admit(&announcement(1, peer, half), 0, 1).is_none());
        assert!(limits.admit(&announcement(2, peer, half), 0, 1).is_none());
        assert!(limits.admit(&announcement(3, peer, 1), 0, 1).is_some());
        limits.judged(GossipId(1));
        assert!(limits.admit(&announcement(4, peer, 1), 0, 1).is_none());
        limits.judged(GossipId(2));
        limits.judged(GossipId(4));
        // A message that was never admitted.
        limits.judged(GossipId(3));
        assert!(limits.peers.is_empty() && limits.messages.is_empty());
    }

    #[test]
    fn one_peer_alone_may_have_all_the_batches_and_no_more() {
        let mut limits = JobLimits::default();
        let peer = PeerId::random();
        let admitted =
            (0..1_000).filter(|number| limits.admit(&batch(*number, peer), 0, 1).is_none());
        assert_eq!(admitted.count(), MAX_JOBS);
    }
}
