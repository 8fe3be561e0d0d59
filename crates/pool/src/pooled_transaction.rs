//! A transaction in the pool.

use crate::checked_transaction::CheckedTransaction;
use alloy_primitives::{Address, B256, U256};
use hanzo_types::RecoveredTransaction;

/// A transaction in the pool, with everything its order depends on. Immutable.
#[derive(Debug)]
pub struct PooledTransaction {
    /// The transaction and its sender.
    pub transaction: RecoveredTransaction,
    /// Position in the order of arrival; unique in the pool.
    pub arrival: u64,
    /// Bytes it takes in a block body: its RLP, which for a typed transaction is a string.
    pub encoded_bytes: usize,
    /// Where it came from.
    pub origin: TransactionOrigin,
    pub(crate) hash: B256,
    pub(crate) nonce: u64,
    pub(crate) gas_limit: u64,
    pub(crate) fee_cap: u128,
    pub(crate) tip: u128,
    pub(crate) cost: U256,
}

/// Where a transaction came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransactionOrigin {
    /// From a user of this node.
    Local,
    /// From another node.
    Gossip,
    /// From a block that left the canonical chain.
    Reorged,
}

impl PooledTransaction {
    pub(crate) fn new(
        checked: CheckedTransaction,
        arrival: u64,
        origin: TransactionOrigin,
    ) -> Self {
        let CheckedTransaction { transaction, hash, encoded_bytes, fees, nonce, gas_limit, cost } =
            checked;
        Self {
            transaction,
            arrival,
            encoded_bytes,
            origin,
            hash,
            nonce,
            gas_limit,
            fee_cap: fees.cap,
            tip: fees.tip,
            cost,
        }
    }

    /// Hash of the transaction.
    #[must_use]
    pub const fn hash(&self) -> B256 {
        self.hash
    }

    /// Address that signed it.
    #[must_use]
    pub const fn sender(&self) -> Address {
        self.transaction.signer()
    }

    /// Its nonce.
    #[must_use]
    pub const fn nonce(&self) -> u64 {
        self.nonce
    }

    /// Most that it pays per gas, in wei: `maxFeePerGas` or `gasPrice`.
    #[must_use]
    pub const fn fee_cap(&self) -> u128 {
        self.fee_cap
    }

    /// Most that it pays the miner per gas, in wei: `maxPriorityFeePerGas` or `gasPrice`.
    #[must_use]
    pub const fn tip(&self) -> u128 {
        self.tip
    }

    /// Most that it can cost its sender, in wei: gas limit times fee cap, plus value.
    #[must_use]
    pub const fn cost(&self) -> U256 {
        self.cost
    }

    /// What the miner gets per gas at `base_fee`, in wei. Source: EIP-1559. Zero if the fee cap
    /// is below the base fee.
    #[must_use]
    pub fn effective_tip(&self, base_fee: u64) -> u128 {
        self.tip.min(self.fee_cap.saturating_sub(u128::from(base_fee)))
    }
}
