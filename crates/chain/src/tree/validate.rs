//! From a checked block to an executed one.

use super::ChainTree;
use crate::{ExecutedBlock, ImportError, InvalidBlock, Origin, RecentState, timing::Stopwatch};
use alloy_primitives::B256;
use hanzo_evm::{Executed, ExecutionError, execute};
use hanzo_state::{Layered, StateRoot, root};
use hanzo_types::{RecoveredBlock, SealedHeader, seal_hash};
use std::sync::Arc;

/// Why a block did not pass: its own fault, or a failed read.
pub(super) enum Refusal {
    Invalid(InvalidBlock),
    State(hanzo_state::StateError),
}

impl<E: Into<InvalidBlock>> From<E> for Refusal {
    fn from(reason: E) -> Self {
        Self::Invalid(reason.into())
    }
}

impl Refusal {
    pub(super) fn of_execution(error: ExecutionError) -> Self {
        match error {
            ExecutionError::State(error) => Self::State(error),
            error @ (ExecutionError::InvalidTransaction { .. }
            | ExecutionError::SystemCall(_)
            | ExecutionError::Requests(_)
            | ExecutionError::SupplyMismatch { .. }) => {
                Self::Invalid(InvalidBlock::Execution(error))
            }
        }
    }

    /// The error for the block that was refused.
    pub(super) fn at(self, number: u64, hash: B256) -> ImportError {
        match self {
            Self::Invalid(reason) => ImportError::Invalid { number, hash, reason },
            Self::State(error) => ImportError::State(error),
        }
    }
}

impl ChainTree {
    /// Checks a block in the context of its parent, which is in the tree, executes it and compares
    /// what comes out with its header.
    pub(super) fn execute(
        &mut self,
        block: RecoveredBlock,
        parent: &SealedHeader,
        origin: Origin,
    ) -> Result<Arc<ExecutedBlock>, ImportError> {
        match self.validate(&block, parent, origin) {
            Ok((executed, state_root)) => {
                let parent_difficulty = self
                    .blocks
                    .get(&parent.hash())
                    .map_or(self.base_difficulty, |block| block.total_difficulty());
                let total_difficulty = parent_difficulty.child(block.difficulty);
                let block = ExecutedBlock::new(block, executed, state_root, total_difficulty);
                Ok(Arc::new(block))
            }
            Err(Refusal::Invalid(reason)) => Err(self.refused_block(block, reason)),
            Err(Refusal::State(error)) => Err(ImportError::State(error)),
        }
    }

    fn validate(
        &self,
        block: &RecoveredBlock,
        parent: &SealedHeader,
        origin: Origin,
    ) -> Result<(Executed, StateRoot), Refusal> {
        let header = block.sealed_header();
        self.consensus.check_in_context(header, parent, self, origin.arrival())?;
        self.consensus.check_ommers(block.sealed_block(), self)?;
        let (executed, state_root) = self.run(block, parent, origin)?;
        self.consensus.check_outcome(header, &executed.outcome)?;
        if state_root.root != block.state_root {
            let (header, computed) = (block.state_root, state_root.root);
            return Err(InvalidBlock::StateRoot { header, computed }.into());
        }
        Ok((executed, state_root))
    }

    /// Executes the block on its parent's state, unless this very block was built here.
    fn run(
        &self,
        block: &RecoveredBlock,
        parent: &SealedHeader,
        origin: Origin,
    ) -> Result<(Executed, StateRoot), Refusal> {
        if let Origin::Mined(prebuilt) = origin
            && prebuilt.seal_hash == seal_hash(block.header())
        {
            let prebuilt = Arc::unwrap_or_clone(prebuilt);
            return Ok((prebuilt.executed, prebuilt.state_root));
        }
        let state = self.state_after(parent.hash());
        let time = Stopwatch::start();
        let executed = execute(&state, block, parent, &self.spec).map_err(Refusal::of_execution)?;
        time.record(&self.metrics.execution_seconds);
        let time = Stopwatch::start();
        let state_root = root(&state, &executed.diff).map_err(Refusal::State)?;
        time.record(&self.metrics.root_seconds);
        self.metrics.root_computed(state_root.work);
        Ok((executed, state_root))
    }

    /// World state after a block of the tree, or after the base.
    fn state_after(&self, hash: B256) -> RecentState {
        let mut layers = Vec::new();
        let mut cursor = hash;
        while let Some(block) = self.blocks.get(&cursor) {
            layers.push(Arc::clone(block.layer()));
            cursor = block.block().parent_hash;
        }
        Layered::new(layers, Arc::clone(&self.chain.base))
    }
}
