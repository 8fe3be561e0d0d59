//! `eth_estimateGas`.

use crate::{
    CallContext, CallError, CallOverrides,
    call::into_outcome,
    environment::transaction_gas_limit_cap,
    prepared_call::{PreparedCall, TRANSFER_GAS, state_error},
};
use alloy_primitives::TxKind;
use alloy_rpc_types_eth::TransactionRequest;
use revm::{Database as _, context_interface::result::ExecutionResult};

/// How far above the smallest sufficient gas limit an estimate may lie. Source: geth, which gives
/// the same tolerance to save executions.
pub const ESTIMATE_ERROR_RATIO: f64 = 0.015;

/// A call forwards at most 63/64 of its gas. Source: EIP-150.
const CALL_STIPEND: u64 = 2_300;

/// Gas limit that lets `request` succeed.
///
/// # Errors
/// [`CallError::Revert`] or [`CallError::Halt`] if it fails with all the gas it may have,
/// [`CallError::GasRequiredExceedsAllowance`] if it needs more than that.
pub fn estimate_gas(
    context: CallContext<'_>,
    request: TransactionRequest,
    overrides: CallOverrides,
) -> Result<u64, CallError> {
    let block_limit = context.header.gas_limit;
    let transaction_cap =
        transaction_gas_limit_cap(context.spec, context.header).unwrap_or(u64::MAX);
    let mut call = PreparedCall::new(context, request, overrides)?;
    let asked = if call.gas_was_given { call.tx.gas_limit } else { u64::MAX };
    call.tx.gas_limit = asked.min(block_limit).min(transaction_cap).min(context.gas_cap);
    call.limit_gas_to_balance()?;
    let allowance = call.tx.gas_limit;

    if is_plain_transfer(&mut call)? && allowance >= TRANSFER_GAS {
        let result = call.run_with_gas(TRANSFER_GAS)?;
        if result.is_success() {
            return Ok(TRANSFER_GAS);
        }
    }
    let result = match call.run_with_gas(allowance) {
        Err(CallError::Halt { .. }) => {
            return Err(CallError::GasRequiredExceedsAllowance { allowance });
        }
        other => other?,
    };
    if crate::call::ran_out_of_gas(&result) {
        return Err(CallError::GasRequiredExceedsAllowance { allowance });
    }
    let spent = spent_before_refund(&result);
    let used = into_outcome(result)?.gas_used;
    search(&mut call, Bounds { failing: used.saturating_sub(1), sufficient: allowance }, spent)
}

/// A gas limit known to fail and one known to suffice.
struct Bounds {
    failing: u64,
    sufficient: u64,
}

fn search(call: &mut PreparedCall<'_>, mut bounds: Bounds, spent: u64) -> Result<u64, CallError> {
    // Most transactions need what they spent plus what the 63/64 rule keeps back: one execution
    // usually shrinks the interval to nothing.
    let optimistic = spent.saturating_add(CALL_STIPEND).saturating_mul(64).wrapping_div(63);
    if optimistic < bounds.sufficient {
        probe(call, &mut bounds, optimistic)?;
    }
    while bounds.failing.saturating_add(1) < bounds.sufficient {
        if close_enough(&bounds) {
            break;
        }
        let middle = bounds.failing.midpoint(bounds.sufficient);
        // Most limits lie near the low end: do not halve from far above.
        let next = middle.min(bounds.failing.saturating_mul(2));
        probe(call, &mut bounds, next)?;
    }
    Ok(bounds.sufficient)
}

fn probe(call: &mut PreparedCall<'_>, bounds: &mut Bounds, gas: u64) -> Result<(), CallError> {
    let sufficient = match call.run_with_gas(gas) {
        Ok(result) => result.is_success(),
        Err(CallError::Halt { .. }) => false,
        Err(other) => return Err(other),
    };
    if sufficient {
        bounds.sufficient = gas;
    } else {
        bounds.failing = gas;
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "gas limits are far below 2^53")]
fn close_enough(bounds: &Bounds) -> bool {
    let interval = bounds.sufficient.saturating_sub(bounds.failing) as f64;
    interval / bounds.sufficient as f64 <= ESTIMATE_ERROR_RATIO
}

fn spent_before_refund(result: &ExecutionResult) -> u64 {
    result.gas().total_gas_spent()
}

fn is_plain_transfer(call: &mut PreparedCall<'_>) -> Result<bool, CallError> {
    let TxKind::Call(to) = call.tx.kind else { return Ok(false) };
    let no_extras = call.tx.data.is_empty()
        && call.tx.access_list.0.is_empty()
        && call.tx.authorization_list.is_empty();
    let account = call.database.basic(to).map_err(state_error)?;
    Ok(no_extras && account.is_none_or(|account| account.is_empty_code_hash()))
}
