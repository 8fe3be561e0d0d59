//! A block every so many seconds: the dev chain with `--dev.block-time`.

use crate::{MiningError, Sealer};
use hanzo_poc::CancelFlag;
use std::time::Duration;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// Seals a block, empty or not, at fixed intervals.
#[derive(Debug)]
pub struct IntervalSealer {
    sealer: Sealer,
    block_time: Duration,
}

impl IntervalSealer {
    /// A sealer that makes a block every `block_time`.
    #[must_use]
    pub const fn new(sealer: Sealer, block_time: Duration) -> Self {
        Self { sealer, block_time }
    }

    /// Runs until `cancel`.
    ///
    /// # Errors
    /// [`MiningError`] if a block cannot be built or imported.
    pub async fn run(self, cancel: CancellationToken) -> Result<(), MiningError> {
        self.sealer.status().started();
        let mut ticks = tokio::time::interval(self.block_time);
        // A late block does not make the next ones hurry.
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.tick().await;
        loop {
            tokio::select! {
                () = cancel.cancelled() => return Ok(()),
                _ = ticks.tick() => {}
            }
            let sealer = self.sealer.clone();
            let flag = CancelFlag::default();
            let search_flag = flag.clone();
            let mut block =
                tokio::task::spawn_blocking(move || sealer.seal_one(|_| true, &search_flag));
            tokio::select! {
                made = &mut block => { made??; }
                () = cancel.cancelled() => {
                    flag.cancel();
                    block.await??;
                    return Ok(());
                }
            }
        }
    }
}
