//! Pending transactions.
//!
//! Owns every transaction that is not in a block yet: who may enter, what is executable now, what
//! waits and for what, what leaves when space runs out. It reads the chain only through a
//! [`ChainView`](hanzo_chain::ChainView) and must never run the EVM, read a clock, or hold its
//! lock over a read of the store.
//!
//! ```text
//!  bytes ─▶ decode_transaction ─▶ Pool::add ─▶ CheckedTransaction ─▶ read sender ─▶ TxPool::insert
//!           size, type, chain id   (shell)     what needs no state    (no lock)      (pure core)
//!           signature                          (unless the pool knows it)               │
//!  chain thread ─▶ on_canon_update ─▶ HeadChange ─▶ TxPool::apply_head ─────────────────┤
//!                                                                                       ▼
//!    per sender, by nonce:  [ executable run: pending │ basefee ] gap or balance [ queued ]
//!                                       │
//!                          Pool::best ─▶ highest tip first, nonces of a sender in order
//! ```
//!
//! Invariants: a sender's transactions are at or above its account nonce; the executable run has
//! no gap and its balance covers it; `pending`, `basefee` and `queued` partition the pool; count
//! and bytes never exceed the configured bounds; a transaction that can never be mined is refused
//! with the reason, not kept.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod best;
mod checked_transaction;
mod config;
mod content;
mod decode;
mod head_change;
mod intrinsic_gas;
mod metrics;
mod pool;
mod pool_error;
mod pooled_transaction;
mod rules;
mod sender_chain;
mod sender_facts;
mod status;
mod tx_pool;

pub use best::BestTransactions;
pub use config::{BaseFeeAdmission, PoolConfig, PoolConfigError};
pub use content::{PoolContent, TransactionsBySender};
pub use decode::decode_transaction;
pub use intrinsic_gas::{floor_data_gas, intrinsic_gas};
pub use pool::{Admission, PROMOTED_QUEUE, Pool, UnreadTransaction};
pub use pool_error::PoolError;
pub use pooled_transaction::{PooledTransaction, TransactionOrigin};
pub use rules::{MAX_TRANSACTION_BYTES, TransactionRules};
pub use status::{PoolCounters, PoolStatus};
