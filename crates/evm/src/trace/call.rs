//! `debug_traceCall`.

use crate::{
    CallContext, CallOverrides, TraceError, TraceLimits, Tracer,
    prepared_call::PreparedCall,
    trace::{Recorded, TraceInspector},
};
use alloy_rpc_types_eth::TransactionRequest;

/// The trace of `request`, run as [`crate::call`] runs it; at most `limits.bytes` of JSON.
///
/// # Errors
/// [`TraceError`]; a call that reverts has a trace.
pub fn trace_call(
    context: CallContext<'_>,
    request: TransactionRequest,
    overrides: CallOverrides,
    tracer: &Tracer,
    limits: TraceLimits<'_>,
) -> Result<String, TraceError> {
    let mut prepared = PreparedCall::new(context, request, overrides)?;
    prepared.limit_gas_to_balance()?;
    let mut inspector = TraceInspector::new(tracer, limits)?;
    let outcome = prepared.run_traced(&mut inspector);
    inspector.check()?;
    let result = outcome?;
    let PreparedCall { tx, database, env, .. } = &mut prepared;
    let recorded =
        Recorded { position: None, transaction: tx, block: &env.block_env, result: &result };
    inspector.finish(&recorded, database)
}
