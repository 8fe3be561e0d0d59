//! `chain::insert_segment`: a plain Ethereum chain of signed transactions, 60 % transfers to new
//! accounts and 40 % token transfers to new holders, imported into an empty RocksDB store.
//!
//! Prints transactions per second, where the time went, and the rate of sender recovery alone on
//! all cores, measured before and after: no import is faster than that, and it differs between
//! machines by a factor of two, so that the ratio of the two is what to compare. With
//! `HANZO_CHAIN_FILES=DIR` it leaves `genesis.json` and `blocks.rlp` there for `hanzo import`.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "bench code")]

use alloy_genesis::{Genesis, GenesisAccount};
use alloy_hardforks::EthereumHardfork;
use alloy_primitives::{Address, U256, keccak256};
use hanzo_chain::{ChainTree, MAX_SEGMENT_BLOCKS, Origin, StageTimes};
use hanzo_consensus::engine_for;
use hanzo_store::{ChainIdentity, Store, StoreConfig};
use hanzo_testkit::{BlockPlan, Signer, TestChain, ethereum_genesis, token};
use hanzo_types::{ChainSpec, SealedBlock};
use rayon::prelude::*;
use reth_primitives_traits::SignerRecoverable as _;
use std::{
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

/// Transactions of a run; `HANZO_BENCH_TRANSACTIONS` sets another number.
const TRANSACTIONS: u64 = 100_000;

/// Accounts that send them in turn.
const SENDERS: u32 = 500;

/// Of a hundred transactions, how many are transfers.
const TRANSFERS_IN_HUNDRED: u64 = 60;

/// Accounts that hold a balance from the start, in the two cases.
const ACCOUNTS: [u64; 2] = [0, 1_000_000];

/// Transactions of one block: some 30 million gas.
const BLOCK_TRANSACTIONS: u64 = 850;

fn main() {
    let number = std::env::var("HANZO_BENCH_TRANSACTIONS").ok();
    let transactions = number.map_or(TRANSACTIONS, |text| text.parse().unwrap());
    for accounts in ACCOUNTS {
        let scene = Scene::new(accounts, transactions);
        if let (0, Ok(directory)) = (accounts, std::env::var("HANZO_CHAIN_FILES")) {
            scene.write_files(Path::new(&directory));
        }
        scene.run();
    }
}

/// A chain in memory.
struct Scene {
    genesis: Genesis,
    accounts: u64,
    transactions: u64,
    blocks: Vec<SealedBlock>,
}

impl Scene {
    fn new(accounts: u64, transactions: u64) -> Self {
        let json = ethereum_genesis(EthereumHardfork::Osaka);
        let mut genesis: Genesis = serde_json::from_value(json).unwrap();
        // Less than half of it is used, so that the base fee does not rise above the fee caps.
        genesis.gas_limit = 72_000_000;
        let spec = ChainSpec::ethereum(genesis.clone()).unwrap();
        let signers: Vec<Signer> = (0..SENDERS).map(|index| Signer::dev(index, &spec)).collect();
        let rich = GenesisAccount { balance: U256::MAX >> 64, ..GenesisAccount::default() };
        genesis.alloc.extend(signers.iter().map(|signer| (signer.address(), rich.clone())));
        genesis.alloc.extend((0..accounts).map(|index| (address(b'a', index), rich.clone())));
        let spec = Arc::new(ChainSpec::ethereum(genesis.clone()).unwrap());
        let blocks = build(TestChain::new(spec), &signers, transactions);
        Self { genesis, accounts, transactions, blocks }
    }

    fn write_files(&self, directory: &Path) {
        fs::create_dir_all(directory).unwrap();
        let genesis = serde_json::to_vec(&self.genesis).unwrap();
        fs::write(directory.join("genesis.json"), genesis).unwrap();
        let rlp: Vec<u8> = self.blocks.iter().flat_map(alloy_rlp::encode).collect();
        fs::write(directory.join("blocks.rlp"), rlp).unwrap();
    }

    fn run(self) {
        let Self { genesis, accounts, transactions, blocks } = self;
        let spec = Arc::new(ChainSpec::ethereum(genesis).unwrap());
        let directory = tempfile::tempdir().unwrap();
        let genesis_hash = spec.genesis_hash();
        let identity = ChainIdentity { chain_id: spec.chain_id(), genesis_hash };
        let store = Store::open(&StoreConfig::at(directory.path()), identity).unwrap();
        let mut tree = ChainTree::open(Arc::clone(&spec), engine_for(spec), store).unwrap();
        let mut times = StageTimes::default();
        let count = blocks.len();
        // Writing the files of a large genesis state is not part of it.
        tree.persist_for_restart().unwrap();
        let before = recovery(&blocks);
        let started = now();
        for segment in blocks.chunks(MAX_SEGMENT_BLOCKS) {
            let result = tree.insert_segment(segment.to_vec(), &Origin::File);
            assert!(result.refusal.is_none(), "{:?}", result.refusal);
            times += result.times;
        }
        tree.persist_all().unwrap();
        let elapsed = now().duration_since(started);
        let rate = per_second(transactions, elapsed);
        // The speed of a machine that others share changes within seconds.
        let bound = per_second(2 * transactions, before + recovery(&blocks));
        println!(
            "chain::insert_segment/accounts={accounts} blocks={count}: {rate} tx/s, {} in all; \
             recovery alone {bound} tx/s, import reaches {} % of it",
            seconds(elapsed),
            rate * 100 / bound.max(1),
        );
        println!(
            "  recovery {}, execution {}, root {}, commit {}; execution waited {}",
            seconds(times.recovery),
            seconds(times.execution),
            seconds(times.root),
            seconds(times.commit),
            seconds(times.waiting),
        );
    }
}

/// Deploys a token for every sender's use and fills blocks.
fn build(mut chain: TestChain, signers: &[Signer], transactions: u64) -> Vec<SealedBlock> {
    let deployer = &signers[0];
    let token = deployer.address().create(0);
    let mut nonces = vec![0_u64; signers.len()];
    let mut blocks = Vec::new();
    let mut plan = vec![deployer.create(0, token::creation_code(), 500_000)];
    nonces[0] = 1;
    // Every sender gets tokens before it spends them.
    for signer in signers.iter().skip(1) {
        let gift = token::transfer_input(signer.address(), U256::from(1_000_000));
        plan.push(deployer.call(nonces[0], token, U256::ZERO, gift, 80_000));
        nonces[0] += 1;
    }
    push(&mut chain, &mut blocks, &mut plan);
    for index in 0..transactions {
        let sender = usize::try_from(index).unwrap() % signers.len();
        let (signer, nonce) = (&signers[sender], nonces[sender]);
        nonces[sender] += 1;
        let to = address(b'n', index);
        plan.push(if index % 100 < TRANSFERS_IN_HUNDRED {
            signer.transfer(nonce, to, 1)
        } else {
            let input = token::transfer_input(to, U256::from(1));
            signer.call(nonce, token, U256::ZERO, input, 80_000)
        });
        if plan.len() as u64 == BLOCK_TRANSACTIONS {
            push(&mut chain, &mut blocks, &mut plan);
        }
    }
    push(&mut chain, &mut blocks, &mut plan);
    blocks
}

fn push(
    chain: &mut TestChain,
    blocks: &mut Vec<SealedBlock>,
    plan: &mut Vec<hanzo_types::RecoveredTransaction>,
) {
    let transactions = std::mem::take(plan);
    let block = chain.build_ethereum(BlockPlan { transactions, ..BlockPlan::default() });
    let _ = chain.import_file_block(block.clone()).unwrap();
    blocks.push(block);
}

fn address(kind: u8, index: u64) -> Address {
    Address::from_word(keccak256([&[kind], index.to_be_bytes().as_slice()].concat()))
}

/// Time to recover every sender on all cores.
fn recovery(blocks: &[SealedBlock]) -> Duration {
    let started = now();
    blocks
        .par_iter()
        .flat_map(|block| &block.body().transactions)
        .for_each(|transaction| assert!(transaction.recover_signer().is_ok()));
    now().duration_since(started)
}

fn per_second(transactions: u64, time: Duration) -> u128 {
    u128::from(transactions) * 1_000 / time.as_millis().max(1)
}

fn seconds(duration: Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}

#[expect(clippy::disallowed_methods, reason = "bench code measures")]
fn now() -> Instant {
    Instant::now()
}
