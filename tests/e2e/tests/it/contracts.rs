//! Deploying and using a contract.

use alloy_network::TransactionBuilder as _;
use alloy_primitives::{B256, U256};
use alloy_provider::{Provider as _, ProviderBuilder, WsConnect};
use alloy_rpc_types_eth::{Filter, TransactionRequest};
use futures::StreamExt as _;
use hanzo_e2e::{NodeProcess, client};
use hanzo_testkit::token;
use hanzo_types::DEV_ACCOUNTS;

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_deployed_used_and_its_logs_are_read_by_filter_and_by_subscription() {
    let datadir = tempfile::tempdir().unwrap();
    let node = NodeProcess::start(datadir.path(), &[]);
    let client = client(node.url());
    let deploy = TransactionRequest::default()
        .with_from(DEV_ACCOUNTS[0])
        .with_deploy_code(token::creation_code());
    let receipt = client.send_transaction(deploy).await.unwrap().get_receipt().await.unwrap();
    let contract = receipt.contract_address.unwrap();
    assert_eq!(client.get_code_at(contract).await.unwrap(), token::runtime_code());

    let socket = ProviderBuilder::new().connect_ws(WsConnect::new(node.ws_url())).await.unwrap();
    let filter =
        Filter::new().address(contract).event_signature(B256::from(token::transfer_topic()));
    let mut logs = socket.subscribe_logs(&filter).await.unwrap().into_stream();
    let mut heads = socket.subscribe_blocks().await.unwrap().into_stream();

    let amount = U256::from(123);
    let transfer = TransactionRequest::default()
        .with_from(DEV_ACCOUNTS[0])
        .with_to(contract)
        .with_input(token::transfer_input(DEV_ACCOUNTS[1], amount));
    let receipt = client.send_transaction(transfer).await.unwrap().get_receipt().await.unwrap();

    let pushed = logs.next().await.unwrap();
    assert_eq!(pushed.transaction_hash, Some(receipt.transaction_hash));
    assert_eq!(pushed.inner.topics()[2], DEV_ACCOUNTS[1].into_word());
    assert!(!pushed.removed);
    assert_eq!(heads.next().await.unwrap().number, receipt.block_number.unwrap());

    let found = client.get_logs(&filter.clone().from_block(0)).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(U256::from_be_slice(&found[0].inner.data.data), amount);
    assert!(found[0].block_timestamp.is_some());

    let call = TransactionRequest::default()
        .with_to(contract)
        .with_input(token::balance_of_input(DEV_ACCOUNTS[1]));
    let balance = client.call(call).await.unwrap();
    assert_eq!(U256::from_be_slice(&balance), amount);
    node.stop();
}
