//! Where calls are made ready to be sent.

use super::{
    batch::{SPARE_GAS, payable},
    chain::{Call, ChainError, Head, ShareChain, Signed, StateOf},
    contract::{Refusal, claim, submission},
    flight::{Attempt, Cargo},
    price::{Market, Price, TooDear, break_even},
};
use crate::ShareConfig;
use alloy_primitives::U256;

/// Makes calls of the contract ready: what they need, and what they may cost.
#[derive(Debug)]
pub(super) struct Desk<'a> {
    chain: ShareChain<'a>,
    config: &'a ShareConfig,
    market: Market,
    balance: U256,
    place: Place,
}

/// Where a transaction goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) nonce: u64,
    /// What the transaction that has the place offers, if one has.
    pub(super) replaced: Option<Price>,
    /// The state that the call is tried on.
    pub(super) on: StateOf,
}

/// A transaction that can be sent.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) attempt: Attempt,
    pub(super) signed: Signed,
    pub(super) gas_limit: u64,
}

impl<'a> Desk<'a> {
    pub(super) async fn open(
        chain: ShareChain<'a>,
        config: &'a ShareConfig,
        head: &Head,
        place: Place,
    ) -> Result<Self, ChainError> {
        let market = chain.market(head).await?;
        let balance = chain.balance().await?;
        Ok(Self { chain, config, market, balance, place })
    }

    /// Makes a call ready that is worth so many wei.
    pub(super) async fn prepare(&self, cargo: Cargo, worth: U256) -> Result<Ready, ChainError> {
        let input = match &cargo {
            Cargo::Shares(shares) => submission(shares),
            Cargo::Claim { epoch } => claim(self.config.provider, *epoch),
        };
        let key = self.config.key.address();
        let gas = match self.chain.estimate(&input, self.place.on).await {
            Ok(gas) => gas,
            Err(ChainError::Refused(Refusal::Sender { provider })) => {
                return Err(ChainError::NotOperator { key, provider });
            }
            Err(error) => return Err(error),
        };
        let gas_limit = gas.saturating_add(SPARE_GAS);
        let price = self.price(worth, gas)?;
        let cost = U256::from(gas_limit).saturating_mul(U256::from(price.max_fee));
        if cost > self.balance {
            let payable = payable(self.balance, price.max_fee);
            return Err(ChainError::Unfunded { key, balance: self.balance, cost, payable });
        }
        let call = Call { nonce: self.place.nonce, gas_limit, price, input };
        let signed = self.chain.sign(call).await?;
        let attempt = Attempt { hash: signed.hash, price, cargo };
        Ok(Ready { attempt, signed, gas_limit })
    }

    /// Hands a transaction to the node.
    pub(super) async fn publish(&self, ready: &Ready) -> Result<(), ChainError> {
        self.chain.publish(&ready.signed).await
    }

    pub(super) const fn place(&self) -> Place {
        self.place
    }

    /// What to offer for a call that is worth so many wei and takes so much gas.
    fn price(&self, worth: U256, gas: u64) -> Result<Price, ChainError> {
        let ceiling = self.config.max_fee.unwrap_or_else(|| break_even(worth, gas));
        Price::offer(self.market, self.place.replaced, ceiling)
            .map_err(|TooDear { needed, ceiling }| ChainError::TooDear { needed, ceiling })
    }
}
