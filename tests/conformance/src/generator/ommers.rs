//! Blocks that lost and are paid for all the same, before the merge.

use super::{
    blocks::with_ommers,
    forge::{Chain, Forge, Plan},
    scenario::Scenario,
};
use crate::Fork;
use alloy_consensus::Header;
use alloy_primitives::{B256, U256};
use std::sync::Arc;

const NOT_AN_OMMER: &str = "BlockException.UNCLE_IS_ANCESTOR";

pub(crate) fn scenarios() -> Vec<Scenario> {
    let berlin = Forge::new("Berlin", Fork::Berlin);
    let mut all = places(&berlin);
    all.extend(headers(&berlin));
    all
}

/// Where an ommer may be, and how often.
fn places(berlin: &Arc<Forge>) -> Vec<Scenario> {
    vec![
        rewarded(berlin),
        oldest(berlin),
        included_twice(berlin),
        refused(
            "ommer_of_the_seventh_generation",
            "An ommer whose parent is the eighth ancestor comes too late.",
            "BlockException.UNCLE_PARENT_INCORRECT",
            |chain| vec![sibling(chain, 1, 1)],
            berlin,
        ),
        refused(
            "three_ommers",
            "A block has at most two ommers.",
            "BlockException.TOO_MANY_UNCLES",
            |chain| (1..=3).map(|maker| sibling(chain, 7, maker)).collect(),
            berlin,
        ),
        refused(
            "same_ommer_twice",
            "A block does not name an ommer twice.",
            "BlockException.UNCLE_IN_CHAIN",
            |chain| vec![sibling(chain, 7, 1), sibling(chain, 7, 1)],
            berlin,
        ),
        refused(
            "ommer_is_an_ancestor",
            "A canonical ancestor is no ommer.",
            NOT_AN_OMMER,
            |chain| vec![chain.blocks()[6].header().clone()],
            berlin,
        ),
        refused(
            "ommer_is_a_brother",
            "A block with the same parent as the block itself is no ommer of it.",
            "BlockException.UNCLE_IS_BROTHER",
            |chain| vec![chain.build(Plan::by(1)).header().clone()],
            berlin,
        ),
    ]
}

/// Ommers whose header is wrong.
fn headers(berlin: &Arc<Forge>) -> Vec<Scenario> {
    vec![
        refused(
            "ommer_with_wrong_difficulty",
            "The header of an ommer must be valid on its own.",
            "BlockException.INVALID_DIFFICULTY",
            |chain| {
                let change = |header: &mut Header| header.difficulty += U256::from(1);
                vec![changed(sibling(chain, 7, 1), change)]
            },
            berlin,
        ),
        refused(
            "ommer_with_unknown_parent",
            "The parent of an ommer must be an ancestor.",
            "BlockException.UNCLE_UNKNOWN_PARENT",
            |chain| {
                let change = |header: &mut Header| header.parent_hash = B256::repeat_byte(7);
                vec![changed(sibling(chain, 7, 1), change)]
            },
            berlin,
        ),
        refused(
            "ommer_with_too_much_gas",
            "The header of an ommer must not use more gas than its limit.",
            "BlockException.INVALID_GAS_USED_ABOVE_LIMIT",
            |chain| {
                let change = |header: &mut Header| header.gas_used = header.gas_limit + 1;
                vec![changed(sibling(chain, 7, 1), change)]
            },
            berlin,
        ),
    ]
}

/// Header of a block that competed with block `number` of the chain.
fn sibling(chain: &Chain, number: usize, maker: u8) -> Header {
    chain.fork(number - 1).build(Plan::by(maker)).header().clone()
}

fn changed(mut header: Header, change: impl FnOnce(&mut Header)) -> Header {
    change(&mut header);
    header
}

/// Seven blocks.
fn seven(forge: &Arc<Forge>) -> Chain {
    let mut chain = forge.chain();
    chain.mine_many(7, &Plan::by(0xa));
    chain
}

fn rewarded(forge: &Arc<Forge>) -> Scenario {
    let mut chain = seven(forge);
    let ommers = vec![sibling(&chain, 7, 1), sibling(&chain, 6, 2)];
    chain.mine(Plan { ommers, ..Plan::by(0xa) });
    Scenario::new(
        "ommers_are_rewarded",
        "The makers of ommers are paid by age, and the maker of the block for naming them.",
        forge,
    )
    .takes(chain.blocks())
    .ends_with(&mut chain)
}

fn oldest(forge: &Arc<Forge>) -> Scenario {
    let mut chain = seven(forge);
    let ommers = vec![sibling(&chain, 2, 1)];
    chain.mine(Plan { ommers, ..Plan::by(0xa) });
    Scenario::new(
        "ommer_of_the_sixth_generation",
        "The oldest ommer allowed is a child of the seventh ancestor; its reward is the smallest.",
        forge,
    )
    .takes(chain.blocks())
    .ends_with(&mut chain)
}

fn included_twice(forge: &Arc<Forge>) -> Scenario {
    let mut chain = seven(forge);
    let ommer = sibling(&chain, 7, 1);
    chain.mine(Plan { ommers: vec![ommer.clone()], ..Plan::by(0xa) });
    let again = with_ommers(&chain.build(Plan::by(0xa)), vec![ommer]);
    Scenario::new(
        "ommer_in_two_blocks",
        "An ommer that an ancestor has named already cannot be named again.",
        forge,
    )
    .takes(chain.blocks())
    .refuses(&again, "BlockException.UNCLE_IN_CHAIN")
    .ends_with(&mut chain)
}

/// Seven blocks, and an eighth with ommers that it may not have.
fn refused(
    name: &'static str,
    rule: &'static str,
    exception: &'static str,
    ommers: impl FnOnce(&Chain) -> Vec<Header>,
    forge: &Arc<Forge>,
) -> Scenario {
    let mut chain = seven(forge);
    let block = with_ommers(&chain.build(Plan::by(0xa)), ommers(&chain));
    let scenario =
        Scenario::new(name, rule, forge).takes(chain.blocks()).refuses(&block, exception);
    // With another block in its place the chain goes on.
    let valid = chain.mine(Plan::by(0xa));
    scenario.takes([&valid]).ends_with(&mut chain)
}
