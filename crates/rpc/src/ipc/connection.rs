//! One IPC connection.

use crate::{
    ipc::{
        IpcServices,
        json_frames::{JsonFrames, RequestTooLong},
        session::{CountedAnswer, IpcSession},
    },
    rpc_error::{Limit, RpcError},
};
use jsonrpsee::{
    ConnectionId, MethodResponse, MethodSink,
    types::{ErrorObjectOwned, Id},
};
use serde_json::value::RawValue;
use std::{io, sync::Arc};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{UnixStream, unix::OwnedWriteHalf},
    sync::{Semaphore, mpsc},
    task::JoinSet,
    time::timeout,
};

/// Bytes read at once.
const READ_BYTES: usize = 64 * 1024;

/// Serves `stream` until the client closes it. Everything spawned here ends with it.
pub(crate) async fn serve(
    stream: UnixStream,
    connection: ConnectionId,
    services: IpcServices,
) -> io::Result<()> {
    let limits = Arc::clone(&services.limits);
    let (mut reader, writer) = stream.into_split();
    let capacity = usize::try_from(limits.connection_buffer).unwrap_or(usize::MAX);
    let (outbox, notifications) = mpsc::channel::<Box<RawValue>>(capacity);
    let sink = MethodSink::new_with_limit(outbox, limits.response_bytes);
    let (answered, answers) = mpsc::channel::<CountedAnswer>(capacity);
    let session = Arc::new(IpcSession::new(&services, connection, sink.clone()));
    let in_flight = Arc::new(Semaphore::new(limits.calls_in_flight));
    let mut frames = JsonFrames::new(limits.request_bytes);
    let mut tasks = JoinSet::new();
    tasks.spawn(write_all(writer, notifications, answers));
    let mut chunk = vec![0; READ_BYTES];
    loop {
        let length = reader.read(&mut chunk).await?;
        if length == 0 {
            return Ok(());
        }
        frames.push(chunk.get(..length).unwrap_or_default());
        loop {
            let document = match frames.next_document() {
                Ok(Some(document)) => document,
                Ok(None) => break,
                Err(RequestTooLong { limit }) => {
                    // A closed connection needs no answer.
                    let _ = sink.send(refusal(Limit::RequestBytes { limit })).await;
                    // Without senders the writer ends once the refusal is out.
                    drop((session, sink, answered));
                    let written = async { while tasks.join_next().await.is_some() {} };
                    let _ = timeout(limits.slow_reader_patience, written).await;
                    return Ok(());
                }
            };
            // Reading stops while too many requests are unanswered.
            let permit = Arc::clone(&in_flight).acquire_owned().await.map_err(io::Error::other)?;
            let (session, answered) = (Arc::clone(&session), answered.clone());
            tasks.spawn(async move {
                if let Some(answer) = session.answer(&document).await {
                    // A closed connection needs no answer.
                    let _ = answered.send(answer).await;
                }
                drop(permit);
                Ok(())
            });
        }
        while tasks.try_join_next().is_some() {}
    }
}

/// Tells a client why it is not served and closes the connection.
pub(crate) async fn refuse(mut stream: UnixStream, limit: Limit) -> io::Result<()> {
    stream.write_all(refusal(limit).get().as_bytes()).await?;
    stream.write_all(b"\n").await?;
    stream.shutdown().await
}

/// Why a connection ends.
fn refusal(limit: Limit) -> Box<RawValue> {
    let error = ErrorObjectOwned::from(RpcError::from(limit));
    MethodResponse::error(Id::Null, error).into_json()
}

/// Writes until nobody can send any more. Notifications go first: what waits when an answer comes
/// may be of the subscription that the answer ends.
async fn write_all(
    mut writer: OwnedWriteHalf,
    mut notifications: mpsc::Receiver<Box<RawValue>>,
    mut answers: mpsc::Receiver<CountedAnswer>,
) -> io::Result<()> {
    loop {
        tokio::select! {
            biased;
            Some(notification) = notifications.recv() => write(&mut writer, &notification).await?,
            // Counted until it is written.
            Some(answer) = answers.recv() => write(&mut writer, &answer.json).await?,
            else => return Ok(()),
        }
    }
}

async fn write(writer: &mut OwnedWriteHalf, message: &RawValue) -> io::Result<()> {
    writer.write_all(message.get().as_bytes()).await?;
    writer.write_all(b"\n").await
}
