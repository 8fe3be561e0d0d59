//! Who hears what, and when.

use crate::{coinbase, record::Record};
use alloy_primitives::{B256, U64};
use hanzo_e2e::{Feed, Feeds, NodeProcess};
use serde_json::{Value, json};
use std::time::Instant;

/// News that wait to be looked at; all nodes hear less in a minute.
const NEWS_QUEUE: usize = 4_096;

/// What a node has said.
#[derive(Debug)]
enum News {
    /// It has this head.
    Head { node: usize, number: u64, hash: B256, at: Instant },
    /// Its miner has work on this block.
    Work { node: usize, parent: B256, at: Instant },
}

/// A connection for the heads of each node, and one for the work of each miner.
#[derive(Debug)]
pub(crate) struct Listeners {
    news: Feeds<News>,
    record: Record,
    nodes: usize,
}

impl Listeners {
    pub(crate) async fn open(nodes: &[NodeProcess], mining: &[usize]) -> Self {
        let mut news = Feeds::new(NEWS_QUEUE);
        for (node, process) in nodes.iter().enumerate() {
            let heads = Feed::open(&process.ws_url(), "eth", json!(["newHeads"])).await;
            let read = move |head: &Value, at| {
                let number: U64 = head["number"].as_str().unwrap().parse().unwrap();
                Some(News::Head { node, number: number.to(), hash: hash(&head["hash"]), at })
            };
            news.add(heads, read);
            if mining.contains(&node) {
                let params = json!(["work", coinbase(node)]);
                let work = Feed::open(&process.ws_url(), "poc", params).await;
                // Without a parent it says that there is no work for a while.
                let read = move |work: &Value, at| {
                    let parent = work["parentHash"].as_str()?.parse().unwrap();
                    Some(News::Work { node, parent, at })
                };
                news.add(work, read);
            }
        }
        Self { news, record: Record::default(), nodes: nodes.len() }
    }

    /// Listens until every node has a head with this number or a higher one.
    pub(crate) async fn until(&mut self, number: u64) {
        let mut reached = vec![false; self.nodes];
        while !reached.iter().all(|reached| *reached) {
            match self.news.next().await {
                News::Head { node, number: head, hash, at } => {
                    self.record.head(node, (head, hash), at);
                    reached[node] |= head >= number;
                }
                News::Work { node, parent, at } => self.record.work(node, parent, at),
            }
        }
    }

    /// What was heard so far; nothing of it is kept.
    pub(crate) fn forget(&mut self) -> Record {
        std::mem::take(&mut self.record)
    }
}

fn hash(value: &Value) -> B256 {
    value.as_str().unwrap().parse().unwrap()
}
