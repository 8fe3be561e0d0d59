//! Killing the node.

use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{Address, U256};
use alloy_provider::Provider as _;
use hanzo_e2e::{Books, NodeProcess, client};
use hanzo_testkit::{Signer, dev_spec};

/// Rounds of killing; each leaves the node with another number of unpersisted blocks.
const ROUNDS: u64 = 3;

/// Transactions acknowledged before each kill.
const ACKNOWLEDGED: u64 = 23;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_by_sigkill_during_a_stream_of_transactions() {
    let datadir = tempfile::tempdir().unwrap();
    let alice = Signer::dev(0, &dev_spec());
    let to = Address::repeat_byte(0x99);
    let mut nonce = 0;
    for round in 0..ROUNDS {
        let node = NodeProcess::start(datadir.path(), &[]);
        let before = client(node.url());
        assert_eq!(before.get_transaction_count(alice.address()).await.unwrap(), nonce);
        let mut receipts = Vec::new();
        for _ in 0..ACKNOWLEDGED {
            let raw = alice.transfer(nonce, to, 1).inner().encoded_2718();
            let pending = before.send_raw_transaction(&raw).await.unwrap();
            receipts.push(pending.get_receipt().await.unwrap());
            nonce += 1;
        }
        let head = before.get_block_by_number(Default::default()).await.unwrap().unwrap();
        // A transaction is on its way while the process dies; whether it is mined is open.
        let last = alice.transfer(nonce, to, 1).inner().encoded_2718();
        let sender = before.clone();
        let in_flight =
            tokio::spawn(async move { sender.send_raw_transaction(&last).await.is_ok() });
        node.kill();
        drop(in_flight.await);

        let node = NodeProcess::start(datadir.path(), &[]);
        let after = client(node.url());
        let same = after.get_block_by_number(head.header.number.into()).await.unwrap().unwrap();
        assert_eq!(same.header.hash, head.header.hash, "round {round}");
        assert_eq!(same.header.state_root, head.header.state_root);
        for receipt in receipts {
            let again = after.get_transaction_receipt(receipt.transaction_hash).await.unwrap();
            assert_eq!(again.unwrap(), receipt);
        }
        nonce = after.get_transaction_count(alice.address()).await.unwrap();
        assert_eq!(after.get_balance(to).await.unwrap(), U256::from(nonce));
        node.kill();
    }
    let node = NodeProcess::start(datadir.path(), &[]);
    node.stop();
    Books::read(datadir.path()).assert_balanced();
}
