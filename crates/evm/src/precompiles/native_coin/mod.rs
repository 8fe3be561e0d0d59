//! `NativeCoin` (A1003): moves, mints and burns the coin for system contracts. Source: seed-features
//! §5.1, decisions D-30, D-35.

mod change;
mod failure;
mod ledger;
mod rights;

use self::{change::Change, failure::Failure, ledger::Ledger};
use super::reply::{charged, decode};
use alloy_evm::precompiles::PrecompileInput;
use alloy_primitives::{Bytes, U256};
use alloy_sol_types::{SolValue as _, sol};
use hanzo_types::{HanzoRules, MAX_SUPPLY_WEI, MINING_BUCKET_WEI, TRAINING_BUCKET_WEI};
use revm::precompile::{PrecompileOutput, PrecompileResult, Precompiles};
use std::sync::Arc;

sol!(
    #[derive(Debug)]
    INativeCoin,
    "../../contracts/artifacts/INativeCoin.json"
);

use INativeCoin::INativeCoinCalls as Call;

/// Gas of a view, and of a change that the caller has no right to.
const READ_GAS: u64 = 200;

/// The precompile of one chain, under the rules of one fork.
#[derive(Debug, Clone)]
pub(super) struct NativeCoin {
    pub(super) rules: Arc<HanzoRules>,
    /// The other precompiles, which must not be paid.
    pub(super) ethereum: &'static Precompiles,
}

impl NativeCoin {
    /// Runs a call of the precompile.
    pub(super) fn run(&self, mut input: PrecompileInput<'_>) -> PrecompileResult {
        let call = match decode::<Call>(&input) {
            Ok(call) => call,
            Err(refusal) => return Ok(refusal),
        };
        let read = |answer: Vec<u8>| Ok(charged(&input, READ_GAS, || Ok(Bytes::from(answer))));
        match call {
            Call::supplyRules(_) => read(self.supply_rules().abi_encode()),
            Call::annualEmission(c) => read(self.annual_emission(c.yearIndex).abi_encode()),
            Call::scheduledSubsidy(c) => read(self.scheduled_subsidy(c.number).abi_encode()),
            Call::transfer(c) => {
                self.apply(&mut input, Change::Transfer { from: c.from, to: c.to, value: c.value })
            }
            Call::mint(c) => self.apply(&mut input, Change::Mint { to: c.to, value: c.value }),
            Call::burn(c) => self.apply(&mut input, Change::Burn { from: c.from, value: c.value }),
        }
    }

    /// Makes the change if the caller may, the recipient can be paid and the gas suffices; what it
    /// left undone, revm reverts.
    fn apply(&self, input: &mut PrecompileInput<'_>, change: Change) -> PrecompileResult {
        let (limit, reservoir) = (input.gas, input.reservoir);
        if let Err(refusal) = rights::check(input, &change).and_then(|()| self.can_pay(&change)) {
            return refusal.output(READ_GAS, limit, reservoir);
        }
        let gas = change.gas();
        if limit < gas {
            return Failure::OutOfGas.output(gas, limit, reservoir);
        }
        let ledger = Ledger { state: &mut input.internals, rules: &self.rules };
        match ledger.apply(change, limit.saturating_sub(gas)) {
            Ok(more) => {
                Ok(PrecompileOutput::new(gas.saturating_add(more), Bytes::new(), reservoir))
            }
            Err(failure) => failure.output(gas, limit, reservoir),
        }
    }

    fn can_pay(&self, change: &Change) -> Result<(), Failure> {
        rights::check_receiver(change, |address| self.ethereum.contains(&address))
    }

    fn supply_rules(&self) -> INativeCoin::SupplyRules {
        INativeCoin::SupplyRules {
            genesisSupply: self.rules.genesis_supply(),
            cap: MAX_SUPPLY_WEI,
            miningBucket: MINING_BUCKET_WEI,
            trainingBucket: TRAINING_BUCKET_WEI,
            recycleBurns: self.rules.config().recycle_burns,
        }
    }

    fn annual_emission(&self, year_index: U256) -> U256 {
        // The schedule is constant long before the last year that has a number here.
        self.rules.config().emission_preset.annual_emission(year_index.saturating_to())
    }

    fn scheduled_subsidy(&self, number: U256) -> U256 {
        self.rules.emission().subsidy(number.saturating_to())
    }
}
