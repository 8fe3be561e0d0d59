//! What users of other dev nodes complain about.

use alloy_eips::{BlockId, eip2718::Encodable2718 as _};
use alloy_network::TransactionBuilder as _;
use alloy_primitives::{Address, Bytes, U256};
use alloy_provider::{Provider as _, ProviderBuilder, WsConnect};
use alloy_rpc_types_eth::TransactionRequest;
use alloy_signer_local::PrivateKeySigner;
use hanzo_e2e::{NodeProcess, client};
use hanzo_testkit::{Fees, Signer, dev_spec};
use hanzo_types::DEV_ACCOUNTS;
use tokio::task::JoinSet;

/// Senders of the concurrency test; each sends two transactions in the wrong order.
const SENDERS: u32 = 1_000;

/// Connections they are spread over.
const CONNECTIONS: usize = 8;

fn random_signer(index: u32) -> PrivateKeySigner {
    let seed = alloy_primitives::keccak256(index.to_be_bytes());
    PrivateKeySigner::from_bytes(&seed).unwrap()
}

fn transfer(key: &PrivateKeySigner, nonce: u64) -> Bytes {
    use alloy_consensus::{SignableTransaction as _, TxEip1559};
    use alloy_signer::SignerSync as _;
    let transaction = TxEip1559 {
        chain_id: 31337,
        nonce,
        gas_limit: 21_000,
        max_fee_per_gas: 20_000_000_000,
        max_priority_fee_per_gas: 1_000_000,
        to: alloy_primitives::TxKind::Call(Address::repeat_byte(0x55)),
        value: U256::from(1),
        ..Default::default()
    };
    let signature = key.sign_hash_sync(&transaction.signature_hash()).unwrap();
    transaction.into_signed(signature).encoded_2718().into()
}

/// Complaint 1: ready transactions are never mined under concurrency.
#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_transactions_of_a_thousand_senders_are_all_mined() {
    let datadir = tempfile::tempdir().unwrap();
    let node = NodeProcess::start(datadir.path(), &[]);
    let client = client(node.url());
    let spec = dev_spec();
    for index in 0..SENDERS {
        let bank = Signer::dev(index % 20, &spec);
        let value = 10_u64.pow(16);
        let to = random_signer(index).address();
        let raw = bank.transfer(u64::from(index / 20), to, value).inner().encoded_2718();
        let _ = client.send_raw_transaction(&raw).await.unwrap();
    }
    let mut tasks = JoinSet::new();
    for connection in 0..CONNECTIONS {
        let url = node.ws_url();
        tasks.spawn(async move {
            let socket = ProviderBuilder::new().connect_ws(WsConnect::new(url)).await.unwrap();
            let mine = (0..SENDERS).filter(|index| *index as usize % CONNECTIONS == connection);
            for index in mine {
                let key = random_signer(index);
                // The later nonce first: it has to wait for the gap to close.
                let _ = socket.send_raw_transaction(&transfer(&key, 1)).await.unwrap();
                let _ = socket.send_raw_transaction(&transfer(&key, 0)).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
    for index in 0..SENDERS {
        let sender = random_signer(index).address();
        assert_eq!(client.get_transaction_count(sender).await.unwrap(), 2, "sender {index}");
    }
    assert_eq!(
        client.get_balance(Address::repeat_byte(0x55)).await.unwrap(),
        U256::from(2 * SENDERS)
    );
    node.stop();
}

/// Complaints 7, 8, 17: a restart forgets blocks, transactions and receipts.
#[tokio::test(flavor = "multi_thread")]
async fn the_chain_is_on_disk() {
    let datadir = tempfile::tempdir().unwrap();
    let node = NodeProcess::start(datadir.path(), &[]);
    let before = client(node.url());
    let alice = Signer::dev(0, &dev_spec());
    let raw = alice.transfer(0, DEV_ACCOUNTS[1], 1).inner().encoded_2718();
    let receipt = before.send_raw_transaction(&raw).await.unwrap().get_receipt().await.unwrap();
    node.stop();
    let node = NodeProcess::start(datadir.path(), &[]);
    let after = client(node.url());
    assert_eq!(after.get_block_number().await.unwrap(), 1);
    let again = after.get_transaction_receipt(receipt.transaction_hash).await.unwrap();
    assert_eq!(again, Some(receipt.clone()));
    let transaction = after.get_transaction_by_hash(receipt.transaction_hash).await.unwrap();
    assert_eq!(transaction.unwrap().block_hash, receipt.block_hash);
    node.stop();
}

/// Complaint 11: no pending block, and estimates that ignore it.
#[tokio::test(flavor = "multi_thread")]
async fn the_pending_block_counts_waiting_transactions() {
    let datadir = tempfile::tempdir().unwrap();
    let node = NodeProcess::start(datadir.path(), &["--dev.block-time", "600s"]);
    let client = client(node.url());
    let alice = Signer::dev(0, &dev_spec());
    let to = Address::repeat_byte(0x42);
    let raw = alice.transfer(0, to, 9).inner().encoded_2718();
    let _ = client.send_raw_transaction(&raw).await.unwrap();
    let pending = client.get_block(BlockId::pending()).await.unwrap().unwrap();
    assert_eq!(pending.header.number, 1);
    assert_eq!(pending.transactions.len(), 1);
    assert_eq!(client.get_balance(to).pending().await.unwrap(), U256::from(9));
    assert_eq!(client.get_balance(to).await.unwrap(), U256::ZERO);
    let nonce = client.get_transaction_count(alice.address()).pending().await.unwrap();
    assert_eq!(nonce, 1, "complaint 13: the default nonce counts the pool");
    node.stop();
}

/// Complaint 14: a transaction that can never be mined is accepted and stays for ever.
#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_can_never_be_mined_is_refused_with_the_reason() {
    let datadir = tempfile::tempdir().unwrap();
    let node = NodeProcess::start(datadir.path(), &[]);
    let client = client(node.url());
    let spec = dev_spec();
    let alice = Signer::dev(0, &spec);
    let to = Address::repeat_byte(1);
    let low = Fees { max: 1, priority: 0 };
    let cases = [
        (alice.call(0, to, U256::ZERO, Bytes::new(), 40_000_000), "gas limit"),
        (alice.call(0, to, U256::ZERO, Bytes::new(), 20_999), "intrinsic gas too low"),
        (alice.call(0, to, U256::MAX, Bytes::new(), 21_000), "insufficient funds"),
        (alice.priced_transfer(0, to, low), "max fee per gas less than block base fee"),
        (alice.blob(0, to), "transaction type not supported"),
    ];
    for (transaction, words) in cases {
        let raw = transaction.inner().encoded_2718();
        let error = client.send_raw_transaction(&raw).await.unwrap_err().to_string();
        assert!(error.contains(words), "wanted `{words}`, got `{error}`");
    }
    node.stop();
}

/// Complaint 12: the reason of a revert is lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_revert_surfaces_in_call_and_estimate_with_code_3() {
    let datadir = tempfile::tempdir().unwrap();
    let node = NodeProcess::start(datadir.path(), &[]);
    let client = client(node.url());
    let request = TransactionRequest::default()
        .with_from(DEV_ACCOUNTS[0])
        // PUSH0 PUSH0 REVERT as creation code
        .with_deploy_code(Bytes::from_static(&[0x5f, 0x5f, 0xfd]));
    for error in [
        client.call(request.clone()).await.unwrap_err(),
        client.estimate_gas(request).await.unwrap_err(),
    ] {
        let payload = error.as_error_resp().expect("a JSON-RPC error");
        assert_eq!(payload.code, 3, "{payload}");
        assert_eq!(payload.message, "execution reverted");
        assert_eq!(payload.data.as_ref().map(|data| data.get()), Some("\"0x\""));
    }
    node.stop();
}
