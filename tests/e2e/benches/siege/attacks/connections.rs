//! A thousand connections at once.

use super::Means;
use futures::{FutureExt as _, future::BoxFuture};
use hanzo_e2e::Random;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
    time::{sleep, timeout},
};

const CONNECTIONS: usize = 1_000;

/// How long those that the victim keeps are kept.
const STAY: Duration = Duration::from_secs(8);

/// From one thousand to the next.
const PAUSE: Duration = Duration::from_secs(2);

/// Opens a thousand connections at once. On half of them nothing is said, on the others anything.
pub(super) fn start(means: Means) -> BoxFuture<'static, ()> {
    async move {
        let mut random = Random::new(7);
        loop {
            let mut open = JoinSet::new();
            for index in 0..CONNECTIONS {
                let words = match index % 2 {
                    0 => Vec::new(),
                    _ => (0..200).map(|_| u8::try_from(random.below(256)).unwrap()).collect(),
                };
                open.spawn(connect(means.clone(), words));
            }
            while open.join_next().await.is_some() {}
            sleep(PAUSE).await;
        }
    }
    .boxed()
}

async fn connect(means: Means, words: Vec<u8>) {
    means.tally.connection();
    let Ok(mut stream) = TcpStream::connect(means.target.socket).await else { return };
    if !words.is_empty() && stream.write_all(&words).await.is_ok() {
        means.tally.message(words.len());
    }
    let mut answer = Vec::new();
    // Until the victim ends it.
    let _ = timeout(STAY, stream.read_to_end(&mut answer)).await;
}
