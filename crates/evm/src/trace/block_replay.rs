//! Transactions of a block, once more.

use crate::{
    ExecutionError, TraceError, TraceLimits, Tracer,
    block_evm::BlockDatabase,
    block_start::start_block,
    diff::state_diff,
    evm_factory::{hanzo_evm, inspected_evm},
    evm_rules::EvmRules,
    push_error::evm_error,
    trace::{MidBlockState, Recorded, TraceInspector},
};
use alloy_evm::{Evm as _, EvmEnv, FromRecoveredTx as _};
use alloy_primitives::B256;
use hanzo_state::{Layer, Layered, StateRead, TrieDiff};
use hanzo_types::{ChainSpec, Header, RecoveredBlock};
use revm::{DatabaseCommit as _, context::TxEnv, database::states::bundle_state::BundleRetention};
use revm_inspectors::tracing::TransactionContext;
use std::{fmt, sync::Arc};

/// Runs the transactions of a block that the chain has already accepted once more, one after the
/// other, and traces those that are asked for.
///
/// The block starts as in execution: the same environment, the same system calls. What comes after
/// the last transaction (rewards, requests, withdrawals) no transaction sees, so it is left out.
pub struct BlockReplay<'a> {
    /// What the block starts from.
    start: &'a dyn StateRead,
    database: BlockDatabase<'a>,
    environment: EvmEnv,
    rules: EvmRules,
    block: &'a RecoveredBlock,
    next: usize,
}

impl fmt::Debug for BlockReplay<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.block.number;
        f.debug_struct("BlockReplay")
            .field("number", &number)
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

impl<'a> BlockReplay<'a> {
    /// Starts `block` on `state`, the world state after `parent`.
    ///
    /// # Errors
    /// [`ExecutionError::SystemCall`] or [`ExecutionError::State`].
    pub fn new(
        state: &'a dyn StateRead,
        block: &'a RecoveredBlock,
        parent: &Header,
        spec: &ChainSpec,
    ) -> Result<Self, ExecutionError> {
        let started = start_block(state, block.header(), parent, spec)?;
        let (database, environment) = started.executor.evm.finish();
        Ok(Self { start: state, database, environment, rules: EvmRules::of(spec), block, next: 0 })
    }

    /// Runs the transactions before `index` without a trace.
    ///
    /// # Errors
    /// [`TraceError::TimeUp`], [`TraceError::Transaction`] or [`TraceError::State`].
    pub fn skip_to(&mut self, index: usize, limits: TraceLimits<'_>) -> Result<(), TraceError> {
        while self.next < index {
            let Some((hash, transaction)) = self.take() else { return Ok(()) };
            if (limits.is_time_up)() {
                return Err(TraceError::TimeUp);
            }
            let environment = self.environment.clone();
            let rules = self.rules.clone();
            let mut evm = hanzo_evm(&mut self.database, environment, rules);
            let outcome = evm.transact_raw(transaction);
            let outcome = outcome
                .map_err(|error| TraceError::Transaction { hash, source: evm_error(error) })?;
            self.database.commit(outcome.state);
        }
        Ok(())
    }

    /// The state before transaction `index`: after the system calls and every transaction before
    /// it, none of which is traced. Beyond the last transaction it is the state after that.
    ///
    /// # Errors
    /// As [`Self::skip_to`].
    pub fn state_before(
        mut self,
        index: usize,
        limits: TraceLimits<'_>,
    ) -> Result<MidBlockState<'a>, TraceError> {
        self.skip_to(index, limits)?;
        self.database.merge_transitions(BundleRetention::PlainState);
        let state = state_diff(&self.database.take_bundle(), self.start)?;
        // A block that is not complete has no hash of its own yet.
        let layer =
            Layer { number: self.block.number, hash: B256::ZERO, state, trie: TrieDiff::default() };
        Ok(Layered::new(vec![Arc::new(layer)], self.start))
    }

    /// Runs the next transaction and returns its trace, at most `limits.bytes` of JSON; `None`
    /// after the last.
    ///
    /// # Errors
    /// [`TraceError`].
    pub fn trace_next(
        &mut self,
        tracer: &Tracer,
        limits: TraceLimits<'_>,
    ) -> Result<Option<String>, TraceError> {
        let position = TransactionContext::default()
            .with_block_hash(self.block.hash())
            .with_tx_index(self.next);
        let Some((hash, transaction)) = self.take() else { return Ok(None) };
        let mut inspector = TraceInspector::new(tracer, limits)?;
        let mut evm = inspected_evm(
            &mut self.database,
            self.environment.clone(),
            self.rules.clone(),
            &mut inspector,
        );
        let outcome = evm.transact_raw(transaction.clone());
        drop(evm);
        inspector.check()?;
        let result =
            outcome.map_err(|error| TraceError::Transaction { hash, source: evm_error(error) })?;
        let recorded = Recorded {
            position: Some(position.with_tx_hash(hash)),
            transaction: &transaction,
            block: &self.environment.block_env,
            result: &result,
        };
        let trace = inspector.finish(&recorded, &mut self.database)?;
        self.database.commit(result.state);
        Ok(Some(trace))
    }

    /// The next transaction as the EVM takes it.
    fn take(&mut self) -> Option<(B256, TxEnv)> {
        let transaction = self.block.recovered_transaction(self.next)?;
        self.next = self.next.saturating_add(1);
        let environment = TxEnv::from_recovered_tx(transaction.inner(), transaction.signer());
        Some((*transaction.tx_hash(), environment))
    }
}
