//! `ComputeMining` as the miner calls it.

use super::book::{RefusalScope, Share, ShareOrder};
use alloy_primitives::{Address, Bytes, U256, hex};
use alloy_sol_types::{SolCall as _, SolInterface as _, sol};
use std::fmt;

sol!(
    #[derive(Debug)]
    ComputeMining,
    "../../contracts/artifacts/ComputeMining.json"
);

pub(super) use ComputeMining::{Claimed, claimableCall, epochsCall, lastShareCall};
use ComputeMining::{ComputeMiningErrors, claimForCall, submitSharesCall};

/// Bits of a lottery number that the contract does not keep.
const POW_BITS_CUT: usize = 64;

/// Why the contract does not take a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The share at this position.
    Share {
        /// The position.
        index: usize,
        /// The contract's name for why.
        reason: &'static str,
        /// What it says of others.
        scope: RefusalScope,
    },
    /// The share at this position builds on a block that is not there yet.
    TooEarly,
    /// The sender may not submit for this provider.
    Sender {
        /// Whom the shares pay.
        provider: Address,
    },
    /// The provider does not take the coins.
    Recipient,
    /// The call as a whole, in the contract's words.
    Call {
        /// The contract's name for why.
        reason: &'static str,
        /// That, with its numbers.
        details: String,
    },
    /// Not in the contract's words: the provider is a contract and has refused, or there is another.
    Unknown {
        /// What was reverted with.
        revert: Bytes,
    },
}

impl Refusal {
    /// Reads what the contract reverted with.
    pub(super) fn read(revert: &[u8]) -> Self {
        use ComputeMiningErrors as E;
        let one = |index: U256, reason, scope| {
            let index = index.saturating_to();
            Self::Share { index, reason, scope }
        };
        let share = |index, reason| one(index, reason, RefusalScope::Share);
        let call = |reason, details: String| Self::Call { reason, details };
        let Ok(error) = ComputeMiningErrors::abi_decode(revert) else {
            return Self::Unknown { revert: Bytes::copy_from_slice(revert) };
        };
        match error {
            E::InvalidProof(error) => share(error.index, "InvalidProof"),
            E::NotFresh(error) if error.number > error.last => Self::TooEarly,
            E::NotFresh(error) => share(error.index, "NotFresh"),
            E::UnknownParent(error) => one(error.index, "UnknownParent", RefusalScope::Siblings),
            E::AboveTarget(error) => share(error.index, "AboveTarget"),
            E::DuplicateShare(error) => share(error.index, "DuplicateShare"),
            E::OutOfOrder(error) => share(error.index, "OutOfOrder"),
            E::NotOperator(error) => Self::Sender { provider: error.provider },
            E::FailedCall(_) => Self::Recipient,
            E::NoHeaders(_) => call("NoHeaders", "a call without shares".to_owned()),
            E::EpochOpen(error) => call(
                "EpochOpen",
                format!("epoch {} is open until block {}", error.epoch, error.firstClaim),
            ),
            E::NoShares(error) => call(
                "NoShares",
                format!("{} has no shares in epoch {}", error.provider, error.epoch),
            ),
            E::AlreadyClaimed(error) => call(
                "AlreadyClaimed",
                format!("{} was paid for epoch {}", error.provider, error.epoch),
            ),
            E::InsufficientBalance(error) => call(
                "InsufficientBalance",
                format!("the contract has {} wei and needs {}", error.balance, error.needed),
            ),
            E::ComputeProofAnswer(_) => {
                call("ComputeProofAnswer", "the precompile gives no answer".to_owned())
            }
        }
    }

    /// The same for all refusals of one kind.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Share { reason, .. } | Self::Call { reason, .. } => reason,
            Self::TooEarly => "NotFresh",
            Self::Sender { .. } => "NotOperator",
            Self::Recipient => "FailedCall",
            Self::Unknown { .. } => "unknown",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Share { index, reason, .. } => write!(f, "{reason}: share {index} of the call"),
            Self::TooEarly => f.write_str("NotFresh: a share of a block to come"),
            Self::Sender { provider } => write!(f, "NotOperator: not for {provider}"),
            Self::Recipient => f.write_str("FailedCall: the provider takes no coins"),
            Self::Call { reason, details } => write!(f, "{reason}: {details}"),
            Self::Unknown { revert } if revert.is_empty() => f.write_str(
                "without a reason: the provider is a contract that takes no coins, or \
                             there is no such function",
            ),
            Self::Unknown { revert } => {
                let shown = revert.get(..4).unwrap_or(revert);
                write!(f, "with {}, which is none of its errors", hex::encode_prefixed(shown))
            }
        }
    }
}

/// The last share of a provider that was accepted, as far as the contract keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LastShare {
    /// Block number of its header.
    pub(super) number: u64,
    /// The first 192 bits of its lottery number.
    pub(super) pow_bits: U256,
}

impl LastShare {
    /// Whether a share of this order was accepted, or cannot be any more.
    pub(super) fn is_at_least(&self, order: &ShareOrder) -> bool {
        (self.number, self.pow_bits) >= (order.number, order.pow >> POW_BITS_CUT)
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

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_sol_types::SolError;

    fn read(error: &impl SolError) -> Refusal {
        Refusal::read(&error.abi_encode())
    }

    const PROVIDER: Address = Address::repeat_byte(1);

    #[test]
    fn a_refused_share_is_named_with_its_position() {
        let index = U256::from(3);
        let error = ComputeMining::OutOfOrder { index, number: U256::ONE, pow: U256::ONE };
        let share = |reason| Refusal::Share { index: 3, reason, scope: RefusalScope::Share };
        assert_eq!(read(&error), share("OutOfOrder"));
        assert_eq!(read(&ComputeMining::InvalidProof { index }), share("InvalidProof"));
    }

    #[test]
    fn a_wrong_parent_concerns_all_shares_that_build_on_it() {
        let (index, hash) = (U256::ZERO, alloy_primitives::B256::ZERO);
        let error = ComputeMining::UnknownParent { index, parentHash: hash, expected: hash };
        let scope = RefusalScope::Siblings;
        assert_eq!(read(&error), Refusal::Share { index: 0, reason: "UnknownParent", scope });
    }

    #[test]
    fn a_share_of_a_block_to_come_is_early_and_one_of_an_old_block_is_refused() {
        let fresh = |number| {
            let [index, first, last] = [0, 10, 73].map(U256::from);
            read(&ComputeMining::NotFresh { index, number: U256::from(number), first, last })
        };
        assert_eq!(fresh(74), Refusal::TooEarly);
        let scope = RefusalScope::Share;
        assert_eq!(fresh(9), Refusal::Share { index: 0, reason: "NotFresh", scope });
    }

    #[test]
    fn a_sender_without_the_right_is_told_from_a_bad_share() {
        let sender = Address::repeat_byte(2);
        let error = ComputeMining::NotOperator { index: U256::ZERO, provider: PROVIDER, sender };
        assert_eq!(read(&error), Refusal::Sender { provider: PROVIDER });
    }

    #[test]
    fn errors_of_a_claim_are_said_by_name_with_their_numbers() {
        let epoch = U256::from(3);
        let open = read(&ComputeMining::EpochOpen { epoch, firstClaim: U256::from(4_160) });
        assert_eq!(open.to_string(), "EpochOpen: epoch 3 is open until block 4160");
        let paid = read(&ComputeMining::AlreadyClaimed { provider: PROVIDER, epoch });
        assert_eq!(paid.to_string(), format!("AlreadyClaimed: {PROVIDER} was paid for epoch 3"));
        let none = read(&ComputeMining::NoShares { provider: PROVIDER, epoch });
        assert_eq!(none.to_string(), format!("NoShares: {PROVIDER} has no shares in epoch 3"));
        assert_eq!(read(&ComputeMining::FailedCall {}), Refusal::Recipient);
    }

    #[test]
    fn what_the_contract_never_says_is_shown_as_it_is() {
        let said = |revert: &[u8]| Refusal::read(revert).to_string();
        assert!(said(&[]).starts_with("without a reason"));
        assert_eq!(said(&[1, 2, 3, 4, 5]), "with 0x01020304, which is none of its errors");
        assert_eq!(said(&[1]), "with 0x01, which is none of its errors");
    }

    #[test]
    fn the_last_share_is_compared_by_number_and_192_bits() {
        let last = LastShare { number: 10, pow_bits: U256::from(5) };
        let is_at_least = |number, pow: u64| {
            last.is_at_least(&ShareOrder { number, pow: (U256::from(pow) << 64) + U256::ONE })
        };
        assert!(is_at_least(9, 9) && is_at_least(10, 5));
        assert!(!is_at_least(10, 6) && !is_at_least(11, 0));
    }
}
