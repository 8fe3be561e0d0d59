//! New blocks and transactions.
//!
//! A block is announced by its header and the hashes of its transactions. Whoever gets the announcement
//! checks the seal, passes it on, and puts the block together from its pool; what is missing it asks
//! for, first of whoever announced the block.

mod block_relay;
mod incoming_block;
mod known_hashes;
mod outgoing_transactions;
mod pool_exchange;
mod servers;

pub use block_relay::{
    Assembly, BlockRelay, FetchedBlock, MAX_INCOMING_BLOCKS, RelayAction, RelayEvent,
};
pub use incoming_block::AnnouncedBlock;
pub use known_hashes::KnownHashes;
pub use outgoing_transactions::{MAX_OUTGOING_TRANSACTIONS, OutgoingTransactions};
pub use pool_exchange::{PoolAction, PoolEvent, PoolExchange};
