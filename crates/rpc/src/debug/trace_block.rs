//! `debug_traceBlockByNumber` and `debug_traceBlockByHash`.

use crate::{
    arguments::Arguments,
    block_reference::BlockTag,
    debug::{DebugApi, trace_request::TraceOptions, traced_block::TracedBlock},
    node_context::number_of,
    rpc_error::{OrInternal, RpcError},
};
use alloy_primitives::B256;
use hanzo_chain::ChainView;
use hanzo_types::RecoveredBlock;
use serde::Serialize;
use serde_json::value::RawValue;
use std::sync::Arc;

/// The trace of one transaction of a block.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TransactionTrace {
    tx_hash: B256,
    result: Box<RawValue>,
}

impl DebugApi {
    pub(super) fn trace_by_number(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<Vec<TransactionTrace>, RpcError> {
        let tag: BlockTag = arguments.required(0, "block")?;
        let options = TraceOptions::parse(arguments, 1)?;
        if tag == BlockTag::Pending {
            return Err(RpcError::UntraceablePending);
        }
        let view = self.node.chain.view();
        let number = number_of(&view, tag);
        let block = view.block_by_number(number).or_internal()?;
        let block = block.ok_or_else(|| RpcError::Server(format!("block #{number} not found")))?;
        self.trace_block(&view, block, options)
    }

    pub(super) fn trace_by_hash(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<Vec<TransactionTrace>, RpcError> {
        let hash: B256 = arguments.required(0, "blockHash")?;
        let options = TraceOptions::parse(arguments, 1)?;
        let view = self.node.chain.view();
        let block = view.block_by_hash(hash).or_internal()?;
        let block = block.ok_or_else(|| RpcError::Server(format!("block {hash} not found")))?;
        self.trace_block(&view, block, options)
    }

    fn trace_block(
        &self,
        view: &ChainView,
        block: Arc<RecoveredBlock>,
        options: TraceOptions,
    ) -> Result<Vec<TransactionTrace>, RpcError> {
        let traced = TracedBlock::new(view, block)?;
        let mut run = options.begin(&self.node.limits);
        let mut replay = traced.replay()?;
        let mut traces = Vec::new();
        for transaction in &traced.block.body().transactions {
            let trace = run.trace(|tracer, limits| replay.trace_next(tracer, limits))?;
            let Some(result) = trace else { break };
            traces.push(TransactionTrace { tx_hash: *transaction.tx_hash(), result });
        }
        Ok(traces)
    }
}
