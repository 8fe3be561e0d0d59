//! `debug_traceBlockByNumber`, `debug_traceBlockByHash` and `debug_traceBlock`.

use crate::{
    arguments::Arguments,
    block_reference::BlockTag,
    debug::{
        DebugApi,
        trace_request::{BlockSource, TraceOptions, TraceRun},
        traced_block::TracedBlock,
    },
    node_context::number_of,
    rpc_error::{OrInternal, RpcError},
};
use alloy_consensus::transaction::SignerRecoverable as _;
use alloy_primitives::{B256, Bytes};
use hanzo_chain::ChainView;
use hanzo_types::{ChainSpec, RecoveredBlock, SealedBlock, decode_block};
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
        trace_block(&view, block, options.begin(&self.node.limits))
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
        trace_block(&view, block, options.begin(&self.node.limits))
    }

    /// Traces a block that the request brings, on the state after its parent, which has to be
    /// canonical. As in geth, what the block says of itself (seal, state root, gas) is not compared
    /// with anything: a block that was refused can be traced. Only a transaction that cannot run at
    /// all is an error.
    pub(super) fn trace_given(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<Vec<TransactionTrace>, RpcError> {
        let encoded: Bytes = arguments.required(0, "block")?;
        let options = TraceOptions::parse(arguments, 1)?;
        let run = options.begin(&self.node.limits).of_block_from(BlockSource::Request);
        let block = decode_block(&encoded).map_err(|error| refusal(error.to_string()))?;
        let view = self.node.chain.view();
        let block = recovered(SealedBlock::seal_slow(block), view.spec(), &run)?;
        trace_block(&view, Arc::new(block), run)
    }
}

/// What is wrong with a given block.
const fn refusal(reason: String) -> RpcError {
    RpcError::InvalidArgument { index: 0, name: "block", reason }
}

/// The block with its senders, whose recovery takes time of the run.
fn recovered(
    block: SealedBlock,
    spec: &ChainSpec,
    run: &TraceRun,
) -> Result<RecoveredBlock, RpcError> {
    let has_low_s = spec.signatures_have_low_s(block.header());
    let transactions = block.body().transactions.iter().enumerate();
    let senders = transactions.map(|(index, transaction)| {
        run.check_time()?;
        let sender = if has_low_s {
            transaction.recover_signer()
        } else {
            transaction.recover_signer_unchecked()
        };
        sender.map_err(|_| refusal(format!("transaction {index} has an invalid signature")))
    });
    let senders = senders.collect::<Result<_, RpcError>>()?;
    Ok(RecoveredBlock::new_sealed(block, senders))
}

fn trace_block(
    view: &ChainView,
    block: Arc<RecoveredBlock>,
    mut run: TraceRun,
) -> Result<Vec<TransactionTrace>, RpcError> {
    let traced = TracedBlock::new(view, block)?;
    let mut replay = run.replay(&traced)?;
    let mut traces = Vec::new();
    for transaction in &traced.block.body().transactions {
        let trace = run.trace(|tracer, limits| replay.trace_next(tracer, limits))?;
        let Some(result) = trace else { break };
        traces.push(TransactionTrace { tx_hash: *transaction.tx_hash(), result });
    }
    Ok(traces)
}
