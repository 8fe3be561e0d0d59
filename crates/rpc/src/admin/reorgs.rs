//! Reorganisations that wait for a decision.

use super::Admin;
use crate::{
    arguments::Arguments, execution_slots::ExecutionSlots, method_table::Answer,
    rpc_error::RpcError,
};
use alloy_primitives::{B256, U64, U256};
use hanzo_chain::{AcceptError, CanonUpdate, RefusedReorg};
use hanzo_types::Fault;
use serde::Serialize;
use std::sync::Arc;

/// A heavier chain that waits for a decision.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RefusedAnswer {
    hash: B256,
    number: U64,
    total_difficulty: U256,
    common_ancestor: AncestorAnswer,
    depth: U64,
}

/// The last block that both chains have.
#[derive(Debug, Serialize)]
struct AncestorAnswer {
    hash: B256,
    number: U64,
}

/// The head after a reorganisation, and what it took.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AcceptedAnswer {
    head: B256,
    number: U64,
    reverted: U64,
    adopted: U64,
}

impl Admin {
    /// Heavier chains that the node keeps and does not follow by itself.
    pub(super) fn refused_reorgs(&self) -> Result<Vec<RefusedAnswer>, RpcError> {
        let view = self.node.chain.view();
        Ok(view.refused_reorgs().iter().map(refused_answer).collect())
    }

    /// Makes one of them canonical. Waits for the chain thread, on no thread: a lane would be taken
    /// for as long as hundreds of blocks are executed.
    pub(super) fn accept_reorg(
        self: Arc<Self>,
        _: ExecutionSlots,
        arguments: &Arguments<'_>,
    ) -> Result<Answer<AcceptedAnswer>, RpcError> {
        let hash: B256 = arguments.required(0, "blockHash")?;
        Ok(Box::pin(async move {
            let accepted = self.node.chain.accept_reorg(hash).await;
            accepted.map(|update| accepted_answer(&update)).map_err(accept_error)
        }))
    }
}

fn refused_answer(refused: &RefusedReorg) -> RefusedAnswer {
    RefusedAnswer {
        hash: refused.hash,
        number: U64::from(refused.number),
        total_difficulty: refused.total_difficulty.0,
        common_ancestor: AncestorAnswer {
            hash: refused.ancestor_hash,
            number: U64::from(refused.ancestor_number),
        },
        depth: U64::from(refused.depth),
    }
}

fn accepted_answer(update: &CanonUpdate) -> AcceptedAnswer {
    let head = update.view.head();
    AcceptedAnswer {
        head: head.hash(),
        number: U64::from(head.number),
        reverted: U64::from(update.reverted.len()),
        adopted: U64::from(update.adopted.len()),
    }
}

fn accept_error(error: AcceptError) -> RpcError {
    match &error {
        AcceptError::Import(import) if import.fault() == Fault::Local => RpcError::internal(error),
        AcceptError::Import(_)
        | AcceptError::Unknown { .. }
        | AcceptError::NotHeavier { .. }
        | AcceptError::NotRefused { .. }
        | AcceptError::BelowHistory { .. } => RpcError::Server(error.to_string()),
    }
}
