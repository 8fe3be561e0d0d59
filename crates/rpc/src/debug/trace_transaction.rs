//! `debug_traceTransaction`.

use crate::{
    arguments::Arguments,
    debug::{DebugApi, trace_request::TraceOptions, traced_block::TracedBlock},
    node_context::mined,
    rpc_error::RpcError,
};
use alloy_primitives::B256;
use serde_json::value::RawValue;

impl DebugApi {
    /// Runs the transactions before it once more, then traces it.
    pub(super) fn trace_transaction(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<Option<Box<RawValue>>, RpcError> {
        let hash: B256 = arguments.required(0, "transactionHash")?;
        let options = TraceOptions::parse(arguments, 1)?;
        let view = self.node.chain.view();
        let (block, index) = mined(&view, hash)?.ok_or(RpcError::TransactionNotFound)?;
        let block = TracedBlock::new(&view, block)?;
        let mut run = options.begin(&self.node.limits);
        let mut replay = run.replay(&block)?;
        run.trace(|tracer, limits| {
            replay.skip_to(index, limits)?;
            replay.trace_next(tracer, limits)
        })
    }
}
