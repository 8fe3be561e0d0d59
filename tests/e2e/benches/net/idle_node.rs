//! A node that nobody else asks anything, on a machine where nobody searches.

use crate::{MOST_COINBASES, coinbases, listeners::Listeners};
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::Address;
use alloy_provider::Provider as _;
use hanzo_e2e::{NodeProcess, client};
use hanzo_testkit::{Signer, dev_spec};

/// Heads of each measurement.
const HEADS: u64 = 200;

/// Measures how long work takes after a new head: on the dev chain, where a transaction makes a block
/// at once, each after everybody has work on the last one.
pub(crate) async fn run() {
    let datadir = tempfile::tempdir().unwrap();
    let node = NodeProcess::start(datadir.path(), &[]);
    let client = client(node.url());
    let alice = Signer::dev(0, &dev_spec());
    let mut head = 0;
    for subscribers in [1, MOST_COINBASES] {
        let everybody = usize::try_from(subscribers).unwrap();
        let mut listeners = Listeners::open(&node.ws_url(), &coinbases(subscribers)).await;
        for _ in 0..HEADS {
            let raw = alice.transfer(head, Address::repeat_byte(0x77), 1).inner().encoded_2718();
            let _ = client.send_raw_transaction(&raw).await.unwrap();
            head += 1;
            listeners.until_all_work_on(head, everybody).await;
        }
        println!("net::work_delay/subscribers={subscribers} miners=0: {}", listeners.delays());
    }
    node.stop();
}
