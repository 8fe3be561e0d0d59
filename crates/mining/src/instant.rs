//! A block the moment a transaction arrives: the dev chain's default.

use crate::{MiningError, PendingBlock, Sealer};
use hanzo_poc::CancelFlag;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long the sealer waits after the first transaction for others to join its block.
///
/// Long enough for a batch request to arrive as a whole, short enough not to be felt. It promises
/// nothing: two transactions sent together may still land in two blocks. ADR-0006.
pub const COALESCING_WINDOW: Duration = Duration::from_millis(3);

/// Seals a block whenever the pool has an executable transaction. Source: decisions D-06, D-39.
#[derive(Debug)]
pub struct InstantSealer {
    sealer: Sealer,
}

impl InstantSealer {
    /// An instant sealer.
    #[must_use]
    pub const fn new(sealer: Sealer) -> Self {
        Self { sealer }
    }

    /// Runs until `cancel`.
    ///
    /// # Errors
    /// [`MiningError`] if a block cannot be built or imported; the chain is stuck then.
    pub async fn run(self, cancel: CancellationToken) -> Result<(), MiningError> {
        self.sealer.status().started();
        let mut changed = self.sealer.templates().pool().changed();
        loop {
            // Mark the version as seen before looking: a transaction that arrives while a block
            // is built wakes the loop again.
            changed.borrow_and_update();
            self.seal_until_idle(&cancel).await?;
            tokio::select! {
                () = cancel.cancelled() => return Ok(()),
                woken = changed.changed() => if woken.is_err() { return Ok(()) },
            }
            tokio::time::sleep(COALESCING_WINDOW).await;
        }
    }

    /// Seals blocks until the pool has nothing executable.
    async fn seal_until_idle(&self, cancel: &CancellationToken) -> Result<(), MiningError> {
        loop {
            let flag = CancelFlag::default();
            let sealer = self.sealer.clone();
            let search_flag = flag.clone();
            let mut block = tokio::task::spawn_blocking(move || {
                sealer.seal_one(is_wanted(&sealer), &search_flag)
            });
            let made = tokio::select! {
                made = &mut block => made??,
                () = cancel.cancelled() => {
                    flag.cancel();
                    block.await??;
                    return Ok(());
                }
            };
            if !made {
                return Ok(());
            }
        }
    }
}

/// A block is wanted if it has transactions, or if an empty one lowers the base fee that otherwise
/// executable transactions wait for: without blocks it would never fall (decision D-39, ADR-0006).
fn is_wanted(sealer: &Sealer) -> impl FnOnce(&PendingBlock) -> bool {
    let pool = sealer.templates().pool().clone();
    move |template| {
        if !template.block().body().transactions.is_empty() {
            return true;
        }
        let spec = template.view().spec();
        let base_fee = template.block().base_fee_per_gas.unwrap_or_default();
        let falls = spec.next_base_fee(template.block().header()) < base_fee;
        falls && pool.has_base_fee_parked()
    }
}
