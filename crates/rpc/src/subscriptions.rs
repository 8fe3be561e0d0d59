//! `eth_subscribe`.

use crate::{
    RpcLimits,
    arguments::{Arguments, text},
    convert::{BlockLogs, Removal, pool_transaction, rpc_header},
    eth::Eth,
    log_filter::LogFilter,
    metrics::{Occupied, SubscriptionMetrics},
    node_context::NodeContext,
    rpc_error::{Limit, RpcError},
};
use hanzo_chain::{CanonUpdate, ExecutedBlock, UPDATE_QUEUE};
use hanzo_pool::PooledTransaction;
use jsonrpsee::{
    PendingSubscriptionSink, RpcModule, SubscriptionCloseResponse, SubscriptionSink,
    core::{RegisterMethodError, SubscriptionError},
    server::SendTimeoutError,
    types::{ErrorObjectOwned, Params},
};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use std::sync::Arc;
use tokio::sync::broadcast::{Receiver, error::RecvError};

/// What a client wants to hear of.
#[derive(Debug, Clone)]
enum Topic {
    NewHeads,
    Logs(Arc<LogFilter>),
    PendingHashes,
    PendingTransactions,
}

/// Where the news come from. Subscribed before the client is told its subscription's name, so that
/// nothing after the answer is missed.
#[derive(Debug)]
enum Feed {
    Chain(Receiver<Arc<CanonUpdate>>),
    Pool(Receiver<Arc<PooledTransaction>>),
}

/// Registers `eth_subscribe` and `eth_unsubscribe`.
pub(crate) fn register(module: &mut RpcModule<Eth>) -> Result<(), RegisterMethodError> {
    let name = "eth_subscribe";
    let metrics = SubscriptionMetrics::register(name);
    module.register_subscription(
        name,
        "eth_subscription",
        "eth_unsubscribe",
        move |params, pending, eth, _| subscribe(params, pending, eth, metrics.clone()),
    )?;
    Ok(())
}

/// Runs one subscription from the request to its end. jsonrpsee owns the task.
async fn subscribe(
    params: Params<'static>,
    pending: PendingSubscriptionSink,
    eth: Arc<Eth>,
    metrics: SubscriptionMetrics,
) -> SubscriptionCloseResponse {
    let topic = Topic::parse(params.as_str(), &eth.node.limits);
    let Some((topic, pending)) = admitted(topic, pending, &metrics).await else {
        return SubscriptionCloseResponse::None;
    };
    let feed = topic.feed(&eth);
    let Ok(sink) = pending.accept().await else { return SubscriptionCloseResponse::None };
    let outlet = Outlet { sink: &sink, limits: &eth.node.limits };
    until_closed(&sink, &eth.node, &metrics, serve(&topic, feed, &outlet)).await
}

/// Counts a request for a subscription, and refuses it with what is wrong with it.
pub(crate) async fn admitted<T>(
    wanted: Result<T, RpcError>,
    pending: PendingSubscriptionSink,
    metrics: &SubscriptionMetrics,
) -> Option<(T, PendingSubscriptionSink)> {
    metrics.requests.count(&wanted);
    match wanted {
        Ok(wanted) => Some((wanted, pending)),
        Err(error) => {
            pending.reject(error).await;
            None
        }
    }
}

/// Serves a subscription until the client or the node goes, or `serving` ends with an error, which is
/// what the client hears last.
pub(crate) async fn until_closed(
    sink: &SubscriptionSink,
    node: &NodeContext,
    metrics: &SubscriptionMetrics,
    serving: impl Future<Output = Result<(), RpcError>>,
) -> SubscriptionCloseResponse {
    let open = Occupied::enter(&metrics.open);
    let ended = tokio::select! {
        () = sink.closed() => Ok(()),
        () = node.cancel.cancelled() => Ok(()),
        ended = serving => ended,
    };
    drop(open);
    match ended {
        Ok(()) => SubscriptionCloseResponse::None,
        Err(error) => closing_notification(error),
    }
}

impl Topic {
    fn parse(params: Option<&str>, limits: &RpcLimits) -> Result<Self, RpcError> {
        let arguments = Arguments::parse(params, 2)?;
        let Name(name) = arguments.required(0, "subscription")?;
        match name.as_str() {
            "newHeads" => Ok(Self::NewHeads),
            "logs" => {
                let filter: LogFilter = arguments.optional(1, "filter")?.unwrap_or_default();
                filter.check_alternatives(limits.log_alternatives)?;
                Ok(Self::Logs(Arc::new(filter)))
            }
            "newPendingTransactions" => {
                match arguments.optional(1, "fullTransactions")?.unwrap_or(false) {
                    true => Ok(Self::PendingTransactions),
                    false => Ok(Self::PendingHashes),
                }
            }
            _ => Err(RpcError::UnknownSubscription { name, namespace: "eth" }),
        }
    }

    fn feed(&self, eth: &Eth) -> Feed {
        match self {
            Self::NewHeads | Self::Logs(_) => Feed::Chain(eth.node.chain.subscribe()),
            Self::PendingHashes | Self::PendingTransactions => {
                Feed::Pool(eth.node.pool.subscribe())
            }
        }
    }
}

struct Name(String);

impl crate::arguments::Argument for Name {
    fn from_json(json: &str) -> Result<Self, String> {
        text(json).map(Self)
    }
}

/// Sends until the feed ends or the reader is too slow.
async fn serve(topic: &Topic, feed: Feed, outlet: &Outlet<'_>) -> Result<(), RpcError> {
    match feed {
        Feed::Chain(mut updates) => {
            while let Some(update) = next(&mut updates).await? {
                match topic {
                    Topic::Logs(filter) => send_logs(&update, filter, outlet).await?,
                    Topic::NewHeads | Topic::PendingHashes | Topic::PendingTransactions => {
                        for block in &update.adopted {
                            outlet.send(&rpc_header(&block.header())).await?;
                        }
                    }
                }
            }
        }
        Feed::Pool(mut transactions) => {
            while let Some(pooled) = next(&mut transactions).await? {
                match topic {
                    Topic::PendingTransactions => {
                        outlet.send(&pool_transaction(&pooled.transaction)).await?;
                    }
                    Topic::PendingHashes | Topic::NewHeads | Topic::Logs(_) => {
                        outlet.send(pooled.transaction.tx_hash()).await?;
                    }
                }
            }
        }
    }
    Ok(())
}

async fn next<T: Clone>(feed: &mut Receiver<T>) -> Result<Option<T>, RpcError> {
    match feed.recv().await {
        Ok(news) => Ok(Some(news)),
        Err(RecvError::Closed) => Ok(None),
        Err(RecvError::Lagged(missed)) => Err(Limit::Lagged { missed, limit: UPDATE_QUEUE }.into()),
    }
}

/// First the logs that a reorganisation removed, then those that came.
async fn send_logs(
    update: &Arc<CanonUpdate>,
    filter: &Arc<LogFilter>,
    outlet: &Outlet<'_>,
) -> Result<(), RpcError> {
    let concerned = |block: &Arc<ExecutedBlock>| filter.may_match(&block.header().logs_bloom);
    if !update.reverted.iter().chain(&update.adopted).any(concerned) {
        return Ok(());
    }
    // A full block has tens of thousands of logs: too much for an async worker.
    let (update, filter) = (Arc::clone(update), Arc::clone(filter));
    let messages = tokio::task::spawn_blocking(move || log_messages(&update, &filter))
        .await
        .map_err(RpcError::internal)??;
    for message in messages {
        outlet.send_raw(message).await?;
    }
    Ok(())
}

fn log_messages(update: &CanonUpdate, filter: &LogFilter) -> Result<Vec<Box<RawValue>>, RpcError> {
    let reverted = update.reverted.iter().map(|block| (block, Removal::Reorganised));
    let adopted = update.adopted.iter().map(|block| (block, Removal::None));
    reverted
        .chain(adopted)
        .flat_map(|(block, removal)| {
            BlockLogs::new(block.block(), block.receipts(), removal)
                .matching(|log| filter.matches(log))
        })
        .map(|log| to_raw_value(&log).map_err(RpcError::internal))
        .collect()
}

/// The client's end of a subscription, with the patience the server has for it.
pub(crate) struct Outlet<'a> {
    pub(crate) sink: &'a SubscriptionSink,
    pub(crate) limits: &'a RpcLimits,
}

impl Outlet<'_> {
    pub(crate) async fn send<T: Serialize>(&self, message: &T) -> Result<(), RpcError> {
        self.send_raw(to_raw_value(message).map_err(RpcError::internal)?).await
    }

    async fn send_raw(&self, message: Box<RawValue>) -> Result<(), RpcError> {
        let limit = self.limits.slow_reader_patience;
        match self.sink.send_timeout(message, limit).await {
            // A closed connection ends the subscription in `subscribe`.
            Ok(()) | Err(SendTimeoutError::Closed(_)) => Ok(()),
            Err(SendTimeoutError::Timeout(_)) => Err(Limit::SlowReader { limit }.into()),
        }
    }
}

/// Tells the client why its subscription ends.
fn closing_notification(error: RpcError) -> SubscriptionCloseResponse {
    match to_raw_value(&ErrorObjectOwned::from(error)) {
        Ok(json) => SubscriptionCloseResponse::NotifErr(SubscriptionError::from_json(json)),
        Err(_) => SubscriptionCloseResponse::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(params: &str) -> Result<Topic, RpcError> {
        Topic::parse(Some(params), &RpcLimits::default())
    }

    #[test]
    fn every_topic_is_known() {
        assert!(matches!(parse(r#"["newHeads"]"#), Ok(Topic::NewHeads)));
        assert!(matches!(parse(r#"["logs"]"#), Ok(Topic::Logs(_))));
        assert!(matches!(parse(r#"["logs",{"topics":[]}]"#), Ok(Topic::Logs(_))));
        assert!(matches!(parse(r#"["newPendingTransactions"]"#), Ok(Topic::PendingHashes)));
        assert!(matches!(
            parse(r#"["newPendingTransactions",true]"#),
            Ok(Topic::PendingTransactions)
        ));
    }

    #[test]
    fn an_unknown_topic_is_refused_in_geths_words() {
        let error = parse(r#"["syncing"]"#).unwrap_err();
        assert_eq!(error.to_string(), "no \"syncing\" subscription in eth namespace");
        assert_eq!(error.code(), crate::rpc_error::METHOD_NOT_FOUND);
    }

    #[test]
    fn a_malformed_filter_is_refused_with_the_field() {
        let error = parse(r#"["logs",{"address":"0x1"}]"#).unwrap_err();
        assert!(error.to_string().contains("address: "), "{error}");
    }
}
