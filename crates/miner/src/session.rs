//! From work to blocks, over whichever node answers.

use crate::{
    Backend, Job, NodeCall, Offer, Pause, SealOutcome, Stats,
    connection::NodeClient,
    connection::{Accepted, Connection, ConnectionError, Verdict},
    engine::{Engine, Found},
    retry::BackOff,
    shares::{News, ShareKeeper},
};
use alloy_primitives::{Address, B256};
use alloy_signer_local::PrivateKeySigner;
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

/// Shares and words of new work that wait for their keeper while it talks to the node.
const NEWS_QUEUE: usize = 4_096;

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
    /// Who submits shares; nobody if absent.
    pub shares: Option<ShareConfig>,
}

/// Who submits shares.
#[derive(Debug, Clone)]
pub struct ShareConfig {
    /// The key that signs: that of the provider or of its operator.
    pub key: PrivateKeySigner,
    /// Whom the shares pay: the coinbase.
    pub provider: Address,
    /// The most that is paid for gas, in wei; as much as the call is worth if absent.
    pub max_fee: Option<u128>,
}

/// A miner: searches what a node hands out, and submits what it finds.
#[derive(Debug)]
pub struct Miner {
    config: MinerConfig,
    stats: Arc<Stats>,
    jobs: watch::Sender<Option<Arc<Job>>>,
    seals: mpsc::Receiver<Found>,
    news: mpsc::Sender<News>,
    heard: mpsc::Receiver<News>,
    engine: Engine,
}

/// Where a session passes jobs to, and seals come from.
struct Session<'a> {
    config: &'a MinerConfig,
    stats: &'a Stats,
    jobs: &'a watch::Sender<Option<Arc<Job>>>,
    seals: &'a mut mpsc::Receiver<Found>,
    /// Where new heads are told.
    news: &'a mpsc::Sender<News>,
    /// Where the node is told of that is connected.
    node: &'a watch::Sender<Option<Arc<NodeClient>>>,
}

impl Miner {
    /// A miner that searches with `backend` and counts in `stats`.
    #[must_use]
    pub fn new(config: MinerConfig, backend: Arc<dyn Backend>, stats: Arc<Stats>) -> Self {
        let (jobs, newest) = watch::channel(None);
        let (found, seals) = mpsc::channel(SEAL_QUEUE);
        let (news, heard) = mpsc::channel(NEWS_QUEUE);
        let shares = config.shares.is_some().then(|| news.clone());
        let engine =
            Engine { backend, stats: Arc::clone(&stats), jobs: newest, seals: found, shares };
        Self { config, stats, jobs, seals, news, heard, engine }
    }

    /// Mines until `cancel`. A node that does not answer is no reason to end.
    pub async fn run(self, cancel: CancellationToken) {
        let Self { config, stats, jobs, mut seals, news, heard, engine } = self;
        let stop = cancel.child_token();
        let searching = engine.run(stop.clone());
        let (node, connected) = watch::channel(None);
        let keeping = async {
            if let Some(shares) = config.shares.clone() {
                let keeper = ShareKeeper::new(shares, Arc::clone(&stats.shares));
                keeper.run(heard, connected, cancel.clone()).await;
            }
        };
        let talking = async {
            let mut session = Session {
                config: &config,
                stats: &stats,
                jobs: &jobs,
                seals: &mut seals,
                news: &news,
                node: &node,
            };
            session.run(&cancel).await;
            stop.cancel();
        };
        tokio::join!(searching, talking, keeping);
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
                self.node.send_replace(None);
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
        self.node.send_replace(Some(connection.client()));
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
        let mut said = None;
        loop {
            let step = tokio::select! {
                biased;
                found = self.seals.recv() => match found {
                    Some(found) => self.submit(connection, &found).await,
                    None => return ConnectionError::Ended,
                },
                offer = connection.offer() => offer.map(|offer| {
                    back_off.reset();
                    self.take(offer, &mut said);
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

    /// Searches what is offered, or nothing. `said` is the last reason for nothing that people have read:
    /// a chain that is ahead of the clock may have it for every block.
    fn take(&self, offer: Offer, said: &mut Option<String>) {
        let job = match offer {
            Offer::Work(job) => *job,
            Offer::Nothing(Pause { reason, message }) => {
                if said.as_ref() != Some(&reason) {
                    tracing::info!(target: "miner", %reason, %message, "no work at the moment");
                }
                *said = Some(reason);
                self.jobs.send_replace(None);
                return;
            }
        };
        self.stats.node.work();
        tracing::debug!(
            target: "miner", number = job.header.number, template = %job.template_id,
            difficulty = %job.difficulty(), "new work"
        );
        // Whoever keeps shares hears of the next work if this finds no room.
        let _ = self.news.try_send(News::Work);
        self.jobs.send_replace(Some(Arc::new(job)));
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
