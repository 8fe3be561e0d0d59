//! What several subscriptions bring, in one place.

use crate::Feed;
use serde_json::Value;
use std::time::Instant;
use tokio::{
    sync::mpsc::{Receiver, Sender, channel},
    task::JoinSet,
};

/// What several subscriptions bring, in the order in which it came.
#[derive(Debug)]
pub struct Feeds<T> {
    sender: Sender<Option<T>>,
    news: Receiver<Option<T>>,
    tasks: JoinSet<()>,
}

impl<T: Send + 'static> Feeds<T> {
    /// None yet; `queue` of what they bring may wait.
    #[must_use]
    pub fn new(queue: usize) -> Self {
        let (sender, news) = channel(queue);
        Self { sender, news, tasks: JoinSet::new() }
    }

    /// Listens to one more. `read` gets what it brings with the moment at which it came, and tells if there is
    /// something to hear.
    pub fn add(
        &mut self,
        feed: Feed,
        read: impl Fn(&Value, Instant) -> Option<T> + Send + 'static,
    ) {
        self.tasks.spawn(feed.pass_on(read, self.sender.clone()));
    }

    /// What comes next.
    ///
    /// # Panics
    /// When a subscription has ended: what it would bring is missing from then on.
    pub async fn next(&mut self) -> T {
        loop {
            tokio::select! {
                news = self.news.recv() => if let Some(news) = news.flatten() { return news },
                Some(ended) = self.tasks.join_next() => panic!("a feed has ended: {ended:?}"),
            }
        }
    }
}
