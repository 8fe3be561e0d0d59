//! How long a message may be.

use hanzo_types::MAX_BLOCK_RLP_BYTES;

/// Most hashes in a locator: one per doubling of the distance reaches back 2^63 blocks after the ten
/// newest.
pub const MAX_LOCATOR_HASHES: usize = 74;

/// Most headers in a response: 512 of 620 bytes are 310 KiB, and checking them takes two cores about
/// 40 ms.
pub const MAX_REQUESTED_HEADERS: usize = 512;

/// Most blocks in a request. Responses end earlier if the blocks are large. Source: architecture
/// §2.8.
pub const MAX_REQUESTED_BLOCKS: usize = 64;

/// Most transactions of one block in a request; who misses more asks for the block.
pub const MAX_REQUESTED_TRANSACTIONS: usize = 4_096;

/// Most hashes of pooled transactions in a response: several blocks' worth, and 135 KB.
pub const MAX_POOL_HASHES: usize = 4_096;

/// Most pooled transactions in a request. Responses end earlier if the transactions are large.
pub const MAX_POOLED_TRANSACTIONS: usize = 512;

/// Longest request: the positions of 4 096 transactions take three or four bytes each.
pub const MAX_REQUEST_BYTES: usize = 20 << 10;

/// A response takes up no further block once it has this many bytes.
pub const SOFT_RESPONSE_BYTES: usize = 2 << 20;

/// Longest response: what a soft end leaves room for is one more block of any size (EIP-7934).
pub const MAX_RESPONSE_BYTES: usize = SOFT_RESPONSE_BYTES + MAX_BLOCK_RLP_BYTES + (64 << 10);

/// Longest status: eight fields of at most 33 bytes beside the client's name.
pub const MAX_STATUS_BYTES: usize = 512;

/// Longest client name, in bytes of UTF-8.
pub const MAX_CLIENT_NAME_BYTES: usize = 128;

/// Most transactions of an announced block: what fits the longest message. A block of 21 000 gas each
/// has that many at a gas limit of 660 million; a larger one is fetched by whoever sees its child.
pub const MAX_ANNOUNCED_TRANSACTIONS: usize = 31_500;

/// Longest gossip message: a header and [`MAX_ANNOUNCED_TRANSACTIONS`] hashes of 33 bytes.
pub const MAX_GOSSIP_BYTES: usize = 1 << 20;

/// A batch of transactions takes no further one once it has this many bytes; a single transaction may
/// be longer. Source: architecture §2.3.
pub const MAX_TRANSACTION_BATCH_BYTES: usize = 128 << 10;

/// Most transactions in a batch. The shortest has about a hundred bytes, so that the length ends a batch
/// first; the number bounds what a forged batch costs to take apart.
pub const MAX_BATCHED_TRANSACTIONS: usize = 2_048;
