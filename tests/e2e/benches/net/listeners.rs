//! Who waits for work.

use crate::work_delays::WorkDelays;
use alloy_primitives::{Address, B256, U64};
use hanzo_e2e::{Feed, Feeds};
use serde_json::{Value, json};
use std::time::Instant;

/// News that wait to be looked at; more than 64 listeners hear in a second.
const NEWS_QUEUE: usize = 4_096;

/// Listeners, each on a connection of its own: one for heads, the others for work.
#[derive(Debug)]
pub(crate) struct Listeners {
    news: Feeds<News>,
    delays: WorkDelays,
}

/// What a listener has heard.
#[derive(Debug)]
enum News {
    Head { number: u64, hash: B256, at: Instant },
    Work { listener: usize, parent: B256, at: Instant },
}

impl Listeners {
    /// Listens to heads, and for each of `coinbases` to work.
    pub(crate) async fn open(url: &str, coinbases: &[Address]) -> Self {
        let mut news = Feeds::new(NEWS_QUEUE);
        // Work first: no head is missed by somebody who is still on the way.
        for (listener, coinbase) in coinbases.iter().enumerate() {
            let feed = Feed::open(url, "poc", json!(["work", coinbase])).await;
            // Without a parent it says that there is no work for a while.
            let read = move |work: &Value, at| {
                let parent = work["parentHash"].as_str()?.parse().unwrap();
                Some(News::Work { listener, parent, at })
            };
            news.add(feed, read);
        }
        let heads = Feed::open(url, "eth", json!(["newHeads"])).await;
        let read = |head: &Value, at| {
            let number: U64 = head["number"].as_str().unwrap().parse().unwrap();
            Some(News::Head { number: number.to(), hash: hash(&head["hash"]), at })
        };
        news.add(heads, read);
        Self { news, delays: WorkDelays::default() }
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
        match self.news.next().await {
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

fn hash(value: &Value) -> B256 {
    value.as_str().unwrap().parse().unwrap()
}
