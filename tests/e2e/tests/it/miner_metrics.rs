//! Metrics of the miner: what they count, and that the page about them is true.

use alloy_primitives::Address;
use hanzo_e2e::{
    MinerProcess, NodeCommand, NodeProcess, Row, Scrape, assert_documented, binary_named,
    documented_metrics,
};
use hanzo_poc::TILE_MACS;
use std::{
    collections::BTreeMap,
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
};

const COINBASE: Address = Address::repeat_byte(0x0c);

/// Blocks that a test waits for.
const BLOCKS: f64 = 5.0;

/// A dev node that does not mine.
fn node(datadir: &Path) -> NodeProcess {
    NodeCommand::new(datadir).flags(&["--no-mine"]).start()
}

fn miner(node: &NodeProcess) -> MinerProcess {
    MinerProcess::start(&node.ws_url(), COINBASE, &["--metrics", "127.0.0.1:0"])
}

fn is(scrape: &Scrape, series: &str, expected: f64) -> bool {
    (scrape.value(series) - expected).abs() < 0.5
}

/// What the two pages say that a miner serves.
fn page() -> BTreeMap<String, Row> {
    let mut page = documented_metrics("mining.md");
    let process = documented_metrics("metrics.md").into_iter();
    page.extend(process.filter(|(_, row)| row.heading == "Process"));
    page
}

#[test]
fn the_pages_say_exactly_what_a_miner_serves() {
    let datadir = tempfile::tempdir().unwrap();
    let node = node(datadir.path());
    let miner = miner(&node);
    assert_documented(&Scrape::read(miner.metrics_url()).families, &page());
    node.stop();
}

#[test]
fn a_miner_counts_its_work_its_seals_and_the_loss_of_its_node() {
    let datadir = tempfile::tempdir().unwrap();
    let node = node(datadir.path());
    let miner = miner(&node);
    let head = "hanzo_miner_seals_total{outcome=\"head\"}";
    let all = miner.metrics_until(|scrape| scrape.value(head) >= BLOCKS);
    assert!(is(&all, "hanzo_miner_connected", 1.0));
    assert!(is(&all, "hanzo_miner_connections_total{outcome=\"made\"}", 1.0));
    assert!(is(&all, "hanzo_miner_connections_total{outcome=\"lost\"}", 0.0));
    assert!(all.value("hanzo_miner_found_seals_total") >= all.value(head));
    assert!(all.value("hanzo_miner_work_packages_total") >= BLOCKS);
    let submits = "hanzo_miner_node_request_seconds_count{method=\"poc_submitWork\"}";
    assert!(all.value(submits) >= BLOCKS);
    // Whole tiles, at least one for a block.
    let (tiles, macs) = (all.value("hanzo_miner_tiles_total"), all.value("hanzo_miner_macs_total"));
    let macs_of_a_tile = f64::from(u32::try_from(TILE_MACS).unwrap());
    assert!(tiles >= BLOCKS && (macs - tiles * macs_of_a_tile).abs() < 0.5, "{tiles} {macs}");
    node.kill();
    let lost = "hanzo_miner_connections_total{outcome=\"lost\"}";
    let failed = "hanzo_miner_connections_total{outcome=\"failed\"}";
    let all = miner.metrics_until(|scrape| is(scrape, lost, 1.0) && scrape.value(failed) > 0.5);
    assert!(is(&all, "hanzo_miner_connected", 0.0));
    let (status, log) = miner.stop();
    assert!(status.success(), "{log}");
}

#[test]
fn a_metrics_port_in_use_is_an_error_that_names_flag_and_address() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = Command::new(binary_named("hanzo-miner"))
        .args(["--metrics", &address])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "the miner started");
    assert!(text.contains("--metrics") && text.contains(&address), "{text}");
}
