//! Who hears what, and when.

use crate::{coinbase, record::Record};
use alloy_primitives::{B256, U64};
use hanzo_e2e::{Feed, NodeProcess};
use serde_json::{Value, json};
use std::time::Instant;
use tokio::{
    sync::mpsc::{Receiver, channel},
    task::JoinSet,
};

/// News that wait to be looked at; all nodes hear less in a minute.
const NEWS_QUEUE: usize = 4_096;

/// What a node has said.
#[derive(Debug)]
enum News {
    /// It has this head.
    Head { node: usize, number: u64, hash: B256, at: Instant },
    /// Its miner has work on this block.
    Work { node: usize, parent: B256, at: Instant },
    /// Its miner has no work, for a while: the node is far behind, or the chain is ahead of the clock.
    NoWork,
}

/// A connection for the heads of each node, and one for the work of each miner.
#[derive(Debug)]
pub(crate) struct Listeners {
    news: Receiver<News>,
    record: Record,
    nodes: usize,
    tasks: JoinSet<()>,
}

impl Listeners {
    pub(crate) async fn open(nodes: &[NodeProcess], mining: &[usize]) -> Self {
        let (sender, news) = channel(NEWS_QUEUE);
        let mut tasks = JoinSet::new();
        for (node, process) in nodes.iter().enumerate() {
            let heads = Feed::open(&process.ws_url(), "eth", json!(["newHeads"])).await;
            let read = move |head: &Value, at| {
                let number: U64 = head["number"].as_str().unwrap().parse().unwrap();
                News::Head { node, number: number.to(), hash: hash(&head["hash"]), at }
            };
            tasks.spawn(heads.pass_on(read, sender.clone()));
            if mining.contains(&node) {
                let params = json!(["work", coinbase(node)]);
                let work = Feed::open(&process.ws_url(), "poc", params).await;
                let read = move |work: &Value, at| match work["parentHash"].as_str() {
                    None => News::NoWork,
                    Some(parent) => News::Work { node, parent: parent.parse().unwrap(), at },
                };
                tasks.spawn(work.pass_on(read, sender.clone()));
            }
        }
        Self { news, record: Record::default(), nodes: nodes.len(), tasks }
    }

    /// Listens until every node has a head with this number or a higher one.
    pub(crate) async fn until(&mut self, number: u64) {
        let mut reached = vec![false; self.nodes];
        while !reached.iter().all(|reached| *reached) {
            let news = tokio::select! {
                news = self.news.recv() => news.unwrap(),
                // Nobody hears of that node or of that work any more.
                Some(ended) = self.tasks.join_next() => panic!("a feed has ended: {ended:?}"),
            };
            match news {
                News::Head { node, number: head, hash, at } => {
                    self.record.head(node, (head, hash), at);
                    reached[node] |= head >= number;
                }
                News::Work { node, parent, at } => self.record.work(node, parent, at),
                News::NoWork => {}
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
