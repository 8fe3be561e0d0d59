//! What is still said when the node stops.

use super::Behaviour;
use futures::StreamExt as _;
use hanzo_pool::PooledTransaction;
use libp2p::Swarm;
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::broadcast::{Receiver, error::TryRecvError},
    time::timeout,
};

/// How long the last messages have to leave this machine: nothing tells that they have.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// Transactions that nobody has looked at yet.
pub(super) fn remaining(
    promoted: &mut Receiver<Arc<PooledTransaction>>,
) -> impl Iterator<Item = Arc<PooledTransaction>> {
    std::iter::from_fn(|| {
        loop {
            match promoted.try_recv() {
                Ok(transaction) => return Some(transaction),
                Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => return None,
            }
        }
    })
}

/// Lets messages leave. What others say meanwhile is not heard.
pub(super) async fn let_leave(swarm: &mut Swarm<Behaviour>) {
    // It ends by the time: a swarm never does.
    let _ = timeout(LAST_WORDS, swarm.map(drop).collect::<()>()).await;
}
