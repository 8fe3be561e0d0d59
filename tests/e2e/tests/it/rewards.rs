//! Who is paid for a block.

use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::U256;
use alloy_provider::Provider as _;
use hanzo_e2e::{NodeProcess, client};
use hanzo_testkit::{Signer, dev_spec};
use hanzo_types::{COMPUTE_MINING, DEV_ACCOUNTS, DEV_COINBASE};

#[tokio::test(flavor = "multi_thread")]
async fn the_coinbase_grows_by_exactly_the_reward_and_the_priority_fees() {
    let datadir = tempfile::tempdir().unwrap();
    let node = NodeProcess::start(datadir.path(), &[]);
    let client = client(node.url());
    let spec = dev_spec();
    let alice = Signer::dev(0, &spec);
    let mut expected = U256::ZERO;
    let mut pool = U256::ZERO;
    for nonce in 0..5 {
        let raw = alice.transfer(nonce, DEV_ACCOUNTS[1], 1).inner().encoded_2718();
        let receipt = client.send_raw_transaction(&raw).await.unwrap().get_receipt().await.unwrap();
        let number = receipt.block_number.unwrap();
        let block = client.get_block_by_number(number.into()).await.unwrap().unwrap();
        let base_fee = u128::from(block.header.base_fee_per_gas.unwrap());
        let tip = receipt.effective_gas_price - base_fee;
        let subsidy = spec.hanzo_rules().unwrap().emission().subsidy(number);
        let share = subsidy * U256::from(3) / U256::from(10);
        pool += share;
        expected += subsidy - share + U256::from(tip) * U256::from(receipt.gas_used);
        assert_eq!(client.get_balance(DEV_COINBASE).await.unwrap(), expected);
        assert_eq!(client.get_balance(COMPUTE_MINING).await.unwrap(), pool);
    }
    node.stop();
}
