//! Sending the transactions of one lane.

use crate::{
    http_connection::{Endpoint, HttpConnection},
    node_client::{Answer, AnswerError},
    tracker::Tracker,
    workload::Request,
};
use anyhow::{Context as _, bail};
use serde_json::value::RawValue;
use std::{collections::BTreeSet, time::Duration};

/// A pool that has no room for this long is stuck.
const ROOM_PATIENCE: Duration = Duration::from_secs(60);

/// What one connection does: sends its lane in order, waits for room where the pool is full, and
/// goes on without a sender one of whose transactions was refused.
#[derive(Debug)]
pub(crate) struct Submission<'a> {
    connection: HttpConnection,
    tracker: &'a Tracker,
    /// Requests in one HTTP request.
    batch: usize,
    body: Vec<u8>,
    refused_senders: BTreeSet<usize>,
}

/// What the node says to one request.
enum Verdict {
    Accepted,
    Full,
    Refused(String),
}

impl<'a> Submission<'a> {
    pub(crate) fn open(
        endpoint: &Endpoint,
        tracker: &'a Tracker,
        batch: usize,
    ) -> anyhow::Result<Self> {
        let connection = HttpConnection::open(endpoint)?;
        let (body, refused_senders) = (Vec::new(), BTreeSet::new());
        Ok(Self { connection, tracker, batch, body, refused_senders })
    }

    /// Sends a lane to its end.
    ///
    /// # Errors
    /// If the connection breaks or an answer makes no sense; a refusal is no error.
    pub(crate) fn run(mut self, lane: &[Request]) -> anyhow::Result<()> {
        for group in lane.chunks(self.batch.max(1)) {
            let mut waiting: Vec<&Request> = group.iter().collect();
            while !waiting.is_empty() {
                waiting.retain(|request| {
                    let goes = !self.refused_senders.contains(&request.sender);
                    if !goes {
                        self.tracker.withheld();
                    }
                    goes
                });
                waiting = self.send(&waiting)?;
                if !waiting.is_empty() && !self.tracker.wait_for_block(ROOM_PATIENCE) {
                    bail!("the pool is full and no block came for {ROOM_PATIENCE:?}");
                }
            }
        }
        Ok(())
    }

    /// Sends requests in one HTTP request. Returns those for which there was no room.
    fn send<'r>(&mut self, requests: &[&'r Request]) -> anyhow::Result<Vec<&'r Request>> {
        let verdicts = match requests {
            [] => return Ok(Vec::new()),
            [one] if self.batch <= 1 => {
                self.tracker.sent(one.index);
                vec![(
                    one.index,
                    verdict(serde_json::from_slice(self.connection.post(&one.json)?)?),
                )]
            }
            several => self.send_batch(several)?,
        };
        let mut full = Vec::new();
        for request in requests {
            let found = verdicts.iter().find(|(index, _)| *index == request.index);
            let (_, verdict) = found.context("a request without an answer in its batch")?;
            match verdict {
                Verdict::Accepted => self.tracker.accepted(request.index),
                Verdict::Full => {
                    self.tracker.retries();
                    full.push(*request);
                }
                Verdict::Refused(reason) => {
                    self.tracker.refused(reason.clone());
                    self.refused_senders.insert(request.sender);
                }
            }
        }
        Ok(full)
    }

    fn send_batch(&mut self, requests: &[&Request]) -> anyhow::Result<Vec<(usize, Verdict)>> {
        self.body.clear();
        for request in requests {
            self.body.push(if self.body.is_empty() { b'[' } else { b',' });
            self.body.extend_from_slice(&request.json);
            self.tracker.sent(request.index);
        }
        self.body.push(b']');
        let answers: Vec<Answer<&RawValue>> =
            serde_json::from_slice(self.connection.post(&self.body)?)?;
        let of = |answer: Answer<&RawValue>| {
            let id = answer.id.as_u64().and_then(|id| usize::try_from(id).ok());
            Ok((id.context("an answer without the id of its request")?, verdict(answer)))
        };
        answers.into_iter().map(of).collect()
    }
}

fn verdict(answer: Answer<&RawValue>) -> Verdict {
    match answer.error {
        None => Verdict::Accepted,
        Some(AnswerError { message, .. }) if is_full(&message) => Verdict::Full,
        Some(AnswerError { code, message }) => Verdict::Refused(kind_of(code, &message)),
    }
}

/// Whether the pool has no room now. geth, reth and this node say "txpool is full".
fn is_full(message: &str) -> bool {
    message.contains("pool is full")
}

/// The refusal without what differs from one transaction to the next.
pub(crate) fn kind_of(code: i64, message: &str) -> String {
    let is_kind = |word: &&str| !word.contains(|character: char| character.is_ascii_digit());
    let words: Vec<&str> = message.split_whitespace().filter(is_kind).collect();
    format!("{code}: {}", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_of_the_same_kind_have_the_same_name() {
        let low =
            |nonce| kind_of(-32000, &format!("nonce too low: next nonce 9, tx nonce {nonce}"));
        assert_eq!(low(4), low(5));
        assert_eq!(low(4), "-32000: nonce too low: next nonce tx nonce");
    }

    #[test]
    fn room_in_the_pool_is_worth_waiting_for() {
        assert!(is_full("txpool is full: 16384 transactions"));
        assert!(!is_full("nonce too low"));
    }
}
