//! The merge, what comes after it, and forks that happen on the way.

use super::{
    blocks::{tamper, with_ommers},
    forge::{Chain, Forge, Plan, transfer},
    scenario::Scenario,
};
use crate::Fork;
use alloy_eips::eip4895::{Withdrawal, Withdrawals};
use alloy_primitives::{Address, U256};
use std::sync::Arc;

/// Seconds from block 1, which is 12 seconds old, to the forks by time.
const TO_THE_FORK: u64 = 15_000 - 12;

/// Mined blocks until the total difficulty, six times the least one, is reached.
const MINED: usize = 5;

const PAYEE: Address = Address::repeat_byte(0x77);

pub(crate) fn scenarios() -> Vec<Scenario> {
    let paris = Forge::new("Paris", Fork::Paris);
    let mut all = merged(&paris);
    all.extend(merging(&Forge::new("ArrowGlacierToParisAtDiffC0000", Fork::Paris)));
    all.extend(withdrawals(&Forge::new("ParisToShanghaiAtTime15k", Fork::Shanghai)));
    all.extend([
        by_block("frontier_to_homestead", "FrontierToHomesteadAt5", Fork::Homestead),
        by_block("dao_fork", "HomesteadToDaoAt5", Fork::Dao),
        by_block("berlin_to_london", "BerlinToLondonAt5", Fork::London),
        by_time("shanghai_to_cancun", "ShanghaiToCancunAtTime15k", Fork::Cancun),
        by_time("cancun_to_prague", "CancunToPragueAtTime15k", Fork::Prague),
        by_time("prague_to_osaka", "PragueToOsakaAtTime15k", Fork::Osaka),
    ]);
    all
}

fn merged(paris: &Arc<Forge>) -> Vec<Scenario> {
    let branch = |count, maker| {
        let mut chain = paris.chain();
        chain.mine_many(count, &Plan::by(maker));
        chain
    };
    let (mut a2, b2, mut b3) = (branch(2, 0xa), branch(2, 0xb), branch(3, 0xb));
    let ommer = b2.blocks()[1].header().clone();
    let with_ommer = with_ommers(&b3.blocks()[2], vec![ommer]);
    vec![
        Scenario::new(
            "merged_longer_branch_wins",
            "Without difficulty the longer branch wins.",
            paris,
        )
        .takes(a2.blocks())
        .takes(b3.blocks())
        .ends_with(&mut b3),
        Scenario::new(
            "merged_first_seen_stays",
            "Without difficulty, of two branches of one length the first seen stays.",
            paris,
        )
        .takes(a2.blocks())
        .takes(b2.blocks())
        .ends_with(&mut a2),
        Scenario::new("merged_ommers", "After the merge there are no ommers.", paris)
            .takes(b2.blocks())
            .refuses(&with_ommer, "BlockException.IMPORT_IMPOSSIBLE_UNCLES_OVER_PARIS")
            .takes(&b3.blocks()[2..])
            .ends_with(&mut b3),
    ]
}

fn merging(forge: &Arc<Forge>) -> Vec<Scenario> {
    let mut a = forge.chain();
    a.mine_many(MINED + 1, &Plan::by(0xa));
    let mut b = a.fork(MINED - 1);
    b.mine_many(3, &Plan::by(0xb));
    let mined_late = tamper(&a.blocks()[MINED], |header| header.difficulty = U256::from(131_072));
    let merged_early = tamper(&a.blocks()[2], |header| header.difficulty = U256::ZERO);
    let mut whole = a.fork(MINED + 1);
    vec![
        Scenario::new(
            "reorganisation_across_the_merge",
            "Another last mined block and one more merged block: of equal weight, the longer \
             branch wins.",
            forge,
        )
        .takes(a.blocks())
        .takes(&b.blocks()[MINED - 1..])
        .ends_with(&mut b),
        Scenario::new(
            "mined_block_after_the_merge",
            "Once the total difficulty is reached, a block has no difficulty.",
            forge,
        )
        .takes(&a.blocks()[..MINED])
        .refuses(&mined_late, "BlockException.IMPORT_IMPOSSIBLE_DIFFICULTY_OVER_PARIS")
        .takes(&a.blocks()[MINED..])
        .ends_with(&mut whole),
        Scenario::new(
            "merged_block_before_the_merge",
            "Until the total difficulty is reached, a block has a difficulty.",
            forge,
        )
        .takes(&a.blocks()[..2])
        .refuses(&merged_early, "BlockException.INVALID_DIFFICULTY")
        .takes(&a.blocks()[2..])
        .ends_with(&mut whole),
    ]
}

fn withdrawals(forge: &Arc<Forge>) -> Vec<Scenario> {
    let withdrawal =
        |index, address, amount| Withdrawal { index, validator_index: 7, address, amount };
    let mut chain = forge.chain();
    let first = chain.mine(Plan::default());
    let paid = vec![
        withdrawal(0, PAYEE, 1),
        withdrawal(1, Address::repeat_byte(0x78), 0),
        withdrawal(2, PAYEE, 2),
    ];
    let second = chain.mine(Plan { withdrawals: paid, ..Plan::default() }.after(TO_THE_FORK));
    let mut without = second.clone_block();
    without.body.withdrawals = None;
    without.header.withdrawals_root = None;
    let without = super::blocks::seal(without);
    let mut early = first.clone_block();
    early.body.withdrawals = Some(Withdrawals::default());
    early.header.withdrawals_root = Some(alloy_consensus::constants::EMPTY_WITHDRAWALS);
    let early = super::blocks::seal(early);
    vec![
        Scenario::new(
            "withdrawals_are_paid",
            "From Shanghai on withdrawals are paid in gwei; one of nothing makes no account.",
            forge,
        )
        .takes(chain.blocks())
        .ends_with(&mut chain),
        Scenario::new(
            "withdrawals_at_the_wrong_time",
            "Before Shanghai a block has no withdrawals, from then on it has a list of them.",
            forge,
        )
        .refuses(&early, "BlockException.INCORRECT_BLOCK_FORMAT")
        .takes([&first])
        .refuses(&without, "BlockException.INCORRECT_BLOCK_FORMAT")
        .takes([&second])
        .ends_with(&mut chain),
    ]
}

/// Six blocks with a payment each; the rules change in the fifth.
fn by_block(name: &'static str, network: &'static str, last: Fork) -> Scenario {
    let mut chain = Forge::new(network, last).chain();
    for nonce in 0..6 {
        chain.mine(Plan::default().with(transfer(1, nonce, PAYEE, 1)));
    }
    crossing(name, chain)
}

/// Three blocks with a payment each; the rules change in the second.
fn by_time(name: &'static str, network: &'static str, last: Fork) -> Scenario {
    let mut chain = Forge::new(network, last).chain();
    for (nonce, delay) in [(0, 12), (1, TO_THE_FORK), (2, 12)] {
        chain.mine(Plan::default().after(delay).with(transfer(1, nonce, PAYEE, 1)));
    }
    crossing(name, chain)
}

fn crossing(name: &'static str, mut chain: Chain) -> Scenario {
    let forge = Arc::clone(chain.forge());
    let rule = "A chain goes on when the rules change.";
    Scenario::new(name, rule, &forge).takes(chain.blocks()).ends_with(&mut chain)
}
