//! The one writer: block tree, import, head, notifications.
//!
//! Owns the canonical chain. Only the chain thread changes it; everybody else holds an immutable
//! [`ChainView`] or receives a [`CanonUpdate`]. It reads no clock, except to measure itself, and
//! knows nothing of pools, miners or networks.
//!
//! ```text
//!  Block ─▶ CheckedBlock ─▶ ChainHandle::import ─▶ ChainTree::insert ─▶ ExecutedBlock
//!           (header, seal,     bounded queue        context, execution,     │ put_block (durable)
//!            body, senders)                         outcome, state root     ▼
//!     readers ◀── Arc<ChainView> (one pointer swap) ◀── set_head ── fork choice
//!     observers ◀── CanonUpdate                          │
//!                                                        └─ every 16 blocks: Store::commit
//! ```
//!
//! A block whose parent is unknown waits among the orphans. A branch that leaves the canonical
//! chain below the base waits unexecuted until it is heavier than the head; then the store goes
//! back to where it leaves, and the branch is executed from there (ADR-0013), unless it displaces so
//! much that the operator is asked (ADR-0022).
//!
//! Invariants: a block in the tree is valid and durable; on disk there is exactly one state, that
//! of the base; base and head are at most [`HIGH_WATER_BLOCKS`] apart; a failed write stops the
//! chain thread and with it the node.

mod accept_error;
mod arrived_block;
mod assemble;
mod audit;
mod bad_blocks;
mod block_state;
mod canon_update;
mod chain_handle;
mod checked_block;
mod displaced;
mod executed_block;
mod generation;
mod genesis;
mod import_error;
mod metrics;
mod noncanonical;
mod origin;
mod past_roots;
mod refused_reorg;
mod reorg_limits;
mod rewind_error;
mod stored_trie;
mod sync_progress;
mod timing;
mod tree;
mod view;

pub use accept_error::AcceptError;
pub use arrived_block::{ArrivedBlock, CheckedHeader};
pub use assemble::assemble;
pub use audit::{Audit, AuditError, audit};
pub use bad_blocks::{MAX_BAD_BLOCK_BYTES, MAX_BAD_BLOCKS};
pub use block_state::{BlockState, RecentState};
pub use canon_update::{CanonObserver, CanonUpdate};
pub use chain_handle::{ChainHandle, ChainThread, IMPORT_QUEUE, UPDATE_QUEUE};
pub use checked_block::CheckedBlock;
pub use displaced::MAX_DISPLACED_BLOCKS;
pub use executed_block::ExecutedBlock;
pub use genesis::genesis_diff;
pub use import_error::{ImportError, InvalidBlock, OpenError};
pub use origin::{Origin, Prebuilt};
pub use refused_reorg::RefusedReorg;
pub use reorg_limits::{ReorgLimits, SYNCED_HEAD_AGE_SECONDS};
pub use rewind_error::RewindError;
pub use sync_progress::SyncProgress;
pub use tree::{
    ChainTree, HIGH_WATER_BLOCKS, Inserted, MAX_DEFERRED_BLOCKS, MAX_DEFERRED_BYTES,
    MAX_INVALID_BLOCKS, MAX_ORPHAN_BYTES, MAX_ORPHANS, MAX_SEGMENT_BLOCKS, MAX_SIDE_BLOCKS,
    Rewound, SEGMENT_BLOCKS, SegmentImport, StageTimes, StreamImport, StreamedBlock,
};
pub use view::{ChainView, HistoryError, TransactionPosition};
