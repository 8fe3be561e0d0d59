//! `debug_traceCall`.

use crate::{
    arguments::{Argument, Arguments, excerpt},
    block_reference::{BlockReference, BlockTag},
    call_request::{Structured, checked_transaction},
    debug::{
        DebugApi, trace_request::TraceOptions, traced_block::TracedBlock, transaction_position,
    },
    rpc_error::RpcError,
};
use alloy_primitives::U64;
use alloy_rpc_types_eth::TransactionRequest;
use hanzo_evm::CallOverrides;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, value::RawValue};

/// The options of a call: those of a trace, and what the call assumes. Source: geth's
/// `TraceCallConfig`.
#[derive(Debug, Default)]
struct TraceCallOptions {
    trace: TraceOptions,
    overrides: CallOverrides,
    /// Run before this transaction of the block instead of after the block.
    transaction_index: Option<u64>,
}

impl Argument for TraceCallOptions {
    fn from_json(json: &str) -> Result<Self, String> {
        let Ok(Value::Object(mut fields)) = serde_json::from_str(json) else {
            return Err(format!("expected an object, got {}", excerpt(json)));
        };
        let transaction_index = match fields.remove("txIndex") {
            None | Some(Value::Null) => None,
            Some(value) => {
                let index = U64::from_json(&value.to_string());
                Some(index.map_err(|reason| format!("txIndex: {reason}"))?.saturating_to())
            }
        };
        let overrides = CallOverrides {
            state: take(&mut fields, "stateOverrides")?,
            block: take(&mut fields, "blockOverrides")?.map(Box::new),
        };
        let trace = TraceOptions::from_value(Value::Object(fields))?;
        Ok(Self { trace, overrides, transaction_index })
    }
}

/// Removes a field that holds hexadecimal text, if it is there and not null.
fn take<T: DeserializeOwned>(
    fields: &mut Map<String, Value>,
    name: &str,
) -> Result<Option<T>, String> {
    match fields.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let Structured(parsed) = Structured::from_json(&value.to_string())
                .map_err(|reason| format!("{name}: {reason}"))?;
            Ok(Some(parsed))
        }
    }
}

impl DebugApi {
    /// Runs the call on the state after the block, as `eth_call` does, or on that before one of its
    /// transactions. One that reverts has a trace.
    pub(super) fn trace_call(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<Option<Box<RawValue>>, RpcError> {
        let transaction = checked_transaction(arguments, self.node.chain.view().spec())?;
        let block: BlockReference = arguments.optional(1, "block")?.unwrap_or_default();
        let options: TraceCallOptions = arguments.optional(2, "options")?.unwrap_or_default();
        if block == BlockReference::Tag(BlockTag::Pending) {
            return Err(RpcError::UntraceablePending);
        }
        if let Some(index) = options.transaction_index {
            return self.trace_call_before(index, block, transaction, options);
        }
        let TraceCallOptions { trace, overrides, .. } = options;
        let state = self.node.state(block)?;
        let mut run = trace.begin(&self.node.limits);
        let context = state.call_context(self.node.limits.call_gas);
        run.trace(|tracer, limits| {
            hanzo_evm::trace_call(context, transaction, overrides, tracer, limits).map(Some)
        })
    }

    /// Runs the call where transaction `index` of the block runs: after the system calls and the
    /// transactions before it. Source: geth.
    fn trace_call_before(
        &self,
        index: u64,
        block: BlockReference,
        transaction: TransactionRequest,
        options: TraceCallOptions,
    ) -> Result<Option<Box<RawValue>>, RpcError> {
        let view = self.node.chain.view();
        let block = self.known_block(&view, block)?;
        let index = transaction_position(&block, index)?;
        let block = TracedBlock::new(&view, block)?;
        let mut run = options.trace.begin(&self.node.limits);
        let replay = run.replay(&block)?;
        run.trace(|tracer, limits| {
            let state = replay.state_before(index, limits)?;
            let context = block.call_context(&state, self.node.limits.call_gas);
            hanzo_evm::trace_call(context, transaction, options.overrides, tracer, limits).map(Some)
        })
    }
}
