//! `poc_subscribe`.

use super::{Poc, share_feed, work_feed};
use crate::{
    arguments::{Argument, Arguments, text},
    metrics::SubscriptionMetrics,
    rpc_error::RpcError,
    subscriptions::{Outlet, admitted, until_closed},
};
use alloy_primitives::Address;
use hanzo_chain::CanonUpdate;
use jsonrpsee::{
    PendingSubscriptionSink, RpcModule, SubscriptionCloseResponse, core::RegisterMethodError,
    types::Params,
};
use std::sync::Arc;
use tokio::sync::broadcast::Receiver;

/// What a client wants to hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Topic {
    /// Work that pays this coinbase, or whom the node says, whenever there is better.
    Work(Option<Address>),
    /// Shares of this provider, or of all, that the chain has accepted.
    Shares(Option<Address>),
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
    let topic = Topic::parse(params.as_str()).and_then(|topic| topic.require(&poc));
    let Some((topic, pending)) = admitted(topic, pending, &metrics).await else {
        return SubscriptionCloseResponse::None;
    };
    // Before the client is told its subscription's name, so that nothing after the answer is missed.
    let updates = poc.node.work.new_heads();
    let Ok(sink) = pending.accept().await else { return SubscriptionCloseResponse::None };
    let outlet = Outlet { sink: &sink, limits: &poc.node.limits };
    until_closed(&sink, &poc.node, &metrics, topic.serve(&poc, updates, &outlet)).await
}

impl Topic {
    fn parse(params: Option<&str>) -> Result<Self, RpcError> {
        let arguments = Arguments::parse(params, 2)?;
        let Name(name) = arguments.required(0, "subscription")?;
        match name.as_str() {
            "work" => Ok(Self::Work(arguments.optional(1, "coinbase")?)),
            "shares" => Ok(Self::Shares(arguments.optional(1, "provider")?)),
            _ => Err(RpcError::UnknownSubscription { name, namespace: "poc" }),
        }
    }

    /// There is work only where blocks can be made.
    fn require(self, poc: &Poc) -> Result<Self, RpcError> {
        match self {
            Self::Work(_) => poc.node.require_writable()?,
            Self::Shares(_) => {}
        }
        Ok(self)
    }

    async fn serve(
        self,
        poc: &Poc,
        updates: Receiver<Arc<CanonUpdate>>,
        outlet: &Outlet<'_>,
    ) -> Result<(), RpcError> {
        match self {
            Self::Work(coinbase) => work_feed::serve(poc, coinbase, updates, outlet).await,
            Self::Shares(provider) => share_feed::serve(updates, provider, outlet).await,
        }
    }
}

struct Name(String);

impl Argument for Name {
    fn from_json(json: &str) -> Result<Self, String> {
        text(json).map(Self)
    }
}
