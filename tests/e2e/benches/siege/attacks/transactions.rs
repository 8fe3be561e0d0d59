//! Transactions that are worth nothing.

use super::{serial::serial, session::Attack};
use crate::{frame, line::Line, tally::Tally, target::Target};
use alloy_primitives::Bytes;
use hanzo_e2e::Random;
use hanzo_network::{MAX_BATCHED_TRANSACTIONS, TransactionBatch};
use std::time::Duration;

/// Bytes of the last number of a signature.
const SIGNATURE_END: usize = 32;

/// Batches with a signature that cannot be: its second number is above the order of the curve.
pub(super) struct InvalidSignatures {
    topic: String,
    transaction: Vec<u8>,
}

impl Attack for InvalidSignatures {
    const PACE: Duration = Duration::from_millis(200);

    fn new(target: &Target) -> Self {
        let transaction = target.mined_transaction.to_vec();
        Self { topic: target.names.transactions.clone(), transaction }
    }

    fn act(&mut self, line: &mut Line, tally: &Tally) {
        let mut transaction = self.transaction.clone();
        let end = transaction.len() - SIGNATURE_END;
        transaction[end..].fill(0xff);
        // Each differs from the one before, or would not be looked at.
        let last = transaction.len() - 1;
        transaction[last] = u8::try_from(serial() % 256).unwrap();
        say(line, &self.topic, vec![transaction.into()], tally);
    }
}

/// Batches as long as may be of transactions whose signatures are somebody's: of accounts that have
/// nothing. Each costs the victim a signature, and the attacker a few bytes.
pub(super) struct Worthless {
    topic: String,
    transaction: Vec<u8>,
    random: Random,
}

impl Attack for Worthless {
    /// Half of the batches that a peer may send.
    const PACE: Duration = Duration::from_millis(30);

    fn new(target: &Target) -> Self {
        let transaction = target.mined_transaction.to_vec();
        Self {
            topic: target.names.transactions.clone(),
            transaction,
            random: Random::new(serial()),
        }
    }

    fn act(&mut self, line: &mut Line, tally: &Tally) {
        let batch = (0..MAX_BATCHED_TRANSACTIONS).map(|_| {
            let mut transaction = self.transaction.clone();
            let end = transaction.len() - SIGNATURE_END;
            // The eight lowest bytes: the number stays below the order, and below half of it.
            transaction[end..][24..].copy_from_slice(&self.random.below(u64::MAX).to_be_bytes());
            Bytes::from(transaction)
        });
        say(line, &self.topic, batch.collect(), tally);
    }
}

fn say(line: &mut Line, topic: &str, transactions: Vec<Bytes>, tally: &Tally) {
    for batch in TransactionBatch::split(transactions) {
        let frame = frame::publication(topic, &alloy_rlp::encode(&batch));
        let bytes = frame.len();
        if line.gossip(frame) {
            tally.message(bytes);
        }
    }
}
