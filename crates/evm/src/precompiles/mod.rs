//! The native precompiles of Hanzo chains.

mod bonding_curve;
mod compute_proof;
mod fixed_math;
mod native_coin;
mod reply;

use self::native_coin::NativeCoin;

use alloy_evm::precompiles::{DynPrecompile, PrecompilesMap};
use alloy_primitives::Address;
use hanzo_types::{
    BONDING_CURVE, COMPUTE_PROOF, ChainSpec, FIXED_MATH, HanzoRules, NATIVE_COIN, Rules,
};
use revm::{
    precompile::{PrecompileId, PrecompileSpecId, Precompiles},
    primitives::hardfork::SpecId,
};
use std::sync::Arc;

/// Which precompiles a chain has beyond those of Ethereum.
#[derive(Debug, Clone)]
pub(crate) enum NativePrecompiles {
    /// None: a plain Ethereum chain.
    None,
    /// Those of a Hanzo chain with these rules. Source: seed-features §5.2.
    Hanzo(Arc<HanzoRules>),
}

impl NativePrecompiles {
    /// Those of the chain of `spec`.
    pub(crate) fn of(spec: &ChainSpec) -> Self {
        match spec.rules() {
            Rules::Hanzo(rules) => Self::Hanzo(Arc::clone(rules)),
            Rules::Ethereum(_) => Self::None,
        }
    }

    /// All precompiles under `fork`. Built for each EVM: it costs some microseconds, and an existing
    /// map does not follow a change of fork.
    pub(crate) fn map(self, fork: SpecId) -> PrecompilesMap {
        let ethereum = Precompiles::new(PrecompileSpecId::from_spec_id(fork));
        let mut map = PrecompilesMap::from_static(ethereum);
        match self {
            Self::None => {}
            Self::Hanzo(rules) => map.extend_precompiles(native(NativeCoin { rules, ethereum })),
        }
        map
    }
}

fn native(coin: NativeCoin) -> [(Address, DynPrecompile); 4] {
    [
        (BONDING_CURVE, DynPrecompile::new(named("BondingCurve"), |i| bonding_curve::run(&i))),
        (COMPUTE_PROOF, DynPrecompile::new(named("ComputeProof"), |i| compute_proof::run(&i))),
        (NATIVE_COIN, DynPrecompile::new_stateful(named("NativeCoin"), move |i| coin.run(i))),
        (FIXED_MATH, DynPrecompile::new(named("FixedMath"), |i| fixed_math::run(&i))),
    ]
}

fn named(name: &'static str) -> PrecompileId {
    PrecompileId::Custom(name.into())
}
