//! Why a change of the coin is not made.

use super::INativeCoin::INativeCoinErrors;
use alloy_evm::EvmInternalsError;
use alloy_sol_types::SolInterface as _;
use revm::precompile::{PrecompileError, PrecompileHalt, PrecompileOutput, PrecompileResult};

/// Why a change of the coin is not made.
#[derive(Debug)]
pub(super) enum Failure {
    /// The rules forbid it: reverts with a named error.
    Refused(INativeCoinErrors),
    /// The gas of the call does not suffice.
    OutOfGas,
    /// The sum needs more than 256 bits: only a call that assumes such balances gets here.
    Overflow,
    /// The state cannot be read.
    State(EvmInternalsError),
}

impl From<EvmInternalsError> for Failure {
    fn from(error: EvmInternalsError) -> Self {
        Self::State(error)
    }
}

impl Failure {
    /// What the precompile answers, where a refusal costs `gas` of the `limit` of the call.
    pub(super) fn output(self, gas: u64, limit: u64, reservoir: u64) -> PrecompileResult {
        let halt = |reason| Ok(PrecompileOutput::halt(reason, reservoir));
        match self {
            Self::Refused(error) if gas <= limit => {
                Ok(PrecompileOutput::revert(gas, error.abi_encode().into(), reservoir))
            }
            Self::Refused(_) | Self::OutOfGas => halt(PrecompileHalt::OutOfGas),
            Self::Overflow => halt(PrecompileHalt::other_static("balance overflow")),
            Self::State(error) => Err(PrecompileError::Fatal(error.to_string())),
        }
    }
}
