//! `debug_traceCall`.

use crate::{
    arguments::{Argument, Arguments, excerpt},
    block_reference::{BlockReference, BlockTag},
    call_request::{Structured, checked_transaction},
    debug::{DebugApi, trace_request::TraceOptions},
    rpc_error::RpcError,
};
use hanzo_evm::CallOverrides;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, value::RawValue};

/// The options of a call: those of a trace, and what the call assumes. Source: geth's
/// `TraceCallConfig`.
#[derive(Debug, Default)]
struct TraceCallOptions {
    trace: TraceOptions,
    overrides: CallOverrides,
}

impl Argument for TraceCallOptions {
    fn from_json(json: &str) -> Result<Self, String> {
        let Ok(Value::Object(mut fields)) = serde_json::from_str(json) else {
            return Err(format!("expected an object, got {}", excerpt(json)));
        };
        if take::<Value>(&mut fields, "txIndex")?.is_some() {
            return Err("txIndex: calls in the middle of a block are not supported".to_owned());
        }
        let overrides = CallOverrides {
            state: take(&mut fields, "stateOverrides")?,
            block: take(&mut fields, "blockOverrides")?.map(Box::new),
        };
        Ok(Self { trace: TraceOptions::from_value(Value::Object(fields))?, overrides })
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
    /// Runs the call on the state after the block, as `eth_call` does. One that reverts has a
    /// trace.
    pub(super) fn trace_call(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<Option<Box<RawValue>>, RpcError> {
        let chain_id = self.node.chain.view().spec().chain_id();
        let transaction = checked_transaction(arguments, chain_id)?;
        let block: BlockReference = arguments.optional(1, "block")?.unwrap_or_default();
        let TraceCallOptions { trace, overrides } =
            arguments.optional(2, "options")?.unwrap_or_default();
        if block == BlockReference::Tag(BlockTag::Pending) {
            return Err(RpcError::UntraceablePending);
        }
        let state = self.node.state(block)?;
        let mut run = trace.begin(&self.node.limits);
        let context = state.call_context(self.node.limits.call_gas);
        run.trace(|tracer, limits| {
            hanzo_evm::trace_call(context, transaction, overrides, tracer, limits).map(Some)
        })
    }
}
