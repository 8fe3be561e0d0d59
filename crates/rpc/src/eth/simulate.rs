//! `eth_simulateV1`. Source: execution-apis; where that is silent, geth.

use crate::{
    arguments::Arguments,
    convert::{RpcBlock, RpcLog, TransactionDetail, rpc_block},
    deadline::Deadline,
    eth::Eth,
    rpc_error::{Limit, REVERTED, RpcError, VM_ERROR},
    simulation_request::{PlannedBlock, SimulationRequest},
};
use alloy_rpc_types_eth::simulate::{SimCallResult, SimulateError, SimulatedBlock as RpcSimulated};
use hanzo_chain::{RecentState, assemble};
use hanzo_evm::{
    CallError, CallOverrides, SimulatedBlock, SimulatedCall, SimulationError, SimulationPlan,
    SimulationTerms, simulate_block, simulated_header,
};
use hanzo_state::{Layer, root};
use hanzo_types::{RecoveredBlock, SealedHeader};
use std::sync::Arc;

type Answer = Vec<RpcSimulated<RpcBlock>>;

impl Eth {
    /// Runs blocks that nobody has mined on top of one that exists.
    ///
    /// Each block is made as one of this chain is: system calls, calls as transactions, then
    /// settlement (on a Hanzo chain burns and subsidy, on others requests and rewards), receipts,
    /// state root. It has no seal. The state root needs the trie, so that the base reaches back as
    /// far as proofs do. Withdrawals are not simulated.
    ///
    /// All calls together use as much gas as one call may, and take as long.
    pub(crate) fn simulate(&self, arguments: &Arguments<'_>) -> Result<Answer, RpcError> {
        let spec = Arc::clone(self.node.chain.view().spec());
        let limits = &self.node.limits;
        let request = SimulationRequest::parse(arguments, &spec)?;
        let (state, base) = self.node.provable_block(request.block)?;
        let deadline = Deadline::within(limits.execution_time);
        let terms = SimulationTerms {
            spec: &spec,
            validation: request.validation,
            transfers: request.transfers,
            wiped_slots: limits.wiped_slots,
            is_time_up: &|| deadline.is_over(),
        };
        let detail = TransactionDetail::from_flag(Some(request.full_transactions));
        let planned = request.plan(&base, &spec, limits)?;
        let mut chain = SimulatedChain { state, tip: base, terms, gas_left: limits.call_gas };
        let mut answer = Vec::with_capacity(planned.len());
        let time_up = Limit::ExecutionTime { limit: limits.execution_time };
        for block in planned {
            if deadline.is_over() {
                return Err(time_up.into());
            }
            let (block, calls) = chain.append(block).map_err(|error| {
                if matches!(error, SimulationError::TimeUp) {
                    return RpcError::from(time_up.clone());
                }
                error.into()
            })?;
            answer.push(RpcSimulated {
                inner: rpc_block(&block, detail),
                calls: call_results(&block, calls),
            });
        }
        Ok(answer)
    }
}

/// The blocks so far.
struct SimulatedChain<'a> {
    /// World state after the tip.
    state: RecentState,
    tip: SealedHeader,
    terms: SimulationTerms<'a>,
    gas_left: u64,
}

impl SimulatedChain<'_> {
    fn append(
        &mut self,
        planned: PlannedBlock,
    ) -> Result<(RecoveredBlock, Vec<SimulatedCall>), SimulationError> {
        let PlannedBlock { number, timestamp, block, state, calls } = planned;
        let (spec, validation) = (self.terms.spec, self.terms.validation);
        let header = simulated_header(spec, &self.tip, (number, timestamp), &block, validation);
        let overrides = CallOverrides { state, block: Some(Box::new(block)) };
        let plan = SimulationPlan { header: header.clone(), overrides, calls };
        let SimulatedBlock { transactions, executed, calls } =
            simulate_block(&self.state, &self.tip, plan, self.terms, &mut self.gas_left)?;
        let state_root = root(&self.state, &executed.diff)?;
        let (block, built) = assemble(header, transactions, executed, state_root);
        let built = Arc::unwrap_or_clone(built);
        let layer = Layer {
            number,
            hash: block.hash(),
            state: built.executed.diff,
            trie: built.state_root.trie,
        };
        self.state = self.state.with_layer(Arc::new(layer));
        self.tip = block.sealed_header().clone();
        Ok((block, calls))
    }
}

/// The results of the calls with their place in the block.
fn call_results(block: &RecoveredBlock, calls: Vec<SimulatedCall>) -> Vec<SimCallResult> {
    let transactions = block.body().transactions.iter().enumerate();
    let mut log_index = 0_u64;
    calls
        .into_iter()
        .zip(transactions)
        .map(|(call, (index, transaction))| {
            let positioned = |inner| {
                let log = RpcLog {
                    inner,
                    block_hash: Some(block.hash()),
                    block_number: Some(block.number),
                    block_timestamp: Some(block.timestamp),
                    transaction_hash: Some(*transaction.tx_hash()),
                    transaction_index: u64::try_from(index).ok(),
                    log_index: Some(log_index),
                    removed: false,
                };
                log_index = log_index.saturating_add(1);
                log
            };
            SimCallResult {
                return_data: call.output,
                logs: call.logs.into_iter().map(positioned).collect(),
                gas_used: call.gas_used,
                max_used_gas: Some(call.max_used_gas),
                status: call.failure.is_none(),
                error: call.failure.map(|failure| call_error(&failure, call.gas_was_capped)),
            }
        })
        .collect()
}

fn call_error(failure: &CallError, gas_was_capped: bool) -> SimulateError {
    if let CallError::Revert { output } = failure {
        let data = Some(output.clone());
        return SimulateError { code: REVERTED, message: failure.to_string(), data };
    }
    let mut message = failure.to_string();
    if gas_was_capped {
        message.push_str(" (gas limit was capped by the RPC server's global gas cap)");
    }
    SimulateError { code: VM_ERROR, message, data: None }
}
