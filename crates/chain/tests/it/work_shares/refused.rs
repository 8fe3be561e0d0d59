//! Shares that are refused, each for its own reason.

use super::*;
use ComputeMiningErrors as Refused;

/// A chain with a share that could be submitted.
fn net() -> (ShareChain, Header) {
    let mut net = ShareChain::new();
    let share = net.share(1);
    net.mine(Vec::new());
    (net, share)
}

fn invalid(index: u64) -> Refused {
    Refused::InvalidProof(ComputeMining::InvalidProof { index: U256::from(index) })
}

#[test]
fn a_call_without_shares_is_refused() {
    let (net, _) = net();
    assert_eq!(net.refusal([]), Refused::NoHeaders(ComputeMining::NoHeaders {}));
}

#[test]
fn a_flipped_bit_anywhere_in_the_proof_is_an_invalid_proof() {
    let (net, share) = net();
    let mut mix = share.clone();
    mix.mix_hash.0[31] ^= 1;
    let mut nonce = share.clone();
    nonce.nonce.0[7] ^= 1;
    let mut coinbase = share;
    coinbase.beneficiary = Address::repeat_byte(9);
    for changed in [mix, nonce, coinbase] {
        assert_eq!(net.refusal([&changed]), invalid(0));
    }
}

#[test]
fn a_mix_hash_that_meets_the_target_by_a_lie_is_an_invalid_proof() {
    let (net, share) = net();
    let target = hanzo_poc::Target::from_difficulty(U256::from(SHARE_DIFFICULTY)).as_u256();
    let lie = (0_u64..).map(|guess| {
        let mut header = share.clone();
        header.mix_hash = B256::from(U256::from(guess));
        header
    });
    let lie = lie.into_iter().find(|header| pow(header) <= target).unwrap();
    assert_eq!(net.refusal([&lie]), invalid(0));
}

#[test]
fn bytes_that_are_no_header_are_an_invalid_proof_and_the_error_says_which() {
    let (net, share) = net();
    let mut long = rlp(&share).to_vec();
    long.push(0);
    for bytes in [Bytes::new(), Bytes::from(vec![0xc0]), Bytes::from(long), vec![7; 2_000].into()] {
        let headers = vec![rlp(&share), bytes];
        let refusal = net.ask(&ComputeMining::submitSharesCall { headers }).unwrap_err();
        assert_eq!(refusal, invalid(1));
    }
}

#[test]
fn a_seal_below_the_difficulty_of_shares_is_above_their_target() {
    let (net, _) = net();
    let change = |header: &mut Header| header.beneficiary = net.provider.address();
    let easy = (0..).map(|salt| {
        let block = net.chain.build_with(Vec::new(), |header| {
            change(header);
            header.extra_data = Bytes::from(vec![salt]);
        });
        seal_at(block.block, U256::from(1)).header().clone()
    });
    let target = hanzo_poc::Target::from_difficulty(U256::from(SHARE_DIFFICULTY)).as_u256();
    let missed = easy.into_iter().find(|header| pow(header) > target).unwrap();
    let expected = ComputeMining::AboveTarget { index: zero(), pow: pow(&missed), target };
    assert_eq!(net.refusal([&missed]), Refused::AboveTarget(expected));
    let shown = net.ask(&ComputeMining::shareTargetCall { epoch: zero() }).unwrap();
    assert_eq!(shown, target);
}

#[test]
fn an_old_share_is_not_fresh_after_64_blocks() {
    let (mut net, share) = net();
    net.mine_to(63);
    let Ok(_) = net.ask(&submission([&share])) else { panic!("block 64 takes it") };
    net.mine_to(64);
    let numbers = [share.number, 2, 65].map(U256::from);
    let [number, first, last] = numbers;
    let expected = ComputeMining::NotFresh { index: zero(), number, first, last };
    assert_eq!(net.refusal([&share]), Refused::NotFresh(expected));
}

#[test]
fn a_share_of_a_later_block_is_not_fresh() {
    let (mut net, _) = net();
    let mut other = ShareChain::new();
    other.mine_to(5);
    let later = other.share(1);
    let Refused::NotFresh(refused) = net.refusal([&later]) else { panic!("another reason") };
    assert_eq!([refused.number, refused.last], [6, 2].map(U256::from));
    net.mine_to(6);
}

#[test]
fn a_share_of_another_chain_has_an_unknown_parent() {
    let (net, _) = net();
    let foreign = ShareChain::hard().share(1);
    let expected = ComputeMining::UnknownParent {
        index: zero(),
        parentHash: foreign.parent_hash,
        expected: net.chain.spec().genesis_hash(),
    };
    assert_eq!(net.refusal([&foreign]), Refused::UnknownParent(expected));
}

#[test]
fn a_share_of_an_abandoned_fork_has_an_unknown_parent() {
    let mut net = ShareChain::new();
    let mut winner = ShareChain::new();
    net.mine(Vec::new());
    let share = net.share(1);
    let Ok(_) = net.ask(&submission([&share])) else { panic!("on its fork it is good") };
    let bob = net.provider.transfer(0, Address::repeat_byte(0xb0), 1);
    let branch = [winner.chain.mine(vec![bob]), winner.chain.mine(Vec::new())];
    for block in &branch {
        net.chain.import_foreign(block).unwrap();
    }
    assert_eq!(net.chain.view().head().hash(), branch[1].hash());
    let expected = ComputeMining::UnknownParent {
        index: zero(),
        parentHash: share.parent_hash,
        expected: branch[0].hash(),
    };
    assert_eq!(net.refusal([&share]), Refused::UnknownParent(expected));
}

#[test]
fn the_header_of_genesis_is_not_fresh() {
    let (net, _) = net();
    let genesis = net.chain.spec().genesis_header().header().clone();
    // It has no seal; one is made, so that only its number is wrong.
    let block = net.chain.build_with(Vec::new(), |header| *header = genesis.clone()).block;
    let sealed = seal_at(block, U256::from(SHARE_DIFFICULTY)).header().clone();
    assert_eq!(sealed.number, 0);
    assert!(matches!(net.refusal([&sealed]), Refused::NotFresh(_)));
}

#[test]
fn a_share_that_pays_somebody_else_needs_to_be_its_operator() {
    let mut net = ShareChain::new();
    let stranger = Address::repeat_byte(5);
    let share = net.share_of(stranger, 1);
    net.mine(Vec::new());
    let expected = ComputeMining::NotOperator {
        index: zero(),
        provider: stranger,
        sender: net.provider.address(),
    };
    assert_eq!(net.refusal([&share]), Refused::NotOperator(expected));
}

#[test]
fn nobody_is_operator_of_a_provider_that_named_none_or_took_it_back() {
    let mut net = ShareChain::new();
    let share = net.share(1);
    let provider = net.provider.address();
    let other = Address::repeat_byte(5);
    let outcome = |net: &ShareChain, from| net.ask_as(from, &submission([&share]));
    assert!(matches!(outcome(&net, Address::ZERO), Err(Refused::NotOperator(_))));
    net.run(&ComputeMining::setOperatorCall { operator: other });
    assert_eq!(net.ask(&ComputeMining::operatorOfCall { provider }).unwrap(), other);
    let Ok(_) = outcome(&net, other) else { panic!("the operator may") };
    net.run(&ComputeMining::setOperatorCall { operator: Address::ZERO });
    assert!(matches!(outcome(&net, other), Err(Refused::NotOperator(_))));
    assert!(matches!(outcome(&net, Address::ZERO), Err(Refused::NotOperator(_))));
}

#[test]
fn the_same_share_twice_is_a_duplicate_in_one_call_and_in_two() {
    let (mut net, share) = net();
    let duplicate = |index: u64| {
        let [index, number] = [index, share.number].map(U256::from);
        let pow = pow(&share);
        Refused::DuplicateShare(ComputeMining::DuplicateShare { index, number, pow })
    };
    assert_eq!(net.refusal([&share, &share]), duplicate(1));
    net.run(&submission([&share]));
    assert_eq!(net.refusal([&share]), duplicate(0));
}

#[test]
fn shares_out_of_order_are_refused_and_none_of_the_call_counts() {
    let mut net = ShareChain::new();
    let mut shares = net.shares(0..2);
    net.mine(Vec::new());
    shares.push(net.share(2));
    net.mine(Vec::new());
    let out_of_order = |index: u64, share: &Header| {
        let [index, number] = [index, share.number].map(U256::from);
        Refused::OutOfOrder(ComputeMining::OutOfOrder { index, number, pow: pow(share) })
    };
    let [first, second, third] = [0, 1, 2].map(|at: usize| shares[at].clone());
    let by_pow = net.refusal([&second, &first]);
    assert_eq!(by_pow, out_of_order(1, &first));
    let by_block = net.refusal([&first, &third, &second]);
    assert_eq!(by_block, out_of_order(2, &second));
    net.run(&submission([&third]));
    assert_eq!(net.refusal([&first]), out_of_order(0, &first));
    assert_eq!(net.account(net.provider.address(), 0), (1, false));
}
