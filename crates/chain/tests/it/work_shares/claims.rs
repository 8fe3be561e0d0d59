//! Paying for shares.

use super::*;
use hanzo_types::{SHARE_EPOCH_BLOCKS, SHARE_WINDOW_BLOCKS};

const EPOCH: U256 = U256::ZERO;

fn claim() -> ComputeMining::claimCall {
    ComputeMining::claimCall { epoch: EPOCH }
}

/// A chain at the block before the shares of epoch 0 can be paid: the provider has two of three.
fn settled() -> (ShareChain, Signer) {
    let mut net = ShareChain::new();
    let other = Signer::dev(1, net.chain.spec());
    let shares = net.shares(0..2);
    let their = Bytes::from(submission([&net.share_of(other.address(), 9)]).abi_encode());
    net.run(&submission(&shares));
    net.mine(vec![other.call(0, COMPUTE_MINING, zero(), their, GAS)]);
    net.mine_to(SHARE_EPOCH_BLOCKS + SHARE_WINDOW_BLOCKS - 2);
    (net, other)
}

#[test]
fn a_settled_epoch_pays_each_provider_its_part_once_and_keeps_the_rest_of_the_division() {
    let (mut net, other) = settled();
    let provider = net.provider.address();
    let first = SHARE_EPOCH_BLOCKS + SHARE_WINDOW_BLOCKS;
    let expected = ComputeMining::EpochOpen { epoch: EPOCH, firstClaim: U256::from(first) };
    assert_eq!(net.ask(&claim()).unwrap_err(), ComputeMiningErrors::EpochOpen(expected));
    assert_eq!(net.ask(&ComputeMining::claimableCall { provider, epoch: EPOCH }).unwrap(), zero());
    net.mine_to(first - 1);

    let pool = net.epoch(0, EpochField::Pool);
    let ours = pool * U256::from(2) / U256::from(3);
    let claimable = net.ask(&ComputeMining::claimableCall { provider, epoch: EPOCH }).unwrap();
    assert_eq!(claimable, ours);
    let events = net.run(&claim());
    let claimed = ComputeMining::Claimed { provider, epoch: EPOCH, amount: ours };
    assert_eq!(events, [ComputeMiningEvents::Claimed(claimed)]);
    assert_eq!(net.account(provider, 0), (2, true));
    let again = ComputeMining::AlreadyClaimed { provider, epoch: EPOCH };
    assert_eq!(net.ask(&claim()).unwrap_err(), ComputeMiningErrors::AlreadyClaimed(again));

    let stranger = ComputeMining::claimForCall { provider: Address::repeat_byte(5), epoch: EPOCH };
    let refused = net.ask(&stranger).unwrap_err();
    assert!(matches!(refused, ComputeMiningErrors::NoShares(_)), "{refused:?}");

    // Everybody may have somebody else paid.
    let before = net.balance(other.address());
    net.run(&ComputeMining::claimForCall { provider: other.address(), epoch: EPOCH });
    let theirs = net.balance(other.address()) - before;
    assert_eq!(theirs, pool / U256::from(3));
    assert!(pool - ours - theirs < U256::from(2), "the rest is less than a wei for each provider");
    assert_eq!(net.epoch(0, EpochField::Pool), pool, "paying out does not lower the pool");
    let open = net.epoch(1, EpochField::Pool);
    assert_eq!(net.balance(COMPUTE_MINING), open + (pool - ours - theirs));
}

#[test]
fn an_epoch_that_is_open_or_yet_to_come_cannot_be_claimed() {
    let net = ShareChain::new();
    for epoch in [U256::ZERO, U256::from(7), U256::MAX / U256::from(1024), U256::MAX] {
        let refused = net.ask(&ComputeMining::claimCall { epoch }).unwrap_err();
        assert!(matches!(refused, ComputeMiningErrors::EpochOpen(_)), "{epoch}: {refused:?}");
        let provider = net.provider.address();
        let claimable = net.ask(&ComputeMining::claimableCall { provider, epoch }).unwrap();
        assert_eq!(claimable, zero());
    }
}

#[test]
fn the_contract_takes_no_coins_of_users() {
    let mut net = ShareChain::new();
    let transfer = net.provider.call(0, COMPUTE_MINING, U256::from(1), Bytes::new(), GAS);
    let block = net.chain.mine(vec![transfer]);
    let receipts = net.chain.view().receipts(block.hash()).unwrap().unwrap();
    assert!(!alloy_consensus::TxReceipt::status(&receipts[0]));
}
