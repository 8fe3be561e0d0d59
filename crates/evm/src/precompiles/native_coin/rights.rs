//! Who may change balances through `NativeCoin`, and who can be paid.

use super::{
    INativeCoin::{ERC20InvalidReceiver, INativeCoinErrors as Error, NotAllowed},
    change::Change,
    failure::Failure,
};
use alloy_evm::precompiles::PrecompileInput;
use alloy_primitives::Address;
use hanzo_types::{
    AI, AI_SUPPLY, BONDING_CURVE, COMPUTE_PAYMENTS, COMPUTE_PROOF, FIXED_MATH, NATIVE_COIN,
    TRAINING_REWARDS,
};

/// Whether the caller has the right to `change`, and calls in the one way that shows who it is.
///
/// # Errors
/// `NotAllowed`.
pub(super) fn check(input: &PrecompileInput<'_>, change: &Change) -> Result<(), Failure> {
    // Under DELEGATECALL the caller is whoever called the contract that runs, and under CALLCODE the
    // precompile would act for itself.
    if input.is_direct_call() && !input.is_static_call() && may(input.caller, change) {
        return Ok(());
    }
    Err(Failure::Refused(Error::NotAllowed(NotAllowed {})))
}

/// The rights of the system contracts. Source: decision D-35.
fn may(caller: Address, change: &Change) -> bool {
    match change {
        Change::Transfer { .. } => caller == AI,
        Change::Mint { .. } => caller == TRAINING_REWARDS,
        Change::Burn { from, .. } => match caller {
            // It has checked the allowance.
            AI => true,
            TRAINING_REWARDS | COMPUTE_PAYMENTS => *from == caller,
            _ => false,
        },
    }
}

/// Whether the receiver of `change` can do something with the coins.
///
/// # Errors
/// `ERC20InvalidReceiver`.
pub(super) fn check_receiver(
    change: &Change,
    is_ethereum_precompile: impl Fn(Address) -> bool,
) -> Result<(), Failure> {
    match change.receiver() {
        // In a log the zero address stands for minting and burning.
        Some(
            receiver @ (Address::ZERO
            | AI
            | AI_SUPPLY
            | BONDING_CURVE
            | COMPUTE_PROOF
            | NATIVE_COIN
            | FIXED_MATH),
        ) => Err(invalid(receiver)),
        Some(receiver) if is_ethereum_precompile(receiver) => Err(invalid(receiver)),
        Some(_) | None => Ok(()),
    }
}

const fn invalid(receiver: Address) -> Failure {
    Failure::Refused(Error::ERC20InvalidReceiver(ERC20InvalidReceiver { receiver }))
}
