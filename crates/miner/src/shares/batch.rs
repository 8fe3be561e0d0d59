//! How many shares go into one transaction.

use alloy_primitives::U256;

/// Shares in one transaction: an eighth of the gas of a block, and two thirds of the bytes that a pool
/// takes in one.
pub(super) const MAX_BATCH: usize = 128;

/// Gas that a share takes at most, its part of the transaction's data included: ADR-0024 measured 28 000.
const SHARE_GAS: u64 = 30_000;

/// Gas beyond the estimate, which holds for the block that comes next: by then the books of the contract
/// may be in other slots.
pub(super) const SPARE_GAS: u64 = 60_000;

/// Gas of a transaction without shares.
const CALL_GAS: u64 = 21_000 + SPARE_GAS;

/// Shares that a transaction may have which gets this much gas: one at least, for whether that fits is
/// the node's to say.
pub(super) fn that_fit(gas: u64) -> usize {
    shares_for(gas).clamp(1, MAX_BATCH)
}

/// Shares that a transaction may have whose sender owns `balance` and offers `max_fee` for each gas, in
/// wei.
pub(super) fn payable(balance: U256, max_fee: u128) -> usize {
    let gas = balance.checked_div(U256::from(max_fee)).unwrap_or(U256::MAX);
    shares_for(gas.saturating_to()).min(MAX_BATCH)
}

fn shares_for(gas: u64) -> usize {
    let shares = gas.saturating_sub(CALL_GAS) / SHARE_GAS;
    usize::try_from(shares).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_as_large_as_its_gas_and_never_empty() {
        assert_eq!(that_fit(15_000_000), MAX_BATCH);
        assert_eq!(that_fit(1_500_000), 47);
        assert_eq!(that_fit(111_000), 1);
        assert_eq!(that_fit(0), 1);
    }

    #[test]
    fn a_batch_is_as_large_as_its_sender_can_pay_for() {
        let gwei = 1_000_000_000;
        let has = |gas: u64| payable(U256::from(gas) * U256::from(gwei), gwei);
        assert_eq!(has(10_000_000), MAX_BATCH);
        assert_eq!(has(1_944_183), 62);
        assert_eq!(has(111_000), 1);
        assert_eq!(has(110_999), 0);
        assert_eq!(payable(U256::ZERO, 0), MAX_BATCH, "gas for nothing");
    }
}
