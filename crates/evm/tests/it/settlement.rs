//! What a block mints and burns.

use crate::fixture::{COINBASE, Fixture};
use alloy_primitives::{Address, Bytes, U256, hex};
use hanzo_evm::settle_block;
use hanzo_state::StateRead;
use hanzo_testkit::{Signer, spec_with};
use hanzo_types::{
    AI_SUPPLY, COMPUTE_MINING, MAX_SUPPLY_WEI, MINING_BUCKET_WEI, SupplyCounters, SupplySlot,
};
use proptest::prelude::*;

#[test]
fn the_base_fee_is_burned_and_the_tip_and_reward_go_to_the_coinbase() {
    let mut fixture = Fixture::new();
    let total_before = fixture.state.total_balance();
    let alice = Signer::dev(0, &fixture.spec);
    let executed = fixture.apply(&[alice.transfer(0, Address::repeat_byte(9), 5)]);
    let supply = executed.outcome.supply.unwrap();
    let gas = U256::from(21_000);
    assert_eq!(supply.base_fee_burn, gas * U256::from(875_000_000));
    assert_eq!(supply.destroyed, U256::ZERO);
    let tip = gas * U256::from(1_000_000_000);
    let coinbase = fixture.state.account(COINBASE).unwrap().unwrap().balance;
    assert_eq!(coinbase, supply.coinbase_reward + tip);
    let pool = fixture.state.account(COMPUTE_MINING).unwrap().unwrap().balance;
    assert_eq!(pool, supply.share_pool);
    assert_eq!(fixture.state.total_balance(), total_before + supply.subsidy - supply.base_fee_burn);
}

#[test]
fn a_miner_that_is_the_share_pool_gets_both_parts_of_the_reward() {
    let mut fixture = Fixture::paying(COMPUTE_MINING);
    let total_before = fixture.state.total_balance();
    let supply = fixture.apply(&[]).outcome.supply.unwrap();
    let pool = fixture.state.account(COMPUTE_MINING).unwrap().unwrap().balance;
    assert_eq!(pool, supply.share_pool + supply.coinbase_reward);
    assert_eq!(fixture.state.total_balance(), total_before + supply.subsidy);
}

#[test]
fn counters_live_in_the_storage_of_the_supply_contract() {
    let mut fixture = Fixture::new();
    let executed = fixture.apply(&[]);
    let supply = executed.outcome.supply.unwrap();
    let read = |slot: SupplySlot| fixture.state.storage(AI_SUPPLY, slot.key()).unwrap();
    assert_eq!(read(SupplySlot::Minted), supply.subsidy);
    assert_eq!(read(SupplySlot::Mined), supply.subsidy);
    assert_eq!(read(SupplySlot::Burned), U256::ZERO);
    assert_eq!(read(SupplySlot::Trained), U256::ZERO);
    assert_eq!(executed.outcome.receipts.len(), 0, "no logs, no receipts");
}

#[test]
fn a_balance_that_dies_with_a_contract_counts_as_burned() {
    let mut fixture = Fixture::new();
    let before = fixture.state.total_balance();
    let alice = Signer::dev(0, &fixture.spec);
    // ADDRESS SELFDESTRUCT in the creation code: created and destroyed in one transaction, with
    // itself as the heir.
    let suicide = alice.sign(alloy_consensus::TxEip1559 {
        chain_id: fixture.spec.chain_id(),
        nonce: 0,
        gas_limit: 100_000,
        max_fee_per_gas: 10_000_000_000,
        max_priority_fee_per_gas: 0,
        to: alloy_primitives::TxKind::Create,
        value: U256::from(1_000_000),
        access_list: Default::default(),
        input: Bytes::from(hex!("30ff")),
    });
    let executed = fixture.apply(&[suicide]);
    let supply = executed.outcome.supply.unwrap();
    assert_eq!(supply.destroyed, U256::from(1_000_000));
    assert_eq!(supply.counters.burned, supply.base_fee_burn + supply.destroyed);
    assert_eq!(fixture.state.total_balance() + supply.counters.burned, before + supply.subsidy);
}

#[test]
fn a_self_destruct_to_somebody_else_burns_nothing() {
    let fixture = Fixture::new();
    let alice = Signer::dev(0, &fixture.spec);
    // PUSH1 9 SELFDESTRUCT
    let executed = fixture.run(&[alice.create(0, Bytes::from(hex!("6009ff")), 100_000)]);
    assert_eq!(executed.outcome.supply.unwrap().destroyed, U256::ZERO);
}

#[test]
fn an_empty_bucket_mints_only_what_was_burned_and_a_strict_chain_nothing() {
    let counters = SupplyCounters {
        minted: MINING_BUCKET_WEI,
        mined: MINING_BUCKET_WEI,
        ..Default::default()
    };
    let burn = U256::from(1_000);
    let recycling = spec_with(|_| {});
    let supply = settle_block(recycling.hanzo_rules().unwrap(), 1, counters, burn, U256::from(7));
    assert_eq!(supply.subsidy, U256::from(1_007), "this block's own burns count");
    let strict = spec_with(|genesis| {
        genesis["config"]["hanzo"]["recycleBurns"] = false.into();
    });
    let supply = settle_block(strict.hanzo_rules().unwrap(), 1, counters, burn, U256::ZERO);
    assert_eq!(supply.subsidy, U256::ZERO);
    assert_eq!(supply.share_pool, U256::ZERO);
}

#[test]
fn minting_stops_at_the_cap() {
    let spec = spec_with(|_| {});
    let minted = MAX_SUPPLY_WEI - spec.hanzo_rules().unwrap().genesis_supply() - U256::from(3);
    let counters = SupplyCounters { minted, ..Default::default() };
    let supply = settle_block(spec.hanzo_rules().unwrap(), 1, counters, U256::ZERO, U256::ZERO);
    assert_eq!(supply.subsidy, U256::from(3));
    assert_eq!(
        supply.counters.outstanding(spec.hanzo_rules().unwrap().genesis_supply()),
        MAX_SUPPLY_WEI
    );
}

proptest! {
    #[test]
    fn coinbase_and_pool_always_add_up_to_the_subsidy(
        number in 1u64..1_000_000_000,
        burned in 0u128..u128::from(u64::MAX),
        mined in 0u64..300_000_000,
    ) {
        let spec = spec_with(|_| {});
        let mined = hanzo_types::ai_to_wei(mined);
        let counters = SupplyCounters { minted: mined, mined, ..Default::default() };
        let supply = settle_block(spec.hanzo_rules().unwrap(), number, counters, U256::from(burned), U256::ZERO);
        prop_assert_eq!(supply.coinbase_reward + supply.share_pool, supply.subsidy);
        prop_assert_eq!(supply.share_pool, supply.subsidy * U256::from(3) / U256::from(10));
        prop_assert!(supply.counters.outstanding(spec.hanzo_rules().unwrap().genesis_supply()) <= MAX_SUPPLY_WEI);
        prop_assert_eq!(supply.counters.mined - mined, supply.subsidy);
    }
}
