//! Finding logs in the chain within limits.

use crate::{
    RpcLimits,
    block_reference::BlockTag,
    convert::{BlockLogs, Removal, RpcLog},
    deadline::Deadline,
    log_filter::{LogFilter, LogRange},
    node_context::{number_of, receipts_of},
    rpc_error::{Limit, OrInternal, RpcError},
};
use alloy_primitives::B256;
use hanzo_chain::ChainView;
use hanzo_types::SealedHeader;
use std::ops::RangeInclusive;

/// One search for logs, with its limits.
#[derive(Debug)]
pub(crate) struct LogScan<'a> {
    view: &'a ChainView,
    filter: &'a LogFilter,
    limits: &'a RpcLimits,
    deadline: Deadline,
    found: Vec<RpcLog>,
}

impl<'a> LogScan<'a> {
    /// A search that has the limits' time from now on.
    pub(crate) fn new(view: &'a ChainView, filter: &'a LogFilter, limits: &'a RpcLimits) -> Self {
        let deadline = Deadline::within(limits.log_time);
        Self { view, filter, limits, deadline, found: Vec::new() }
    }

    /// The wanted logs in `range`, in chain order.
    ///
    /// # Errors
    /// [`RpcError::UnknownBlock`], [`RpcError::InvalidParams`] for a range that is none, and
    /// [`RpcError::Limit`].
    pub(crate) fn query(mut self, range: &LogRange) -> Result<Vec<RpcLog>, RpcError> {
        match *range {
            LogRange::Block(hash) => {
                let header = self.view.header_by_hash(hash).or_internal()?;
                self.block(&header.ok_or(RpcError::UnknownBlock)?, Removal::None)?;
            }
            LogRange::Numbers { from, to } => {
                let (from, to) = resolve(self.view, from, to)?;
                self.numbers(from, to)?;
            }
        }
        Ok(self.found)
    }

    /// The wanted logs of the canonical blocks `adopted`, after those of the blocks `reverted` as
    /// removed; of both only blocks with a number in `bounds`.
    pub(crate) fn changes(
        mut self,
        reverted: &[B256],
        adopted: (u64, u64),
        bounds: &RangeInclusive<u64>,
    ) -> Result<Vec<RpcLog>, RpcError> {
        for hash in reverted {
            if let Some(header) = self.view.header_by_hash(*hash).or_internal()?
                && bounds.contains(&header.number)
            {
                self.block(&header, Removal::Reorganised)?;
            }
        }
        let (from, to) = (adopted.0.max(*bounds.start()), adopted.1.min(*bounds.end()));
        if from <= to {
            self.numbers(from, to)?;
        }
        Ok(self.found)
    }

    fn numbers(&mut self, from: u64, to: u64) -> Result<(), RpcError> {
        let asked = to.saturating_sub(from).saturating_add(1);
        let limit = self.limits.log_range_blocks;
        if asked > limit {
            return Err(Limit::LogRange { limit, asked }.into());
        }
        for number in from..=to {
            self.deadline.check()?;
            let header = self.view.header_by_number(number).or_internal()?;
            self.block(&header.ok_or(RpcError::UnknownBlock)?, Removal::None)?;
            let limit = self.limits.log_results;
            if self.found.len() > limit {
                // A single block with more logs than that has no smaller range; then the filter
                // must be narrower.
                let last = number.saturating_sub(1).max(from);
                let retry = format!("[{from:#x}, {last:#x}]");
                return Err(Limit::LogResults { limit, retry }.into());
            }
        }
        Ok(())
    }

    fn block(&mut self, header: &SealedHeader, removal: Removal) -> Result<(), RpcError> {
        if !self.filter.may_match(&header.logs_bloom) {
            return Ok(());
        }
        let hash = header.hash();
        let Some(block) = self.view.block_by_hash(hash).or_internal()? else {
            return Err(RpcError::UnknownBlock);
        };
        let receipts = match removal {
            Removal::None => receipts_of(self.view, &block)?,
            Removal::Reorganised => self.view.displaced_receipts(hash),
        };
        let Some(receipts) = receipts else {
            return match removal {
                // Nothing ran in the genesis block: it has no receipts to keep.
                Removal::None if header.number == 0 => Ok(()),
                Removal::None => Err(RpcError::NotCanonical { hash }),
                // So long ago that nobody remembers which logs went: the filter starts afresh.
                Removal::Reorganised => Err(RpcError::FilterNotFound),
            };
        };
        let filter = self.filter;
        let logs = BlockLogs::new(&block, &receipts, removal);
        self.found.extend(logs.matching(|log| filter.matches(log)));
        Ok(())
    }
}

/// The numbers that a range of tags means. Words and code of each refusal are geth's.
fn resolve(
    view: &ChainView,
    from: Option<BlockTag>,
    to: Option<BlockTag>,
) -> Result<(u64, u64), RpcError> {
    let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
    if from == BlockTag::Pending || to == BlockTag::Pending {
        return Err(RpcError::PendingLogs);
    }
    let (from, to) = (number_of(view, from), number_of(view, to));
    if from > to {
        return Err(RpcError::BlockRange { from, to });
    }
    if to > view.head_number() {
        let head = view.head_number();
        return Err(RpcError::InvalidParams(format!(
            "block range extends beyond current head block: toBlock {to:#x}, head {head:#x}"
        )));
    }
    Ok((from, to))
}
