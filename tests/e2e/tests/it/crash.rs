//! Killing the node.

use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{Address, U256};
use alloy_provider::Provider as _;
use hanzo_e2e::{Client, NodeProcess, client};
use hanzo_testkit::{Signer, dev_spec};
use tokio::task::JoinSet;

/// Rounds of killing; each leaves the node with another number of blocks above its base.
const ROUNDS: u64 = 3;

/// Transactions whose receipt is seen before each kill.
const ACKNOWLEDGED: u64 = 23;

/// Dev accounts that keep sending until the node is gone.
const STREAMS: u32 = 2;

/// Where every transfer of one wei goes.
const TO: Address = Address::repeat_byte(0x99);

/// Sends transfers one after the other until the node no longer answers.
async fn stream(node: Client, sender: Signer) {
    let Ok(mut nonce) = node.get_transaction_count(sender.address()).await else { return };
    loop {
        let raw = sender.transfer(nonce, TO, 1).inner().encoded_2718();
        if node.send_raw_transaction(&raw).await.is_err() {
            return;
        }
        nonce += 1;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_by_sigkill_during_a_stream_of_transactions() {
    let datadir = tempfile::tempdir().unwrap();
    let spec = dev_spec();
    let alice = Signer::dev(0, &spec);
    let mut nonce = 0;
    for round in 0..ROUNDS {
        let node = NodeProcess::start(datadir.path(), &[]);
        let before = client(node.url());
        let mut streams = JoinSet::new();
        for account in 1..=STREAMS {
            streams.spawn(stream(client(node.url()), Signer::dev(account, &spec)));
        }
        let mut receipts = Vec::new();
        for _ in 0..ACKNOWLEDGED {
            let raw = alice.transfer(nonce, TO, 1).inner().encoded_2718();
            let pending = before.send_raw_transaction(&raw).await.unwrap();
            receipts.push(pending.get_receipt().await.unwrap());
            nonce += 1;
        }
        let head = before.get_block_by_number(Default::default()).await.unwrap().unwrap();
        node.kill();
        // Every stream ends by itself: its node no longer answers.
        streams.join_all().await;

        let node = NodeProcess::start(datadir.path(), &[]);
        let after = client(node.url());
        let same = after.get_block_by_number(head.header.number.into()).await.unwrap().unwrap();
        assert_eq!(same.header.hash, head.header.hash, "round {round}");
        assert_eq!(same.header.state_root, head.header.state_root);
        for receipt in receipts {
            let again = after.get_transaction_receipt(receipt.transaction_hash).await.unwrap();
            assert_eq!(again.unwrap(), receipt);
        }
        assert_eq!(after.get_transaction_count(alice.address()).await.unwrap(), nonce);
        let mut mined = nonce;
        for account in 1..=STREAMS {
            let sender = Signer::dev(account, &spec).address();
            mined += after.get_transaction_count(sender).await.unwrap();
        }
        assert_eq!(after.get_balance(TO).await.unwrap(), U256::from(mined));
        node.kill();
    }
    let node = NodeProcess::start(datadir.path(), &[]);
    node.stop();
}
