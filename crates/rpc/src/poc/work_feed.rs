//! Work, whenever there is better, and that there is none.

use super::{
    Poc,
    work::{WorkAnswer, work_error},
};
use crate::{execution_slots::Lane, rpc_error::RpcError, subscriptions::Outlet};
use alloy_primitives::Address;
use hanzo_chain::CanonUpdate;
use hanzo_mining::{Pause, TemplateId, WORK_REFRESH_SECONDS, WorkError};
use serde::Serialize;
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{MissedTickBehavior, interval},
};

/// What a subscriber is sent.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Notification {
    Work(Box<WorkAnswer>),
    Pause(PauseAnswer),
}

/// That there is no work at the moment: the last is not worth searching any more.
#[derive(Debug, Serialize)]
struct PauseAnswer {
    kind: &'static str,
    reason: &'static str,
    message: String,
}

impl From<Pause> for PauseAnswer {
    fn from(pause: Pause) -> Self {
        Self { kind: "none", reason: pause.name(), message: pause.to_string() }
    }
}

/// What a subscriber was sent last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sent {
    Nothing,
    Work(TemplateId),
    /// By its name: how far a pause is is told once.
    Pause(&'static str),
}

/// Sends work at once, after every change of the head, and when what was sent is outdated. When there is
/// none at the moment it says so, once.
///
/// # Errors
/// [`RpcError`] if there can be none, or the reader is too slow.
pub(super) async fn serve(
    poc: &Poc,
    coinbase: Option<Address>,
    mut heads: Receiver<Arc<CanonUpdate>>,
    outlet: &Outlet<'_>,
) -> Result<(), RpcError> {
    let mut ticks = interval(Duration::from_secs(WORK_REFRESH_SECONDS));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut sent = Sent::Nothing;
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
        if let Some((now, notification)) = news(poc, coinbase, sent).await? {
            sent = now;
            outlet.send(&notification).await?;
        }
    }
}

/// The best work there is, or that there is none, unless `sent` said so. A node that is too busy to build
/// it does so at the next tick.
async fn news(
    poc: &Poc,
    coinbase: Option<Address>,
    sent: Sent,
) -> Result<Option<(Sent, Notification)>, RpcError> {
    let node = Arc::clone(&poc.node);
    let build = move || {
        let known = match sent {
            Sent::Work(id) => Some(id),
            Sent::Nothing | Sent::Pause(_) => None,
        };
        match node.work.newer_work(coinbase, known) {
            Ok(package) => Ok(package.map(|package| {
                let work = Notification::Work(Box::new(WorkAnswer::from(&package)));
                (Sent::Work(package.id), work)
            })),
            Err(WorkError::Paused(pause)) => {
                let now = Sent::Pause(pause.name());
                Ok((now != sent).then(|| (now, Notification::Pause(pause.into()))))
            }
            Err(error) => Err(work_error(error)),
        }
    };
    match poc.slots.run(Lane::Execution, build).await {
        Err(RpcError::Limit(limit)) => {
            tracing::debug!(target: "rpc", %limit, "work comes later");
            Ok(None)
        }
        other => other,
    }
}
