//! Metrics: what they count, where they are served, and that the page about them is true.

use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::Address;
use alloy_provider::Provider as _;
use hanzo_e2e::{
    NodeCommand, NodeProcess, Row, Scrape, assert_documented, client, documented_metrics, http_get,
    quick_cluster, run_to_end,
};
use hanzo_testkit::{Signer, dev_spec};
use std::{
    net::{TcpListener, TcpStream},
    path::Path,
};

/// One more than may lie between base and head, so that a segment of 16 blocks is committed.
const TRANSACTIONS: u64 = 33;

/// A node that serves metrics on a port of the system's choice.
fn start(datadir: &Path) -> NodeProcess {
    NodeProcess::start(datadir, &["--metrics", "127.0.0.1:0"])
}

fn scrape(node: &NodeProcess) -> Scrape {
    Scrape::read(node.metrics_url().unwrap())
}

/// Sends transactions, one block for each, then one that is refused and a method that nobody knows.
async fn use_node(node: &NodeProcess) {
    let client = client(node.url());
    let spec = dev_spec();
    let alice = Signer::dev(0, &spec);
    let raw = |nonce| alice.transfer(nonce, Address::repeat_byte(0x66), 1).inner().encoded_2718();
    for nonce in 0..TRANSACTIONS {
        let sent = client.send_raw_transaction(&raw(nonce)).await.unwrap();
        assert!(sent.get_receipt().await.unwrap().status());
    }
    assert!(client.send_raw_transaction(&raw(0)).await.is_err());
    assert!(client.raw_request::<_, u8>("eth_nothing".into(), ()).await.is_err());
    assert_eq!(client.get_block_number().await.unwrap(), TRANSACTIONS);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_part_of_the_node_counts_what_it_did() {
    let datadir = tempfile::tempdir().unwrap();
    let node = start(datadir.path());
    use_node(&node).await;
    // The miner counts a block after it has told everybody else.
    let mined = "hanzo_mining_blocks_total{outcome=\"head\"}";
    let all = loop {
        let all = scrape(&node);
        if all.value(mined) >= 33.0 {
            break all;
        }
    };
    let counts = [
        ("hanzo_chain_info{chain=\"dev\",chain_id=\"31337\"}", 1.0),
        ("hanzo_chain_head_number", 33.0),
        ("hanzo_chain_imported_blocks_total{outcome=\"head\"}", 33.0),
        ("hanzo_chain_imported_blocks_total{outcome=\"invalid\"}", 0.0),
        ("hanzo_chain_import_seconds_count", 33.0),
        ("hanzo_chain_block_write_seconds_count", 33.0),
        ("hanzo_chain_adopted_blocks_total", 33.0),
        ("hanzo_chain_adopted_transactions_total", 33.0),
        ("hanzo_chain_adopted_gas_total", 33.0 * 21_000.0),
        ("hanzo_chain_reorganisations_total", 0.0),
        ("hanzo_chain_commit_seconds_count", 1.0),
        ("hanzo_chain_committed_blocks_total", 16.0),
        ("hanzo_chain_unpersisted_blocks", 17.0),
        // Own blocks are not executed again.
        ("hanzo_chain_execution_seconds_count", 0.0),
        ("hanzo_store_writes_total{operation=\"block\"}", 33.0),
        ("hanzo_store_writes_total{operation=\"commit\"}", 1.0),
        ("hanzo_store_writes_total{operation=\"genesis\"}", 1.0),
        // Five rows of a block: header, body, weight, number, next arrival.
        ("hanzo_store_written_rows_total{operation=\"block\"}", 165.0),
        ("hanzo_pool_added_total", 33.0),
        ("hanzo_pool_removed_total{reason=\"settled\"}", 33.0),
        ("hanzo_pool_refused_total{reason=\"nonce\"}", 1.0),
        ("hanzo_pool_transactions{part=\"pending\"}", 0.0),
        ("hanzo_rpc_requests_total{method=\"eth_sendRawTransaction\",outcome=\"ok\"}", 33.0),
        ("hanzo_rpc_requests_total{method=\"eth_sendRawTransaction\",outcome=\"error\"}", 1.0),
        ("hanzo_rpc_requests_total{method=\"eth_getLogs\",outcome=\"ok\"}", 0.0),
        ("hanzo_rpc_requests_total{method=\"unknown\",outcome=\"error\"}", 1.0),
        ("hanzo_rpc_request_seconds_count{method=\"eth_sendRawTransaction\"}", 34.0),
        ("hanzo_rpc_lane_running_requests{lane=\"look-up\"}", 0.0),
        ("hanzo_rpc_lane_waiting_requests{lane=\"look-up\"}", 0.0),
        ("hanzo_rpc_subscriptions", 0.0),
        (mined, 33.0),
    ];
    for (series, expected) in counts {
        assert!((all.value(series) - expected).abs() < 0.5, "{series} is {}", all.value(series));
    }
    let positive = [
        "hanzo_mining_macs_total",
        "hanzo_mining_template_seconds_sum",
        "hanzo_store_table_memory_bytes{table=\"headers\"}",
        "hanzo_store_block_cache_capacity_bytes",
        "hanzo_store_syncs_total",
        "process_resident_memory_bytes",
        "process_open_fds",
        "process_start_time_seconds",
    ];
    for series in positive {
        assert!(all.value(series) > 0.0, "{series}");
    }
    let address = node.metrics_url().unwrap().trim_start_matches("http://");
    let address = address.split_once('/').unwrap().0.to_owned();
    node.stop();
    assert!(TcpStream::connect(&address).is_err(), "{address} outlived the node");
}

#[test]
fn metrics_are_at_two_paths_and_nothing_else_is() {
    let datadir = tempfile::tempdir().unwrap();
    let node = start(datadir.path());
    let url = node.metrics_url().unwrap().to_owned();
    let address = url.strip_prefix("http://").unwrap().strip_suffix("/metrics").unwrap();
    assert!(http_get(address, "/").1.contains("hanzo_chain_head_number 0\n"));
    let (status, _) = http_get(address, "/debug/pprof");
    assert_eq!(status, "HTTP/1.1 404 Not Found");
    node.stop();
}

#[test]
fn nothing_is_served_unless_it_is_asked_for() {
    let datadir = tempfile::tempdir().unwrap();
    let node = NodeProcess::start(datadir.path(), &[]);
    assert_eq!(node.metrics_url(), None);
    node.stop();
}

#[test]
fn a_metrics_port_in_use_is_an_error_that_names_flag_and_address() {
    let datadir = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let path = datadir.path().to_str().unwrap();
    let flags = ["node", "--dev", "--http.port", "0", "--metrics", &address, "--datadir", path];
    let output = run_to_end(&flags);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "the node started");
    assert!(text.contains("--metrics") && text.contains(&address), "{text}");
}

#[test]
fn the_page_about_metrics_says_exactly_what_is_served() {
    let datadir = tempfile::tempdir().unwrap();
    // One that has every part, the network included.
    let command = NodeCommand::new(&datadir.path().join("data"));
    let command = command.chain(&quick_cluster(datadir.path()));
    let node = command.flags(&["--metrics", "127.0.0.1:0"]).start();
    assert_documented(&scrape(&node).families, &documented_metrics("metrics.md"));
    node.stop();
}

#[test]
fn names_carry_their_unit_and_counters_are_totals() {
    for (name, Row { family, unit, .. }) in documented_metrics("metrics.md") {
        assert_eq!(family.kind == "counter", name.ends_with("_total"), "{name}");
        let measured = name.trim_end_matches("_total");
        for base in ["seconds", "bytes"] {
            assert_eq!(unit == base, measured.ends_with(base), "{name}: {unit}");
        }
        assert!(!name.contains("per_second") && !family.help.is_empty(), "{name}");
    }
}

/// Every value a label can have is known when the node starts, whatever clients send.
#[tokio::test(flavor = "multi_thread")]
async fn no_request_makes_a_new_series() {
    let datadir = tempfile::tempdir().unwrap();
    let node = start(datadir.path());
    let before: Vec<String> =
        scrape(&node).starting_with("hanzo_").map(|(series, _)| series.to_owned()).collect();
    use_node(&node).await;
    let after: Vec<String> =
        scrape(&node).starting_with("hanzo_").map(|(series, _)| series.to_owned()).collect();
    assert_eq!(before, after);
    node.stop();
}
