//! Streams on which anything may be said.

use super::speech::{Listens, Speech};
use alloy_primitives::Bytes;
use futures::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, StreamExt as _};
use libp2p::{StreamProtocol, request_response};
use std::{future::pending, io};

/// Longest answer that is read. A node's longest is less.
const MAX_READ: u64 = 16 << 20;

/// What is said or heard on a stream.
#[derive(Debug)]
pub(crate) enum Message {
    Said(Speech),
    Heard(Bytes),
}

/// Says whatever it is told, at any pace, on one stream of any protocol.
#[derive(Debug, Clone)]
pub(super) struct RawCodec {
    /// Whether what others say has an end that is waited for. Gossip has none.
    pub(super) is_endless: bool,
    listens: Listens,
}

impl RawCodec {
    /// For a protocol of one message a stream.
    pub(super) const fn exchange() -> Self {
        Self { is_endless: false, listens: Listens::ToTheEnd }
    }

    /// For a protocol of streams that stay open.
    pub(super) const fn endless() -> Self {
        Self { is_endless: true, listens: Listens::ToTheEnd }
    }

    async fn read<T>(&self, io: &mut T) -> io::Result<Message>
    where
        T: AsyncRead + Unpin + Send,
    {
        if self.listens == Listens::Never {
            return pending().await;
        }
        if self.is_endless {
            futures::io::copy(io, &mut futures::io::sink()).await?;
            return Ok(Message::Heard(Bytes::new()));
        }
        let mut bytes = Vec::new();
        io.take(MAX_READ).read_to_end(&mut bytes).await?;
        Ok(Message::Heard(bytes.into()))
    }

    async fn write<T>(&mut self, io: &mut T, message: Message) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        let Message::Said(mut speech) = message else { return Ok(()) };
        self.listens = speech.listens;
        while let Some(piece) = speech.pieces.next().await {
            io.write_all(&piece).await?;
            io.flush().await?;
        }
        Ok(())
    }
}

impl request_response::Codec for RawCodec {
    type Protocol = StreamProtocol;
    type Request = Message;
    type Response = Message;

    async fn read_request<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Message>
    where
        T: AsyncRead + Unpin + Send,
    {
        self.read(io).await
    }

    async fn read_response<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Message>
    where
        T: AsyncRead + Unpin + Send,
    {
        self.read(io).await
    }

    async fn write_request<T>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        request: Message,
    ) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        self.write(io, request).await
    }

    async fn write_response<T>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        response: Message,
    ) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        self.write(io, response).await
    }
}
