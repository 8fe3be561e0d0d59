//! What nobody thought of.

use super::*;
use crate::fixture::COINBASE;
use hanzo_state::StateRead;
use hanzo_testkit::Signer;
use hanzo_types::COMPUTE_MINING;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Accounts that the random changes are about: dev accounts, one that does not exist, and modules.
const PARTIES: [Address; 5] =
    [DEV_ACCOUNTS[0], DEV_ACCOUNTS[1], NOBODY, TRAINING_REWARDS, COMPUTE_PAYMENTS];

#[derive(Debug, Clone, Copy)]
enum Step {
    Transfer(usize, usize),
    Mint(usize),
    Burn(usize),
    /// A transaction with a value.
    Send(usize),
}

fn step() -> impl Strategy<Value = (Step, u64)> {
    let kind = prop_oneof![
        (0..5_usize, 0..5_usize).prop_map(|(from, to)| Step::Transfer(from, to)),
        (0..5_usize).prop_map(Step::Mint),
        (0..5_usize).prop_map(Step::Burn),
        (0..3_usize).prop_map(Step::Send),
    ];
    (kind, prop_oneof![0..3_u64, 0..2_000_u64, Just(u64::MAX)])
}

/// Balances as a naive book-keeper has them; `false` if the change cannot be made.
fn model(books: &mut BTreeMap<Address, U256>, step: Step, value: U256) -> bool {
    let (from, to) = match step {
        Step::Transfer(from, to) => (Some(PARTIES[from]), Some(PARTIES[to])),
        // Who sends a transaction has more than anybody asks for, and is not among the parties.
        Step::Mint(to) | Step::Send(to) => (None, Some(PARTIES[to])),
        Step::Burn(from) => (Some(PARTIES[from]), None),
    };
    if let Some(from) = from {
        let balance = books.entry(from).or_default();
        let Some(left) = balance.checked_sub(value) else { return false };
        *balance = left;
    }
    if let Some(to) = to {
        *books.entry(to).or_default() += value;
    }
    true
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_sequence_of_changes_leaves_the_balances_of_a_naive_model(
        steps in proptest::collection::vec(step(), 1..20),
    ) {
        let spec = spec_with_modules();
        let sender = Signer::dev(9, &spec);
        let mut fixture = Fixture::with(spec);
        let balance = |fixture: &Fixture, address| {
            fixture.state.account(address).unwrap().map_or(U256::ZERO, |account| account.balance)
        };
        let mut books: BTreeMap<_, _> =
            PARTIES.into_iter().map(|party| (party, balance(&fixture, party))).collect();
        let mut transactions = Vec::new();
        let mut expected = Vec::new();
        let (mut trained, mut burned) = (U256::ZERO, U256::ZERO);
        for (nonce, (step, value)) in (0..).zip(steps) {
            let value = wei(value);
            let (module, input) = match step {
                Step::Transfer(from, to) => (AI, transfer(PARTIES[from], PARTIES[to], value)),
                Step::Mint(to) => (TRAINING_REWARDS, mint(PARTIES[to], value)),
                Step::Burn(from) => (AI, burn(PARTIES[from], value)),
                Step::Send(to) => (PARTIES[to], Vec::new()),
            };
            let sent = if matches!(step, Step::Send(_)) { value } else { U256::ZERO };
            transactions.push(sender.call(nonce, module, sent, input.into(), 200_000));
            let succeeds = model(&mut books, step, value);
            expected.push(succeeds);
            match step {
                Step::Mint(_) => trained += value,
                Step::Burn(_) if succeeds => burned += value,
                Step::Transfer(..) | Step::Burn(_) | Step::Send(_) => {}
            }
        }
        let outcome = fixture.apply(&transactions).outcome;
        let found: Vec<bool> = outcome.receipts.iter().map(|receipt| receipt.status()).collect();
        prop_assert_eq!(found, expected);
        for (party, coins) in books {
            prop_assert_eq!(balance(&fixture, party), coins);
        }
        let supply = outcome.supply.unwrap();
        prop_assert_eq!(supply.destroyed, U256::ZERO);
        prop_assert_eq!(supply.counters.trained, trained);
        prop_assert_eq!(supply.counters.burned, supply.base_fee_burn + burned);
        let genesis = fixture.spec.hanzo_rules().unwrap().genesis_supply();
        prop_assert_eq!(fixture.state.total_balance(), supply.counters.outstanding(genesis));
        prop_assert!(balance(&fixture, COINBASE) >= supply.coinbase_reward);
        prop_assert_eq!(balance(&fixture, COMPUTE_MINING), supply.share_pool);
    }
}
