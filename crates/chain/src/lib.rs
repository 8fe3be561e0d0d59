//! The one writer: block tree, import, head, notifications.
//!
//! Owns the canonical chain. Only the chain thread changes it; everybody else holds an immutable
//! [`ChainView`] or receives a [`CanonUpdate`]. It reads no clock and knows nothing of pools,
//! miners or networks.
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
//! Invariants: a block in the tree is valid and durable; on disk there is exactly one state, that
//! of the base; base and head are at most [`HIGH_WATER_BLOCKS`] apart; a failed write stops the
//! chain thread and with it the node.

mod assemble;
mod audit;
mod canon_update;
mod chain_handle;
mod chain_tree;
mod checked_block;
mod executed_block;
mod generation;
mod genesis;
mod import_error;
mod origin;
mod view;

pub use assemble::assemble;
pub use audit::{Audit, AuditError, audit};
pub use canon_update::{CanonObserver, CanonUpdate};
pub use chain_handle::{ChainHandle, ChainThread, IMPORT_QUEUE, UPDATE_QUEUE};
pub use chain_tree::{ChainTree, HIGH_WATER_BLOCKS, Inserted, MAX_SIDE_BLOCKS, SEGMENT_BLOCKS};
pub use checked_block::CheckedBlock;
pub use executed_block::ExecutedBlock;
pub use generation::RETAINED_GENERATIONS;
pub use genesis::genesis_diff;
pub use import_error::{ImportError, InvalidBlock, OpenError};
pub use origin::{Origin, Prebuilt};
pub use view::{BlockState, ChainView, HistoryError, TransactionPosition};
