//! What nodes say to each other, byte by byte. ADR-0025.

mod announcement;
mod decode;
mod limits;
mod names;
mod request;
mod response;
mod status;
#[cfg(test)]
mod tests;
mod transaction_batch;

pub use announcement::BlockAnnouncement;
pub use decode::WireError;
pub use limits::{
    MAX_ANNOUNCED_TRANSACTIONS, MAX_BATCHED_TRANSACTIONS, MAX_CLIENT_NAME_BYTES, MAX_GOSSIP_BYTES,
    MAX_LOCATOR_HASHES, MAX_POOL_HASHES, MAX_POOLED_TRANSACTIONS, MAX_REQUEST_BYTES,
    MAX_REQUESTED_BLOCKS, MAX_REQUESTED_HEADERS, MAX_REQUESTED_TRANSACTIONS, MAX_RESPONSE_BYTES,
    MAX_STATUS_BYTES, MAX_TRANSACTION_BATCH_BYTES, SOFT_RESPONSE_BYTES,
};
pub use names::ProtocolNames;
pub use request::Request;
pub use response::Response;
pub use status::{PeerHead, Status, StatusMismatch};
pub use transaction_batch::TransactionBatch;
