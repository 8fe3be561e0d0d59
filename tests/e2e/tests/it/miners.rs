//! Miners in processes of their own.

use alloy_primitives::{Address, U256};
use alloy_provider::Provider as _;
use hanzo_e2e::{Client, MinerProcess, NodeCommand, NodeProcess, client};
use std::path::Path;

const ONE: Address = Address::repeat_byte(0x01);
const OTHER: Address = Address::repeat_byte(0x02);

/// A dev node that does not mine, on this port.
fn start(datadir: &Path, port: u16) -> NodeProcess {
    let port = port.to_string();
    NodeCommand::new(datadir).flags(&["--no-mine", "--http.port", &port]).start()
}

/// Waits until the head is this high. Every poll is a request that the node answers.
async fn reach(client: &Client, height: u64) {
    while client.get_block_number().await.unwrap_or_default() < height {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_miners_share_a_node_and_outlive_its_crash() {
    let datadir = tempfile::tempdir().unwrap();
    // The first start finds a port, which the second takes again.
    let node = NodeCommand::new(datadir.path()).flags(&["--no-mine"]).start();
    let port = node.url().rsplit(':').next().unwrap().parse().unwrap();
    let miners = [ONE, OTHER].map(|coinbase| MinerProcess::start(&node.ws_url(), coinbase, &[]));
    let rpc = client(node.url());
    reach(&rpc, 20).await;
    node.kill();
    let node = start(datadir.path(), port);
    let rpc = client(node.url());
    let found = rpc.get_block_number().await.unwrap();
    assert!(found >= 20, "acknowledged blocks are durable: {found}");
    reach(&rpc, found + 20).await;
    for miner in miners {
        let (status, log) = miner.stop();
        assert!(status.success(), "{log}");
        assert!(log.contains("lost the node"), "{log}");
    }
    let head = rpc.get_block_number().await.unwrap();
    let mut paid = [U256::ZERO; 2];
    for number in 1..=head {
        let block = rpc.get_block_by_number(number.into()).await.unwrap().unwrap();
        let index = usize::from(block.header.beneficiary == OTHER);
        assert_eq!(block.header.beneficiary, [ONE, OTHER][index]);
        paid[index] += U256::ONE;
    }
    for (coinbase, blocks) in [ONE, OTHER].into_iter().zip(paid) {
        let balance = rpc.get_balance(coinbase).await.unwrap();
        assert_eq!(balance.is_zero(), blocks.is_zero(), "{coinbase} has mined {blocks} blocks");
    }
    node.stop();
}
