//! A subscription on a connection of its own.

use jsonrpsee::core::{
    client::{Subscription, SubscriptionClientT as _},
    traits::ToRpcParams,
};
use jsonrpsee_ws_client::{WsClient, WsClientBuilder};
use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};
use std::time::Instant;
use tokio::sync::mpsc::Sender;

/// A subscription on a connection of its own.
#[derive(Debug)]
pub struct Feed {
    _client: WsClient,
    subscription: Subscription<Value>,
}

struct Params(Value);

impl ToRpcParams for Params {
    fn to_rpc_params(self) -> Result<Option<Box<RawValue>>, serde_json::Error> {
        to_raw_value(&self.0).map(Some)
    }
}

impl Feed {
    /// Subscribes at the node with this WebSocket address: in `eth` or `poc`, with these parameters.
    pub async fn open(url: &str, namespace: &str, params: Value) -> Self {
        let client = WsClientBuilder::default().build(url).await.unwrap();
        let [begin, end] = ["subscribe", "unsubscribe"].map(|verb| format!("{namespace}_{verb}"));
        let subscription = client.subscribe(&begin, Params(params), &end).await.unwrap();
        Self { _client: client, subscription }
    }

    /// Passes everything on until nobody listens or the node is gone; `read` gets it with the moment at
    /// which it came.
    pub async fn pass_on<T: Send>(
        mut self,
        read: impl Fn(&Value, Instant) -> T + Send,
        news: Sender<T>,
    ) {
        while let Some(Ok(item)) = self.subscription.next().await {
            #[expect(clippy::disallowed_methods, reason = "measures when it came")]
            let at = Instant::now();
            if news.send(read(&item, at)).await.is_err() {
                return;
            }
        }
    }
}
