//! `ComputeMining` as the miner calls it.

use super::book::Share;
use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall as _, SolInterface as _, sol};

sol!(
    #[derive(Debug)]
    ComputeMining,
    "../../contracts/artifacts/ComputeMining.json"
);

pub(super) use ComputeMining::{Claimed, accountsCall};
use ComputeMining::{ComputeMiningErrors, claimForCall, submitSharesCall};

/// Why the contract does not take a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The share at this position.
    Share {
        /// The position.
        index: usize,
        /// The contract's name for why.
        reason: &'static str,
    },
    /// The sender may not submit for this provider.
    Sender {
        /// Whom the shares pay.
        provider: Address,
    },
    /// Anything else.
    Other,
}

impl Refusal {
    /// Reads what the contract reverted with.
    pub(super) fn read(revert: &[u8]) -> Self {
        use ComputeMiningErrors as E;
        let share = |index: U256, reason| Self::Share { index: index.saturating_to(), reason };
        match ComputeMiningErrors::abi_decode(revert) {
            Ok(E::InvalidProof(error)) => share(error.index, "InvalidProof"),
            Ok(E::NotFresh(error)) => share(error.index, "NotFresh"),
            Ok(E::UnknownParent(error)) => share(error.index, "UnknownParent"),
            Ok(E::AboveTarget(error)) => share(error.index, "AboveTarget"),
            Ok(E::DuplicateShare(error)) => share(error.index, "DuplicateShare"),
            Ok(E::OutOfOrder(error)) => share(error.index, "OutOfOrder"),
            Ok(E::NotOperator(error)) => Self::Sender { provider: error.provider },
            Ok(_) | Err(_) => Self::Other,
        }
    }
}

/// The input that submits these shares.
pub(super) fn submission(shares: &[Share]) -> Bytes {
    let headers = shares.iter().map(|share| share.header.clone()).collect();
    submitSharesCall { headers }.abi_encode().into()
}

/// The input that has a provider paid for an epoch.
pub(super) fn claim(provider: Address, epoch: u64) -> Bytes {
    claimForCall { provider, epoch: U256::from(epoch) }.abi_encode().into()
}

/// The input that asks what a provider has in an epoch.
pub(super) fn account(provider: Address, epoch: u64) -> Bytes {
    accountsCall { provider, epoch: U256::from(epoch) }.abi_encode().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_sol_types::SolError as _;

    #[test]
    fn a_refused_share_is_named_with_its_position() {
        let index = U256::from(3);
        let revert = ComputeMining::OutOfOrder { index, number: U256::ONE, pow: U256::ONE };
        let expected = Refusal::Share { index: 3, reason: "OutOfOrder" };
        assert_eq!(Refusal::read(&revert.abi_encode()), expected);
        let revert = ComputeMining::InvalidProof { index };
        let expected = Refusal::Share { index: 3, reason: "InvalidProof" };
        assert_eq!(Refusal::read(&revert.abi_encode()), expected);
    }

    #[test]
    fn a_sender_without_the_right_is_told_from_a_bad_share_and_noise_is_neither() {
        let (provider, sender) = (Address::repeat_byte(1), Address::repeat_byte(2));
        let revert = ComputeMining::NotOperator { index: U256::ZERO, provider, sender };
        assert_eq!(Refusal::read(&revert.abi_encode()), Refusal::Sender { provider });
        assert_eq!(Refusal::read(&[]), Refusal::Other);
        assert_eq!(Refusal::read(&[1, 2, 3, 4, 5]), Refusal::Other);
    }
}
