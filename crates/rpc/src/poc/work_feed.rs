//! Work, whenever there is better.

use super::{
    Poc,
    work::{WorkAnswer, work_error},
};
use crate::{execution_slots::Lane, rpc_error::RpcError, subscriptions::Outlet};
use alloy_primitives::Address;
use hanzo_chain::CanonUpdate;
use hanzo_mining::{TemplateId, WORK_REFRESH_SECONDS, WorkError};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{MissedTickBehavior, interval},
};

/// Sends work at once, after every change of the head, and when what was sent is outdated.
///
/// # Errors
/// [`RpcError`] if there is none, or the reader is too slow.
pub(super) async fn serve(
    poc: &Poc,
    coinbase: Option<Address>,
    mut heads: Receiver<Arc<CanonUpdate>>,
    outlet: &Outlet<'_>,
) -> Result<(), RpcError> {
    let mut ticks = interval(Duration::from_secs(WORK_REFRESH_SECONDS));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut sent = None;
    loop {
        tokio::select! {
            biased;
            head = heads.recv() => match head {
                // However many heads were missed, the work is for the newest.
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Ok(()),
            },
            _ = ticks.tick() => {}
        }
        if let Some((id, work)) = newer_work(poc, coinbase, sent).await? {
            sent = Some(id);
            outlet.send(&work).await?;
        }
    }
}

/// The best work there is, unless it is `sent`. A node that is too busy to build it does so at the
/// next tick.
async fn newer_work(
    poc: &Poc,
    coinbase: Option<Address>,
    sent: Option<TemplateId>,
) -> Result<Option<(TemplateId, WorkAnswer)>, RpcError> {
    let node = Arc::clone(&poc.node);
    let build = move || {
        let package = match node.work.newer_work(coinbase, sent) {
            // It comes when the node has caught up.
            Err(WorkError::Syncing { .. }) => None,
            package => package.map_err(work_error)?,
        };
        Ok(package.map(|package| (package.id, WorkAnswer::from(&package))))
    };
    match poc.slots.run(Lane::Execution, build).await {
        Err(RpcError::Limit(limit)) => {
            tracing::debug!(target: "rpc", %limit, "work comes later");
            Ok(None)
        }
        other => other,
    }
}
