//! Execution of a full block of transfers and of a full block of token transfers.
//!
//! Beside each stands the same list of transactions on revm alone, over a hash map: the ratio is
//! what block execution, settlement and the state difference cost on top.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "bench code")]

use alloy_consensus::Transaction as _;
use alloy_primitives::{Address, Bytes, U256, keccak256};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use hanzo_chain::genesis_diff;
use hanzo_evm::{BlockBuilder, Executed};
use hanzo_state::{Account, Change};
use hanzo_testkit::{MemoryState, Signer, dev_spec, token};
use hanzo_types::{ChainSpec, Header, RecoveredTransaction};
use revm::{
    Context, ExecuteCommitEvm as _, MainBuilder as _, MainContext as _,
    bytecode::Bytecode,
    context::{TxEnv, tx::TxEnvBuilder},
    database::{CacheDB, InMemoryDB},
    primitives::hardfork::SpecId,
    state::AccountInfo,
};
use std::{hint::black_box, sync::Arc};

/// Transfers that fit a block of 30 000 000 gas.
const TRANSFERS: u64 = 1_428;

/// Token transfers to new holders (about 52 000 gas each) that fit a block.
const TOKEN_TRANSFERS: u64 = 560;

/// Gas limit of a token transfer.
const TOKEN_TRANSFER_GAS: u64 = 53_000;

/// Accounts that exist besides those of the genesis block.
const ACCOUNTS: u64 = 100_000;

/// Dev accounts that take turns sending.
const SENDERS: u64 = 20;

const TOKEN: Address = Address::repeat_byte(0x70);

/// A world and a block on it.
struct Scene {
    spec: Arc<ChainSpec>,
    state: MemoryState,
    transactions: Vec<RecoveredTransaction>,
}

fn stranger(index: u64) -> Address {
    Address::from_word(keccak256(index.to_be_bytes()))
}

fn world(spec: &Arc<ChainSpec>, signers: &[Signer]) -> MemoryState {
    let mut diff = genesis_diff(spec);
    let rich = Account { balance: U256::from(1), ..Account::default() };
    for index in 0..ACCOUNTS {
        let _ = diff.accounts.insert(stranger(index), Change { before: None, after: Some(rich) });
    }
    let code = token::runtime_code();
    let contract = Account { nonce: 1, code_hash: keccak256(&code), ..Account::default() };
    let _ = diff.code.insert(contract.code_hash, code);
    let _ = diff.accounts.insert(TOKEN, Change { before: None, after: Some(contract) });
    let slots = signers.iter().map(|signer| {
        let change = Change { before: U256::ZERO, after: token::initial_supply() };
        (token::balance_slot(signer.address()), change)
    });
    let _ = diff.storage.insert(TOKEN, slots.collect());
    MemoryState::new(diff)
}

impl Scene {
    /// `count` transactions made by `make` from a sender, its nonce and a counter.
    fn new(count: u64, make: impl Fn(&Signer, u64, u64) -> RecoveredTransaction) -> Self {
        let spec = dev_spec();
        let signers: Vec<Signer> = (0..20).map(|index| Signer::dev(index, &spec)).collect();
        let state = world(&spec, &signers);
        let transactions = (0..count)
            .map(|i| make(&signers[usize::try_from(i % SENDERS).unwrap()], i / SENDERS, i))
            .collect();
        Self { spec, state, transactions }
    }

    fn header(&self) -> Header {
        let parent = self.spec.genesis_header();
        Header {
            parent_hash: parent.hash(),
            number: 1,
            timestamp: parent.timestamp.strict_add(1),
            beneficiary: Address::repeat_byte(0xcb),
            gas_limit: parent.gas_limit,
            base_fee_per_gas: Some(self.spec.next_base_fee(parent)),
            parent_beacon_block_root: Some(parent.hash()),
            excess_blob_gas: Some(0),
            ..Default::default()
        }
    }

    fn execute(&self) -> Executed {
        let (header, parent) = (self.header(), self.spec.genesis_header());
        let mut builder = BlockBuilder::new(&self.state, &header, parent, &self.spec).unwrap();
        for transaction in &self.transactions {
            let _ = builder.push(transaction.as_recovered_ref()).unwrap();
        }
        builder.finish().unwrap()
    }

    /// The same accounts in revm's own in-memory database.
    fn bare_database(&self) -> InMemoryDB {
        let mut database = InMemoryDB::default();
        let diff = self.state.as_diff();
        for (address, change) in &diff.accounts {
            let Some(account) = change.after else { continue };
            let code = diff.code.get(&account.code_hash).map(|c| Bytecode::new_raw(c.clone()));
            let info = AccountInfo {
                balance: account.balance,
                nonce: account.nonce,
                code_hash: account.code_hash,
                code,
                account_id: None,
            };
            database.insert_account_info(*address, info);
        }
        for (slot, change) in &diff.storage[&TOKEN] {
            database.insert_account_storage(TOKEN, *slot, change.after).unwrap();
        }
        database
    }

    fn bare_transactions(&self) -> Vec<TxEnv> {
        let environment = |transaction: &RecoveredTransaction| {
            TxEnvBuilder::new()
                .tx_type(Some(2))
                .caller(transaction.signer())
                .kind(transaction.kind())
                .value(transaction.value())
                .data(transaction.input().clone())
                .nonce(transaction.nonce())
                .gas_limit(transaction.gas_limit())
                .max_fee_per_gas(transaction.max_fee_per_gas())
                .gas_priority_fee(transaction.max_priority_fee_per_gas())
                .chain_id(transaction.chain_id())
                .build()
                .unwrap()
        };
        self.transactions.iter().map(environment).collect()
    }
}

/// Runs the list on revm alone, without receipts, settlement or a state difference.
fn execute_bare(scene: &Scene, database: &InMemoryDB, transactions: &[TxEnv]) -> u64 {
    let header = scene.header();
    let mut evm = Context::mainnet()
        .with_db(CacheDB::new(database))
        .modify_cfg_chained(|cfg| {
            cfg.chain_id = scene.spec.chain_id();
            cfg.set_spec_and_mainnet_gas_params(SpecId::OSAKA);
        })
        .modify_block_chained(|block| {
            block.number = U256::from(header.number);
            block.timestamp = U256::from(header.timestamp);
            block.beneficiary = header.beneficiary;
            block.gas_limit = header.gas_limit;
            block.basefee = header.base_fee_per_gas.unwrap_or_default();
        })
        .build_mainnet();
    let run = |tx: &TxEnv| evm.transact_commit(tx.clone()).unwrap().tx_gas_used();
    transactions.iter().map(run).sum()
}

fn measure(criterion: &mut Criterion, name: &str, scene: &Scene) {
    let outcome = scene.execute().outcome;
    assert!(outcome.receipts.iter().all(|receipt| receipt.status()), "a transaction failed");
    let gas = outcome.gas_used;
    let database = scene.bare_database();
    let bare = scene.bare_transactions();
    assert_eq!(execute_bare(scene, &database, &bare), gas, "both do the same work");
    println!("evm::block/{name}: {} transactions, {gas} gas", scene.transactions.len());
    let mut group = criterion.benchmark_group("evm::block");
    group.throughput(Throughput::Elements(gas));
    group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
        bencher.iter(|| black_box(scene.execute()));
    });
    group.bench_function(BenchmarkId::from_parameter(format!("{name}/revm_alone")), |bencher| {
        bencher.iter(|| black_box(execute_bare(scene, &database, &bare)));
    });
    group.finish();
}

fn block(criterion: &mut Criterion) {
    let transfers = Scene::new(TRANSFERS, |signer, nonce, i| {
        signer.transfer(nonce, stranger(i.strict_mul(7)), 1)
    });
    measure(criterion, "transfers", &transfers);
    let tokens = Scene::new(TOKEN_TRANSFERS, |signer, nonce, i| {
        let input: Bytes = token::transfer_input(stranger(i.strict_mul(7)), U256::from(1));
        signer.call(nonce, TOKEN, U256::ZERO, input, TOKEN_TRANSFER_GAS)
    });
    measure(criterion, "erc20", &tokens);
}

criterion_group!(benches, block);
criterion_main!(benches);
