//! What changes: balances, counters, logs.

use super::*;
use alloy_primitives::{B256, hex};
use hanzo_state::StateRead;
use hanzo_testkit::{Signer, token::transfer_topic};
use hanzo_types::{
    MAX_SUPPLY_WEI, MINING_BUCKET_WEI, Receipt, RecoveredTransaction, SupplyCounters,
    TRAINING_BUCKET_WEI, ai_to_wei,
};

/// A chain with modules, and an account that sends the transactions.
struct Chain {
    fixture: Fixture,
    sender: Signer,
}

impl Chain {
    fn new() -> Self {
        let spec = spec_with_modules();
        Self { sender: Signer::dev(9, &spec), fixture: Fixture::with(spec) }
    }

    /// A transaction that makes `module` call the precompile.
    fn call(&self, nonce: u64, module: Address, input: Vec<u8>) -> RecoveredTransaction {
        self.sender.call(nonce, module, U256::ZERO, input.into(), 200_000)
    }

    /// Runs these calls as one block; every one must succeed.
    fn run(&mut self, calls: Vec<(Address, Vec<u8>)>) -> (Vec<Receipt>, SupplyCounters) {
        let calls =
            (0..).zip(calls).map(|(nonce, (module, input))| self.call(nonce, module, input));
        let transactions: Vec<_> = calls.collect();
        let outcome = self.fixture.apply(&transactions).outcome;
        assert!(outcome.receipts.iter().all(|receipt| receipt.status()));
        let supply = outcome.supply.unwrap();
        assert_eq!(supply.destroyed, U256::ZERO);
        self.assert_balanced(supply.counters);
        (outcome.receipts, supply.counters)
    }

    fn assert_balanced(&self, counters: SupplyCounters) {
        let genesis = self.fixture.spec.hanzo_rules().unwrap().genesis_supply();
        assert_eq!(self.fixture.state.total_balance(), counters.outstanding(genesis));
    }

    fn balance(&self, address: Address) -> U256 {
        self.fixture.state.account(address).unwrap().map_or(U256::ZERO, |account| account.balance)
    }
}

/// The one log of a receipt: `Transfer` of AI.
fn logged(receipt: &Receipt) -> (Address, Address, U256) {
    assert_eq!(receipt.logs().len(), 1);
    let log = &receipt.logs()[0];
    assert_eq!(log.address, AI);
    let topics = log.topics();
    assert_eq!((topics.len(), topics[0]), (3, B256::from(transfer_topic())));
    let party = |topic: B256| Address::from_word(topic);
    (party(topics[1]), party(topics[2]), U256::from_be_slice(&log.data.data))
}

#[test]
fn a_transfer_moves_coins_and_logs_it() {
    let mut chain = Chain::new();
    let before = chain.balance(RICH);
    let (receipts, counters) = chain.run(vec![(AI, transfer(RICH, NOBODY, wei(70)))]);
    assert_eq!(logged(&receipts[0]), (RICH, NOBODY, wei(70)));
    assert_eq!((chain.balance(RICH), chain.balance(NOBODY)), (before - wei(70), wei(70)));
    assert_eq!(counters.trained, U256::ZERO);
    let everything = transfer(RICH, NOBODY, before - wei(70));
    let mut again = Chain { sender: chain.sender.clone(), fixture: chain.fixture };
    let call = again.call(1, AI, everything);
    assert!(again.fixture.apply(&[call]).outcome.receipts[0].status());
    assert_eq!((again.balance(RICH), again.balance(NOBODY)), (U256::ZERO, before));
}

#[test]
fn a_transfer_to_oneself_changes_nothing_and_needs_the_coins() {
    let mut chain = Chain::new();
    let before = chain.balance(RICH);
    let (receipts, _) = chain.run(vec![(AI, transfer(RICH, RICH, before))]);
    assert_eq!(logged(&receipts[0]), (RICH, RICH, before));
    assert_eq!(chain.balance(RICH), before);
    let needed = before + wei(1);
    let refused = revert(as_caller(AI, transfer(RICH, RICH, needed)));
    let error = INativeCoin::ERC20InsufficientBalance { sender: RICH, balance: before, needed };
    assert_eq!(refused, Bytes::from(error.abi_encode()));
}

#[test]
fn nothing_can_be_moved_and_brings_no_account_into_being() {
    let mut chain = Chain::new();
    let nothing = U256::ZERO;
    let (receipts, counters) = chain.run(vec![
        (AI, transfer(RICH, NOBODY, nothing)),
        (AI, transfer(NOBODY, RICH, nothing)),
        (TRAINING_REWARDS, mint(NOBODY, nothing)),
        (AI, burn(NOBODY, nothing)),
    ]);
    let zero = Address::ZERO;
    let logs: Vec<_> = receipts.iter().map(logged).collect();
    let parties = [(RICH, NOBODY), (NOBODY, RICH), (zero, NOBODY), (NOBODY, zero)];
    assert_eq!(logs, parties.map(|(from, to)| (from, to, nothing)));
    assert!(chain.fixture.state.account(NOBODY).unwrap().is_none());
    assert_eq!(counters.trained, nothing);
}

#[test]
fn all_256_bits_of_a_value_count() {
    for shift in [64, 127, 128, 192, 255] {
        let value = U256::ONE << shift;
        let balance = Chain::new().balance(RICH);
        let error = if value > balance {
            INativeCoin::ERC20InsufficientBalance { sender: RICH, balance, needed: value }
        } else {
            continue;
        };
        for input in [transfer(RICH, NOBODY, value), burn(RICH, value)] {
            assert_eq!(revert(as_caller(AI, input)), Bytes::from(error.abi_encode()));
        }
    }
    let mut chain = Chain::new();
    // More than 64 bits, which the balance has.
    let value = ai_to_wei(9_000);
    chain.run(vec![(AI, transfer(RICH, NOBODY, value))]);
    assert_eq!(chain.balance(NOBODY), value);
}

#[test]
fn minting_and_burning_change_the_counters_and_the_sum_of_all_balances() {
    let mut chain = Chain::new();
    let base = Chain::new().run(vec![]).1;
    let (receipts, counters) = chain.run(vec![
        (TRAINING_REWARDS, mint(NOBODY, wei(1_000))),
        (TRAINING_REWARDS, mint(TRAINING_REWARDS, wei(500))),
        (TRAINING_REWARDS, mint(COMPUTE_PAYMENTS, wei(300))),
        (TRAINING_REWARDS, burn(TRAINING_REWARDS, wei(40))),
        (COMPUTE_PAYMENTS, burn(COMPUTE_PAYMENTS, wei(200))),
        (AI, burn(NOBODY, wei(1))),
    ]);
    assert_eq!(logged(&receipts[0]), (Address::ZERO, NOBODY, wei(1_000)));
    assert_eq!(logged(&receipts[4]), (COMPUTE_PAYMENTS, Address::ZERO, wei(200)));
    assert_eq!(chain.balance(NOBODY), wei(999));
    assert_eq!(chain.balance(TRAINING_REWARDS), wei(460));
    assert_eq!(chain.balance(COMPUTE_PAYMENTS), wei(100));
    assert_eq!((counters.trained, counters.mined), (wei(1_800), base.mined));
    assert_eq!(counters.minted, base.mined + wei(1_800));
    let fees = chain.fixture.state.storage(AI_SUPPLY, SupplySlot::Burned.key()).unwrap();
    assert_eq!(fees, counters.burned);
    assert!(counters.burned > wei(241), "with the base fees");
}

#[test]
fn a_call_that_fails_later_takes_everything_back() {
    let spec = spec_with(|genesis| {
        // Passes on to the module, then fails.
        let mut code = hex!("365f5f37 5f5f365f5f 73").to_vec();
        code.extend(TRAINING_REWARDS);
        code.extend(hex!("5af1 5f5ffd"));
        let contract =
            |code: Bytes| serde_json::json!({ "balance": "0x0", "nonce": "0x1", "code": code });
        let module = forwarder_code(CallKind::Call, NATIVE_COIN);
        genesis["alloc"][format!("{TRAINING_REWARDS:#x}")] = contract(module);
        genesis["alloc"][format!("{:#x}", Address::repeat_byte(0xfa))] = contract(code.into());
    });
    let mut chain = Chain { sender: Signer::dev(9, &spec), fixture: Fixture::with(spec) };
    let call = chain.call(0, Address::repeat_byte(0xfa), mint(NOBODY, wei(5)));
    let outcome = chain.fixture.apply(&[call]).outcome;
    let supply = outcome.supply.unwrap();
    assert!(!outcome.receipts[0].status() && outcome.receipts[0].logs().is_empty());
    assert!(chain.fixture.state.account(NOBODY).unwrap().is_none());
    assert_eq!((supply.counters.trained, supply.destroyed), (U256::ZERO, U256::ZERO));
    chain.assert_balanced(supply.counters);
}

#[test]
fn coins_that_die_with_a_contract_are_told_from_those_that_are_burned() {
    let mut chain = Chain::new();
    let burned = chain.call(0, AI, burn(RICH, wei(300)));
    // Mints to itself, in its own constructor, what it then takes to its grave.
    let doomed = chain.sender.address().create(1);
    let minted = chain.call(2, TRAINING_REWARDS, mint(RICH, wei(5)));
    let suicide = chain.sender.sign(alloy_consensus::TxEip1559 {
        chain_id: chain.fixture.spec.chain_id(),
        nonce: 1,
        gas_limit: 200_000,
        max_fee_per_gas: 10_000_000_000,
        max_priority_fee_per_gas: 0,
        to: TxKind::Create,
        value: wei(7),
        access_list: Default::default(),
        input: {
            // The input follows the code: CODECOPY, CALL of the module, ADDRESS SELFDESTRUCT.
            let mut code = hex!("604460285f39 5f5f60445f5f 73").to_vec();
            code.extend(TRAINING_REWARDS);
            code.extend(hex!("5af1 50 30ff 00 00"));
            assert_eq!(code.len(), 0x28);
            code.extend(mint(doomed, wei(11)));
            code.into()
        },
    });
    let outcome = chain.fixture.apply(&[burned, suicide, minted]).outcome;
    assert!(outcome.receipts.iter().all(|receipt| receipt.status()));
    let supply = outcome.supply.unwrap();
    assert_eq!(supply.destroyed, wei(7 + 11));
    assert_eq!(supply.counters.trained, wei(11 + 5));
    assert_eq!(supply.counters.burned, supply.base_fee_burn + wei(7 + 11 + 300));
    chain.assert_balanced(supply.counters);
}

#[test]
fn training_rewards_end_with_their_bucket() {
    let left = wei(10);
    let nearly = TRAINING_BUCKET_WEI - left;
    let assumed = counters(&[(SupplySlot::Minted, nearly), (SupplySlot::Trained, nearly)]);
    let ask = |value| ask_as(TRAINING_REWARDS, mint(NOBODY, value), assumed.clone());
    assert!(ask(left).is_ok());
    let needed = left + wei(1);
    let error = INativeCoin::MintLimit { left, needed };
    assert_eq!(revert(ask(needed)), Bytes::from(error.abi_encode()));
    let error = INativeCoin::MintLimit { left, needed: U256::MAX };
    assert_eq!(revert(ask(U256::MAX)), Bytes::from(error.abi_encode()));
}

#[test]
fn training_rewards_end_at_the_cap() {
    let left = wei(10);
    let genesis = spec_with_modules().hanzo_rules().unwrap().genesis_supply();
    let minted = MAX_SUPPLY_WEI - genesis - left;
    let full = [(SupplySlot::Minted, minted), (SupplySlot::Mined, MINING_BUCKET_WEI)];
    let ask = |assumed, value| ask_as(TRAINING_REWARDS, mint(NOBODY, value), assumed);
    assert!(ask(counters(&full), left).is_ok());
    let error = INativeCoin::MintLimit { left, needed: wei(11) };
    assert_eq!(revert(ask(counters(&full), wei(11))), Bytes::from(error.abi_encode()));
    // What is burned makes room.
    let burned = [&full[..], &[(SupplySlot::Burned, wei(1))]].concat();
    assert!(ask(counters(&burned), wei(11)).is_ok());
}

#[test]
fn views_tell_the_rules_of_the_chain_to_anybody() {
    let spec = spec_with_modules();
    let rules = spec.hanzo_rules().unwrap();
    let ask = |input| as_caller(RICH, input).unwrap().output;
    let answer = ask(INativeCoin::supplyRulesCall {}.abi_encode());
    let told = INativeCoin::supplyRulesCall::abi_decode_returns(&answer).unwrap();
    assert_eq!(told.genesisSupply, rules.genesis_supply());
    assert_eq!((told.cap, told.trainingBucket), (MAX_SUPPLY_WEI, TRAINING_BUCKET_WEI));
    assert_eq!((told.miningBucket, told.recycleBurns), (MINING_BUCKET_WEI, true));
    let emission = |year: U256| {
        U256::from_be_slice(&ask(INativeCoin::annualEmissionCall { yearIndex: year }.abi_encode()))
    };
    // Source: EMI-01.
    for (year, coins) in
        [(0, 100_000_000), (3, 100_000_000), (4, 50_000_000), (8, 25_000_000), (12, 12_500_000)]
    {
        assert_eq!(emission(wei(year)), ai_to_wei(coins));
    }
    assert_eq!(emission(wei(16)), emission(U256::MAX));
    assert_eq!(emission(U256::MAX), ai_to_wei(6_250_000));
    let subsidy = |number: U256| {
        U256::from_be_slice(&ask(INativeCoin::scheduledSubsidyCall { number }.abi_encode()))
    };
    assert_eq!(subsidy(U256::ZERO), U256::ZERO);
    assert_eq!(subsidy(wei(77)), rules.emission().subsidy(77));
    assert_eq!(subsidy(U256::MAX), rules.emission().subsidy(u64::MAX));
}
