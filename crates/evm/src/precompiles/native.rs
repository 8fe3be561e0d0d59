//! The native precompiles of Hanzo chains.

use super::{bonding_curve, compute_proof, fixed_math, native_coin};
use alloy_evm::precompiles::PrecompileInput;
use alloy_primitives::Address;
use hanzo_types::{BONDING_CURVE, COMPUTE_PROOF, FIXED_MATH, HanzoRules, NATIVE_COIN};
use revm::precompile::{PrecompileResult, Precompiles};

/// A native precompile. Source: seed-features §5.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Native {
    BondingCurve,
    ComputeProof,
    Coin,
    FixedMath,
}

/// The chain that a native precompile is on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) rules: &'a HanzoRules,
    /// The precompiles of Ethereum.
    pub(super) ethereum: &'static Precompiles,
}

impl Native {
    pub(super) const ALL: [Self; 4] =
        [Self::BondingCurve, Self::ComputeProof, Self::Coin, Self::FixedMath];

    pub(super) const fn address(self) -> Address {
        match self {
            Self::BondingCurve => BONDING_CURVE,
            Self::ComputeProof => COMPUTE_PROOF,
            Self::Coin => NATIVE_COIN,
            Self::FixedMath => FIXED_MATH,
        }
    }

    /// Its name in `eth_config`.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::BondingCurve => "BondingCurve",
            Self::ComputeProof => "ComputeProof",
            Self::Coin => "NativeCoin",
            Self::FixedMath => "FixedMath",
        }
    }

    /// The one that lies at `address`.
    pub(super) fn at(address: Address) -> Option<Self> {
        Self::ALL.into_iter().find(|native| native.address() == address)
    }

    /// Runs a call.
    ///
    /// # Errors
    /// If the state cannot be read.
    pub(super) fn run(
        self,
        input: PrecompileInput<'_>,
        chain: Surroundings<'_>,
    ) -> PrecompileResult {
        match self {
            Self::BondingCurve => bonding_curve::run(&input),
            Self::ComputeProof => compute_proof::run(&input),
            Self::Coin => native_coin::run(input, chain),
            Self::FixedMath => fixed_math::run(&input),
        }
    }
}
