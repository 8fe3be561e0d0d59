//! Streams that nobody accepted.

use super::Means;
use futures::{
    AsyncWriteExt as _, FutureExt as _, StreamExt as _,
    future::{BoxFuture, poll_fn},
    stream::FuturesUnordered,
};
use libp2p::{
    Transport as _,
    core::{
        Endpoint,
        muxing::{StreamMuxerBox, StreamMuxerExt as _, SubstreamBox},
        transport::{DialOpts, PortUse},
        upgrade::Version,
    },
    identity::Keypair,
    noise, tcp, yamux,
};
use std::{task::Poll, time::Duration};
use tokio::time::{sleep, timeout};

/// Streams on which the choice of a protocol is begun and not ended: those take the places of all streams
/// on which one is being chosen.
const BEGUN: usize = 128;

/// Streams that wait for those, as many as the library opens before one is accepted.
const WAITING: usize = 250;

/// What is written on each of them before anybody reads: nearly the window that a stream begins with.
const JUNK_BYTES: usize = 255 << 10;

/// How long a connection is kept.
const STAY: Duration = Duration::from_secs(12);

const PAUSE: Duration = Duration::from_millis(500);

/// The first words on a stream. Source: multistream-select 1.0.
const OPENING: &[u8] = b"\x13/multistream/1.0.0\n";

/// Opens as many streams as it can and pours bytes into them, for ever.
pub(super) fn start(means: Means) -> BoxFuture<'static, ()> {
    async move {
        loop {
            means.tally.connection();
            // However it ends, there is another one.
            let _ = timeout(STAY, pour(&means)).await;
            sleep(PAUSE).await;
        }
    }
    .boxed()
}

async fn pour(means: &Means) -> Option<()> {
    let key = Keypair::generate_secp256k1();
    means.identities.add(key.public().to_peer_id(), means.kind.name);
    let noise = noise::Config::new(&key).ok()?;
    let mut transport = tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
        .upgrade(Version::V1)
        .authenticate(noise)
        .multiplex(yamux::Config::default())
        .boxed();
    let options = DialOpts { role: Endpoint::Dialer, port_use: PortUse::New };
    let (_, mut muxer) = transport.dial(means.target.address.clone(), options).ok()?.await.ok()?;
    means.tally.introduction();

    let mut streams = FuturesUnordered::new();
    let mut opened = 0;
    // What the victim opens itself is kept and never read.
    let mut theirs = Vec::new();
    loop {
        if opened < BEGUN + WAITING
            && let Some(mut stream) = open(&mut muxer, &mut theirs).await?
        {
            let junk = if opened < BEGUN { &b""[..] } else { &[0x7f; JUNK_BYTES] };
            opened += 1;
            let tally = &means.tally;
            streams.push(async move {
                stream.write_all(OPENING).await.ok()?;
                stream.write_all(junk).await.ok()?;
                stream.flush().await.ok()?;
                tally.message(OPENING.len() + junk.len());
                // Kept open until the connection ends.
                Some(stream)
            });
            continue;
        }
        drive(&mut muxer, &mut theirs, &mut streams).await?;
    }
}

/// A new stream; `None` inside if the library has as many as it opens at once.
async fn open(
    muxer: &mut StreamMuxerBox,
    theirs: &mut Vec<SubstreamBox>,
) -> Option<Option<SubstreamBox>> {
    poll_fn(|context| {
        if let Poll::Ready(event) = muxer.poll_unpin(context)
            && event.is_err()
        {
            return Poll::Ready(None);
        }
        if let Poll::Ready(stream) = muxer.poll_inbound_unpin(context) {
            theirs.extend(stream);
        }
        match muxer.poll_outbound_unpin(context) {
            Poll::Ready(stream) => Poll::Ready(stream.ok().map(Some)),
            Poll::Pending => Poll::Ready(Some(None)),
        }
    })
    .await
}

/// Lets everything go on until something has; `None` if the connection has ended.
async fn drive<T>(
    muxer: &mut StreamMuxerBox,
    theirs: &mut Vec<SubstreamBox>,
    streams: &mut FuturesUnordered<T>,
) -> Option<()>
where
    T: Future<Output = Option<SubstreamBox>>,
{
    poll_fn(|context| {
        if let Poll::Ready(event) = muxer.poll_unpin(context)
            && event.is_err()
        {
            return Poll::Ready(None);
        }
        if let Poll::Ready(stream) = muxer.poll_inbound_unpin(context) {
            match stream {
                Ok(stream) => theirs.push(stream),
                Err(_) => return Poll::Ready(None),
            }
        }
        match streams.poll_next_unpin(context) {
            Poll::Ready(Some(written)) => {
                theirs.extend(written);
                Poll::Ready(Some(()))
            }
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    })
    .await
}
