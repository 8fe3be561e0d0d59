//! Subscribers on the node's IPC socket.

use crate::flood::Answers;
use anyhow::Context as _;
use std::{
    io::{ErrorKind, Read as _, Write as _},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

/// What is subscribed to, and whether anybody reads it.
const SUBSCRIPTIONS: [(&str, Reader); 6] = [
    (r#"["newHeads"]"#, Reader::Awake),
    (r#"["logs",{}]"#, Reader::Awake),
    (r#"["newPendingTransactions"]"#, Reader::Awake),
    (r#"["newPendingTransactions",true]"#, Reader::Awake),
    (r#"["newPendingTransactions",true]"#, Reader::Asleep),
    (r#"["newHeads"]"#, Reader::Asleep),
];

/// Subscriptions that each connection makes.
const EACH: usize = 8;

/// How often a reader looks whether it should end.
const PATIENCE: Duration = Duration::from_millis(500);

/// How long a sleeping reader keeps its connection.
const SLEEP_TURNS: u32 = 60;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    Awake,
    /// Never reads: the node has to get rid of it.
    Asleep,
}

/// One connection with subscriptions.
#[derive(Debug)]
pub(crate) struct Subscriber {
    path: PathBuf,
    params: &'static str,
    reader: Reader,
}

/// Every kind of subscriber.
pub(crate) fn all(path: &Path) -> impl Iterator<Item = Subscriber> {
    SUBSCRIPTIONS.iter().map(move |(params, reader)| Subscriber {
        path: path.to_owned(),
        params,
        reader: *reader,
    })
}

impl Subscriber {
    /// Reads, or does not, until `done`.
    ///
    /// # Errors
    /// If the socket cannot be opened.
    pub(crate) fn run(self, answers: &Answers, done: &AtomicBool) -> anyhow::Result<()> {
        let name = match self.reader {
            Reader::Awake => format!("bytes of {}", self.params),
            Reader::Asleep => format!("connections that slept over {}", self.params),
        };
        while !done.load(Ordering::Acquire) {
            let count = match self.reader {
                Reader::Awake => self.read(self.open()?, done)?,
                Reader::Asleep => {
                    let connection = self.open()?;
                    for _ in 0..SLEEP_TURNS {
                        if done.load(Ordering::Acquire) {
                            break;
                        }
                        thread::sleep(PATIENCE);
                    }
                    drop(connection);
                    1
                }
            };
            let mut answers = answers.lock();
            let total = answers.entry(name.clone()).or_default();
            *total = total.saturating_add(count);
        }
        Ok(())
    }

    fn open(&self) -> anyhow::Result<UnixStream> {
        let stream = UnixStream::connect(&self.path);
        let mut stream = stream.with_context(|| self.path.display().to_string())?;
        for id in 0..EACH {
            let params = self.params;
            writeln!(
                stream,
                "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"eth_subscribe\",\"params\":{params}}}"
            )?;
        }
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(stream)
    }

    /// Reads until `done` or the end of the connection. Returns how many bytes came.
    fn read(&self, mut stream: UnixStream, done: &AtomicBool) -> anyhow::Result<u64> {
        let mut buffer = vec![0; 64 << 10];
        let mut bytes = 0u64;
        while !done.load(Ordering::Acquire) {
            match stream.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => bytes = bytes.saturating_add(u64::try_from(count)?),
                Err(error) if is_idle(error.kind()) => {}
                Err(error) => return Err(error).context("reading notifications"),
            }
        }
        Ok(bytes)
    }
}

fn is_idle(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
