//! What consensus writes about epochs.

use super::*;
use hanzo_types::{SHARE_EPOCH_BLOCKS, SHARE_WINDOW_BLOCKS, next_share_difficulty};

#[test]
fn every_block_pays_its_part_into_the_pool_of_its_epoch() {
    let mut net = ShareChain::new();
    let emission = *net.chain.spec().hanzo_rules().unwrap().emission();
    let part = |number| emission.subsidy(number) * U256::from(3) / U256::from(10);
    net.mine(Vec::new());
    assert_eq!(net.epoch(0, EpochField::Pool), part(1));
    net.mine_to(3);
    let paid: U256 = (1..=3).map(part).sum();
    assert_eq!(net.epoch(0, EpochField::Pool), paid);
    assert_eq!(net.balance(COMPUTE_MINING), paid);
}

#[test]
fn the_pool_of_an_epoch_without_shares_moves_to_the_open_one_64_blocks_later() {
    let mut net = ShareChain::new();
    let moved_at = SHARE_EPOCH_BLOCKS + SHARE_WINDOW_BLOCKS;
    net.mine_to(SHARE_EPOCH_BLOCKS - 1);
    let share_difficulty = U256::from(SHARE_DIFFICULTY);
    let expected = next_share_difficulty(share_difficulty, U256::from(1 << 26));
    assert_eq!(net.epoch(1, EpochField::ShareDifficulty), expected);
    assert_eq!(net.epoch(2, EpochField::ShareDifficulty), zero());
    let first = net.epoch(0, EpochField::Pool);
    net.mine_to(moved_at - 1);
    let second = net.epoch(1, EpochField::Pool);
    assert_eq!(net.epoch(0, EpochField::Pool), first);
    net.mine_to(moved_at);
    let emission = *net.chain.spec().hanzo_rules().unwrap().emission();
    let paid = emission.subsidy(moved_at) * U256::from(3) / U256::from(10);
    assert_eq!(net.epoch(0, EpochField::Pool), zero());
    assert_eq!(net.epoch(1, EpochField::Pool), first + second + paid);
    assert_eq!(net.balance(COMPUTE_MINING), first + second + paid);
    let epoch = zero();
    let refused = net.ask(&ComputeMining::claimCall { epoch }).unwrap_err();
    assert!(matches!(refused, ComputeMiningErrors::NoShares(_)));
}
