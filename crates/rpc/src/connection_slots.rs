//! How many connections the TCP port has.

use crate::{http_refusal::over_limit, rpc_error::Limit};
use http::StatusCode;
use http_body_util::BodyExt as _;
use std::{io, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// How many clients are told at the same time that there is no room for them. The others are told by
/// the end of their connection.
pub(crate) const REFUSALS: usize = 16;

/// How long a client that is refused has for its request: whoever is cut off while it sends does not
/// read why.
const REFUSAL_PATIENCE: Duration = Duration::from_secs(1);

/// Bytes of its request that are read.
const REQUEST_BYTES: usize = 8 << 10;

/// Room for so many connections. Every connection takes a file of the process, and the database needs
/// some too.
#[derive(Debug, Clone)]
pub(crate) struct ConnectionSlots {
    open: Arc<Semaphore>,
    refusals: Arc<Semaphore>,
    limit: u32,
}

/// A connection that there is no room for.
#[derive(Debug)]
pub(crate) struct Refused {
    stream: TcpStream,
    limit: u32,
    _permit: OwnedSemaphorePermit,
}

impl ConnectionSlots {
    /// Room for `limit` connections.
    pub(crate) fn new(limit: u32) -> Self {
        let open = usize::try_from(limit).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        Self {
            open: Arc::new(Semaphore::new(open)),
            refusals: Arc::new(Semaphore::new(REFUSALS)),
            limit,
        }
    }

    /// A place for one more connection. Without one, the client is to be told, if there is time.
    pub(crate) fn enter(
        &self,
        stream: TcpStream,
    ) -> Result<(TcpStream, OwnedSemaphorePermit), Option<Refused>> {
        match Arc::clone(&self.open).try_acquire_owned() {
            Ok(slot) => Ok((stream, slot)),
            Err(_) => {
                let permit = Arc::clone(&self.refusals).try_acquire_owned().ok();
                Err(permit.map(|permit| Refused { stream, limit: self.limit, _permit: permit }))
            }
        }
    }
}

impl Refused {
    /// Says why and closes the connection.
    pub(crate) async fn tell(mut self) {
        // A client that is gone, or slow, needs no answer.
        let _ = timeout(REFUSAL_PATIENCE, self.answer()).await;
    }

    async fn answer(&mut self) -> io::Result<()> {
        let refusal =
            over_limit(StatusCode::TOO_MANY_REQUESTS, Limit::Connections { limit: self.limit });
        let body = refusal.into_body().collect().await.map_err(io::Error::other)?.to_bytes();
        let mut request = [0; REQUEST_BYTES];
        let _ = self.stream.read(&mut request).await?;
        let head = format!(
            "HTTP/1.1 429 Too Many Requests\r\ncontent-type: application/json\r\n\
             connection: close\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.stream.write_all(head.as_bytes()).await?;
        self.stream.write_all(&body).await?;
        self.stream.shutdown().await
    }
}
