//! A block that somebody has made.

use super::{
    MAX_ANNOUNCED_TRANSACTIONS, MAX_GOSSIP_BYTES, WireError,
    decode::{check_count, decode_exact},
};
use alloy_primitives::{B256, Bytes};
use alloy_rlp::{RlpDecodable, RlpEncodable};
use hanzo_types::{Header, SealedBlock};

/// A new block without its body: who has its transactions in the pool puts it together without asking
/// anybody.
///
/// The hashes are a hint. They are not bound by the seal, so that whoever relays the message can
/// change them; then the body is asked for.
#[derive(Debug, Clone, PartialEq, Eq, RlpEncodable, RlpDecodable)]
pub struct BlockAnnouncement {
    /// The header, whose seal shows that work was done.
    pub header: Header,
    /// Hashes of the transactions, in their order.
    pub transactions: Vec<B256>,
    /// Reserved for what comes with blocks of the job kind. Empty today.
    pub sidecar: Bytes,
}

impl BlockAnnouncement {
    /// Announces a block; `None` if it has too many transactions for a message.
    #[must_use]
    pub fn of(block: &SealedBlock) -> Option<Self> {
        let transactions: Vec<_> =
            block.body().transactions.iter().map(|transaction| *transaction.tx_hash()).collect();
        if transactions.len() > MAX_ANNOUNCED_TRANSACTIONS {
            return None;
        }
        Some(Self { header: block.header().clone(), transactions, sidecar: Bytes::new() })
    }

    /// Decodes what a peer sent.
    ///
    /// # Errors
    /// [`WireError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let announcement: Self = decode_exact("a block announcement", bytes, MAX_GOSSIP_BYTES)?;
        let (hashes, max) = (&announcement.transactions, MAX_ANNOUNCED_TRANSACTIONS);
        check_count("the transactions of an announcement", hashes, max)?;
        check_count("the sidecar of an announcement", &announcement.sidecar, 0)?;
        Ok(announcement)
    }
}
