//! Which branch wins.

use super::{
    blocks::{adopt, tamper},
    forge::{Chain, Forge, Plan, call, key, transfer},
    scenario::Scenario,
    standard_world::RECORDER,
};
use crate::Fork;
use alloy_primitives::{Address, B256};
use hanzo_types::SealedBlock;
use std::sync::Arc;

/// Long after its parent: the difficulty falls by one part in twenty.
const LATE: u64 = 1_000;

/// Right after its parent: the difficulty rises a little.
const EARLY: u64 = 1;

/// As many blocks as a node keeps in memory without writing the oldest into its base. ADR-0002.
const DEEP: usize = 31;

/// More than that: the persisted state goes back. ADR-0013.
const VERY_DEEP: usize = 70;

pub(crate) fn scenarios() -> Vec<Scenario> {
    let london = Forge::new("London", Fork::London);
    let mut all = weight(&london);
    all.extend(equal_work(&london));
    all.extend(deep(&london));
    all.extend(invalid_branches(&london));
    all.extend(arrivals(&london));
    all.extend(contents(&london));
    all
}

/// A chain of `count` blocks by `maker`, each `delay` seconds after its parent.
fn branch(forge: &Arc<Forge>, count: usize, maker: u8, delay: u64) -> Chain {
    let mut chain = forge.chain();
    chain.mine_many(count, &Plan::by(maker).after(delay));
    chain
}

fn weight(london: &Arc<Forge>) -> Vec<Scenario> {
    let a2 = branch(london, 2, 0xa, 12);
    let mut a3 = branch(london, 3, 0xa, 12);
    let b2 = branch(london, 2, 0xb, 12);
    let mut b3 = branch(london, 3, 0xb, 12);
    let slow = branch(london, 12, 0xa, LATE);
    let mut fast = branch(london, 9, 0xb, EARLY);
    let mut early = branch(london, 2, 0xb, EARLY);
    let late = branch(london, 2, 0xa, LATE);
    vec![
        Scenario::new(
            "lighter_branch_stays_beside",
            "A shorter branch of equal blocks does not become canonical.",
            london,
        )
        .takes(a3.blocks())
        .takes(b2.blocks())
        .ends_with(&mut a3),
        Scenario::new(
            "heavier_branch_wins",
            "A branch becomes canonical with the block that makes it heavier.",
            london,
        )
        .takes(a2.blocks())
        .takes(b3.blocks())
        .ends_with(&mut b3),
        Scenario::new(
            "shorter_branch_wins_if_heavier",
            "Nine quick blocks outweigh twelve slow ones: the sum of difficulties decides, not the \
             number of blocks.",
            london,
        )
        .takes(slow.blocks())
        .takes(fast.blocks())
        .ends_with(&mut fast),
        Scenario::new(
            "longer_branch_loses_if_lighter",
            "Twelve slow blocks that come after nine quick ones do not displace them.",
            london,
        )
        .takes(fast.blocks())
        .takes(slow.blocks())
        .ends_with(&mut fast),
        Scenario::new(
            "equal_length_heavier_wins",
            "Of two branches of one length the one with the greater sum of difficulties wins, \
             although it came second.",
            london,
        )
        .takes(late.blocks())
        .takes(early.blocks())
        .ends_with(&mut early),
        Scenario::new(
            "equal_length_lighter_loses",
            "Of two branches of one length the lighter one does not displace the heavier one.",
            london,
        )
        .takes(early.blocks())
        .takes(late.blocks())
        .ends_with(&mut early),
    ]
}

fn equal_work(london: &Arc<Forge>) -> Vec<Scenario> {
    let mut a2 = branch(london, 2, 0xa, 12);
    let mut a3 = branch(london, 3, 0xa, 12);
    let b2 = branch(london, 2, 0xb, 12);
    vec![
        Scenario::new(
            "equal_work_first_seen_stays",
            "Of two branches of equal difficulty the one that was seen first stays canonical.",
            london,
        )
        .takes(a2.blocks())
        .takes(b2.blocks())
        .ends_with(&mut a2),
        Scenario::new(
            "equal_work_is_decided_by_the_next_block",
            "After a tie the next block decides; a new tie changes nothing; the block after that \
             moves the head back.",
            london,
        )
        .takes(&a3.blocks()[..1])
        .takes(b2.blocks())
        .takes(&a3.blocks()[1..])
        .ends_with(&mut a3),
    ]
}

fn deep(forge: &Arc<Forge>) -> [Scenario; 2] {
    let depths = [
        ("deep_reorganisation", "Thirty-one blocks leave and thirty-two join at once.", DEEP),
        (
            "very_deep_reorganisation",
            "Seventy blocks leave and seventy-one join at once: more than a node keeps in memory.",
            VERY_DEEP,
        ),
    ];
    depths.map(|(name, comment, depth)| {
        let old = branch(forge, depth, 0xa, 12);
        let mut new = branch(forge, depth + 1, 0xb, 12);
        Scenario::new(name, comment, forge)
            .takes(old.blocks())
            .takes(new.blocks())
            .ends_with(&mut new)
    })
}

/// The blocks of a branch with the state root of block `at` (from 0) wrong, and every later block
/// moved onto the wrong one.
fn spoiled(blocks: &[SealedBlock], at: usize) -> Vec<SealedBlock> {
    let mut spoiled: Vec<SealedBlock> = blocks[..at].to_vec();
    spoiled.push(tamper(&blocks[at], |header| header.state_root = B256::repeat_byte(0xee)));
    for block in &blocks[at + 1..] {
        let parent = spoiled.last().cloned();
        spoiled.extend(parent.map(|parent| adopt(block, &parent)));
    }
    spoiled
}

const WRONG_ROOT: &str = "BlockException.INVALID_STATE_ROOT";
const NO_PARENT: &str = "BlockException.UNKNOWN_PARENT";

fn invalid_branches(london: &Arc<Forge>) -> Vec<Scenario> {
    let mut a2 = branch(london, 2, 0xa, 12);
    let b4 = branch(london, 4, 0xb, 12);
    let bad = spoiled(b4.blocks(), 1);
    let mut c3 = branch(london, 3, 0xb, 12);
    let bad_tip = spoiled(c3.blocks(), 2);
    let first_bad = spoiled(a2.blocks(), 0);
    vec![
        Scenario::new(
            "invalid_block_inside_the_heavier_branch",
            "The second of four blocks is not valid: it and its descendants are refused, and the \
             lighter branch stays canonical.",
            london,
        )
        .takes(a2.blocks())
        .takes(&bad[..1])
        .refuses(&bad[1], WRONG_ROOT)
        .refuses(&bad[2], NO_PARENT)
        .refuses(&bad[3], NO_PARENT)
        .ends_with(&mut a2),
        Scenario::new(
            "invalid_block_that_would_win",
            "The block that would make a branch the heaviest is not valid; with a valid one in its \
             place the branch wins.",
            london,
        )
        .takes(a2.blocks())
        .takes(&c3.blocks()[..2])
        .refuses(&bad_tip[2], WRONG_ROOT)
        .takes(&c3.blocks()[2..])
        .ends_with(&mut c3),
        Scenario::new(
            "valid_sibling_of_an_invalid_block",
            "A block that is not valid leaves nothing behind: the valid one is taken after it.",
            london,
        )
        .refuses(&first_bad[0], WRONG_ROOT)
        .takes(a2.blocks())
        .ends_with(&mut a2),
        Scenario::new("invalid_block_twice", "A block that was refused is refused again.", london)
            .refuses(&first_bad[0], WRONG_ROOT)
            .refuses(&first_bad[0], WRONG_ROOT)
            .takes(a2.blocks())
            .ends_with(&mut a2),
    ]
}

fn arrivals(london: &Arc<Forge>) -> Vec<Scenario> {
    let mut a3 = branch(london, 3, 0xa, 12);
    let blocks = a3.blocks().to_vec();
    let mut b2 = branch(london, 2, 0xb, 12);
    let a1 = branch(london, 1, 0xa, 12);
    vec![
        Scenario::new(
            "duplicate_block",
            "A block that is known already changes nothing, be it the head or below it.",
            london,
        )
        .takes([&blocks[0], &blocks[0], &blocks[1], &blocks[0], &blocks[2], &blocks[2]])
        .ends_with(&mut a3),
        Scenario::new(
            "duplicate_side_block",
            "A side block that comes twice does not weigh twice.",
            london,
        )
        .takes(b2.blocks())
        .takes([&blocks[0], &blocks[0], &blocks[0]])
        .ends_with(&mut b2),
        Scenario::new(
            "child_before_its_parent",
            "A block whose parent is not known is refused; once the parent has come, it is taken.",
            london,
        )
        .refuses(&blocks[1], NO_PARENT)
        .takes(&blocks)
        .ends_with(&mut a3),
        Scenario::new(
            "unknown_parent",
            "A block with a parent that never comes is refused.",
            london,
        )
        .takes(&blocks)
        .refuses(&tamper(&blocks[2], |header| header.parent_hash = B256::repeat_byte(7)), NO_PARENT)
        .ends_with(&mut a3),
        Scenario::new(
            "two_branches_grow_in_turn",
            "Two branches overtake each other; the one that is ahead at the end wins.",
            london,
        )
        .takes(a1.blocks())
        .takes(b2.blocks())
        .takes(&blocks[1..])
        .ends_with(&mut a3),
        Scenario::new("no_block_at_all", "A chain without blocks has block 0 as its head.", london)
            .ends_with(&mut london.chain()),
    ]
}

fn contents(london: &Arc<Forge>) -> Vec<Scenario> {
    let payee = Address::repeat_byte(0x77);
    let mut old = london.chain();
    old.mine(Plan::by(0xa).with(call(1, 0, RECORDER, 1)));
    old.mine(Plan::by(0xa).with(call(1, 1, RECORDER, 2)).with(transfer(2, 0, payee, 5)));
    let mut new = london.chain();
    new.mine(Plan::by(0xb).with(call(1, 0, RECORDER, 10)));
    new.mine(Plan::by(0xb));
    new.mine(Plan::by(0xb).with(call(1, 1, RECORDER, 30)));
    let mut early = london.chain();
    early.mine(Plan::by(0xa).with(transfer(1, 0, payee, 5)));
    let mut late = london.chain();
    late.mine(Plan::by(0xb));
    late.mine(Plan::by(0xb).with(transfer(1, 0, payee, 5)));
    let mut rejoined = early.fork(1);
    rejoined.mine(Plan::by(0xa).with(transfer(3, 0, key(1).address(), 9)));
    rejoined.mine(Plan::by(0xa));
    vec![
        Scenario::new(
            "reorganisation_takes_back_storage_and_accounts",
            "What the old branch wrote is gone: its slots, its accounts and its nonces.",
            london,
        )
        .takes(old.blocks())
        .takes(new.blocks())
        .ends_with(&mut new),
        Scenario::new(
            "one_transaction_in_two_branches",
            "A transaction that both branches contain is executed once on the branch that wins.",
            london,
        )
        .takes(early.blocks())
        .takes(late.blocks())
        .ends_with(&mut late),
        Scenario::new(
            "there_and_back_again",
            "A branch that lost and then wins has the state it had before.",
            london,
        )
        .takes(&rejoined.blocks()[..1])
        .takes(late.blocks())
        .takes(&rejoined.blocks()[1..])
        .ends_with(&mut rejoined),
    ]
}
