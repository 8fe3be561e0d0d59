//! What work waits for.

use crate::worker::Job;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Work waits for work of its own kind only, each kind for as many cores as there are: the system shares them
/// among kinds. Judging transactions takes most of the time, and anybody can send as many as there is room for.
#[derive(Debug)]
pub(super) struct Lanes {
    announcements: Arc<Semaphore>,
    transactions: Arc<Semaphore>,
    others: Arc<Semaphore>,
}

impl Lanes {
    /// For so many cores.
    pub(super) fn new(cores: usize) -> Self {
        let lane = || Arc::new(Semaphore::new(cores));
        Self { announcements: lane(), transactions: lane(), others: lane() }
    }

    /// What a job waits for.
    pub(super) fn of(&self, job: &Job) -> Arc<Semaphore> {
        Arc::clone(match job {
            Job::ExamineBlock { .. } => &self.announcements,
            Job::TakeTransactions { .. } | Job::TakePooled { .. } => &self.transactions,
            Job::TakeAnswer { .. }
            | Job::CheckHeaders { .. }
            | Job::ListOwnTransactions
            | Job::Locate { .. }
            | Job::AssembleBlock { .. }
            | Job::FindMissing { .. }
            | Job::Serve { .. } => &self.others,
        })
    }
}
