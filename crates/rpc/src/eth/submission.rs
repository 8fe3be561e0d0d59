//! Sending transactions.

use crate::{
    arguments::{Arguments, HexOrDecimal},
    convert::RpcReceipt,
    eth::Eth,
    execution_slots::{ExecutionSlots, Lane},
    method_table::Answer,
    rpc_error::RpcError,
};
use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, B256, Bytes};
use hanzo_chain::CanonUpdate;
use hanzo_pool::{Admission, Pool, TransactionOrigin};
use std::{sync::Arc, time::Duration};
use tokio::{sync::broadcast, time::timeout};

/// How long `eth_sendRawTransactionSync` waits unless the client says otherwise, and at most.
/// Source: EIP-7966 leaves both to the node; twice the block time of the public networks.
const SYNC_DEFAULT: Duration = Duration::from_secs(4);
const SYNC_AT_MOST: Duration = Duration::from_secs(30);

/// Largest transaction that is decoded on an async worker: 40 µs, nearly all of it the recovery of
/// the signature. Handing it to another thread and back costs as much again.
const AT_ONCE_BYTES: usize = 4_096;

/// A transaction that the pool has taken.
#[derive(Debug, Clone, Copy)]
struct Admitted {
    hash: B256,
    sender: Address,
    nonce: u64,
}

/// Every change of the chain since before an admission.
type Updates = broadcast::Receiver<Arc<CanonUpdate>>;

impl Eth {
    /// Answers with the hash after pool admission; on a chain that seals at once, after the
    /// transaction is mined, so that its receipt is there when the client asks for it.
    pub(crate) fn send_raw_transaction(
        self: Arc<Self>,
        slots: ExecutionSlots,
        arguments: &Arguments<'_>,
    ) -> Result<Answer<B256>, RpcError> {
        self.node.require_writable()?;
        let bytes: Bytes = arguments.required(0, "transaction")?;
        Ok(Box::pin(async move {
            let Some(patience) = self.node.await_inclusion else {
                return Ok(self.admit(&slots, bytes).await?.hash);
            };
            // Before the admission, so that no block is missed.
            let updates = self.node.chain.subscribe();
            let admitted = self.admit(&slots, bytes).await?;
            // The hash is the answer whether or not the transaction was mined meanwhile.
            let _ = timeout(patience, self.mined(admitted, updates)).await;
            Ok(admitted.hash)
        }))
    }

    /// Answers with the receipt. Source: EIP-7966.
    pub(crate) fn send_raw_transaction_sync(
        self: Arc<Self>,
        slots: ExecutionSlots,
        arguments: &Arguments<'_>,
    ) -> Result<Answer<RpcReceipt>, RpcError> {
        self.node.require_writable()?;
        let bytes: Bytes = arguments.required(0, "transaction")?;
        let asked = arguments.optional(1, "timeoutMilliseconds")?;
        let waited = asked
            .map_or(SYNC_DEFAULT, |HexOrDecimal(milliseconds)| Duration::from_millis(milliseconds))
            .min(SYNC_AT_MOST);
        Ok(Box::pin(async move {
            let updates = self.node.chain.subscribe();
            let admitted = self.admit(&slots, bytes).await?;
            let hash = admitted.hash;
            let _ = timeout(waited, self.mined(admitted, updates)).await;
            let receipt = slots.run(Lane::Lookup, move || self.receipt_of(hash)).await?;
            receipt.ok_or(RpcError::NotMinedInTime { hash, waited })
        }))
    }

    async fn admit(&self, slots: &ExecutionSlots, bytes: Bytes) -> Result<Admitted, RpcError> {
        let pool = self.node.pool.clone();
        if bytes.len() > AT_ONCE_BYTES {
            return slots.run(Lane::Lookup, move || add(&pool, &bytes)).await;
        }
        // A batch of hundreds gives way to other connections meanwhile.
        tokio::task::coop::consume_budget().await;
        let transaction = pool.decode(&bytes)?;
        let (sender, nonce) = (transaction.signer(), transaction.nonce());
        let hash = match pool.add_at_once(transaction, TransactionOrigin::Local) {
            Admission::Decided(result) => result?,
            Admission::NeedsAccount(unread) => {
                slots.run(Lane::Lookup, move || Ok(pool.add_unread(*unread)?)).await?
            }
        };
        Ok(Admitted { hash, sender, nonce })
    }

    /// Returns once the transaction is mined, or if it waits behind a nonce gap: only another
    /// transaction can change that.
    async fn mined(&self, admitted: Admitted, mut updates: Updates) {
        if self.is_queued(admitted) {
            return;
        }
        loop {
            match updates.recv().await {
                Ok(update) if includes(&update, admitted.hash) => return,
                Ok(_) => {}
                // Too many blocks at once to follow: the pool knows whether it is still waiting.
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    if self.node.pool.get(admitted.hash).is_none() {
                        return;
                    }
                }
                Err(broadcast::error::RecvError::Closed) => return,
            }
        }
    }

    fn is_queued(&self, admitted: Admitted) -> bool {
        let executable = self.node.pool.pending_nonce(admitted.sender);
        let in_pool = self.node.pool.get(admitted.hash).is_some();
        in_pool && executable.is_none_or(|next| next <= admitted.nonce)
    }
}

fn add(pool: &Pool, bytes: &[u8]) -> Result<Admitted, RpcError> {
    let transaction = pool.decode(bytes)?;
    let (sender, nonce) = (transaction.signer(), transaction.nonce());
    let hash = pool.add(transaction, TransactionOrigin::Local)?;
    Ok(Admitted { hash, sender, nonce })
}

fn includes(update: &CanonUpdate, hash: B256) -> bool {
    update.adopted.iter().any(|block| block.transaction_position(hash).is_some())
}
