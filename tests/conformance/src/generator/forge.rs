//! A chain that scenarios build blocks on.

use super::{blocks::seal, standard_world::standard_world};
use crate::{
    FixtureAlloc, Fork, ForkSchedule, genesis_of::accounts, scratch_store::scratch_store,
    world_check::World,
};
use alloy_consensus::{
    EthereumTypedTransaction, Header, SignableTransaction, TxEip1559, TxEip4844, TxLegacy,
    proofs::{
        calculate_ommers_root, calculate_receipt_root, calculate_transaction_root,
        calculate_withdrawals_root,
    },
};
use alloy_eips::eip4895::{Withdrawal, Withdrawals};
use alloy_genesis::Genesis;
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256};
use alloy_signer::SignerSync as _;
use alloy_signer_local::PrivateKeySigner;
use hanzo_chain::{ChainTree, CheckedBlock, Inserted, Origin, ReorgLimits};
use hanzo_consensus::{Consensus, engine_for};
use hanzo_evm::BlockBuilder;
use hanzo_state::root;
use hanzo_store::Store;
use hanzo_types::{Block, BlockBody, ChainSpec, RecoveredTransaction, SealedBlock, SealedHeader};
use reth_primitives_traits::Recovered;
use std::{collections::BTreeMap, fmt, sync::Arc};

/// Gas limit of every block.
pub(crate) const GAS_LIMIT: u64 = 30_000_000;

/// Base fee of block 0 where there is one, in wei.
const GENESIS_BASE_FEE: u128 = 1_000_000_000;

/// Gas price and fee cap of every transaction unless a scenario is about it, in wei.
pub(crate) const GAS_PRICE: u128 = 10_000_000_000;

/// Difficulty of block 0 before the merge: high enough that a few late blocks lower it.
const GENESIS_DIFFICULTY: u64 = 1 << 24;

/// The least difficulty, for chains that are to merge soon. Source: Yellow Paper §4.4.4.
const LEAST_DIFFICULTY: u64 = 1 << 17;

/// Accounts with coins: the keys 1 and up.
const RICH_ACCOUNTS: u8 = 3;

/// Seconds from a block to the next unless a scenario is about it: the difficulty stays.
pub(crate) const USUAL_DELAY: u64 = 12;

/// The rules, keys and first accounts of a scenario.
pub(crate) struct Forge {
    network: &'static str,
    spec: Arc<ChainSpec>,
    consensus: Arc<dyn Consensus>,
    world: FixtureAlloc,
}

impl fmt::Debug for Forge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Forge").field("network", &self.network).finish_non_exhaustive()
    }
}

impl Forge {
    /// A chain of this network; `newest` is the newest fork it ever has.
    pub(crate) fn new(network: &'static str, newest: Fork) -> Arc<Self> {
        Self::with(network, newest, FixtureAlloc::new())
    }

    /// The same with more accounts in block 0.
    pub(crate) fn with(network: &'static str, newest: Fork, more: FixtureAlloc) -> Arc<Self> {
        let rich: Vec<Address> = (1..=RICH_ACCOUNTS).map(|index| key(index).address()).collect();
        let mut world = standard_world(&rich, newest);
        world.extend(more);
        let forks: ForkSchedule = network.parse().unwrap();
        let config = forks.to_config(1, &BTreeMap::new());
        let difficulty = match config.terminal_total_difficulty {
            None => U256::from(GENESIS_DIFFICULTY),
            Some(U256::ZERO) => U256::ZERO,
            Some(_) => U256::from(LEAST_DIFFICULTY),
        };
        let has_base_fee = config.london_block == Some(0);
        let genesis = Genesis {
            difficulty,
            gas_limit: GAS_LIMIT,
            base_fee_per_gas: has_base_fee.then_some(GENESIS_BASE_FEE),
            alloc: accounts(&world).unwrap(),
            config,
            ..Default::default()
        };
        let spec = Arc::new(ChainSpec::ethereum(genesis).unwrap());
        let consensus = engine_for(Arc::clone(&spec));
        Arc::new(Self { network, spec, consensus, world })
    }

    pub(crate) const fn network(&self) -> &'static str {
        self.network
    }

    pub(crate) const fn spec(&self) -> &Arc<ChainSpec> {
        &self.spec
    }

    /// The accounts of block 0.
    pub(crate) const fn world(&self) -> &FixtureAlloc {
        &self.world
    }

    /// A chain that has block 0 only.
    pub(crate) fn chain(self: &Arc<Self>) -> Chain {
        let store = scratch_store(&self.spec).unwrap();
        let consensus = Arc::clone(&self.consensus);
        let (spec, limits) = (Arc::clone(&self.spec), ReorgLimits::UNLIMITED);
        let tree = ChainTree::open_with(spec, consensus, store.clone(), limits).unwrap();
        Chain { forge: Arc::clone(self), tree, store, blocks: Vec::new() }
    }
}

/// One branch: every block builds on the one before.
pub(crate) struct Chain {
    forge: Arc<Forge>,
    tree: ChainTree,
    store: Store,
    blocks: Vec<SealedBlock>,
}

/// What a block is to contain.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Seconds after its parent. Before the merge, the shorter the heavier.
    pub(crate) delay: u64,
    /// Who made it.
    pub(crate) coinbase: Address,
    /// Transactions in order.
    pub(crate) transactions: Vec<RecoveredTransaction>,
    /// Ommers.
    pub(crate) ommers: Vec<Header>,
    /// Withdrawals, from Shanghai on.
    pub(crate) withdrawals: Vec<Withdrawal>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            delay: USUAL_DELAY,
            coinbase: Address::repeat_byte(0xc0),
            transactions: Vec::new(),
            ommers: Vec::new(),
            withdrawals: Vec::new(),
        }
    }
}

impl Plan {
    /// A block by somebody else, so that its hash differs.
    pub(crate) fn by(maker: u8) -> Self {
        Self { coinbase: Address::repeat_byte(maker), ..Self::default() }
    }

    /// The same block, but this long after its parent.
    pub(crate) fn after(self, delay: u64) -> Self {
        Self { delay, ..self }
    }

    /// The same block with one more transaction.
    pub(crate) fn with(mut self, transaction: RecoveredTransaction) -> Self {
        self.transactions.push(transaction);
        self
    }
}

impl Chain {
    /// The rules, keys and first accounts of the chain.
    pub(crate) const fn forge(&self) -> &Arc<Forge> {
        &self.forge
    }

    /// Header of the head.
    pub(crate) fn head(&self) -> SealedHeader {
        self.tree.view().head().clone()
    }

    /// The blocks from block 1 on.
    pub(crate) fn blocks(&self) -> &[SealedBlock] {
        &self.blocks
    }

    /// Another branch with the first `length` blocks of this one.
    pub(crate) fn fork(&self, length: usize) -> Self {
        let mut branch = self.forge.chain();
        for block in &self.blocks[..length] {
            branch.append(block.clone());
        }
        branch
    }

    /// Builds a block on the head and adds it.
    pub(crate) fn mine(&mut self, plan: Plan) -> SealedBlock {
        let block = self.build(plan);
        self.append(block.clone());
        block
    }

    /// Builds `count` blocks and adds them.
    pub(crate) fn mine_many(&mut self, count: usize, plan: &Plan) {
        for _ in 0..count {
            self.mine(plan.clone());
        }
    }

    /// Builds a block on the head without adding it.
    pub(crate) fn build(&self, plan: Plan) -> SealedBlock {
        let (view, spec) = (self.tree.view(), &self.forge.spec);
        let parent = view.head();
        let timestamp = parent.timestamp + plan.delay;
        let mut header = self.forge.consensus.prepare(parent, timestamp, &*view).unwrap();
        header.beneficiary = plan.coinbase;
        let withdrawals =
            header.withdrawals_root.is_some().then(|| Withdrawals::new(plan.withdrawals.clone()));
        let state = view.latest_state();
        let mut builder = BlockBuilder::new(&state, &header, parent, spec)
            .unwrap()
            .crediting(&plan.ommers, withdrawals.as_ref().map(|list| list.as_slice()));
        for transaction in &plan.transactions {
            builder.push(transaction.as_recovered_ref()).unwrap();
        }
        let executed = builder.finish().unwrap();
        let transactions: Vec<_> =
            plan.transactions.into_iter().map(|transaction| transaction.into_inner()).collect();
        header.state_root = root(&state, &executed.diff).unwrap().root;
        header.transactions_root = calculate_transaction_root(&transactions);
        header.receipts_root = calculate_receipt_root(&executed.outcome.receipts);
        header.ommers_hash = calculate_ommers_root(&plan.ommers);
        header.withdrawals_root =
            withdrawals.as_ref().map(|list| calculate_withdrawals_root(list.as_slice()));
        header.logs_bloom = executed.outcome.logs_bloom;
        header.gas_used = executed.outcome.gas_used;
        if header.blob_gas_used.is_some() {
            header.blob_gas_used = Some(executed.outcome.blob_gas_used);
        }
        if header.requests_hash.is_some() {
            header.requests_hash = Some(executed.outcome.requests.requests_hash());
        }
        let body = BlockBody { transactions, ommers: plan.ommers, withdrawals };
        seal(Block { header, body })
    }

    /// All accounts after the head.
    pub(crate) fn world(&mut self) -> FixtureAlloc {
        self.tree.persist_all().unwrap();
        let view = self.store.view();
        World::read(&view).unwrap().to_fixture(&*view).unwrap()
    }

    fn append(&mut self, block: SealedBlock) {
        let now = block.timestamp;
        let checked = CheckedBlock::check(block.clone(), &*self.forge.consensus).unwrap();
        match self.tree.insert(checked, Origin::Peer { now }).unwrap() {
            Inserted::Head(_) => self.blocks.push(block),
            other @ (Inserted::Known
            | Inserted::Side
            | Inserted::Deferred
            | Inserted::Refused { .. }
            | Inserted::Orphan { .. }) => panic!("not the head: {other:?}"),
        }
    }
}

/// Key of a rich account.
pub(crate) fn key(index: u8) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::with_last_byte(index)).unwrap()
}

/// A transfer of the oldest type, without chain id: valid on every fork.
pub(crate) fn transfer(from: u8, nonce: u64, to: Address, value: u64) -> RecoveredTransaction {
    sign(from, TxLegacy { value: U256::from(value), ..legacy(nonce, to) })
}

/// A call with one word of input.
pub(crate) fn call(from: u8, nonce: u64, to: Address, word: u64) -> RecoveredTransaction {
    let input = Bytes::from(U256::from(word).to_be_bytes::<32>());
    sign(from, TxLegacy { input, gas_limit: 100_000, ..legacy(nonce, to) })
}

/// An unsigned transfer of nothing of type 0.
pub(crate) fn legacy(nonce: u64, to: Address) -> TxLegacy {
    TxLegacy {
        chain_id: None,
        nonce,
        gas_price: GAS_PRICE,
        gas_limit: 21_000,
        to: TxKind::Call(to),
        value: U256::ZERO,
        input: Bytes::new(),
    }
}

/// An unsigned transfer of nothing of type 2.
pub(crate) fn dynamic(nonce: u64, to: Address) -> TxEip1559 {
    TxEip1559 {
        chain_id: 1,
        nonce,
        gas_limit: 21_000,
        max_fee_per_gas: GAS_PRICE,
        max_priority_fee_per_gas: 1,
        to: TxKind::Call(to),
        ..Default::default()
    }
}

/// Signs a transaction with the key of a rich account.
pub(crate) fn sign<T>(from: u8, transaction: T) -> RecoveredTransaction
where
    T: SignableTransaction<Signature> + Into<EthereumTypedTransaction<TxEip4844>>,
{
    let key = key(from);
    let signature = key.sign_hash_sync(&transaction.signature_hash()).unwrap();
    let typed: EthereumTypedTransaction<TxEip4844> = transaction.into();
    Recovered::new_unchecked(typed.into_envelope(signature), key.address())
}
