//! The native precompiles of Hanzo chains.

mod bonding_curve;
mod compute_proof;
mod fixed_math;
mod reply;

use alloy_evm::precompiles::{DynPrecompile, PrecompilesMap};
use alloy_primitives::Address;
use hanzo_types::{BONDING_CURVE, COMPUTE_PROOF, ChainSpec, FIXED_MATH, Rules};
use revm::{
    precompile::{PrecompileId, PrecompileSpecId, Precompiles},
    primitives::hardfork::SpecId,
};

/// Which precompiles a chain has beyond those of Ethereum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NativePrecompiles {
    /// None: a plain Ethereum chain.
    None,
    /// Those of a Hanzo chain. Source: seed-features §5.2.
    Hanzo,
}

impl NativePrecompiles {
    /// Those of the chain of `spec`.
    pub(crate) fn of(spec: &ChainSpec) -> Self {
        match spec.rules() {
            Rules::Hanzo(_) => Self::Hanzo,
            Rules::Ethereum(_) => Self::None,
        }
    }

    /// All precompiles under `fork`. Built for each EVM: it costs some microseconds, and an existing
    /// map does not follow a change of fork.
    pub(crate) fn map(self, fork: SpecId) -> PrecompilesMap {
        let mut map =
            PrecompilesMap::from_static(Precompiles::new(PrecompileSpecId::from_spec_id(fork)));
        match self {
            Self::None => {}
            Self::Hanzo => map.extend_precompiles(native()),
        }
        map
    }
}

fn native() -> [(Address, DynPrecompile); 3] {
    [
        (BONDING_CURVE, DynPrecompile::new(named("BondingCurve"), |i| bonding_curve::run(&i))),
        (COMPUTE_PROOF, DynPrecompile::new(named("ComputeProof"), |i| compute_proof::run(&i))),
        (FIXED_MATH, DynPrecompile::new(named("FixedMath"), |i| fixed_math::run(&i))),
    ]
}

fn named(name: &'static str) -> PrecompileId {
    PrecompileId::Custom(name.into())
}
