//! What work waits for.

use crate::worker::{Job, JobDone};
use std::{future::Future, sync::Arc};
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

    /// Does a job with `work` when its turn comes, on a thread of its own.
    pub(super) fn run(
        &self,
        job: Job,
        work: impl FnOnce(Job) -> JobDone + Send + 'static,
    ) -> impl Future<Output = JobDone> + Send + 'static {
        let lane = self.of(&job);
        async move {
            let _core = lane.acquire_owned().await;
            finished(tokio::task::spawn_blocking(move || work(job)).await)
        }
    }

    /// What a job waits for.
    fn of(&self, job: &Job) -> Arc<Semaphore> {
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

/// What a job came to. A panic in it is a defect of this node, and goes on here.
fn finished(done: Result<JobDone, tokio::task::JoinError>) -> JobDone {
    done.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        // Nothing cancels jobs but the end of the runtime, after which nobody is here.
        Err(_) => std::panic::resume_unwind(Box::new("a job was cancelled")),
    })
}
