//! What nodes answer.

use super::{
    MAX_POOL_HASHES, MAX_POOLED_TRANSACTIONS, MAX_REQUESTED_BLOCKS, MAX_REQUESTED_HEADERS,
    MAX_REQUESTED_TRANSACTIONS, MAX_RESPONSE_BYTES, WireError,
    decode::{check_count, check_items, check_length, decode_exact},
    request::put,
};
use alloy_primitives::{B256, Bytes};
use alloy_rlp::{RlpDecodable, RlpEncodable};
use hanzo_types::Header;

/// The answer to a [`super::Request`]. On the wire: a byte for the kind, then the RLP of the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Response {
    /// Headers, oldest first.
    Headers {
        /// The hash of the locator that the first is the child of; zero if the node has none of them
        /// on its canonical chain.
        after: B256,
        /// The headers.
        headers: Vec<Header>,
    },
    /// Blocks by their RLP, in the order they were asked for, as far as the node has them and they
    /// fit.
    Blocks(Vec<Bytes>),
    /// Transactions of a block by their EIP-2718 encodings, in the order they were asked for; none if
    /// the node does not have the block.
    BlockTransactions(Vec<Bytes>),
    /// Hashes of transactions in the pool, those that pay best first.
    PoolHashes(Vec<B256>),
    /// Transactions of the pool by their EIP-2718 encodings, in the order they were asked for, as far as
    /// they fit; nothing in the place of one that is not there any more.
    PooledTransactions(Vec<Bytes>),
    /// The node has too much to do, or the peer has used up its quota.
    Busy,
}

#[derive(RlpEncodable, RlpDecodable)]
struct Headers {
    after: B256,
    headers: Vec<Header>,
}

const HEADERS: u8 = 0;
const BLOCKS: u8 = 1;
const BLOCK_TRANSACTIONS: u8 = 2;
const BUSY: u8 = 3;
const POOL_HASHES: u8 = 4;
const POOLED_TRANSACTIONS: u8 = 5;

impl Response {
    /// The bytes of the response.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let mut bytes = Vec::new();
        match self {
            Self::Headers { after, headers } => {
                let headers = Headers { after: *after, headers: headers.clone() };
                put(&mut bytes, HEADERS, &headers);
            }
            Self::Blocks(blocks) => put(&mut bytes, BLOCKS, blocks),
            Self::BlockTransactions(transactions) => {
                put(&mut bytes, BLOCK_TRANSACTIONS, transactions);
            }
            Self::PoolHashes(hashes) => put(&mut bytes, POOL_HASHES, hashes),
            Self::PooledTransactions(transactions) => {
                put(&mut bytes, POOLED_TRANSACTIONS, transactions);
            }
            Self::Busy => bytes.push(BUSY),
        }
        bytes.into()
    }

    /// Decodes what a peer answered. Blocks and transactions in it are still encoded.
    ///
    /// # Errors
    /// [`WireError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        check_length("a response", bytes, MAX_RESPONSE_BYTES)?;
        let (&kind, rest) =
            bytes.split_first().ok_or(WireError::CutOff { what: "a response", found: 0 })?;
        match kind {
            HEADERS => {
                let what = "a response with headers";
                let Headers { after, headers } = decode_exact(what, rest, MAX_RESPONSE_BYTES)?;
                check_count(what, &headers, MAX_REQUESTED_HEADERS)?;
                Ok(Self::Headers { after, headers })
            }
            BLOCKS => {
                let what = "a response with blocks";
                check_items(what, rest, MAX_REQUESTED_BLOCKS)?;
                Ok(Self::Blocks(decode_exact(what, rest, MAX_RESPONSE_BYTES)?))
            }
            BLOCK_TRANSACTIONS => {
                let what = "a response with transactions";
                check_items(what, rest, MAX_REQUESTED_TRANSACTIONS)?;
                Ok(Self::BlockTransactions(decode_exact(what, rest, MAX_RESPONSE_BYTES)?))
            }
            POOL_HASHES => {
                let what = "a response with hashes of the pool";
                let hashes: Vec<B256> = decode_exact(what, rest, MAX_RESPONSE_BYTES)?;
                check_count(what, &hashes, MAX_POOL_HASHES)?;
                Ok(Self::PoolHashes(hashes))
            }
            POOLED_TRANSACTIONS => {
                let what = "a response with transactions of the pool";
                check_items(what, rest, MAX_POOLED_TRANSACTIONS)?;
                Ok(Self::PooledTransactions(decode_exact(what, rest, MAX_RESPONSE_BYTES)?))
            }
            BUSY if rest.is_empty() => Ok(Self::Busy),
            BUSY => Err(WireError::NotCanonical { what: "a response" }),
            kind => Err(WireError::UnknownKind { what: "response", kind }),
        }
    }
}
