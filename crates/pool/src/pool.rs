//! The pool as everybody else holds it.

use crate::{
    BestTransactions, PoolConfig, PoolContent, PoolError, PoolStatus, PooledTransaction,
    TransactionOrigin, TransactionRules,
    checked_transaction::CheckedTransaction,
    decode_transaction,
    head_change::{HeadChange, PoolHead},
    metrics::PoolMetrics,
    sender_facts::SenderFacts,
    tx_pool::TxPool,
};
use alloy_primitives::{Address, B256};
use hanzo_chain::{CanonObserver, CanonUpdate, ChainView};
use hanzo_types::RecoveredTransaction;
use parking_lot::{Mutex, MutexGuard};
use std::{fmt, sync::Arc};
use tokio::sync::{broadcast, watch};

/// Newly executable transactions that a subscriber may lag behind before it is told that it missed
/// some: a quarter of the default pool, so that a burst does not outrun a reader that is awake.
pub const PROMOTED_QUEUE: usize = 4_096;

/// How often an account is read anew because the head moved meanwhile. Blocks are milliseconds
/// apart at the least and a read takes microseconds; eight in a row do not happen by chance.
const MAX_READS: usize = 8;

/// Pending transactions. Cheap to clone.
///
/// One lock guards the pure core; it is held for the time of a few map operations, and never over
/// a read of the store, an execution or a send.
#[derive(Clone)]
pub struct Pool(Arc<Shared>);

struct Shared {
    rules: TransactionRules,
    current: Mutex<Current>,
    version: watch::Sender<u64>,
    promoted: broadcast::Sender<Arc<PooledTransaction>>,
    metrics: PoolMetrics,
}

/// What [`Pool::add_at_once`] came to.
#[derive(Debug)]
pub enum Admission {
    /// The transaction is in the pool, or refused.
    Decided(Result<B256, PoolError>),
    /// The pool has to read the sender's account first, or was busy: [`Pool::add_unread`].
    NeedsAccount(Box<UnreadTransaction>),
}

/// A transaction that passed every check that needs no state.
#[derive(Debug)]
pub struct UnreadTransaction {
    checked: CheckedTransaction,
    origin: TransactionOrigin,
}

/// The core and the view that it is a pool for.
struct Current {
    core: TxPool,
    view: Arc<ChainView>,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("rules", &self.0.rules).finish_non_exhaustive()
    }
}

impl Pool {
    /// An empty pool for the chain as of `view`. It has to hear of every later change through
    /// [`CanonObserver`].
    #[must_use]
    pub fn new(config: PoolConfig, view: Arc<ChainView>) -> Self {
        let core = TxPool::new(config, PoolHead::of(&view));
        let (version, _) = watch::channel(core.version());
        let (promoted, _) = broadcast::channel(PROMOTED_QUEUE);
        let rules = TransactionRules::of(view.spec());
        Self(Arc::new(Shared {
            rules,
            current: Mutex::new(Current { core, view }),
            version,
            promoted,
            metrics: PoolMetrics::register(),
        }))
    }

    /// What the chain demands of every transaction, for [`decode_transaction`].
    #[must_use]
    pub fn rules(&self) -> &TransactionRules {
        &self.0.rules
    }

    /// Takes a transaction in and returns its hash. Reads the sender's account from the store:
    /// never call it on an async worker.
    ///
    /// # Errors
    /// [`PoolError`]; the pool is unchanged.
    pub fn add(
        &self,
        transaction: RecoveredTransaction,
        origin: TransactionOrigin,
    ) -> Result<B256, PoolError> {
        match self.add_at_once(transaction, origin) {
            Admission::Decided(result) => result,
            Admission::NeedsAccount(unread) => self.add_unread(*unread),
        }
    }

    /// Takes a transaction in if nothing has to be read or waited for. Microseconds: an async
    /// worker may call it.
    #[must_use]
    pub fn add_at_once(
        &self,
        transaction: RecoveredTransaction,
        origin: TransactionOrigin,
    ) -> Admission {
        let admission = self.decide(transaction, origin);
        if let Admission::Decided(Err(error)) = &admission {
            self.0.metrics.refused(error);
        }
        admission
    }

    fn decide(&self, transaction: RecoveredTransaction, origin: TransactionOrigin) -> Admission {
        let checked = match CheckedTransaction::check(transaction, &self.0.rules) {
            Ok(checked) => checked,
            Err(error) => return Admission::Decided(Err(error)),
        };
        // A new head is worked through under the lock, which takes milliseconds.
        let Some(mut current) = self.0.current.try_lock() else {
            return Admission::NeedsAccount(Box::new(UnreadTransaction { checked, origin }));
        };
        if current.core.contains(checked.hash) {
            return Admission::Decided(Err(PoolError::AlreadyKnown { hash: checked.hash }));
        }
        let Some(facts) = current.core.known_sender(checked.transaction.signer()) else {
            return Admission::NeedsAccount(Box::new(UnreadTransaction { checked, origin }));
        };
        let result = current.core.insert(checked, facts, origin);
        self.publish(current);
        Admission::Decided(result)
    }

    /// Decodes a transaction that somebody sent, as [`decode_transaction`] does.
    ///
    /// # Errors
    /// [`PoolError`].
    pub fn decode(&self, bytes: &[u8]) -> Result<RecoveredTransaction, PoolError> {
        decode_transaction(bytes, &self.0.rules).inspect_err(|error| self.0.metrics.refused(error))
    }

    /// Takes in a transaction whose sender's account has to be read: never call it on an async
    /// worker.
    ///
    /// # Errors
    /// [`PoolError`]; the pool is unchanged.
    pub fn add_unread(&self, unread: UnreadTransaction) -> Result<B256, PoolError> {
        self.read_and_insert(unread).inspect_err(|error| self.0.metrics.refused(error))
    }

    fn read_and_insert(&self, unread: UnreadTransaction) -> Result<B256, PoolError> {
        let UnreadTransaction { checked, origin } = unread;
        let (hash, sender) = (checked.hash, checked.transaction.signer());
        if self.0.current.lock().core.contains(hash) {
            return Err(PoolError::AlreadyKnown { hash });
        }
        for _ in 0..MAX_READS {
            let view = Arc::clone(&self.0.current.lock().view);
            let facts = SenderFacts::read(&view.latest_state(), sender)?;
            let mut current = self.0.current.lock();
            // What was read of the account holds only for the head it was read at.
            if current.core.head().hash != view.head().hash() {
                continue;
            }
            let result = current.core.insert(checked, facts, origin);
            self.publish(current);
            return result;
        }
        Err(PoolError::HeadMoved { attempts: MAX_READS })
    }

    /// The executable transactions at `base_fee`, in wei per gas: highest effective tip first, then
    /// first come, nonces of a sender always in order.
    #[must_use]
    pub fn best(&self, base_fee: u64) -> BestTransactions {
        let lanes = self.0.current.lock().core.executable_lanes(base_fee);
        BestTransactions::new(base_fee, lanes)
    }

    /// The pooled transaction with this hash.
    #[must_use]
    pub fn get(&self, hash: B256) -> Option<Arc<PooledTransaction>> {
        self.0.current.lock().core.get(hash)
    }

    /// Next nonce after the sender's executable run in the pool, whatever the base fee; `None` if
    /// the pool has nothing executable of that sender and the account's own nonce is next.
    #[must_use]
    pub fn pending_nonce(&self, sender: Address) -> Option<u64> {
        self.0.current.lock().core.pending_nonce(sender)
    }

    /// Drops a transaction that turned out to be impossible to execute. What its sender has behind
    /// it waits for a replacement.
    pub fn remove_unexecutable(&self, hash: B256) {
        let mut current = self.0.current.lock();
        if current.core.remove_unexecutable(hash) {
            self.publish(current);
        }
    }

    /// How full the pool is.
    #[must_use]
    pub fn status(&self) -> PoolStatus {
        self.0.current.lock().core.status()
    }

    /// Measures the pool for whoever collects metrics.
    pub fn record_sizes(&self) {
        self.0.metrics.record(&self.status());
    }

    /// Everything in the pool by sender and nonce.
    #[must_use]
    pub fn content(&self) -> PoolContent {
        let current = self.0.current.lock();
        // At a base fee of zero the whole executable run pays it.
        let (executable, queued) = (current.core.executable_lanes(0), current.core.queued_lanes());
        drop(current);
        PoolContent::new(executable, queued)
    }

    /// A number that changes whenever the executable transactions may have changed.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.0.current.lock().core.version()
    }

    /// [`Self::version`] as a channel to wait on.
    #[must_use]
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.0.version.subscribe()
    }

    /// Transactions that become executable from now on, each once. A subscriber that falls
    /// [`PROMOTED_QUEUE`] behind is told so.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<PooledTransaction>> {
        self.0.promoted.subscribe()
    }

    /// Whether an otherwise executable transaction waits only for a lower base fee.
    #[must_use]
    pub fn has_base_fee_parked(&self) -> bool {
        self.0.current.lock().core.has_base_fee_parked()
    }

    /// Releases the lock and tells everybody what changed under it.
    fn publish(&self, mut current: MutexGuard<'_, Current>) {
        let (promoted, version) = (current.core.drain_promoted(), current.core.version());
        drop(current);
        for transaction in promoted {
            // An error only says that nobody subscribes.
            let _ = self.0.promoted.send(transaction);
        }
        // Two threads may come here in the other order than they held the lock: never go back.
        self.0.version.send_if_modified(|published| {
            let is_newer = version > *published;
            *published = version.max(*published);
            is_newer
        });
    }
}

impl CanonObserver for Pool {
    fn on_canon_update(&self, update: &CanonUpdate) {
        let change = HeadChange::new(update, &self.0.rules);
        let mut current = self.0.current.lock();
        current.core.apply_head(change);
        current.view = Arc::clone(&update.view);
        self.publish(current);
    }
}
