//! Who waits for work.

use crate::work_delays::{WorkDelays, now};
use alloy_primitives::{Address, B256, U64};
use jsonrpsee::core::{client::SubscriptionClientT as _, traits::ToRpcParams};
use jsonrpsee_ws_client::{WsClient, WsClientBuilder};
use serde_json::{
    Value, json,
    value::{RawValue, to_raw_value},
};
use std::time::Instant;
use tokio::{
    sync::mpsc::{Receiver, Sender, channel},
    task::JoinSet,
};

/// News that wait to be looked at; more than 64 listeners hear in a second.
const NEWS_QUEUE: usize = 4_096;

/// Listeners, each on a connection of its own: one for heads, the others for work.
#[derive(Debug)]
pub(crate) struct Listeners {
    news: Receiver<News>,
    delays: WorkDelays,
    _tasks: JoinSet<()>,
}

/// What a listener has heard.
#[derive(Debug)]
enum News {
    Head { number: u64, hash: B256, at: Instant },
    Work { listener: usize, parent: B256, at: Instant },
}

struct Params(Value);

impl ToRpcParams for Params {
    fn to_rpc_params(self) -> Result<Option<Box<RawValue>>, serde_json::Error> {
        to_raw_value(&self.0).map(Some)
    }
}

impl Listeners {
    /// Listens to heads, and for each of `coinbases` to work.
    pub(crate) async fn open(url: &str, coinbases: &[Address]) -> Self {
        let (sender, news) = channel(NEWS_QUEUE);
        let mut tasks = JoinSet::new();
        // Work first: no head is missed by somebody who is still on the way.
        for (listener, coinbase) in coinbases.iter().enumerate() {
            let feed = Feed::open(url, ("poc", json!(["work", coinbase]))).await;
            let read = move |work: &Value, at| News::Work {
                listener,
                parent: hash(&work["parentHash"]),
                at,
            };
            tasks.spawn(feed.pass_on(read, sender.clone()));
        }
        let heads = Feed::open(url, ("eth", json!(["newHeads"]))).await;
        let read = |head: &Value, at| {
            let number: U64 = head["number"].as_str().unwrap().parse().unwrap();
            News::Head { number: number.to(), hash: hash(&head["hash"]), at }
        };
        tasks.spawn(heads.pass_on(read, sender));
        Self { news, delays: WorkDelays::default(), _tasks: tasks }
    }

    /// Listens until the head has this number or a higher one.
    pub(crate) async fn until(&mut self, number: u64) {
        while self.hear().await.is_none_or(|(head, _)| head < number) {}
    }

    /// Listens for so many heads.
    pub(crate) async fn heads(&mut self, count: u64) {
        let mut heard = 0;
        while heard < count {
            heard += u64::from(self.hear().await.is_some());
        }
    }

    /// Listens until `everybody` has work on the head with this number.
    pub(crate) async fn until_all_work_on(&mut self, number: u64, everybody: usize) {
        let mut wanted = None;
        loop {
            if let Some((head, hash)) = self.hear().await
                && head == number
            {
                wanted = Some(hash);
            }
            if wanted.is_some_and(|head| self.delays.listeners_on(head) == everybody) {
                return;
            }
        }
    }

    /// Notes what is heard next; tells if it is a head.
    async fn hear(&mut self) -> Option<(u64, B256)> {
        match self.news.recv().await.unwrap() {
            News::Head { number, hash, at } => {
                self.delays.head(hash, at);
                Some((number, hash))
            }
            News::Work { listener, parent, at } => {
                self.delays.work(listener, parent, at);
                None
            }
        }
    }

    /// What was heard so far does not count.
    pub(crate) fn forget(&mut self) {
        self.delays = WorkDelays::default();
    }

    /// How long work took after each head.
    pub(crate) const fn delays(&self) -> &WorkDelays {
        &self.delays
    }
}

/// A subscription on a connection of its own.
struct Feed {
    _client: WsClient,
    subscription: jsonrpsee::core::client::Subscription<Value>,
}

impl Feed {
    async fn open(url: &str, (namespace, params): (&str, Value)) -> Self {
        let client = WsClientBuilder::default().build(url).await.unwrap();
        let [begin, end] = ["subscribe", "unsubscribe"].map(|verb| format!("{namespace}_{verb}"));
        let subscription = client.subscribe(&begin, Params(params), &end).await.unwrap();
        Self { _client: client, subscription }
    }

    /// Passes everything on until nobody listens.
    async fn pass_on(mut self, read: impl Fn(&Value, Instant) -> News + Send, news: Sender<News>) {
        while let Some(item) = self.subscription.next().await {
            let at = now();
            if news.send(read(&item.unwrap(), at)).await.is_err() {
                return;
            }
        }
    }
}

fn hash(value: &Value) -> B256 {
    value.as_str().unwrap().parse().unwrap()
}
