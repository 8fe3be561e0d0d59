//! `poc_subscribe`.

use super::{
    Poc,
    work::{WorkAnswer, work_error},
};
use crate::{
    arguments::{Argument, Arguments, text},
    execution_slots::Lane,
    metrics::{Occupied, SubscriptionMetrics},
    rpc_error::RpcError,
    subscriptions::{Outlet, closing_notification},
};
use alloy_primitives::Address;
use hanzo_mining::{TemplateId, WORK_REFRESH_SECONDS};
use jsonrpsee::{
    PendingSubscriptionSink, RpcModule, SubscriptionCloseResponse, core::RegisterMethodError,
    types::Params,
};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::broadcast::error::RecvError,
    time::{MissedTickBehavior, interval},
};

/// Work for one coinbase, whenever there is better.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    coinbase: Option<Address>,
}

/// Registers `poc_subscribe` and `poc_unsubscribe`.
pub(super) fn register(module: &mut RpcModule<Poc>) -> Result<(), RegisterMethodError> {
    let name = "poc_subscribe";
    let metrics = SubscriptionMetrics::register(name);
    module.register_subscription(
        name,
        "poc_subscription",
        "poc_unsubscribe",
        move |params, pending, poc, _| subscribe(params, pending, poc, metrics.clone()),
    )?;
    Ok(())
}

/// Runs one subscription from the request to its end. jsonrpsee owns the task.
async fn subscribe(
    params: Params<'static>,
    pending: PendingSubscriptionSink,
    poc: Arc<Poc>,
    metrics: SubscriptionMetrics,
) -> SubscriptionCloseResponse {
    let wanted = Wanted::parse(params.as_str());
    let wanted = wanted.and_then(|wanted| poc.node.require_writable().map(|()| wanted));
    metrics.requests.count(&wanted);
    let wanted = match wanted {
        Ok(wanted) => wanted,
        Err(error) => {
            pending.reject(error).await;
            return SubscriptionCloseResponse::None;
        }
    };
    let Ok(sink) = pending.accept().await else { return SubscriptionCloseResponse::None };
    let open = Occupied::enter(&metrics.open);
    let outlet = Outlet { sink: &sink, limits: &poc.node.limits };
    let ended = tokio::select! {
        () = sink.closed() => Ok(()),
        () = poc.node.cancel.cancelled() => Ok(()),
        ended = serve(&poc, wanted, &outlet) => ended,
    };
    drop(open);
    match ended {
        Ok(()) => SubscriptionCloseResponse::None,
        Err(error) => closing_notification(error),
    }
}

impl Wanted {
    fn parse(params: Option<&str>) -> Result<Self, RpcError> {
        let arguments = Arguments::parse(params, 2)?;
        let Name(name) = arguments.required(0, "subscription")?;
        match name.as_str() {
            "work" => Ok(Self { coinbase: arguments.optional(1, "coinbase")? }),
            _ => Err(RpcError::UnknownSubscription { name, namespace: "poc" }),
        }
    }
}

struct Name(String);

impl Argument for Name {
    fn from_json(json: &str) -> Result<Self, String> {
        text(json).map(Self)
    }
}

/// Sends work at once, after every change of the head, and when what was sent is outdated.
async fn serve(poc: &Poc, wanted: Wanted, outlet: &Outlet<'_>) -> Result<(), RpcError> {
    let mut heads = poc.node.work.new_heads();
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
        if let Some((id, work)) = newer_work(poc, wanted, sent).await? {
            sent = Some(id);
            outlet.send(&work).await?;
        }
    }
}

/// The best work there is, unless it is `sent`. A node that is too busy to build it does so at the
/// next tick.
async fn newer_work(
    poc: &Poc,
    wanted: Wanted,
    sent: Option<TemplateId>,
) -> Result<Option<(TemplateId, WorkAnswer)>, RpcError> {
    let node = Arc::clone(&poc.node);
    let build = move || {
        let package = node.work.newer_work(wanted.coinbase, sent).map_err(work_error)?;
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
