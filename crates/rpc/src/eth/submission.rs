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
use hanzo_pool::TransactionOrigin;
use std::{sync::Arc, time::Duration};
use tokio::{sync::broadcast, time::timeout};

/// How long `eth_sendRawTransactionSync` waits unless the client says otherwise, and at most.
/// Source: EIP-7966 leaves both to the node; twice the block time of the public networks.
const SYNC_DEFAULT: Duration = Duration::from_secs(4);
const SYNC_AT_MOST: Duration = Duration::from_secs(30);

/// A transaction that the pool has taken.
#[derive(Debug)]
struct Admitted {
    hash: B256,
    sender: Address,
    nonce: u64,
    /// Every change of the chain since before the admission.
    updates: broadcast::Receiver<Arc<CanonUpdate>>,
}

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
            let mut admitted = self.admit(&slots, bytes).await?;
            if let Some(patience) = self.node.await_inclusion {
                // The hash is the answer whether or not the transaction was mined meanwhile.
                let _ = timeout(patience, self.mined(&mut admitted)).await;
            }
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
            let mut admitted = self.admit(&slots, bytes).await?;
            let hash = admitted.hash;
            let _ = timeout(waited, self.mined(&mut admitted)).await;
            let receipt = slots.run(Lane::Lookup, move || self.receipt_of(hash)).await?;
            receipt.ok_or(RpcError::NotMinedInTime { hash, waited })
        }))
    }

    async fn admit(
        self: &Arc<Self>,
        slots: &ExecutionSlots,
        bytes: Bytes,
    ) -> Result<Admitted, RpcError> {
        let eth = Arc::clone(self);
        // Recovering a signature and checking the balance is more than a worker may do.
        slots
            .run(Lane::Lookup, move || {
                // Before the admission, so that no block is missed.
                let updates = eth.node.chain.subscribe();
                let transaction = eth.node.pool.decode(&bytes)?;
                let (sender, nonce) = (transaction.signer(), transaction.nonce());
                let hash = eth.node.pool.add(transaction, TransactionOrigin::Local)?;
                Ok(Admitted { hash, sender, nonce, updates })
            })
            .await
    }

    /// Returns once the transaction is mined, or if it waits behind a nonce gap: only another
    /// transaction can change that.
    async fn mined(&self, admitted: &mut Admitted) {
        if self.is_queued(admitted) {
            return;
        }
        loop {
            match admitted.updates.recv().await {
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

    fn is_queued(&self, admitted: &Admitted) -> bool {
        let executable = self.node.pool.pending_nonce(admitted.sender);
        let in_pool = self.node.pool.get(admitted.hash).is_some();
        in_pool && executable.is_none_or(|next| next <= admitted.nonce)
    }
}

fn includes(update: &CanonUpdate, hash: B256) -> bool {
    update.adopted.iter().any(|block| block.transaction_position(hash).is_some())
}
