//! Mining without pause: every chain with real difficulty.

use crate::{MiningError, PendingBlock, Sealer, sealer::Sealing};
use hanzo_poc::CancelFlag;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// How often a running search looks for new pool contents. Source: decision D-36.
pub const TEMPLATE_CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// After this long a template is replaced even if nothing changed, so that its timestamp stays
/// true. Source: decision D-36.
pub const TEMPLATE_MAX_AGE: Duration = Duration::from_secs(5);

/// Mines on the head without pause and follows head and pool.
#[derive(Debug)]
pub struct ContinuousMiner {
    sealer: Sealer,
}

impl ContinuousMiner {
    /// A continuous miner.
    #[must_use]
    pub const fn new(sealer: Sealer) -> Self {
        Self { sealer }
    }

    /// Runs until `cancel`.
    ///
    /// # Errors
    /// [`MiningError`] if a block cannot be built or imported.
    pub async fn run(self, cancel: CancellationToken) -> Result<(), MiningError> {
        self.sealer.status().started();
        let mut said = None;
        while !cancel.is_cancelled() {
            let templates = self.sealer.templates().clone();
            let pause = templates.pause();
            if let Some(pause) = pause {
                // A chain that is ahead of the clock may wait at every block: it is said once.
                if said.replace(pause.name()) != Some(pause.name()) {
                    tracing::info!(target: "miner", reason = pause.name(), "mining waits: {pause}");
                }
                tokio::select! {
                    () = cancel.cancelled() => return Ok(()),
                    () = tokio::time::sleep(TEMPLATE_CHECK_INTERVAL) => continue,
                }
            }
            let template = tokio::task::spawn_blocking(move || templates.pending()).await??;
            self.mine(template, &cancel).await?;
        }
        Ok(())
    }

    /// Searches one template until it is sealed, outdated or cancelled.
    async fn mine(
        &self,
        template: Arc<PendingBlock>,
        cancel: &CancellationToken,
    ) -> Result<(), MiningError> {
        let flag = CancelFlag::default();
        let (sealer, search_flag) = (self.sealer.clone(), flag.clone());
        let searched = Arc::clone(&template);
        let started = now();
        let mut search = tokio::task::spawn_blocking(move || {
            let sealing = sealer.search(&searched, &search_flag)?;
            if let Sealing::Found(seal) = &sealing {
                sealer.import(&searched, seal, started.elapsed())?;
            }
            Ok::<_, MiningError>(())
        });
        tokio::select! {
            ended = &mut search => return ended?,
            () = self.outdated(&template, cancel) => flag.cancel(),
        }
        search.await?
    }

    /// Waits until `template` should be replaced.
    async fn outdated(&self, template: &PendingBlock, cancel: &CancellationToken) {
        let templates = self.sealer.templates();
        let mut updates = templates.chain().subscribe();
        let version = templates.pool().version();
        let mut ticks = tokio::time::interval(TEMPLATE_CHECK_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.tick().await;
        let mut age = Duration::ZERO;
        // The head may have moved between building the template and subscribing.
        while templates.chain().view().head().hash() == template.parent().hash() {
            tokio::select! {
                () = cancel.cancelled() => return,
                _ = updates.recv() => {}
                _ = ticks.tick() => {
                    age = age.saturating_add(TEMPLATE_CHECK_INTERVAL);
                    if age >= TEMPLATE_MAX_AGE || templates.pool().version() != version {
                        return;
                    }
                }
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the miner reports how long a block took")]
fn now() -> Instant {
    Instant::now()
}
