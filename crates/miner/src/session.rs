//! From work to blocks, over whichever node answers.

use crate::{
    Backend, Job, NodeCall, SealOutcome, Stats,
    connection::{Accepted, Connection, ConnectionError, Verdict},
    engine::{Engine, Found},
    retry::BackOff,
};
use alloy_primitives::{Address, B256};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::{mpsc, watch},
    time::{MissedTickBehavior, interval, sleep},
};
use tokio_util::sync::CancellationToken;

/// Seals that wait to be submitted. A miner that finds more between two answers of a node mines at a
/// difficulty that is none.
const SEAL_QUEUE: usize = 64;

/// How often the node hears how fast the miner is; it believes it for a minute.
const REPORT_INTERVAL: Duration = Duration::from_secs(10);

/// What a miner is told.
#[derive(Debug, Clone)]
pub struct MinerConfig {
    /// WebSocket addresses of nodes; the first that answers is used. Not empty.
    pub nodes: Vec<String>,
    /// Who is paid; whom the node says if absent.
    pub coinbase: Option<Address>,
    /// Name of this miner for the node's statistics.
    pub id: B256,
}

/// A miner: searches what a node hands out, and submits what it finds.
#[derive(Debug)]
pub struct Miner {
    config: MinerConfig,
    stats: Arc<Stats>,
    jobs: watch::Sender<Option<Arc<Job>>>,
    seals: mpsc::Receiver<Found>,
    engine: Engine,
}

/// Where a session passes jobs to, and seals come from.
struct Session<'a> {
    config: &'a MinerConfig,
    stats: &'a Stats,
    jobs: &'a watch::Sender<Option<Arc<Job>>>,
    seals: &'a mut mpsc::Receiver<Found>,
}

impl Miner {
    /// A miner that searches with `backend` and counts in `stats`.
    #[must_use]
    pub fn new(config: MinerConfig, backend: Arc<dyn Backend>, stats: Arc<Stats>) -> Self {
        let (jobs, newest) = watch::channel(None);
        let (found, seals) = mpsc::channel(SEAL_QUEUE);
        let engine = Engine { backend, stats: Arc::clone(&stats), jobs: newest, seals: found };
        Self { config, stats, jobs, seals, engine }
    }

    /// Mines until `cancel`. A node that does not answer is no reason to end.
    pub async fn run(self, cancel: CancellationToken) {
        let Self { config, stats, jobs, mut seals, engine } = self;
        let stop = cancel.child_token();
        let searching = engine.run(stop.clone());
        let talking = async {
            let mut session =
                Session { config: &config, stats: &stats, jobs: &jobs, seals: &mut seals };
            session.run(&cancel).await;
            stop.cancel();
        };
        tokio::join!(searching, talking);
    }
}

impl Session<'_> {
    /// Goes from node to node until `cancel`.
    async fn run(&mut self, cancel: &CancellationToken) {
        let mut back_off = BackOff::new();
        loop {
            for node in &self.config.nodes {
                let ended = tokio::select! {
                    () = cancel.cancelled() => return,
                    ended = self.with(node, &mut back_off) => ended,
                };
                // Nobody is there to take a seal: better work nothing than work in vain.
                self.jobs.send_replace(None);
                tracing::warn!(target: "miner", %node, error = %ended, "lost the node");
            }
            let pause = back_off.next();
            tracing::info!(target: "miner", seconds = pause.as_secs_f32(), "trying again");
            tokio::select! {
                () = cancel.cancelled() => return,
                () = sleep(pause) => {}
            }
        }
    }

    /// Mines for one node until it is lost. Returns why.
    async fn with(&mut self, node: &str, back_off: &mut BackOff) -> ConnectionError {
        let mut connection = match Connection::open(node, self.config.coinbase).await {
            Ok(connection) => connection,
            Err(error) => {
                self.stats.node.unreachable();
                return error;
            }
        };
        tracing::info!(target: "miner", %node, "connected");
        self.stats.node.connected();
        let ended = self.talk(&mut connection, back_off).await;
        self.stats.node.disconnected();
        ended
    }

    /// Passes work and seals on until the connection ends. Returns why it did.
    async fn talk(
        &mut self,
        connection: &mut Connection,
        back_off: &mut BackOff,
    ) -> ConnectionError {
        let mut ticks = interval(REPORT_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let step = tokio::select! {
                biased;
                found = self.seals.recv() => match found {
                    Some(found) => self.submit(connection, &found).await,
                    None => return ConnectionError::Ended,
                },
                job = connection.job() => job.map(|job| {
                    back_off.reset();
                    self.stats.node.work();
                    tracing::debug!(
                        target: "miner", number = job.header.number, template = %job.template_id,
                        difficulty = %job.difficulty(), "new work"
                    );
                    self.jobs.send_replace(Some(Arc::new(job)));
                }),
                _ = ticks.tick() => {
                    let rate = self.stats.totals(now()).macs_per_second;
                    let asked = now();
                    connection.report(rate, self.config.id).await.map(|()| {
                        self.stats.node.answered(NodeCall::Report, asked.elapsed());
                    })
                }
            };
            if let Err(error) = step {
                return error;
            }
        }
    }

    async fn submit(
        &self,
        connection: &Connection,
        Found { job, seal }: &Found,
    ) -> Result<(), ConnectionError> {
        let submitted = now();
        let verdict = connection.submit(job, seal).await?;
        let took = submitted.elapsed();
        self.stats.node.answered(NodeCall::Submit, took);
        match verdict {
            Verdict::Accepted(Accepted { block_hash, number, is_head }) => {
                self.stats.judge(if is_head { SealOutcome::Head } else { SealOutcome::Side });
                let latency_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
                tracing::info!(
                    target: "miner", number = number.to::<u64>(), hash = %block_hash, is_head,
                    latency_ms, "block"
                );
            }
            Verdict::Rejected { reason, message } => {
                self.stats.judge(SealOutcome::of_reason(&reason));
                tracing::warn!(target: "miner", number = job.header.number, %message, "seal not taken");
            }
        }
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "the miner measures its rate")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
