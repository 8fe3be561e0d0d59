//! Transactions that are new to the network.

use super::{
    MAX_BATCHED_TRANSACTIONS, MAX_GOSSIP_BYTES, MAX_TRANSACTION_BATCH_BYTES, WireError,
    decode::{check_items, check_length, check_not_empty, decode_exact},
};
use alloy_primitives::Bytes;
use alloy_rlp::{RlpDecodableWrapper, RlpEncodableWrapper};

/// Transactions by their EIP-2718 encodings.
#[derive(Debug, Clone, Default, PartialEq, Eq, RlpEncodableWrapper, RlpDecodableWrapper)]
pub struct TransactionBatch(Vec<Bytes>);

impl TransactionBatch {
    /// Splits transactions into batches that can be sent.
    #[must_use]
    pub fn split(transactions: impl IntoIterator<Item = Bytes>) -> Vec<Self> {
        let (mut batches, mut bytes) = (Vec::<Self>::new(), usize::MAX);
        for transaction in transactions {
            let length = transaction.len();
            match batches.last_mut() {
                Some(batch)
                    if bytes.saturating_add(length) <= MAX_TRANSACTION_BATCH_BYTES
                        && batch.0.len() < MAX_BATCHED_TRANSACTIONS =>
                {
                    bytes = bytes.saturating_add(length);
                    batch.0.push(transaction);
                }
                Some(_) | None => {
                    bytes = length;
                    batches.push(Self(vec![transaction]));
                }
            }
        }
        batches
    }

    /// Decodes what a peer sent.
    ///
    /// # Errors
    /// [`WireError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let what = "a batch of transactions";
        check_length(what, bytes, MAX_GOSSIP_BYTES)?;
        check_items(what, bytes, MAX_BATCHED_TRANSACTIONS)?;
        let batch: Self = decode_exact(what, bytes, MAX_GOSSIP_BYTES)?;
        check_not_empty(what, &batch.0)?;
        Ok(batch)
    }

    /// The transactions.
    #[must_use]
    pub fn transactions(&self) -> &[Bytes] {
        &self.0
    }
}
