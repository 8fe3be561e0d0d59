//! Sending coins.

use alloy_eips::{BlockNumberOrTag, eip2718::Encodable2718 as _, eip2930::AccessList};
use alloy_network::TransactionBuilder as _;
use alloy_primitives::{Address, U256};
use alloy_provider::Provider as _;
use alloy_rpc_types_eth::TransactionRequest;
use hanzo_e2e::{NodeProcess, client};
use hanzo_testkit::{Fees, Signer, dev_spec};
use hanzo_types::DEV_ACCOUNTS;

#[tokio::test(flavor = "multi_thread")]
async fn transactions_of_types_0_1_2_and_4_are_mined() {
    let datadir = tempfile::tempdir().unwrap();
    let node = NodeProcess::start(datadir.path(), &[]);
    let client = client(node.url());
    let spec = dev_spec();
    let alice = Signer::dev(0, &spec);
    let bob = Signer::dev(1, &spec);
    let to = Address::repeat_byte(0x77);
    let transactions = [
        alice.legacy(0, to, Fees::default()),
        alice.access_list(1, to, AccessList::default()),
        alice.transfer(2, to, 5),
        alice.delegate(3, &bob, to),
    ];
    for (transaction, kind) in transactions.iter().zip([0u8, 1, 2, 4]) {
        let raw = transaction.inner().encoded_2718();
        let receipt = client.send_raw_transaction(&raw).await.unwrap().get_receipt().await.unwrap();
        assert!(receipt.inner.status(), "type {kind}");
        assert_eq!(u8::from(receipt.inner.tx_type()), kind);
    }
    assert_eq!(client.get_balance(to).await.unwrap(), U256::from(7));
    let code = client.get_code_at(bob.address()).await.unwrap();
    assert_eq!(code.len(), 23, "EIP-7702 designator");
    node.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_sends_without_any_special_setting() {
    let datadir = tempfile::tempdir().unwrap();
    let node = NodeProcess::start(datadir.path(), &[]);
    let client = client(node.url());
    let to = Address::repeat_byte(0x78);
    let request = TransactionRequest::default()
        .with_from(DEV_ACCOUNTS[0])
        .with_to(to)
        .with_value(U256::from(1_000_000_000_u64));
    let receipt = client.send_transaction(request).await.unwrap().get_receipt().await.unwrap();
    assert_eq!(receipt.gas_used, 21_000);
    assert_eq!(receipt.block_number, Some(1));
    assert_eq!(client.get_balance(to).await.unwrap(), U256::from(1_000_000_000_u64));
    let block = client.get_block_by_number(BlockNumberOrTag::Latest).full().await.unwrap().unwrap();
    assert_eq!(block.transactions.len(), 1);
    node.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_receipt_is_there_right_after_the_send() {
    let datadir = tempfile::tempdir().unwrap();
    let node = NodeProcess::start(datadir.path(), &[]);
    let client = client(node.url());
    let alice = Signer::dev(0, &dev_spec());
    for nonce in 0..20 {
        let raw = alice.transfer(nonce, DEV_ACCOUNTS[1], 1).inner().encoded_2718();
        let hash = *client.send_raw_transaction(&raw).await.unwrap().tx_hash();
        assert!(client.get_transaction_receipt(hash).await.unwrap().is_some(), "nonce {nonce}");
    }
    node.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_block_hash_is_the_hash_of_the_reported_header() {
    let datadir = tempfile::tempdir().unwrap();
    let node = NodeProcess::start(datadir.path(), &[]);
    let client = client(node.url());
    let alice = Signer::dev(0, &dev_spec());
    let raw = alice.transfer(0, DEV_ACCOUNTS[1], 1).inner().encoded_2718();
    client.send_raw_transaction(&raw).await.unwrap().get_receipt().await.unwrap();
    for number in 0..=1 {
        let block = client.get_block_by_number(number.into()).await.unwrap().unwrap();
        let header: alloy_consensus::Header = block.header.inner.clone();
        assert_eq!(header.hash_slow(), block.header.hash, "block {number}");
        assert_eq!(header.difficulty, U256::from(1u64 << 26));
    }
    node.stop();
}
