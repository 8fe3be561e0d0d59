//! One node, as long as it answers.

use crate::{Job, JobError, Offer};
use alloy_primitives::{Address, B64, B256, U64};
use hanzo_poc::Seal;
use jsonrpsee::core::{
    client::{ClientT as _, Error, Subscription, SubscriptionClientT as _},
    traits::ToRpcParams,
};
use jsonrpsee_ws_client::{WsClient, WsClientBuilder};
use serde::Deserialize;
use serde_json::{
    Value, json,
    value::{RawValue, to_raw_value},
};
use std::{sync::Arc, time::Duration};
use thiserror::Error as ThisError;

/// How long a node may take to answer, and to take a connection.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often a silent connection is asked whether it still stands.
const PING_INTERVAL: Duration = Duration::from_secs(15);

/// A node that hands out work.
#[derive(Debug)]
pub(crate) struct Connection {
    client: Arc<NodeClient>,
    feed: Subscription<Value>,
    coinbase: Option<Address>,
}

/// Why a connection is given up.
#[derive(Debug, ThisError)]
pub(crate) enum ConnectionError {
    /// It could not be made, or broke.
    #[error("{0}")]
    Transport(#[from] Error),
    /// The node ended the subscription.
    #[error("the node ended the subscription")]
    Ended,
    /// Its work makes no sense.
    #[error("{0}")]
    Job(#[from] JobError),
}

/// A block that a seal completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Accepted {
    pub(crate) block_hash: B256,
    pub(crate) number: U64,
    pub(crate) is_head: bool,
}

/// What the node says to a seal.
#[derive(Debug)]
pub(crate) enum Verdict {
    Accepted(Accepted),
    /// The node's name for why, and its words.
    Rejected {
        reason: String,
        message: String,
    },
}

/// Calls of a node.
pub(crate) type NodeClient = WsClient;

/// Parameters of a call.
pub(crate) struct Params(pub(crate) Value);

impl ToRpcParams for Params {
    fn to_rpc_params(self) -> Result<Option<Box<RawValue>>, serde_json::Error> {
        to_raw_value(&self.0).map(Some)
    }
}

impl Connection {
    /// Connects to the node at `url` and asks for work that pays `coinbase`, or whom the node says.
    pub(crate) async fn open(
        url: &str,
        coinbase: Option<Address>,
    ) -> Result<Self, ConnectionError> {
        let client = WsClientBuilder::default()
            .connection_timeout(PATIENCE)
            .request_timeout(PATIENCE)
            .enable_ws_ping(
                jsonrpsee::core::client::async_client::PingConfig::new()
                    .ping_interval(PING_INTERVAL)
                    .inactive_limit(PING_INTERVAL.saturating_mul(2)),
            )
            .build(url)
            .await?;
        let wanted = match coinbase {
            Some(coinbase) => json!(["work", coinbase]),
            None => json!(["work"]),
        };
        let feed = client.subscribe("poc_subscribe", Params(wanted), "poc_unsubscribe").await?;
        Ok(Self { client: Arc::new(client), feed, coinbase })
    }

    /// For other calls of the same node.
    pub(crate) fn client(&self) -> Arc<NodeClient> {
        Arc::clone(&self.client)
    }

    /// The next work, or that there is none.
    pub(crate) async fn offer(&mut self) -> Result<Offer, ConnectionError> {
        match self.feed.next().await {
            Some(Ok(offer)) => Ok(Offer::read(&offer, self.coinbase)?),
            Some(Err(error)) => Err(Error::ParseError(error).into()),
            None => Err(ConnectionError::Ended),
        }
    }

    /// Submits a seal for `job`.
    pub(crate) async fn submit(&self, job: &Job, seal: &Seal) -> Result<Verdict, ConnectionError> {
        let params = json!([job.template_id, B64::from(seal.nonce), B256::from(seal.mix)]);
        match self.client.request::<Accepted, _>("poc_submitWork", Params(params)).await {
            Ok(accepted) => Ok(Verdict::Accepted(accepted)),
            Err(Error::Call(refusal)) => {
                let data = refusal.data().and_then(|data| serde_json::from_str(data.get()).ok());
                let reason = data.unwrap_or_else(|| "refused".to_owned());
                Ok(Verdict::Rejected { reason, message: refusal.message().to_owned() })
            }
            Err(other) => Err(other.into()),
        }
    }

    /// Tells the node how fast this miner is.
    pub(crate) async fn report(
        &self,
        macs_per_second: u64,
        id: B256,
    ) -> Result<(), ConnectionError> {
        let params = json!([U64::from(macs_per_second), id]);
        let _: bool = self.client.request("poc_submitHashrate", Params(params)).await?;
        Ok(())
    }
}
