//! Messages between nodes, as they come from the wire.

use crate::{Verdict, chain::CHAIN};
use alloy_rlp::Encodable;
use hanzo_network::{
    BlockAnnouncement, MAX_ANNOUNCED_TRANSACTIONS, MAX_BATCHED_TRANSACTIONS, MAX_CLIENT_NAME_BYTES,
    MAX_GOSSIP_BYTES, MAX_LOCATOR_HASHES, MAX_POOL_HASHES, MAX_POOLED_TRANSACTIONS,
    MAX_REQUEST_BYTES, MAX_REQUESTED_BLOCKS, MAX_REQUESTED_HEADERS, MAX_REQUESTED_TRANSACTIONS,
    MAX_RESPONSE_BYTES, MAX_STATUS_BYTES, Request, Response, Status, TransactionBatch, serve,
};

/// The handshake.
pub fn status(bytes: &[u8]) -> Verdict {
    let decoded = Status::decode(bytes);
    if let Ok(status) = &decoded {
        assert_canonical(status, bytes, MAX_STATUS_BYTES);
        assert!(status.client.len() <= MAX_CLIENT_NAME_BYTES);
        // Never panics, whatever chain it is about.
        let _ = status.check(&CHAIN.spec);
    }
    Verdict::of(&decoded)
}

/// A request, and what this node answers to it.
pub fn request(bytes: &[u8]) -> Verdict {
    let decoded = Request::decode(bytes);
    if let Ok(request) = &decoded {
        assert_eq!(*request.encode(), *bytes, "two encodings of one request");
        assert!(bytes.len() <= MAX_REQUEST_BYTES);
        match request {
            Request::Headers { locator, limit } => {
                assert!((1..=MAX_LOCATOR_HASHES).contains(&locator.len()));
                assert!(usize::try_from(*limit).is_ok_and(|limit| limit <= MAX_REQUESTED_HEADERS));
            }
            Request::Blocks { hashes } => {
                assert!((1..=MAX_REQUESTED_BLOCKS).contains(&hashes.len()));
            }
            Request::BlockTransactions { positions, .. } => {
                assert!((1..=MAX_REQUESTED_TRANSACTIONS).contains(&positions.len()));
                assert!(positions.is_sorted_by(|left, right| left < right));
            }
            Request::PoolHashes => assert_eq!(bytes.len(), 1),
            Request::PooledTransactions { hashes } => {
                assert!((1..=MAX_POOLED_TRANSACTIONS).contains(&hashes.len()));
            }
        }
        let answer = serve(&CHAIN.view, &CHAIN.worker.pool, request, None);
        assert_eq!(Response::decode(&answer.encode()), Ok(answer), "an answer nobody can read");
    }
    Verdict::of(&decoded)
}

/// A response; the blocks and transactions in it stay encoded.
pub fn response(bytes: &[u8]) -> Verdict {
    let decoded = Response::decode(bytes);
    if let Ok(response) = &decoded {
        assert_eq!(*response.encode(), *bytes, "two encodings of one response");
        assert!(bytes.len() <= MAX_RESPONSE_BYTES);
        match response {
            Response::Headers { headers, .. } => assert!(headers.len() <= MAX_REQUESTED_HEADERS),
            Response::Blocks(blocks) => assert!(blocks.len() <= MAX_REQUESTED_BLOCKS),
            Response::BlockTransactions(all) => assert!(all.len() <= MAX_REQUESTED_TRANSACTIONS),
            Response::PoolHashes(hashes) => assert!(hashes.len() <= MAX_POOL_HASHES),
            Response::PooledTransactions(all) => assert!(all.len() <= MAX_POOLED_TRANSACTIONS),
            Response::Busy => assert_eq!(bytes.len(), 1),
        }
    }
    Verdict::of(&decoded)
}

/// A block announcement.
pub fn announcement(bytes: &[u8]) -> Verdict {
    let decoded = BlockAnnouncement::decode(bytes);
    if let Ok(announcement) = &decoded {
        assert_canonical(announcement, bytes, MAX_GOSSIP_BYTES);
        assert!(announcement.transactions.len() <= MAX_ANNOUNCED_TRANSACTIONS);
        assert!(announcement.sidecar.is_empty());
    }
    Verdict::of(&decoded)
}

/// A batch of transactions; they stay encoded.
pub fn transaction_batch(bytes: &[u8]) -> Verdict {
    let decoded = TransactionBatch::decode(bytes);
    if let Ok(batch) = &decoded {
        assert_canonical(batch, bytes, MAX_GOSSIP_BYTES);
        assert!((1..=MAX_BATCHED_TRANSACTIONS).contains(&batch.transactions().len()));
    }
    Verdict::of(&decoded)
}

/// What was decoded has one encoding, and its length was checked.
fn assert_canonical(message: &impl Encodable, bytes: &[u8], most: usize) {
    assert_eq!(alloy_rlp::encode(message), bytes, "two encodings of one message");
    assert!(bytes.len() <= most, "{} bytes, {most} are allowed", bytes.len());
}
