//! `chain::open`: a database of 100 000 blocks is opened again, after a clean stop and after a
//! crash that left 32 blocks whose state was not committed.
//!
//! Each block of the plain Ethereum chain has one transfer to a new account, and all were imported
//! one by one. Every opening starts from a copy of the files, because the first one changes them.
//! With `HANZO_CHAIN_FILES=DIR` it leaves `genesis.json` and `blocks.rlp` there for `hanzo import`.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "bench code")]

use alloy_hardforks::EthereumHardfork;
use alloy_primitives::{Address, keccak256};
use hanzo_chain::{ChainTree, HIGH_WATER_BLOCKS};
use hanzo_consensus::engine_for;
use hanzo_store::{ChainIdentity, Store, StoreConfig};
use hanzo_testkit::{BlockPlan, Signer, TestChain, ethereum_spec};
use hanzo_types::ChainSpec;
use std::{
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

/// Blocks of the chain; `HANZO_BENCH_BLOCKS` sets another number.
const BLOCKS: u64 = 100_000;

/// Openings of each case.
const OPENINGS: usize = 7;

fn main() {
    let number = std::env::var("HANZO_BENCH_BLOCKS").ok();
    let blocks = number.map_or(BLOCKS, |text| text.parse().unwrap());
    let spec = ethereum_spec(EthereumHardfork::Osaka, |_| {});
    let mut chain = TestChain::new(Arc::clone(&spec));
    let started = now();
    let head = write_chain(&mut chain, blocks);
    println!("chain::open/blocks={head}: written in {}", milliseconds(now() - started));
    let unpersisted = chain.tree().unpersisted_blocks();
    let crashed = chain.abandon();
    measure(&spec, &crashed, &format!("a crash, {unpersisted} blocks to execute"), head);

    let mut tree = open(&spec, &crashed).tree;
    tree.persist_for_restart().unwrap();
    drop(tree);
    measure(&spec, &crashed, "a clean stop", head);
}

/// Imports `blocks` blocks, and as many more as it takes to have the most in memory: with one more
/// a commit begins, and half of them are persisted. Returns the number of the last.
fn write_chain(chain: &mut TestChain, blocks: u64) -> u64 {
    let alice = Signer::dev(0, chain.spec());
    let mut file = chain_file(chain.spec());
    for nonce in 0.. {
        if nonce >= blocks && chain.tree().unpersisted_blocks() == HIGH_WATER_BLOCKS - 1 {
            break;
        }
        let to = Address::from_word(keccak256(nonce.to_string()));
        let transactions = vec![alice.transfer(nonce, to, 1)];
        let block = chain.extend_ethereum(BlockPlan { transactions, ..BlockPlan::default() });
        if let Some(file) = &mut file {
            file.write_all(&alloy_rlp::encode(&block)).unwrap();
        }
    }
    chain.view().head_number()
}

/// The file for blocks beside that of the genesis, if files are wanted.
fn chain_file(spec: &ChainSpec) -> Option<BufWriter<File>> {
    let directory = PathBuf::from(std::env::var_os("HANZO_CHAIN_FILES")?);
    fs::create_dir_all(&directory).unwrap();
    let genesis = serde_json::to_vec(spec.genesis()).unwrap();
    fs::write(directory.join("genesis.json"), genesis).unwrap();
    Some(BufWriter::new(File::create(directory.join("blocks.rlp")).unwrap()))
}

/// An open chain, and how long its parts took.
struct Opened {
    tree: ChainTree,
    store: Duration,
    replay: Duration,
}

fn open(spec: &Arc<ChainSpec>, path: &Path) -> Opened {
    let identity = ChainIdentity { chain_id: spec.chain_id(), genesis_hash: spec.genesis_hash() };
    let started = now();
    let store = Store::open(&StoreConfig::at(path), identity).unwrap();
    let stored = now();
    let consensus = engine_for(Arc::clone(spec));
    let tree = ChainTree::open(Arc::clone(spec), consensus, store).unwrap();
    Opened { tree, store: stored - started, replay: now() - stored }
}

/// Opens copies of the database at `path` and prints how long that took.
fn measure(spec: &Arc<ChainSpec>, path: &Path, after: &str, head: u64) {
    let (mut store, mut replay, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..OPENINGS {
        let copy = tempfile::tempdir().unwrap();
        copy_files(path, copy.path());
        let opened = open(spec, copy.path());
        assert_eq!(opened.tree.view().head_number(), head);
        store.push(opened.store);
        replay.push(opened.replay);
        all.push(opened.store + opened.replay);
    }
    let (log, bytes) = sizes(path);
    println!("  after {after}: {} in all; {log} of {bytes} KiB are log", range(all));
    println!("    store {}, tree {}", range(store), range(replay));
}

fn copy_files(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// KiB of the write-ahead log, and of all files.
fn sizes(path: &Path) -> (u64, u64) {
    let (mut log, mut all) = (0, 0);
    for entry in fs::read_dir(path).unwrap() {
        let entry = entry.unwrap();
        let bytes = entry.metadata().unwrap().len();
        all += bytes;
        if entry.path().extension().is_some_and(|extension| extension == "log") {
            log += bytes;
        }
    }
    (log >> 10, all >> 10)
}

/// Shortest, median, longest.
fn range(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |index: usize| milliseconds(times[index]);
    format!("{} / {} / {}", at(0), at(times.len() / 2), at(times.len() - 1))
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}

#[expect(clippy::disallowed_methods, reason = "bench code measures")]
fn now() -> Instant {
    Instant::now()
}
