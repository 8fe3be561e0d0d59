//! What clients were told.

use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{Address, B256, keccak256};
use alloy_provider::Provider as _;
use hanzo_e2e::Client;
use hanzo_testkit::Signer;
use tokio::sync::watch;

/// A receipt that a client saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) transaction: B256,
    pub(crate) block: (u64, B256),
}

/// How far the senders of a round are.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Progress {
    /// Transactions on their way or answered.
    pub(crate) sent: u64,
    /// Receipts seen.
    pub(crate) answered: u64,
}

/// Sends transfers one after the other until the node no longer answers. Returns what it saw.
pub(crate) async fn stream(
    node: Client,
    sender: Signer,
    progress: watch::Sender<Progress>,
) -> Vec<Seen> {
    let mut seen = Vec::new();
    let Ok(mut nonce) = node.get_transaction_count(sender.address()).await else { return seen };
    loop {
        // A new account each time: the state grows.
        let to = keccak256([sender.address().as_slice(), &nonce.to_be_bytes()].concat());
        let raw = sender.transfer(nonce, Address::from_word(to), 1).inner().encoded_2718();
        progress.send_modify(|progress| progress.sent += 1);
        let Ok(pending) = node.send_raw_transaction(&raw).await else { return seen };
        let transaction = *pending.tx_hash();
        // A node that fails to write answers no receipt any more.
        let Ok(Some(receipt)) = node.get_transaction_receipt(transaction).await else {
            return seen;
        };
        let block = (receipt.block_number.unwrap(), receipt.block_hash.unwrap());
        seen.push(Seen { transaction, block });
        progress.send_modify(|progress| progress.answered += 1);
        nonce += 1;
    }
}

/// Checks that the node still has what a client saw.
pub(crate) async fn check(node: &Client, seen: Seen) {
    let found = node.get_transaction_receipt(seen.transaction).await.unwrap();
    let Some(receipt) = found else { panic!("{seen:?} is lost") };
    let block = (receipt.block_number.unwrap(), receipt.block_hash.unwrap());
    assert_eq!(block, seen.block, "{seen:?} is elsewhere now");
}
