//! The accounts that every own fixture starts with.

use crate::{FixtureAccount, FixtureAlloc, Fork, Quantity};
use alloy_eips::{eip2935, eip4788, eip7002, eip7251};
use alloy_primitives::{Address, Bytes, U256, address, bytes};

/// Stores the first word of its input in the slot of the block's number.
pub(crate) const RECORDER: Address = address!("0x00000000000000000000000000000000000c0de1");

/// Writes an empty log.
pub(crate) const LOGGER: Address = address!("0x00000000000000000000000000000000000c0de2");

/// Destroys itself in favour of its caller. Has storage from the start.
pub(crate) const DESTRUCTIBLE: Address = address!("0x00000000000000000000000000000000000c0de3");

/// `SSTORE(NUMBER, CALLDATALOAD(0))`
const RECORDER_CODE: Bytes = bytes!("600035435500");

/// `LOG0(0, 0)`
const LOGGER_CODE: Bytes = bytes!("60006000a000");

/// `SELFDESTRUCT(CALLER)`
const DESTRUCTIBLE_CODE: Bytes = bytes!("33ff");

/// 1 000 ether, in wei.
const RICH: U256 = U256::from_limbs([3_875_820_019_684_212_736, 54, 0, 0]);

/// The accounts: `rich`, the contracts above, and the system contracts that the fork calls.
pub(crate) fn standard_world(rich: &[Address], fork: Fork) -> FixtureAlloc {
    let mut alloc = FixtureAlloc::new();
    for address in rich {
        let account = FixtureAccount { balance: Quantity(RICH), ..Default::default() };
        alloc.insert(*address, account);
    }
    let contract = |code: Bytes| FixtureAccount { nonce: one(), code, ..Default::default() };
    alloc.insert(RECORDER, contract(RECORDER_CODE));
    alloc.insert(LOGGER, contract(LOGGER_CODE));
    let mut destructible = contract(DESTRUCTIBLE_CODE);
    destructible.balance = Quantity(U256::from(1_000));
    destructible.storage.extend((1..=3).map(|slot| (Quantity(U256::from(slot)), one())));
    alloc.insert(DESTRUCTIBLE, destructible);
    if fork >= Fork::Cancun {
        let code = eip4788::BEACON_ROOTS_CODE.clone();
        alloc.insert(eip4788::BEACON_ROOTS_ADDRESS, contract(code));
    }
    if fork >= Fork::Prague {
        let contracts = [
            (eip2935::HISTORY_STORAGE_ADDRESS, &eip2935::HISTORY_STORAGE_CODE),
            (
                eip7002::WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS,
                &eip7002::WITHDRAWAL_REQUEST_PREDEPLOY_CODE,
            ),
            (
                eip7251::CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS,
                &eip7251::CONSOLIDATION_REQUEST_PREDEPLOY_CODE,
            ),
        ];
        alloc.extend(contracts.map(|(address, code)| (address, contract(code.clone()))));
    }
    alloc
}

const fn one() -> Quantity {
    Quantity(U256::ONE)
}
