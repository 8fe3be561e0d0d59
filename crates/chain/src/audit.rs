//! Checking a whole database against itself and against the rules of its chain.

use crate::{past_roots::check_past_roots, stored_trie::check_stored_trie};
use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_trie::{EMPTY_ROOT_HASH, TrieAccount, root};
use hanzo_consensus::{Consensus, ConsensusError, check_receipts};
use hanzo_state::{Account, StateError, StateRead as _};
use hanzo_store::{HistoryContents, StoreError, StoreView, Table};
use hanzo_types::{
    AI_SUPPLY, BlockOutcome, ChainSpec, Receipt, RecoveredBlock, Rules, SupplySlot, TotalDifficulty,
};
use std::collections::BTreeMap;
use thiserror::Error;

/// What a complete check has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audit {
    /// Number of the block whose state was checked.
    pub tip: u64,
    /// Transactions in all blocks.
    pub transactions: u64,
    /// Accounts of the state.
    pub accounts: u64,
    /// Storage slots of the state.
    pub slots: u64,
    /// Root of the state, rebuilt from accounts and slots.
    pub state_root: B256,
    /// Sum of all balances, in wei.
    pub supply: U256,
    /// What is known of past states.
    pub history: HistoryContents,
}

/// The first inconsistency.
#[derive(Debug, Error)]
pub enum AuditError {
    /// A row is damaged or cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Code is missing or the state cannot be read.
    #[error(transparent)]
    State(#[from] StateError),
    /// A number below the tip has no canonical block.
    #[error("block {number}: there is no canonical block")]
    MissingBlock {
        /// The number.
        number: u64,
    },
    /// A block is not the child of the canonical block below it, or not the genesis block.
    #[error("block {number}: its parent is {found}, the canonical block below is {expected}")]
    Parent {
        /// Number of the block.
        number: u64,
        /// Hash that it should name.
        expected: B256,
        /// Hash that it names.
        found: B256,
    },
    /// A block breaks a rule that shows without its state: seal, body, receipts.
    #[error("block {number}: {reason}")]
    Rule {
        /// Number of the block.
        number: u64,
        /// The rule.
        reason: ConsensusError,
    },
    /// The stored weight is not the sum of the difficulties.
    #[error(
        "block {number}: the stored weight is {found:?}, the difficulties add up to {expected}"
    )]
    Weight {
        /// Number of the block.
        number: u64,
        /// Sum of the difficulties from genesis.
        expected: U256,
        /// What is stored.
        found: Option<U256>,
    },
    /// A committed block has no receipts.
    #[error("block {number}: its receipts are missing")]
    MissingReceipts {
        /// Number of the block.
        number: u64,
    },
    /// The receipts of a block are still there although they were pruned.
    #[error("block {number}: its receipts are there, the oldest kept are those of block {oldest}")]
    ReceiptsLeft {
        /// Number of the block.
        number: u64,
        /// Number of the oldest block whose receipts are kept.
        oldest: u64,
    },
    /// The index of transactions does not lead to the block.
    #[error("block {number}: the index does not lead to its transaction {hash}")]
    Index {
        /// Number of the block.
        number: u64,
        /// Hash of the transaction.
        hash: B256,
    },
    /// A slot belongs to no account.
    #[error("slot {slot} of {address} belongs to no account")]
    OrphanSlot {
        /// Address without an account.
        address: Address,
        /// The slot.
        slot: U256,
    },
    /// Code does not hash to its name.
    #[error("the code of {address} hashes to {found}, its account names {expected}")]
    Code {
        /// The contract.
        address: Address,
        /// What the account names.
        expected: B256,
        /// Hash of the stored code.
        found: B256,
    },
    /// Accounts and slots lead to another root than the header has.
    #[error(
        "state of block {number}: accounts and slots give the root {computed}, the header has {header}"
    )]
    StateRoot {
        /// Number of the block.
        number: u64,
        /// What the header says.
        header: B256,
        /// Rebuilt from accounts and slots.
        computed: B256,
    },
    /// The stored trie has another root than the header.
    #[error("state of block {number}: the stored trie has the root {stored}, the header {header}")]
    StoredRoot {
        /// Number of the block.
        number: u64,
        /// What the header says.
        header: B256,
        /// Root of the stored trie.
        stored: B256,
    },
    /// The tables of the trie have rows that no node refers to.
    #[error("{table}: {found} rows, references from the root lead to {expected}")]
    TrieRows {
        /// The table.
        table: Table,
        /// Nodes that are reached from the root.
        expected: u64,
        /// Rows of the table.
        found: u64,
    },
    /// The history leads to another state than the header has.
    #[error("going back to block {number} gives state root {computed}, its header says {header}")]
    PastRoot {
        /// Number of the block.
        number: u64,
        /// What the header says.
        header: B256,
        /// Root of the state that the history leads to.
        computed: B256,
    },
    /// The stored trie does not fit the history.
    #[error("going back to block {number}: {source}")]
    PastTrie {
        /// Number of the block.
        number: u64,
        /// What the trie says.
        source: StateError,
    },
    /// Balances are not what was distributed, minted and burned.
    #[error("balances add up to {found} wei, genesis + minted − burned is {expected}")]
    Supply {
        /// Genesis + minted − burned.
        expected: U256,
        /// Sum of all balances.
        found: U256,
    },
}

/// Checks every canonical block, every index, the state of the tip, the history of past states, and
/// that every table can be read to its end. `progress` is told the number of each block that was
/// checked.
///
/// # Errors
/// [`AuditError`] with the first inconsistency.
pub fn audit(
    spec: &ChainSpec,
    consensus: &dyn Consensus,
    view: &StoreView,
    mut progress: impl FnMut(u64),
) -> Result<Audit, AuditError> {
    let tip = view.state_tip()?;
    let oldest_receipts = view.oldest_receipts()?;
    let mut transactions = 0_u64;
    let mut below = Below { hash: B256::ZERO, weight: U256::ZERO };
    let mut header_root = B256::ZERO;
    for number in 0..=tip.number {
        let block = canonical_block(view, number)?;
        check_lineage(spec, &block, below.hash)?;
        if number > 0 {
            check_rules(consensus, &block)?;
            check_stored_receipts(view, &block, oldest_receipts)?;
        }
        let weight = below.weight.saturating_add(block.difficulty);
        let stored = view.total_difficulty(block.hash())?.map(|TotalDifficulty(stored)| stored);
        if stored != Some(weight) {
            return Err(AuditError::Weight { number, expected: weight, found: stored });
        }
        transactions = transactions.saturating_add(check_index(view, &block)?);
        below = Below { hash: block.hash(), weight };
        header_root = block.state_root;
        progress(number);
    }
    let state = rebuild(view)?;
    if state.root != header_root {
        let (number, header) = (tip.number, header_root);
        return Err(AuditError::StateRoot { number, header, computed: state.root });
    }
    check_supply(spec, view, state.balances)?;
    let history = view.check_history()?;
    check_stored_trie(view, tip.number, header_root)?;
    check_past_roots(view)?;
    // What nothing above asked for can be damaged, too.
    view.read_all()?;
    Ok(Audit {
        tip: tip.number,
        transactions,
        accounts: state.accounts,
        slots: state.slots,
        state_root: state.root,
        supply: state.balances,
        history,
    })
}

/// The canonical block below the one that is checked.
struct Below {
    hash: B256,
    weight: U256,
}

fn canonical_block(view: &StoreView, number: u64) -> Result<RecoveredBlock, AuditError> {
    let missing = AuditError::MissingBlock { number };
    let Some(hash) = view.canonical_hash(number)? else { return Err(missing) };
    view.block_by_hash(hash)?.filter(|block| block.number == number).ok_or(missing)
}

fn check_lineage(spec: &ChainSpec, block: &RecoveredBlock, below: B256) -> Result<(), AuditError> {
    let (number, found) = (block.number, block.parent_hash);
    if found != below {
        return Err(AuditError::Parent { number, expected: below, found });
    }
    if number == 0 && block.hash() != spec.genesis_hash() {
        let (expected, found) = (spec.genesis_hash(), block.hash());
        return Err(AuditError::Parent { number, expected, found });
    }
    Ok(())
}

fn check_rules(consensus: &dyn Consensus, block: &RecoveredBlock) -> Result<(), AuditError> {
    let header = block.sealed_header();
    consensus
        .check_header(header)
        .and_then(|()| consensus.check_seal(header))
        .and_then(|()| consensus.check_body(block.sealed_block()))
        .map_err(|reason| AuditError::Rule { number: block.number, reason })
}

/// Pruned receipts are gone; the others are what the header commits to.
fn check_stored_receipts(
    view: &StoreView,
    block: &RecoveredBlock,
    oldest: u64,
) -> Result<(), AuditError> {
    let number = block.number;
    match view.receipts(block.hash())? {
        Some(_) if number < oldest => Err(AuditError::ReceiptsLeft { number, oldest }),
        Some(receipts) => check_receipts(block.sealed_header(), &outcome(receipts))
            .map_err(|reason| AuditError::Rule { number, reason }),
        None if number < oldest => Ok(()),
        None => Err(AuditError::MissingReceipts { number }),
    }
}

/// The outcome as far as the stored receipts describe it.
fn outcome(receipts: Vec<Receipt>) -> BlockOutcome {
    let gas_used = receipts.last().map_or(0, |receipt| receipt.cumulative_gas_used());
    let blooms = receipts.iter().map(Receipt::logs_bloom);
    let logs_bloom = blooms.fold(Default::default(), |all, bloom| all | *bloom);
    BlockOutcome { receipts, gas_used, logs_bloom, ..BlockOutcome::default() }
}

fn check_index(view: &StoreView, block: &RecoveredBlock) -> Result<u64, AuditError> {
    let mut count = 0_u64;
    for transaction in &block.body().transactions {
        let hash = *transaction.tx_hash();
        let found = view.transaction(hash)?;
        if !found.is_some_and(|at| at.block_hash == block.hash() && at.index == count) {
            return Err(AuditError::Index { number: block.number, hash });
        }
        count = count.saturating_add(1);
    }
    Ok(count)
}

/// The state as accounts and slots give it, without any node of the stored tries.
struct Rebuilt {
    root: B256,
    accounts: u64,
    slots: u64,
    balances: U256,
}

fn rebuild(view: &StoreView) -> Result<Rebuilt, AuditError> {
    let mut storage = storage_roots(view)?;
    let (mut leaves, mut balances) = (BTreeMap::new(), U256::ZERO);
    for entry in view.accounts() {
        let (address, account) = entry?;
        check_code(view, address, &account)?;
        balances = balances.saturating_add(account.balance);
        let storage_root =
            storage.by_account.remove(&address).map_or(EMPTY_ROOT_HASH, |(root, _)| root);
        let leaf = TrieAccount {
            nonce: account.nonce,
            balance: account.balance,
            storage_root,
            code_hash: account.code_hash,
        };
        let _ = leaves.insert(keccak256(address), leaf);
    }
    if let Some((address, (_, slot))) = storage.by_account.pop_first() {
        return Err(AuditError::OrphanSlot { address, slot });
    }
    let accounts = u64::try_from(leaves.len()).unwrap_or(u64::MAX);
    Ok(Rebuilt { root: root::state_root(leaves), accounts, slots: storage.slots, balances })
}

/// Storage root and first slot of every address that has slots.
struct StorageRoots {
    by_account: BTreeMap<Address, (B256, U256)>,
    slots: u64,
}

fn storage_roots(view: &StoreView) -> Result<StorageRoots, AuditError> {
    let mut roots = StorageRoots { by_account: BTreeMap::new(), slots: 0 };
    let mut current: Option<(Address, U256, BTreeMap<B256, U256>)> = None;
    for entry in view.slots() {
        let (address, slot, value) = entry?;
        if current.as_ref().is_some_and(|(owner, ..)| *owner != address) {
            roots.finish(current.take());
        }
        let (_, _, slots) = current.get_or_insert_with(|| (address, slot, BTreeMap::new()));
        let _ = slots.insert(keccak256(slot.to_be_bytes::<32>()), value);
        roots.slots = roots.slots.saturating_add(1);
    }
    roots.finish(current);
    Ok(roots)
}

impl StorageRoots {
    fn finish(&mut self, account: Option<(Address, U256, BTreeMap<B256, U256>)>) {
        if let Some((address, first, slots)) = account {
            let _ = self.by_account.insert(address, (root::storage_root(slots), first));
        }
    }
}

fn check_code(view: &StoreView, address: Address, account: &Account) -> Result<(), AuditError> {
    if !account.has_code() {
        return Ok(());
    }
    let found = keccak256(view.code(account.code_hash)?);
    if found != account.code_hash {
        return Err(AuditError::Code { address, expected: account.code_hash, found });
    }
    Ok(())
}

/// Only Hanzo chains count their coins. Source: decision D-07.
fn check_supply(spec: &ChainSpec, view: &StoreView, found: U256) -> Result<(), AuditError> {
    let Rules::Hanzo(rules) = spec.rules() else { return Ok(()) };
    let counter = |slot: SupplySlot| view.storage(AI_SUPPLY, slot.key());
    let (minted, burned) = (counter(SupplySlot::Minted)?, counter(SupplySlot::Burned)?);
    let expected = rules.genesis_supply().saturating_add(minted).saturating_sub(burned);
    if found != expected {
        return Err(AuditError::Supply { expected, found });
    }
    Ok(())
}
