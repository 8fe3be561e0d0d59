//! The search, apart from where work comes from.

use crate::{Backend, Job, ShareOutcome, ShareStats, Stats, shares::News};
use hanzo_poc::{CancelFlag, OnSeal, Seal, SearchOutcome, SearchUnits, UnitSearch};
use std::{ops::ControlFlow, sync::Arc};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

/// A seal and what it is for.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) job: Arc<Job>,
    pub(crate) seal: Seal,
}

/// Searches the newest job.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) backend: Arc<dyn Backend>,
    pub(crate) stats: Arc<Stats>,
    pub(crate) jobs: watch::Receiver<Option<Arc<Job>>>,
    pub(crate) seals: mpsc::Sender<Found>,
    /// Who takes seals that are good for a share; nobody if they are not wanted.
    pub(crate) shares: Option<mpsc::Sender<News>>,
}

impl Engine {
    /// Runs until `cancel`, or until nobody hands out jobs any more.
    pub(crate) async fn run(mut self, cancel: CancellationToken) {
        loop {
            let job = self.jobs.borrow_and_update().clone();
            let changed = match job {
                Some(job) => self.mine(&job, &cancel).await,
                None => self.next_job(&cancel).await,
            };
            if !changed {
                return;
            }
        }
    }

    /// Searches `job` until another comes. Returns whether one has.
    async fn mine(&mut self, job: &Arc<Job>, cancel: &CancellationToken) -> bool {
        let flag = Arc::new(CancelFlag::default());
        let mut search = tokio::task::spawn_blocking({
            let (job, backend, stats) =
                (Arc::clone(job), Arc::clone(&self.backend), Arc::clone(&self.stats));
            let flag = Arc::clone(&flag);
            let shares = self.shares.clone();
            move || {
                let units = SearchUnits::new(job.rows.clone());
                let take = |seal| judge(&job, seal, shares.as_ref(), &stats.shares);
                backend.search(UnitSearch {
                    work: &job.work,
                    target: if shares.is_some() { job.easiest_target() } else { job.target },
                    units: &units,
                    cancel: &flag,
                    progress: &stats.progress,
                    on_seal: OnSeal::new(&take),
                })
            }
        });
        let outcome = tokio::select! {
            outcome = &mut search => outcome,
            goes_on = next_job(&mut self.jobs, cancel) => {
                flag.cancel();
                // A seal that is found at the last moment may still be good.
                if let Ok(SearchOutcome::Found(seal)) = search.await {
                    self.hand_over(job, seal).await;
                }
                return goes_on;
            }
        };
        match outcome {
            Ok(SearchOutcome::Found(seal)) => self.hand_over(job, seal).await,
            Ok(SearchOutcome::Exhausted) => {
                tracing::warn!(target: "miner", number = job.header.number, "every row was searched");
            }
            Ok(SearchOutcome::Cancelled) => {}
            Err(error) => tracing::error!(target: "miner", %error, "the search failed"),
        }
        self.next_job(cancel).await
    }

    async fn hand_over(&self, job: &Arc<Job>, seal: Seal) {
        self.stats.find();
        // An error says that the miner is about to end.
        let _ = self.seals.send(Found { job: Arc::clone(job), seal }).await;
    }

    async fn next_job(&mut self, cancel: &CancellationToken) -> bool {
        next_job(&mut self.jobs, cancel).await
    }
}

/// A seal of a block ends the search; one that is only good for a share is passed on, and the search goes
/// on. Headers of blocks are shares, too.
fn judge(
    job: &Job,
    seal: Seal,
    shares: Option<&mpsc::Sender<News>>,
    stats: &ShareStats,
) -> ControlFlow<()> {
    if let Some(shares) = shares {
        stats.find();
        // It fills up only while no node answers, or if shares come faster than it does.
        if shares.try_send(News::share(job, &seal)).is_err() {
            stats.count(ShareOutcome::Expired, 1);
        }
    }
    let pow = job.work.lottery(&seal.mix, &seal.nonce);
    if job.target.is_met_by(&pow) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// Waits for another job. Returns whether there will be one.
async fn next_job(
    jobs: &mut watch::Receiver<Option<Arc<Job>>>,
    cancel: &CancellationToken,
) -> bool {
    tokio::select! {
        () = cancel.cancelled() => false,
        changed = jobs.changed() => changed.is_ok(),
    }
}
