//! How a native precompile is called and answers.

use alloy_evm::precompiles::PrecompileInput;
use alloy_primitives::Bytes;
use alloy_sol_types::{SolError, SolInterface, sol};
use revm::precompile::{PrecompileHalt, PrecompileOutput, PrecompileResult};

sol!(INativePrecompile, "../../contracts/artifacts/INativePrecompile.json");

use INativePrecompile::{BadInput, ValueNotAccepted};

/// Gas of a call that is refused for its form.
pub(super) const REFUSAL_GAS: u64 = 200;

/// What a function answers: return data, or the data of the error it reverts with.
pub(super) type Reply = Result<Bytes, Bytes>;

/// The call that the input encodes, and encodes in the one way there is.
///
/// # Errors
/// The output of the precompile if there is none.
pub(super) fn decode<C: SolInterface>(input: &PrecompileInput<'_>) -> Result<C, PrecompileOutput> {
    without_value(input)?;
    match C::abi_decode(input.data) {
        Ok(call) if call.abi_encode() == input.data => Ok(call),
        Ok(_) | Err(_) => Err(charged(input, REFUSAL_GAS, || Err(error(&BadInput {})))),
    }
}

/// Refuses coins that are sent along: nobody could get them back.
///
/// # Errors
/// The output of the precompile.
pub(super) fn without_value(input: &PrecompileInput<'_>) -> Result<(), PrecompileOutput> {
    // Under DELEGATECALL and CALLCODE nothing moves to the precompile.
    if !input.is_direct_call() || input.value.is_zero() {
        return Ok(());
    }
    Err(charged(input, REFUSAL_GAS, || Err(error(&ValueNotAccepted {}))))
}

/// Takes `gas` and then does the work; an error reverts and leaves the rest of the gas.
pub(super) fn charged(
    input: &PrecompileInput<'_>,
    gas: u64,
    work: impl FnOnce() -> Reply,
) -> PrecompileOutput {
    if input.gas < gas {
        return PrecompileOutput::halt(PrecompileHalt::OutOfGas, input.reservoir);
    }
    match work() {
        Ok(output) => PrecompileOutput::new(gas, output, input.reservoir),
        Err(error) => PrecompileOutput::revert(gas, error, input.reservoir),
    }
}

/// The result of a precompile that reads and writes nothing.
pub(super) fn result(output: Result<PrecompileOutput, PrecompileOutput>) -> PrecompileResult {
    Ok(output.unwrap_or_else(|refusal| refusal))
}

/// Data of a custom error.
pub(super) fn error<E: SolError>(error: &E) -> Bytes {
    error.abi_encode().into()
}
