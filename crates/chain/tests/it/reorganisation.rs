//! After a reorganisation everything equals a node that only ever saw the winning chain.

use alloy_primitives::{Address, B256, U256, keccak256};
use hanzo_chain::{
    CanonUpdate, ChainView, ExecutedBlock, ImportError, Inserted, MAX_DEFERRED_BLOCKS, audit,
};
use hanzo_state::StateRead as _;
use hanzo_store::{ChainIdentity, Retention, Store, StoreConfig};
use hanzo_testkit::{Signer, TestChain, dev_spec, seal, token};
use hanzo_types::{DEV_ACCOUNTS, Fault, RecoveredBlock};
use reth_primitives_traits::Block as _;
use std::sync::Arc;

/// Alice's token, which she deploys in the first block of every chain here.
fn token_of(chain: &TestChain) -> Address {
    Signer::dev(0, chain.spec()).address().create(0)
}

/// The next nonce of an account.
fn nonce(chain: &TestChain, signer: &Signer) -> u64 {
    let account = chain.view().latest_state().account(signer.address()).unwrap();
    account.map_or(0, |account| account.nonce)
}

/// Two branches above a common part: transfers to new accounts, a token that moves, a balance that
/// goes to nothing and leaves its slot empty.
struct Fork {
    common: Vec<RecoveredBlock>,
    losing: Vec<RecoveredBlock>,
    winning: Vec<RecoveredBlock>,
}

/// Mines `length` blocks; `variant` makes the branches differ.
fn grow(chain: &mut TestChain, length: u64, variant: u64) -> Vec<RecoveredBlock> {
    let (alice, bob) = (Signer::dev(0, chain.spec()), Signer::dev(1, chain.spec()));
    let token = token_of(chain);
    let mut blocks = Vec::new();
    for index in 0..length {
        let (mut by_alice, by_bob) = (nonce(chain, &alice), nonce(chain, &bob));
        let mut transactions = Vec::new();
        if by_alice == 0 {
            transactions.push(alice.create(0, token::creation_code(), 500_000));
            by_alice = 1;
        }
        let fresh = Address::from_word(keccak256([variant, index].map(u64::to_be_bytes).concat()));
        transactions.push(alice.transfer(by_alice, fresh, 1 + index));
        let gift = token::transfer_input(bob.address(), U256::from(variant + 1));
        transactions.push(alice.call(by_alice + 1, token, U256::ZERO, gift, 100_000));
        if index % 3 == variant % 3 {
            let target = DEV_ACCOUNTS[usize::try_from(2 + index % 9).unwrap()];
            transactions.push(bob.transfer(by_bob, target, variant + 1));
        } else if index % 3 == (variant + 1) % 3 {
            let balance = chain.view().latest_state().storage(token, slot_of(bob.address()));
            let all = token::transfer_input(DEV_ACCOUNTS[0], balance.unwrap());
            transactions.push(bob.call(by_bob, token, U256::ZERO, all, 100_000));
        }
        blocks.push(chain.mine(transactions));
    }
    blocks
}

/// Slot of a balance in the token.
fn slot_of(owner: Address) -> U256 {
    keccak256(owner.into_word()).into()
}

impl Fork {
    fn new(common: u64, losing: u64, winning: u64) -> Self {
        let mut ours = TestChain::new(dev_spec());
        let mut theirs = TestChain::new(dev_spec());
        let common = grow(&mut ours, common, 0);
        import_all(&mut theirs, &common);
        let losing = grow(&mut ours, losing, 1);
        let winning = grow(&mut theirs, winning, 2);
        Self { common, losing, winning }
    }

    /// A chain that has seen the losing branch.
    fn before(&self) -> TestChain {
        let mut chain = TestChain::new(dev_spec());
        import_all(&mut chain, &self.common);
        import_all(&mut chain, &self.losing);
        chain
    }

    /// A chain that has never seen it.
    fn fresh(&self) -> TestChain {
        let mut chain = TestChain::new(dev_spec());
        import_all(&mut chain, &self.common);
        import_all(&mut chain, &self.winning);
        chain
    }
}

fn import_all(chain: &mut TestChain, blocks: &[RecoveredBlock]) {
    for block in blocks {
        assert!(matches!(chain.import_foreign(block).unwrap(), Inserted::Head(_)));
    }
}

/// Imports the winning branch and returns the one update that changed the chain.
fn adopt(chain: &mut TestChain, branch: &[RecoveredBlock]) -> CanonUpdate {
    let mut updates = Vec::new();
    for block in branch {
        if let Inserted::Head(update) = chain.import_foreign(block).unwrap() {
            updates.push(update);
        }
    }
    assert_eq!(updates.len(), 1, "only the last block is heavier");
    (*updates[0]).clone()
}

/// Everything a client can ask, of every block.
fn assert_equal(left: &ChainView, right: &ChainView, fork: &Fork) {
    let token = DEV_ACCOUNTS[0].create(0);
    assert_eq!(left.head(), right.head());
    assert_eq!(left.total_difficulty(), right.total_difficulty());
    for number in 0..=left.head_number() {
        let hash = right.canonical_hash(number).unwrap().unwrap();
        assert_eq!(left.canonical_hash(number).unwrap(), Some(hash));
        assert_eq!(left.receipts(hash).unwrap(), right.receipts(hash).unwrap());
        let (left, right) = (left.state_at(number).unwrap(), right.state_at(number).unwrap());
        for address in DEV_ACCOUNTS.into_iter().chain([Address::repeat_byte(0xcb)]) {
            assert_eq!(left.account(address).unwrap(), right.account(address).unwrap());
            let slot = slot_of(address);
            assert_eq!(left.storage(token, slot).unwrap(), right.storage(token, slot).unwrap());
        }
    }
    for block in fork.losing.iter().chain(&fork.winning) {
        for transaction in &block.body().transactions {
            let hash = *transaction.tx_hash();
            assert_eq!(left.transaction(hash).unwrap(), right.transaction(hash).unwrap());
        }
    }
}

fn assert_reorganises(fork: &Fork) {
    let mut chain = fork.before();
    let update = adopt(&mut chain, &fork.winning);
    let hashes = |blocks: &[Arc<ExecutedBlock>]| {
        blocks.iter().map(|block| block.hash()).collect::<Vec<B256>>()
    };
    let mut losing: Vec<_> = fork.losing.iter().map(|block| block.hash()).collect();
    losing.reverse();
    assert_eq!(hashes(&update.reverted), losing);
    assert_eq!(
        hashes(&update.adopted),
        fork.winning.iter().map(|block| block.hash()).collect::<Vec<_>>()
    );
    for (reverted, block) in update.reverted.iter().rev().zip(&fork.losing) {
        assert_eq!(reverted.block().senders(), block.senders());
        assert_eq!(reverted.receipts().len(), block.body().transactions.len());
        assert!(reverted.layer().state.accounts.contains_key(&DEV_ACCOUNTS[0]));
    }
    let fresh = fork.fresh();
    assert_equal(&chain.view(), &fresh.view(), fork);
    // What is on disk is the winning chain, too: the audit rebuilds the state from it.
    drop(update);
    chain.reopen();
    assert_equal(&chain.view(), &fresh.view(), fork);
    assert_disk_is_sound(&mut chain);
}

/// Rebuilds the state of the closed database from its rows.
fn assert_disk_is_sound(chain: &mut TestChain) {
    let head = chain.view().head_number();
    let spec = Arc::clone(chain.spec());
    let identity = ChainIdentity { chain_id: spec.chain_id(), genesis_hash: spec.genesis_hash() };
    let store = Store::open(&StoreConfig::at(chain.close()), identity).unwrap();
    let found = audit(&spec, &**chain.consensus(), &store.view(), |_| {}).unwrap();
    assert_eq!(found.tip, head);
}

#[test]
fn a_reorganisation_in_memory_equals_a_node_that_never_saw_the_loser() {
    assert_reorganises(&Fork::new(20, 16, 17));
    assert_reorganises(&Fork::new(0, 1, 2));
}

#[test]
fn a_reorganisation_16_deep_costs_the_disk_no_more_than_one_more_block() {
    let mut losing = TestChain::new(dev_spec());
    let mut winning = TestChain::new(dev_spec());
    let common = grow(&mut losing, 5, 0);
    import_all(&mut winning, &common);
    let _ = grow(&mut losing, 16, 1);
    let branch = grow(&mut winning, 16, 2);
    for block in &branch {
        assert!(matches!(losing.import_foreign(block).unwrap(), Inserted::Side));
    }
    let next = winning.mine(Vec::new());
    // The same block once on top of the head, once on top of a branch that it makes the heaviest.
    let cost = |chain: &mut TestChain| {
        let before = chain.tree().store().activity();
        let inserted = chain.import_foreign(&next).unwrap();
        let after = chain.tree().store().activity();
        (inserted, after.reads - before.reads, after.batches - before.batches)
    };
    let mut extended = TestChain::new(dev_spec());
    import_all(&mut extended, &common);
    import_all(&mut extended, &branch);
    let (inserted, reads, batches) = cost(&mut extended);
    assert!(matches!(&inserted, Inserted::Head(update) if update.reverted.is_empty()));
    assert_eq!(batches, 1, "the block itself");
    let (inserted, reorganisation_reads, batches) = cost(&mut losing);
    assert!(matches!(&inserted, Inserted::Head(update) if update.reverted.len() == 16));
    assert_eq!(batches, 1, "the block itself");
    assert_eq!(reorganisation_reads, reads);
    assert_eq!(reads, 4, "whether it is stored; three slots of EIP-2935 and EIP-4788 as any block");
}

#[test]
fn a_reorganisation_64_deep_goes_through_the_store_and_equals_a_fresh_node() {
    assert_reorganises(&Fork::new(9, 64, 65));
}

#[test]
fn a_reorganisation_100_deep_from_genesis_equals_a_fresh_node() {
    assert_reorganises(&Fork::new(0, 100, 101));
}

#[test]
fn after_a_deep_reorganisation_the_old_branch_can_win_again() {
    let fork = Fork::new(3, 50, 51);
    let mut chain = fork.before();
    let _ = adopt(&mut chain, &fork.winning);
    let mut ours = fork.before();
    let longer = grow(&mut ours, 3, 1);
    for block in &longer {
        let _ = chain.import_foreign(block).unwrap();
    }
    assert_eq!(chain.view().head().hash(), longer.last().unwrap().hash());
    assert_eq!(chain.view().head().state_root, ours.view().head().state_root);
}

#[test]
fn a_branch_from_below_the_base_waits_until_it_is_heavier_than_the_head() {
    let fork = Fork::new(2, 60, 60);
    let mut chain = fork.before();
    let head = chain.view().head().hash();
    for block in &fork.winning {
        assert!(matches!(chain.import_foreign(block).unwrap(), Inserted::Deferred));
        assert!(matches!(chain.import_foreign(block).unwrap(), Inserted::Known));
    }
    assert_eq!(chain.view().head().hash(), head, "equal work: the first seen stays");
    assert_eq!(chain.tree().deferred_blocks(), 60);
    assert!(chain.tree().deferred_blocks() <= MAX_DEFERRED_BLOCKS);
}

#[test]
fn an_invalid_block_in_a_heavier_deep_branch_gives_the_old_chain_back() {
    let fork = Fork::new(2, 60, 70);
    for bad in [0, 30, 60] {
        let mut chain = fork.before();
        let before = chain.view();
        let mut errors = 0;
        for block in &with_a_lie(&fork.winning, bad) {
            match chain.import_foreign(block) {
                Ok(inserted) => assert!(matches!(inserted, Inserted::Deferred), "{inserted:?}"),
                Err(error) => {
                    assert!(error.to_string().contains("not valid"), "{error}");
                    errors += 1;
                }
            }
        }
        assert_eq!(errors, 10, "the block that made it heavier, and those after it");
        let after = chain.view();
        assert_eq!(after.head().hash(), before.head().hash(), "lie in block {bad}");
        assert_equal(&after, &before, &fork);
        drop((before, after));
        assert_eq!(chain.tree().deferred_blocks(), 0);
        // A valid end of the same branch is still followed.
        for block in &fork.winning {
            let _ = chain.import_foreign(block).unwrap();
        }
        assert_equal(&chain.view(), &fork.fresh().view(), &fork);
        assert_disk_is_sound(&mut chain);
    }
}

/// The branch with a wrong state root in block `index`, sealed anew from there on.
fn with_a_lie(branch: &[RecoveredBlock], index: usize) -> Vec<RecoveredBlock> {
    let mut lying = branch[..index].to_vec();
    for block in &branch[index..] {
        let (mut block, senders) = block.clone().split();
        match lying.last() {
            Some(parent) if lying.len() > index => {
                block.header.parent_hash = parent.hash();
                block.header.parent_beacon_block_root = Some(parent.hash());
            }
            Some(_) | None => block.header.state_root = B256::repeat_byte(1),
        }
        lying.push(seal(RecoveredBlock::new_sealed(block.seal_slow(), senders)));
    }
    lying
}

/// A chain that keeps twenty states and has seen the losing branch.
fn pruned(fork: &Fork) -> TestChain {
    let retention = Retention { states: Some(20), receipts: None };
    let mut chain = TestChain::with_retention(dev_spec(), retention);
    import_all(&mut chain, &fork.common);
    import_all(&mut chain, &fork.losing);
    chain
}

/// Asserts that a block was refused because its branch leaves below the oldest state.
fn assert_below_history(
    chain: &TestChain,
    block: &RecoveredBlock,
    verdict: Result<Inserted, ImportError>,
) {
    let error = verdict.unwrap_err();
    assert_eq!(error.fault(), Fault::Transient, "neither the sender's nor this node's: {error}");
    let kept = chain.view().oldest_state();
    let (number, hash) = (block.number, block.hash());
    let text = error.to_string();
    for part in [
        format!("block {number} ({hash}) is on a heavier chain"),
        "leaves this one at block 2".to_owned(),
        format!("that of block {kept}"),
    ] {
        assert!(text.contains(&part), "{part:?} is not in {text:?}");
    }
    let ImportError::BelowHistory { ancestor: 2, oldest, .. } = error else { panic!("{text}") };
    assert_eq!(oldest, kept);
}

#[test]
fn a_branch_that_leaves_below_the_oldest_state_waits_and_is_refused_from_the_heavier_block_on() {
    let fork = Fork::new(2, 80, 85);
    let mut chain = pruned(&fork);
    let before = chain.view();
    for (index, block) in fork.winning.iter().enumerate() {
        let verdict = chain.import_foreign(block);
        if index < 80 {
            assert!(matches!(verdict.unwrap(), Inserted::Deferred), "block {index}");
        } else {
            assert_below_history(&chain, block, verdict);
        }
        assert_eq!(chain.tree().deferred_blocks(), index + 1, "it is kept");
        assert!(matches!(chain.import_foreign(block).unwrap(), Inserted::Known));
    }
    let after = chain.view();
    assert_eq!((after.head(), after.oldest_state()), (before.head(), before.oldest_state()));
    assert_eq!(after.total_difficulty(), before.total_difficulty());
    drop((before, after));
    // The node goes on with its own chain, and its database is sound.
    let _ = grow(&mut chain, 3, 1);
    assert_eq!(chain.view().head_number(), 85);
    assert_disk_is_sound(&mut chain);
}

#[test]
fn blocks_that_waited_for_one_below_the_history_are_kept_as_it_is() {
    let fork = Fork::new(2, 80, 83);
    let mut chain = pruned(&fork);
    for block in &fork.winning[..80] {
        let _ = chain.import_foreign(block).unwrap();
    }
    for block in [&fork.winning[82], &fork.winning[81]] {
        assert!(matches!(chain.import_foreign(block).unwrap(), Inserted::Orphan { .. }));
    }
    let block = &fork.winning[80];
    let verdict = chain.import_foreign(block);
    assert_below_history(&chain, block, verdict);
    assert_eq!((chain.tree().deferred_blocks(), chain.tree().orphans()), (83, 0));
    assert_eq!(chain.view().head().hash(), fork.losing.last().unwrap().hash());
}

#[test]
fn a_restart_forgets_a_branch_below_the_history_and_opens() {
    let fork = Fork::new(2, 80, 81);
    let mut chain = pruned(&fork);
    for block in &fork.winning {
        let _ = chain.import_foreign(block);
    }
    chain.reopen();
    assert_eq!(chain.view().head().hash(), fork.losing.last().unwrap().hash());
    assert_eq!(chain.tree().deferred_blocks(), 0);
}

#[test]
fn a_view_finds_a_side_block_by_its_hash_and_in_no_other_way() {
    let fork = Fork::new(3, 4, 3);
    let mut chain = fork.before();
    let before = chain.view();
    for (index, block) in fork.winning.iter().enumerate() {
        assert!(matches!(chain.import_foreign(block).unwrap(), Inserted::Side), "{index}");
    }
    let view = chain.view();
    for block in &fork.winning {
        let (number, hash) = (block.number, block.hash());
        assert_eq!(*view.block_by_hash(hash).unwrap().unwrap(), *block);
        assert_eq!(view.header_by_hash(hash).unwrap().unwrap(), *block.sealed_header());
        assert!(!view.is_canonical(number, hash).unwrap());
        assert_ne!(view.block_by_number(number).unwrap().unwrap().hash(), hash);
        assert!(view.receipts(hash).unwrap().is_none());
        assert!(before.block_by_hash(hash).unwrap().is_none(), "an older view stays as it was");
        for transaction in &block.body().transactions {
            let position = view.transaction(*transaction.tx_hash()).unwrap();
            assert!(position.is_none_or(|position| position.block_hash != hash));
        }
    }
    // Also when the base has moved past it and its state is gone.
    let _ = grow(&mut chain, 60, 1);
    assert_eq!(chain.tree().side_blocks(), 0);
    for block in &fork.winning {
        assert_eq!(*chain.view().block_by_hash(block.hash()).unwrap().unwrap(), *block);
    }
}
