//! Shares that are accepted.

use super::*;

#[test]
fn a_losing_header_counts_as_a_share_of_who_it_pays() {
    let mut net = ShareChain::new();
    let share = net.share(1);
    net.mine(Vec::new());
    assert_eq!(net.run(&submission([&share])), [accepted(&share)]);
    let provider = net.provider.address();
    assert_eq!(net.account(provider, 0), (1, false));
    assert_eq!(net.epoch(0, EpochField::Shares), U256::from(1));
    let last = net.ask(&ComputeMining::lastShareCall { provider }).unwrap();
    assert_eq!((last.number, last.powBits), (U256::from(1), pow(&share) >> 64));
}

#[test]
fn a_header_that_missed_the_difficulty_of_its_block_is_a_share() {
    let mut net = ShareChain::hard();
    let share = (0..).map(|salt| net.share(salt)).find(|share| {
        let block = hanzo_poc::Target::from_difficulty(share.difficulty).as_u256();
        pow(share) > block
    });
    let share = share.unwrap();
    assert_eq!(net.run(&submission([&share])), [accepted(&share)]);
}

#[test]
fn a_header_of_the_chain_itself_counts_once_as_a_share() {
    let mut net = ShareChain::new();
    let pays_provider = |header: &mut Header| header.beneficiary = net.provider.address();
    let built = net.chain.build_with(Vec::new(), pays_provider);
    let block = hanzo_testkit::seal(built.block);
    net.chain.import_mined(block.clone(), built.prebuilt).unwrap();
    let header = block.header().clone();
    assert_eq!(net.run(&submission([&header])), [accepted(&header)]);
    assert!(matches!(net.refusal([&header]), ComputeMiningErrors::DuplicateShare(_)));
}

#[test]
fn a_share_is_accepted_in_the_block_of_its_own_number() {
    let mut net = ShareChain::new();
    let share = net.share(1);
    assert_eq!(net.run(&submission([&share])), [accepted(&share)]);
    assert_eq!(net.chain.view().head().number, share.number);
}

#[test]
fn several_shares_go_in_one_call_sorted_by_block_and_lottery_number() {
    let mut net = ShareChain::new();
    let mut shares = net.shares(0..3);
    net.mine(Vec::new());
    shares.extend(net.shares(3..5));
    net.mine(Vec::new());
    let events: Vec<_> = shares.iter().map(accepted).collect();
    assert_eq!(net.run(&submission(&shares)), events);
    assert_eq!(net.account(net.provider.address(), 0), (5, false));
}

#[test]
fn shares_of_several_providers_do_not_hinder_each_other() {
    let mut net = ShareChain::new();
    let other = Signer::dev(1, net.chain.spec());
    let (ours, theirs) = (net.share(1), net.share_of(other.address(), 2));
    net.mine(Vec::new());
    let input = Bytes::from(submission([&theirs]).abi_encode());
    let their_call = other.call(0, COMPUTE_MINING, U256::ZERO, input, GAS);
    net.mine(vec![their_call]);
    net.run(&submission([&ours]));
    assert_eq!(net.account(other.address(), 0), (1, false));
    assert_eq!(net.account(net.provider.address(), 0), (1, false));
    assert_eq!(net.epoch(0, EpochField::Shares), U256::from(2));
}

#[test]
fn an_operator_submits_for_its_provider() {
    let mut net = ShareChain::new();
    let cold = Signer::dev(1, net.chain.spec());
    let operator = net.provider.address();
    let input = Bytes::from(ComputeMining::setOperatorCall { operator }.abi_encode());
    let share = net.share_of(cold.address(), 1);
    net.mine(vec![cold.call(0, COMPUTE_MINING, U256::ZERO, input, GAS)]);
    assert_eq!(net.run(&submission([&share])), [accepted(&share)]);
    assert_eq!(net.account(cold.address(), 0), (1, false));
    assert_eq!(net.account(operator, 0), (0, false));
}

#[test]
fn thirty_two_shares_fit_in_a_thirtieth_of_a_block() {
    let mut net = ShareChain::new();
    let shares = net.shares(0..32);
    let call = net.call(&submission(&shares));
    let block = net.chain.mine(vec![call]);
    assert_eq!(net.epoch(0, EpochField::Shares), U256::from(32));
    assert!(block.gas_used < 1_000_000, "{} gas", block.gas_used);
}
