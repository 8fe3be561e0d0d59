//! What every namespace reads from, and how a block reference becomes a block or a state.

use crate::{
    RpcLimits,
    block_reference::{BlockReference, BlockTag},
    rpc_error::{OrInternal, RpcError},
};
use alloy_eips::Encodable2718 as _;
use alloy_primitives::{B256, Bytes};
use hanzo_chain::{BlockState, ChainHandle, ChainView, HistoryError, RecentState};
use hanzo_evm::CallContext;
use hanzo_mining::{MinerStatus, PendingBlock, TemplateService, WorkService};
use hanzo_network::NetworkHandle;
use hanzo_pool::Pool;
use hanzo_types::{ChainSpec, Receipt, RecoveredBlock, Rules, SealedHeader};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// What every namespace reads from.
#[derive(Debug)]
pub(crate) struct NodeContext {
    pub(crate) chain: ChainHandle,
    pub(crate) pool: Pool,
    pub(crate) templates: TemplateService,
    pub(crate) work: WorkService,
    pub(crate) miner: MinerStatus,
    pub(crate) network: Option<NetworkHandle>,
    pub(crate) client_version: String,
    pub(crate) limits: RpcLimits,
    pub(crate) await_inclusion: Option<Duration>,
    pub(crate) cancel: CancellationToken,
}

/// A block that a reference names.
#[derive(Debug, Clone)]
pub(crate) enum ResolvedBlock {
    /// In the store.
    Known(Arc<RecoveredBlock>),
    /// The block that would be mined now.
    Pending(Arc<PendingBlock>),
}

/// A state and the block environment in which a call on it runs.
#[derive(Debug)]
pub(crate) struct ResolvedState {
    pub(crate) state: BlockState,
    header: SealedHeader,
    prev_randao: B256,
    spec: Arc<ChainSpec>,
}

impl ResolvedState {
    /// The context of a call that may use up to `gas_cap` gas.
    pub(crate) fn call_context(&self, gas_cap: u64) -> CallContext<'_> {
        CallContext {
            state: &self.state,
            header: self.header.header(),
            prev_randao: self.prev_randao,
            spec: &self.spec,
            gas_cap,
        }
    }
}

impl ResolvedBlock {
    pub(crate) fn block(&self) -> &RecoveredBlock {
        match self {
            Self::Known(block) => block,
            Self::Pending(pending) => pending.block(),
        }
    }
}

impl NodeContext {
    /// Whether transactions can be sent.
    ///
    /// # Errors
    /// [`RpcError::ReadOnlyChain`] on a chain that nobody builds on.
    pub(crate) fn require_writable(&self) -> Result<(), RpcError> {
        match self.chain.view().spec().rules() {
            Rules::Hanzo(_) => Ok(()),
            Rules::Ethereum(_) => Err(RpcError::ReadOnlyChain),
        }
    }

    /// The block that `reference` names in `view`, or `None` if there is none.
    pub(crate) fn block(
        &self,
        view: &ChainView,
        reference: BlockReference,
    ) -> Result<Option<ResolvedBlock>, RpcError> {
        let reference = built_or_latest(reference, view.spec());
        let found = match reference {
            BlockReference::Tag(BlockTag::Pending) => {
                let pending = self.templates.pending().or_internal()?;
                return Ok(Some(ResolvedBlock::Pending(pending)));
            }
            BlockReference::Tag(tag) => view.block_by_number(number_of(view, tag)),
            BlockReference::Hash { hash, .. } => view.block_by_hash(hash),
        };
        let Some(block) = found.or_internal()? else { return Ok(None) };
        if let BlockReference::Hash { hash, require_canonical: true } = reference {
            require_canonical(view, block.number, hash)?;
        }
        Ok(Some(ResolvedBlock::Known(block)))
    }

    /// The state after the block that `reference` names.
    ///
    /// # Errors
    /// [`RpcError::HeaderNotFound`] without such a block, a server error if its state is no longer
    /// kept: never another block's state.
    pub(crate) fn state(&self, reference: BlockReference) -> Result<ResolvedState, RpcError> {
        let view = self.chain.view();
        let reference = built_or_latest(reference, view.spec());
        if reference == BlockReference::Tag(BlockTag::Pending) {
            return Ok(pending_state(&*self.templates.pending().or_internal()?));
        }
        let number = canonical_number(&view, reference)?;
        let state = view.state_at(number)?;
        let header = canonical_header(&view, number)?;
        let parent = match number.checked_sub(1) {
            Some(parent) => Some(canonical_header(&view, parent)?),
            None => None,
        };
        let prev_randao = view.spec().prev_randao(&header, parent.as_deref());
        Ok(ResolvedState { state, header, prev_randao, spec: Arc::clone(view.spec()) })
    }

    /// The transaction with this hash in its network encoding (EIP-2718), mined or waiting.
    pub(crate) fn raw_transaction(&self, hash: B256) -> Result<Option<Bytes>, RpcError> {
        // The pool first: a transaction that is mined between the two look-ups is then still found.
        let pooled = self.pool.get(hash);
        if let Some((block, index)) = mined(&self.chain.view(), hash)? {
            let transaction = block.body().transactions.get(index);
            return Ok(transaction.map(|transaction| transaction.encoded_2718().into()));
        }
        Ok(pooled.map(|pooled| pooled.transaction.encoded_2718().into()))
    }

    /// The state after the block that `reference` names, with its trie.
    ///
    /// # Errors
    /// As [`Self::state`], and a server error beyond the window of proofs.
    pub(crate) fn provable_state(
        &self,
        reference: BlockReference,
    ) -> Result<RecentState, RpcError> {
        self.provable_block(reference).map(|(state, _)| state)
    }

    /// The same with the header of the block.
    ///
    /// # Errors
    /// As [`Self::provable_state`].
    pub(crate) fn provable_block(
        &self,
        reference: BlockReference,
    ) -> Result<(RecentState, SealedHeader), RpcError> {
        let view = self.chain.view();
        let reference = built_or_latest(reference, view.spec());
        if reference == BlockReference::Tag(BlockTag::Pending) {
            let pending = self.templates.pending().or_internal()?;
            return Ok((pending.state(), pending.block().sealed_header().clone()));
        }
        let number = canonical_number(&view, reference)?;
        let window = self.limits.proof_window_blocks;
        let state = view.provable_state(number, window).or_internal()??;
        Ok((state, canonical_header(&view, number)?))
    }
}

/// Number of the canonical block that `reference` names in `view`; the head for `pending`.
fn canonical_number(view: &ChainView, reference: BlockReference) -> Result<u64, RpcError> {
    match reference {
        BlockReference::Tag(tag) => Ok(number_of(view, tag)),
        BlockReference::Hash { hash, .. } => {
            let header = view.header_by_hash(hash).or_internal()?;
            let number = header.ok_or(RpcError::HeaderNotFound)?.number;
            // Only canonical states are kept, so the flag makes no difference here.
            require_canonical(view, number, hash)?;
            Ok(number)
        }
    }
}

/// Where no block is ever built, `pending` means the head.
fn built_or_latest(reference: BlockReference, spec: &ChainSpec) -> BlockReference {
    match (reference, spec.rules()) {
        (BlockReference::Tag(BlockTag::Pending), Rules::Ethereum(_)) => {
            BlockReference::Tag(BlockTag::Latest)
        }
        (reference, Rules::Hanzo(_) | Rules::Ethereum(_)) => reference,
    }
}

/// Number of the block that `tag` names in `view`; the head for `pending`.
pub(crate) fn number_of(view: &ChainView, tag: BlockTag) -> u64 {
    match tag {
        BlockTag::Latest | BlockTag::Pending => view.head_number(),
        BlockTag::Earliest => 0,
        BlockTag::Safe => view.safe_number(),
        BlockTag::Finalized => view.finalized_number(),
        BlockTag::Number(number) => number,
    }
}

/// Block and position of a mined transaction.
pub(crate) fn mined(
    view: &ChainView,
    hash: B256,
) -> Result<Option<(Arc<RecoveredBlock>, usize)>, RpcError> {
    let Some(position) = view.transaction(hash).or_internal()? else { return Ok(None) };
    let block = view.block_by_hash(position.block_hash).or_internal()?;
    Ok(block.map(|block| (block, position.index)))
}

/// Receipts of a canonical block; `None` for every other.
///
/// # Errors
/// A server error if they were pruned: not the same as a block that has none.
pub(crate) fn receipts_of(
    view: &ChainView,
    block: &RecoveredBlock,
) -> Result<Option<Arc<Vec<Receipt>>>, RpcError> {
    let (number, oldest) = (block.number, view.oldest_receipts());
    match view.receipts(block.hash()).or_internal()? {
        Some(receipts) => Ok(Some(receipts)),
        None if number < oldest && !block.body().transactions.is_empty() => {
            Err(HistoryError::ReceiptsPruned { number, oldest }.into())
        }
        None => Ok(None),
    }
}

fn pending_state(pending: &PendingBlock) -> ResolvedState {
    let block = pending.block();
    let spec = Arc::clone(pending.view().spec());
    ResolvedState {
        state: pending.state().into(),
        header: block.sealed_header().clone(),
        prev_randao: spec.prev_randao(block.header(), Some(pending.parent())),
        spec,
    }
}

fn canonical_header(view: &ChainView, number: u64) -> Result<SealedHeader, RpcError> {
    view.header_by_number(number).or_internal()?.ok_or(RpcError::HeaderNotFound)
}

/// # Errors
/// [`RpcError::NotCanonical`] unless `hash` is the canonical block `number`.
pub(crate) fn require_canonical(view: &ChainView, number: u64, hash: B256) -> Result<(), RpcError> {
    match view.is_canonical(number, hash).or_internal()? {
        true => Ok(()),
        false => Err(RpcError::NotCanonical { hash }),
    }
}
