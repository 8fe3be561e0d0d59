//! What nodes ask each other.

use super::{
    MAX_LOCATOR_HASHES, MAX_POOLED_TRANSACTIONS, MAX_REQUEST_BYTES, MAX_REQUESTED_BLOCKS,
    MAX_REQUESTED_HEADERS, MAX_REQUESTED_TRANSACTIONS, WireError,
    decode::{check_count, check_length, check_not_empty, decode_exact},
};
use alloy_primitives::{B256, Bytes};
use alloy_rlp::{BufMut as _, RlpDecodable, RlpEncodable};

/// What a node asks another. On the wire: a byte for the kind, then the RLP of the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Headers that follow the first of some blocks which the other node has on its canonical chain.
    Headers {
        /// Hashes of blocks of one chain, newest first.
        locator: Vec<B256>,
        /// Most headers to send.
        limit: u64,
    },
    /// Blocks, whole. The answer may end early.
    Blocks {
        /// Their hashes.
        hashes: Vec<B256>,
    },
    /// Some transactions of a block.
    BlockTransactions {
        /// Hash of the block.
        block: B256,
        /// Positions in the block, growing.
        positions: Vec<u64>,
    },
    /// Hashes of the transactions in the pool that could be mined, those that pay best first.
    PoolHashes,
    /// Transactions of the pool. The answer may end early.
    PooledTransactions {
        /// Their hashes.
        hashes: Vec<B256>,
    },
}

#[derive(RlpEncodable, RlpDecodable)]
struct Headers {
    locator: Vec<B256>,
    limit: u64,
}

/// What requests for things by their hashes have in common.
#[derive(RlpEncodable, RlpDecodable)]
struct Hashes {
    hashes: Vec<B256>,
}

#[derive(RlpEncodable, RlpDecodable)]
struct BlockTransactions {
    block: B256,
    positions: Vec<u64>,
}

const HEADERS: u8 = 0;
const BLOCKS: u8 = 1;
const BLOCK_TRANSACTIONS: u8 = 2;
const POOL_HASHES: u8 = 3;
const POOLED_TRANSACTIONS: u8 = 4;

impl Request {
    /// The bytes of the request.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let mut bytes = Vec::new();
        match self.clone() {
            Self::Headers { locator, limit } => {
                put(&mut bytes, HEADERS, &Headers { locator, limit });
            }
            Self::Blocks { hashes } => put(&mut bytes, BLOCKS, &Hashes { hashes }),
            Self::BlockTransactions { block, positions } => {
                put(&mut bytes, BLOCK_TRANSACTIONS, &BlockTransactions { block, positions });
            }
            Self::PoolHashes => bytes.put_u8(POOL_HASHES),
            Self::PooledTransactions { hashes } => {
                put(&mut bytes, POOLED_TRANSACTIONS, &Hashes { hashes });
            }
        }
        bytes.into()
    }

    /// Decodes what a peer sent, and checks that it asks for something, and for no more than is
    /// allowed.
    ///
    /// # Errors
    /// [`WireError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        check_length("a request", bytes, MAX_REQUEST_BYTES)?;
        let (&kind, rest) =
            bytes.split_first().ok_or(WireError::CutOff { what: "a request", found: 0 })?;
        match kind {
            HEADERS => {
                let what = "a request for headers";
                let Headers { locator, limit } = decode_exact(what, rest, MAX_REQUEST_BYTES)?;
                check_not_empty("the locator", &locator)?;
                check_count("the locator", &locator, MAX_LOCATOR_HASHES)?;
                let max = MAX_REQUESTED_HEADERS;
                let asked = usize::try_from(limit).unwrap_or(usize::MAX);
                if asked > max {
                    return Err(WireError::TooMany { what, found: asked, max });
                }
                Ok(Self::Headers { locator, limit })
            }
            BLOCKS => {
                let hashes = Hashes::decode("a request for blocks", rest, MAX_REQUESTED_BLOCKS)?;
                Ok(Self::Blocks { hashes })
            }
            BLOCK_TRANSACTIONS => {
                let what = "a request for transactions of a block";
                let BlockTransactions { block, positions } =
                    decode_exact(what, rest, MAX_REQUEST_BYTES)?;
                check_not_empty(what, &positions)?;
                check_count(what, &positions, MAX_REQUESTED_TRANSACTIONS)?;
                if !positions.is_sorted_by(|left, right| left < right) {
                    let reason = "the positions do not grow".to_owned();
                    return Err(WireError::Malformed { what, reason });
                }
                Ok(Self::BlockTransactions { block, positions })
            }
            POOL_HASHES if rest.is_empty() => Ok(Self::PoolHashes),
            POOL_HASHES => {
                Err(WireError::NotCanonical { what: "a request for hashes of the pool" })
            }
            POOLED_TRANSACTIONS => {
                let what = "a request for transactions of the pool";
                let hashes = Hashes::decode(what, rest, MAX_POOLED_TRANSACTIONS)?;
                Ok(Self::PooledTransactions { hashes })
            }
            kind => Err(WireError::UnknownKind { what: "request", kind }),
        }
    }
}

impl Hashes {
    /// At least one and at most `max` hashes.
    fn decode(what: &'static str, bytes: &[u8], max: usize) -> Result<Vec<B256>, WireError> {
        let Self { hashes } = decode_exact(what, bytes, MAX_REQUEST_BYTES)?;
        check_not_empty(what, &hashes)?;
        check_count(what, &hashes, max)?;
        Ok(hashes)
    }
}

/// Writes a message after the byte for its kind.
pub(super) fn put(bytes: &mut Vec<u8>, kind: u8, message: &impl alloy_rlp::Encodable) {
    bytes.put_u8(kind);
    message.encode(bytes);
}
