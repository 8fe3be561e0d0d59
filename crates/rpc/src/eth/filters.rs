//! Filters that clients poll.

use crate::{
    arguments::{Argument, Arguments, fixed, quantity, text},
    convert::{RpcLog, pool_transaction},
    eth::Eth,
    filter_registry::{Cursor, FilterKind, PendingTransactions, Poll},
    log_filter::LogQuery,
    log_scan::LogScan,
    rpc_error::{Limit, OrInternal, RpcError},
};
use alloy_primitives::{B128, B256};
use hanzo_chain::ChainView;
use serde_json::value::{RawValue, to_raw_value};
use std::sync::Arc;

/// An id that a filter was given, with or without leading zeros.
struct FilterId(B128);

impl Argument for FilterId {
    fn from_json(json: &str) -> Result<Self, String> {
        let text = text(json)?;
        fixed(&text)
            .or_else(|_| quantity(&text, 128).map(|id| B128::from(id.to::<u128>())))
            .map(Self)
    }
}

/// The blocks between a filter's cursor and the head.
struct Changes {
    /// Blocks that the filter has reported and that are no longer canonical, newest first.
    reverted: Vec<B256>,
    /// First and last canonical block that it has not reported.
    adopted: (u64, u64),
    head: Cursor,
}

impl Eth {
    pub(crate) fn new_filter(&self, arguments: &Arguments<'_>) -> Result<B128, RpcError> {
        let LogQuery { filter, range } = arguments.required(0, "filter")?;
        filter.check_alternatives(self.node.limits.log_alternatives)?;
        // What it would follow is computed again at each poll; here only to refuse what is none.
        range.following()?;
        let cursor = head_of(&self.node.chain.view());
        let filter = Arc::new(filter);
        Ok(self.filters.install(FilterKind::Logs { filter, range, cursor }))
    }

    pub(crate) fn new_block_filter(&self, _: &Arguments<'_>) -> Result<B128, RpcError> {
        let cursor = head_of(&self.node.chain.view());
        Ok(self.filters.install(FilterKind::Blocks { cursor }))
    }

    pub(crate) fn new_pending_transaction_filter(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<B128, RpcError> {
        let full = arguments.optional(0, "fullTransactions")?.unwrap_or(false);
        let receiver = self.node.pool.subscribe();
        let pending = PendingTransactions { receiver, full };
        Ok(self.filters.install(FilterKind::PendingTransactions(pending)))
    }

    pub(crate) fn uninstall_filter(&self, arguments: &Arguments<'_>) -> Result<bool, RpcError> {
        let FilterId(id) = arguments.required(0, "filterId")?;
        Ok(self.filters.uninstall(id))
    }

    /// What happened since the last poll. If answering fails, the next poll starts where this one
    /// did: nothing is lost.
    pub(crate) fn filter_changes(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<Box<RawValue>, RpcError> {
        let FilterId(id) = arguments.required(0, "filterId")?;
        let view = self.node.chain.view();
        match self.filters.poll(id)? {
            Poll::Logs { filter, range, cursor } => {
                let bounds = range.following()?;
                let changes = self.changes(&view, cursor)?;
                let scan = LogScan::new(&view, &filter, &self.node.limits);
                let logs = scan.changes(&changes.reverted, changes.adopted, &bounds);
                // A reorganisation that nobody remembers: going on would hide void logs.
                let logs = logs.inspect_err(|error| {
                    if matches!(error, RpcError::FilterNotFound) {
                        self.filters.uninstall(id);
                    }
                })?;
                self.filters.advance(id, changes.head);
                to_raw_value(&logs)
            }
            Poll::Blocks { cursor } => {
                let changes = self.changes(&view, cursor)?;
                let hashes = self.hashes(&view, changes.adopted)?;
                self.filters.advance(id, changes.head);
                to_raw_value(&hashes)
            }
            Poll::PendingTransactions { transactions, full: false } => {
                let hashes = transactions.iter().map(|pooled| *pooled.transaction.tx_hash());
                to_raw_value(&hashes.collect::<Vec<_>>())
            }
            Poll::PendingTransactions { transactions, full: true } => {
                let whole = transactions.iter().map(|pooled| pool_transaction(&pooled.transaction));
                to_raw_value(&whole.collect::<Vec<_>>())
            }
        }
        .or_internal()
    }

    /// All logs that a log filter wants in the range it was given. The next
    /// `eth_getFilterChanges` is not affected.
    pub(crate) fn filter_logs(&self, arguments: &Arguments<'_>) -> Result<Vec<RpcLog>, RpcError> {
        let FilterId(id) = arguments.required(0, "filterId")?;
        let Poll::Logs { filter, range, .. } = self.filters.poll(id)? else {
            return Err(RpcError::FilterNotFound);
        };
        let view = self.node.chain.view();
        LogScan::new(&view, &filter, &self.node.limits).query(&range)
    }

    fn changes(&self, view: &ChainView, cursor: Cursor) -> Result<Changes, RpcError> {
        let (mut at, mut reverted) = (cursor, Vec::new());
        let limit = self.node.limits.log_range_blocks;
        while !view.is_canonical(at.number, at.hash).or_internal()? {
            let asked = u64::try_from(reverted.len()).unwrap_or(u64::MAX).saturating_add(1);
            if asked > limit {
                return Err(Limit::LogRange { limit, asked }.into());
            }
            reverted.push(at.hash);
            let header = view.header_by_hash(at.hash).or_internal()?;
            let header = header.ok_or(RpcError::UnknownBlock)?;
            at = Cursor { number: at.number.saturating_sub(1), hash: header.parent_hash };
        }
        let head = head_of(view);
        Ok(Changes { reverted, adopted: (at.number.saturating_add(1), head.number), head })
    }

    fn hashes(&self, view: &ChainView, (from, to): (u64, u64)) -> Result<Vec<B256>, RpcError> {
        let asked = to.saturating_add(1).saturating_sub(from);
        let limit = self.node.limits.log_range_blocks;
        if asked > limit {
            return Err(Limit::LogRange { limit, asked }.into());
        }
        let hashes: Result<Vec<Option<B256>>, RpcError> =
            (from..=to).map(|number| view.canonical_hash(number).or_internal()).collect();
        Ok(hashes?.into_iter().flatten().collect())
    }
}

fn head_of(view: &ChainView) -> Cursor {
    Cursor { number: view.head_number(), hash: view.head().hash() }
}
