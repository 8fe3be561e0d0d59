//! Blocks and databases to test with.

use alloy_consensus::{EthereumTxEnvelope, ReceiptEnvelope, ReceiptWithBloom, Signed, TxLegacy};
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, keccak256};
use hanzo_state::{Account, Change, Layer, StateDiff, TrieDiff};
use hanzo_store::{ChainIdentity, CommittedBlock, Durability, Retention, Store, StoreConfig};
use hanzo_types::{
    BlockBody, Header, Receipt, RecoveredBlock, SealedBlock, TotalDifficulty, Transaction,
};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

pub(crate) const CHAIN_ID: u64 = 31_337;

/// A database in a directory that is removed at the end.
pub(crate) struct TestStore {
    pub(crate) store: Store,
    pub(crate) genesis: RecoveredBlock,
    directory: TempDir,
}

impl TestStore {
    /// A database without a genesis state.
    pub(crate) fn blank() -> Self {
        let directory = TempDir::new().unwrap();
        let genesis = block(0, B256::ZERO, 0);
        let store = open(directory.path(), genesis.hash()).unwrap();
        Self { store, genesis, directory }
    }

    /// A database in memory with an empty genesis state and this much memory for its newest state.
    pub(crate) fn caching(state_cache_bytes: u64) -> Self {
        let directory = TempDir::new().unwrap();
        let genesis = block(0, B256::ZERO, 0);
        let config = StoreConfig { state_cache_bytes, ..StoreConfig::in_memory() };
        let identity = ChainIdentity { chain_id: CHAIN_ID, genesis_hash: genesis.hash() };
        let store = Store::open(&config, identity).unwrap();
        let test = Self { store, genesis, directory };
        test.init(&StateDiff::default(), &TrieDiff::default());
        test
    }

    /// A database with an empty genesis state that keeps this much of the past.
    pub(crate) fn retaining(retention: Retention) -> Self {
        let directory = TempDir::new().unwrap();
        let genesis = block(0, B256::ZERO, 0);
        let config = StoreConfig { retention, ..StoreConfig::at(directory.path()) };
        let identity = ChainIdentity { chain_id: CHAIN_ID, genesis_hash: genesis.hash() };
        let store = Store::open(&config, identity).unwrap();
        let test = Self { store, genesis, directory };
        test.init(&StateDiff::default(), &TrieDiff::default());
        test
    }

    /// A database with an empty genesis state.
    pub(crate) fn initialized() -> Self {
        let test = Self::blank();
        test.init(&StateDiff::default(), &TrieDiff::default());
        test
    }

    pub(crate) fn init(&self, state: &StateDiff, trie: &TrieDiff) {
        self.store.init_genesis(self.genesis.sealed_block(), weight(1), state, trie).unwrap();
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Closes the database and opens it again.
    pub(crate) fn reopened(self) -> Self {
        let Self { store, genesis, directory } = self;
        drop(store);
        let store = open(directory.path(), genesis.hash()).unwrap();
        Self { store, genesis, directory }
    }

    /// Closes the database and hands out its directory.
    pub(crate) fn closed(self) -> (TempDir, RecoveredBlock) {
        let Self { store, genesis, directory } = self;
        drop(store);
        (directory, genesis)
    }
}

pub(crate) fn open(path: &Path, genesis_hash: B256) -> Result<Store, hanzo_store::StoreError> {
    Store::open(&StoreConfig::at(path), ChainIdentity { chain_id: CHAIN_ID, genesis_hash })
}

pub(crate) fn weight(total: u64) -> TotalDifficulty {
    TotalDifficulty(U256::from(total))
}

/// A transaction that no other block has.
fn transaction(number: u64, index: u64) -> Transaction {
    let transaction = TxLegacy {
        chain_id: Some(CHAIN_ID),
        nonce: number * 1_000 + index,
        gas_limit: 21_000,
        to: TxKind::Call(Address::repeat_byte(0x22)),
        ..TxLegacy::default()
    };
    let signature = Signature::new(U256::from(1), U256::from(2), false);
    EthereumTxEnvelope::Legacy(Signed::new_unhashed(transaction, signature))
}

/// A block with `number % 4` transactions; `variant` tells siblings apart.
pub(crate) fn block(number: u64, parent_hash: B256, variant: u64) -> RecoveredBlock {
    let transactions: Vec<_> = (0..number % 4).map(|index| transaction(number, index)).collect();
    let senders =
        (0..number % 4).map(|index| Address::with_last_byte(u8::try_from(index).unwrap()));
    let senders = senders.collect();
    let header = Header { number, parent_hash, gas_used: variant, ..Header::default() };
    let body = BlockBody { transactions, ommers: Vec::new(), withdrawals: Some(Vec::new().into()) };
    RecoveredBlock::new_sealed(SealedBlock::seal_parts(header, body), senders)
}

/// `length` blocks on top of `parent`.
pub(crate) fn chain(parent: &RecoveredBlock, length: u64, variant: u64) -> Vec<RecoveredBlock> {
    let mut blocks: Vec<RecoveredBlock> = Vec::new();
    for _ in 0..length {
        let parent = blocks.last().unwrap_or(parent);
        blocks.push(block(parent.number + 1, parent.hash(), variant));
    }
    blocks
}

pub(crate) fn put_all(store: &Store, blocks: &[RecoveredBlock]) {
    for block in blocks {
        store.put_block(block, weight(block.number + 1), Durability::Unsynced).unwrap();
    }
}

/// One receipt per transaction.
pub(crate) fn receipts(block: &RecoveredBlock) -> Vec<Receipt> {
    let receipt = |index: usize| alloy_consensus::Receipt {
        status: true.into(),
        cumulative_gas_used: 21_000 * (u64::try_from(index).unwrap() + 1),
        logs: vec![alloy_primitives::Log::new_unchecked(
            Address::repeat_byte(0x33),
            vec![B256::repeat_byte(0x44)],
            Bytes::from_static(b"data"),
        )],
    };
    (0..block.body().transactions.len())
        .map(|index| ReceiptEnvelope::Legacy(ReceiptWithBloom::from(receipt(index))))
        .collect()
}

/// The blocks as they are committed; the last one changes state and trie.
pub(crate) fn segment(
    blocks: &[RecoveredBlock],
    state: StateDiff,
    trie: TrieDiff,
) -> Vec<CommittedBlock> {
    let mut last = Some((state, trie));
    let committed = blocks.iter().rev().map(|block| {
        let (state, trie) = last.take().unwrap_or_default();
        committed(block, state, trie)
    });
    let mut segment: Vec<_> = committed.collect();
    segment.reverse();
    segment
}

/// A block as it is committed.
pub(crate) fn committed(
    block: &RecoveredBlock,
    state: StateDiff,
    trie: TrieDiff,
) -> CommittedBlock {
    CommittedBlock {
        layer: Arc::new(Layer { number: block.number, hash: block.hash(), state, trie }),
        receipts: Arc::new(receipts(block)),
        transaction_hashes: hashes(block),
    }
}

pub(crate) fn hashes(block: &RecoveredBlock) -> Vec<B256> {
    block.body().transactions.iter().map(|transaction| *transaction.tx_hash()).collect()
}

/// Account `index` gets this balance, slot 1 of it this value, and some code appears.
pub(crate) fn change(index: u8, before: u64, after: u64) -> StateDiff {
    let account = |balance: u64| {
        (balance > 0).then(|| Account { balance: U256::from(balance), ..Account::default() })
    };
    let code = Bytes::from(vec![0xfe, index]);
    let slots = std::iter::once((
        U256::from(1),
        Change { before: U256::from(before), after: U256::from(after) },
    ));
    StateDiff {
        accounts: std::iter::once((
            Address::repeat_byte(index),
            Change { before: account(before), after: account(after) },
        ))
        .collect(),
        storage: std::iter::once((Address::repeat_byte(index), slots.collect())).collect(),
        code: std::iter::once((keccak256(&code), code)).collect(),
    }
}
