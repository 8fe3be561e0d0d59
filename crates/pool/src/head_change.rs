//! What a change of the canonical chain means to the pool.

use crate::{TransactionRules, checked_transaction::CheckedTransaction, sender_facts::SenderFacts};
use alloy_primitives::{B256, map::AddressMap};
use hanzo_chain::{CanonUpdate, ChainView, ExecutedBlock};
use std::sync::Arc;

/// What a change of the canonical chain means to the pool.
#[derive(Debug)]
pub(crate) struct HeadChange {
    /// The new head.
    pub(crate) head: PoolHead,
    /// Every account that is different now.
    pub(crate) facts: AddressMap<SenderFacts>,
    /// Transactions that are in no canonical block any more, in the order they were mined.
    pub(crate) reverted: Vec<CheckedTransaction>,
}

/// What the pool has to know about the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PoolHead {
    /// Its hash.
    pub(crate) hash: B256,
    /// Base fee of its child, in wei per gas.
    pub(crate) next_base_fee: u64,
    /// Its gas limit.
    pub(crate) gas_limit: u64,
}

impl PoolHead {
    pub(crate) fn of(view: &ChainView) -> Self {
        Self {
            hash: view.head().hash(),
            next_base_fee: view.next_base_fee(),
            gas_limit: view.head().gas_limit,
        }
    }
}

impl HeadChange {
    /// Reads everything from the blocks themselves; the store is not asked.
    pub(crate) fn new(update: &CanonUpdate, rules: &TransactionRules) -> Self {
        Self {
            head: PoolHead::of(&update.view),
            facts: changed_accounts(update),
            reverted: reverted_transactions(update, rules),
        }
    }
}

/// Every account that the change touched, as it is now: what the newest adopted block left, or
/// else what the oldest reverted block found.
fn changed_accounts(update: &CanonUpdate) -> AddressMap<SenderFacts> {
    let mut facts = AddressMap::default();
    for block in &update.reverted {
        let accounts = &block.layer().state.accounts;
        facts.extend(accounts.iter().map(|(a, change)| (*a, SenderFacts::from(change.before))));
    }
    for block in &update.adopted {
        let accounts = &block.layer().state.accounts;
        facts.extend(accounts.iter().map(|(a, change)| (*a, SenderFacts::from(change.after))));
    }
    facts
}

fn reverted_transactions(
    update: &CanonUpdate,
    rules: &TransactionRules,
) -> Vec<CheckedTransaction> {
    let is_adopted =
        |hash: B256| update.adopted.iter().any(|block| block.transaction_position(hash).is_some());
    update
        .reverted
        .iter()
        .rev()
        .flat_map(transactions_of)
        .filter(|transaction| !is_adopted(*transaction.tx_hash()))
        .filter_map(|transaction| {
            let hash = *transaction.tx_hash();
            CheckedTransaction::check(transaction, rules)
                .inspect_err(|error| {
                    tracing::debug!(target: "pool", %hash, %error, "reverted transaction dropped");
                })
                .ok()
        })
        .collect()
}

fn transactions_of(
    block: &Arc<ExecutedBlock>,
) -> impl Iterator<Item = hanzo_types::RecoveredTransaction> {
    block.block().transactions_recovered().map(|transaction| transaction.cloned())
}
