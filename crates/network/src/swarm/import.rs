//! Importing what came.

use crate::{Now, core::Event, metrics::wide, relay::FetchedBlock, sync::ImportVerdict};
use hanzo_chain::{ArrivedBlock, ChainHandle, CheckedBlock, ImportError, Inserted, Origin};
use hanzo_consensus::Consensus;
use hanzo_types::Fault;
use metrics::Counter;
use std::{sync::Arc, time::Duration};
use tokio::sync::oneshot;

/// How long to wait if the queue of the chain is full: about as long as it needs for a block.
const BUSY_WAIT: Duration = Duration::from_millis(50);

/// How often to wait. A segment of synchronisation takes the chain for a second or so.
const MAX_WAITS: u32 = 200;

/// What an announced block is imported with.
#[derive(Debug, Clone)]
pub(super) struct Importer {
    pub(super) chain: ChainHandle,
    pub(super) consensus: Arc<dyn Consensus>,
}

/// Imports an announced block.
pub(super) async fn import_block(importer: Importer, fetched: FetchedBlock, now: Now) -> Event {
    let (number, hash) = (fetched.block().number, fetched.block().hash());
    let transactions = fetched.block().body().transactions.len();
    let consensus = Arc::clone(&importer.consensus);
    let checked = tokio::task::spawn_blocking(move || match fetched {
        FetchedBlock::Recovered(block) => {
            CheckedBlock::check_recovered(Arc::unwrap_or_clone(block), &*consensus)
        }
        FetchedBlock::Sealed(block) => {
            CheckedBlock::check(Arc::unwrap_or_clone(block), &*consensus)
        }
    })
    .await;
    let imported = match checked {
        Ok(Ok(checked)) => import_patiently(&importer.chain, checked, now).await,
        Ok(Err(reason)) => Err(ImportError::Invalid { number, hash, reason }),
        Err(_) => Err(ImportError::Stopped),
    };
    let verdict = match imported {
        Ok(inserted) => {
            tell(&inserted, number, transactions);
            ImportVerdict::Done
        }
        Err(error) => refused(&error),
    };
    Event::BlockImported { hash, verdict }
}

fn tell(inserted: &Inserted, number: u64, transactions: usize) {
    match inserted {
        Inserted::Head(update) => {
            let head = update.view.head();
            tracing::info!(
                target: "network",
                number = head.number,
                hash = %head.hash(),
                transactions,
                reverted = update.reverted.len(),
                "block imported"
            );
        }
        Inserted::Side => tracing::info!(target: "network", number, "side block imported"),
        Inserted::Known
        | Inserted::Deferred
        | Inserted::Orphan { .. }
        | Inserted::Refused { .. } => {}
    }
}

async fn import_patiently(
    chain: &ChainHandle,
    checked: CheckedBlock,
    now: Now,
) -> Result<Inserted, ImportError> {
    for _ in 0..MAX_WAITS {
        let origin = Origin::Peer { now: now.unix };
        match chain.import(checked.clone(), origin).await {
            Err(ImportError::Busy { .. }) => tokio::time::sleep(BUSY_WAIT).await,
            verdict => return verdict,
        }
    }
    chain.import(checked, Origin::Peer { now: now.unix }).await
}

/// Keeps imports in the order in which they were ordered: each waits until the one before it is over.
#[derive(Debug, Default)]
pub(super) struct ImportLane(Option<oneshot::Receiver<()>>);

/// The place of an import in the lane.
#[derive(Debug)]
pub(super) struct LanePlace {
    before: Option<oneshot::Receiver<()>>,
    over: oneshot::Sender<()>,
}

impl ImportLane {
    /// The next place.
    pub(super) fn next(&mut self) -> LanePlace {
        let (over, after) = oneshot::channel();
        LanePlace { before: self.0.replace(after), over }
    }
}

/// Imports blocks of the synchronisation, and counts them.
pub(super) async fn import_segment(
    (chain, synced): (ChainHandle, Counter),
    place: LanePlace,
    (import, blocks): (u64, Vec<ArrivedBlock>),
    now: Now,
) -> Event {
    let LanePlace { before, over } = place;
    if let Some(before) = before {
        // It is over also if it was dropped.
        let _ = before.await;
    }
    let imported = tokio::task::spawn_blocking(move || {
        chain.import_segment_blocking(blocks, Origin::Peer { now: now.unix })
    });
    let imported = imported.await.unwrap_or(Err(ImportError::Stopped));
    // Nobody may wait for it.
    let _ = over.send(());
    if let Ok(import) = &imported {
        synced.increment(wide(import.imported));
    }
    let verdict = match imported.map(|import| import.refusal) {
        Ok(None) => ImportVerdict::Done,
        Ok(Some(error)) | Err(error) => refused(&error),
    };
    Event::SegmentImported { import, verdict }
}

fn refused(error: &ImportError) -> ImportVerdict {
    match error.fault() {
        Fault::Peer => {
            tracing::warn!(target: "network", %error, "a block was refused");
            ImportVerdict::Invalid
        }
        Fault::Transient => {
            tracing::debug!(target: "network", %error, "a block was not imported");
            ImportVerdict::NotNow
        }
        Fault::Local => {
            tracing::error!(target: "network", %error, "a block was not imported");
            ImportVerdict::NotNow
        }
    }
}
