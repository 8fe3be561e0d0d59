//! Requests and responses on a stream.

use alloy_primitives::Bytes;
use futures::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use libp2p::{StreamProtocol, request_response};
use std::io;

/// Reads and writes messages as they are: one a stream and direction, which ends with it. What a message
/// says is none of its business, except how long it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MessageCodec {
    pub(super) max_request_bytes: usize,
    pub(super) max_response_bytes: usize,
}

impl request_response::Codec for MessageCodec {
    type Protocol = StreamProtocol;
    type Request = Bytes;
    type Response = Bytes;

    async fn read_request<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Bytes>
    where
        T: AsyncRead + Unpin + Send,
    {
        read_bounded(io, self.max_request_bytes).await
    }

    async fn read_response<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Bytes>
    where
        T: AsyncRead + Unpin + Send,
    {
        read_bounded(io, self.max_response_bytes).await
    }

    async fn write_request<T>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        request: Bytes,
    ) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        io.write_all(&request).await
    }

    async fn write_response<T>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        response: Bytes,
    ) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        io.write_all(&response).await
    }
}

/// Reads to the end of the stream, but one byte more than is allowed at most: whoever takes the message
/// apart refuses it with the name of what is wrong.
async fn read_bounded<T>(io: &mut T, max: usize) -> io::Result<Bytes>
where
    T: AsyncRead + Unpin + Send,
{
    let mut bytes = Vec::new();
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    io.take(limit).read_to_end(&mut bytes).await?;
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{MAX_REQUEST_BYTES, Request};
    use futures::executor::block_on;

    #[test]
    fn of_a_message_that_is_too_long_a_byte_too_many_is_read_and_it_is_refused_by_name() {
        let mut endless = futures::io::repeat(0);
        let read = block_on(read_bounded(&mut endless, MAX_REQUEST_BYTES)).unwrap();
        assert_eq!(read.len(), MAX_REQUEST_BYTES + 1);
        let refusal = Request::decode(&read).unwrap_err();
        assert_eq!(refusal.to_string(), "a request has 20481 bytes, at most 20480 are allowed");
    }
}
