//! `NativeCoin` (A1003): moves, mints and burns the coin for system contracts. Source: seed-features
//! §5.1, decisions D-30, D-35.

mod change;
mod failure;
mod ledger;
mod rights;

use self::{change::Change, failure::Failure, ledger::Ledger};
use super::{
    native::Surroundings,
    reply::{charged, decode},
};
use alloy_evm::precompiles::PrecompileInput;
use alloy_primitives::{Bytes, U256};
use alloy_sol_types::{SolValue as _, sol};
use hanzo_types::{HanzoRules, MAX_SUPPLY_WEI, MINING_BUCKET_WEI, TRAINING_BUCKET_WEI};
use revm::precompile::{PrecompileOutput, PrecompileResult};

sol!(
    #[derive(Debug)]
    INativeCoin,
    "../../contracts/artifacts/INativeCoin.json"
);

use INativeCoin::INativeCoinCalls as Call;

/// Gas of a view, and of a change that the caller has no right to.
const READ_GAS: u64 = 200;

/// Runs a call of the precompile.
pub(super) fn run(mut input: PrecompileInput<'_>, chain: Surroundings<'_>) -> PrecompileResult {
    let call = match decode::<Call>(&input) {
        Ok(call) => call,
        Err(refusal) => return Ok(refusal),
    };
    let rules = chain.rules;
    let read = |answer: Vec<u8>| Ok(charged(&input, READ_GAS, || Ok(Bytes::from(answer))));
    let change = match call {
        Call::supplyRules(_) => return read(supply_rules(rules).abi_encode()),
        Call::annualEmission(c) => return read(annual_emission(rules, c.yearIndex).abi_encode()),
        Call::scheduledSubsidy(c) => return read(scheduled_subsidy(rules, c.number).abi_encode()),
        Call::transfer(c) => Change::Transfer { from: c.from, to: c.to, value: c.value },
        Call::mint(c) => Change::Mint { to: c.to, value: c.value },
        Call::burn(c) => Change::Burn { from: c.from, value: c.value },
    };
    apply(&mut input, change, chain)
}

/// Makes the change if the caller may, the recipient can be paid and the gas suffices. What is left
/// half done, revm reverts.
fn apply(
    input: &mut PrecompileInput<'_>,
    change: Change,
    chain: Surroundings<'_>,
) -> PrecompileResult {
    let (limit, reservoir) = (input.gas, input.reservoir);
    let is_precompile = |address| chain.ethereum.contains(&address);
    let right = rights::check(input, &change);
    if let Err(refusal) = right.and_then(|()| rights::check_receiver(&change, is_precompile)) {
        return refusal.output(READ_GAS, limit, reservoir);
    }
    let gas = change.gas();
    if limit < gas {
        return Failure::OutOfGas.output(gas, limit, reservoir);
    }
    let ledger = Ledger { state: &mut input.internals, rules: chain.rules };
    match ledger.apply(change, limit.saturating_sub(gas)) {
        Ok(more) => Ok(PrecompileOutput::new(gas.saturating_add(more), Bytes::new(), reservoir)),
        Err(failure) => failure.output(gas, limit, reservoir),
    }
}

fn supply_rules(rules: &HanzoRules) -> INativeCoin::SupplyRules {
    INativeCoin::SupplyRules {
        genesisSupply: rules.genesis_supply(),
        cap: MAX_SUPPLY_WEI,
        miningBucket: MINING_BUCKET_WEI,
        trainingBucket: TRAINING_BUCKET_WEI,
        recycleBurns: rules.config().recycle_burns,
    }
}

/// The schedule is constant long before the last year that has a number.
fn annual_emission(rules: &HanzoRules, year_index: U256) -> U256 {
    rules.config().emission_preset.annual_emission(year_index.saturating_to())
}

fn scheduled_subsidy(rules: &HanzoRules, number: U256) -> U256 {
    rules.emission().subsidy(number.saturating_to())
}
