//! What tip gets a transaction mined.

use crate::rpc_error::{OrInternal, RpcError};
use alloy_consensus::Transaction as _;
use alloy_primitives::B256;
use hanzo_chain::ChainView;
use hanzo_types::RecoveredBlock;
use parking_lot::Mutex;

/// Suggestion while there is nothing to learn from, in wei: what wallets use by default.
pub(crate) const DEFAULT_TIP: u128 = 1_000_000_000;

/// Non-empty blocks that a suggestion looks at. Source: geth's `CheckBlocks`.
const SAMPLED_BLOCKS: usize = 20;

/// Blocks, empty ones included, that a suggestion reads at most. Source: geth, twice the sample.
const READ_BLOCKS: u64 = 40;

/// Cheapest transactions of a block that are sampled: the price of getting in. Source: geth.
const SAMPLED_TRANSACTIONS: usize = 3;

/// Tips below this are a miner's own arrangements, not a price. Source: geth's `IgnorePrice`.
const IGNORED_BELOW: u128 = 2;

/// No suggestion is higher, in wei: 500 gwei. Source: geth's `MaxPrice`.
const HIGHEST_TIP: u128 = 500_000_000_000;

/// Suggests tips from recent blocks, once per head.
#[derive(Debug, Default)]
pub(crate) struct FeeOracle {
    suggested: Mutex<Option<(B256, u128)>>,
}

impl FeeOracle {
    /// The tip that got half of the sampled transactions in, in wei per gas. Reads at most 40
    /// blocks.
    pub(crate) fn suggested_tip(&self, view: &ChainView) -> Result<u128, RpcError> {
        let head = view.head().hash();
        if let Some((known, tip)) = *self.suggested.lock()
            && known == head
        {
            return Ok(tip);
        }
        // Two requests may compute at once; both find the same.
        let tip = median_tip(view)?;
        *self.suggested.lock() = Some((head, tip));
        Ok(tip)
    }
}

fn median_tip(view: &ChainView) -> Result<u128, RpcError> {
    let head = view.head_number();
    let oldest = head.saturating_sub(READ_BLOCKS - 1);
    let (mut tips, mut sampled) = (Vec::new(), 0);
    for number in (oldest..=head).rev() {
        if sampled == SAMPLED_BLOCKS {
            break;
        }
        let Some(block) = view.block_by_number(number).or_internal()? else { continue };
        let cheapest = cheapest_tips(&block);
        if !cheapest.is_empty() {
            sampled += 1;
            tips.extend(cheapest);
        }
    }
    tips.sort_unstable();
    Ok(tips.get(tips.len() / 2).copied().unwrap_or(DEFAULT_TIP).min(HIGHEST_TIP))
}

/// The lowest tips in the block that strangers paid.
fn cheapest_tips(block: &RecoveredBlock) -> Vec<u128> {
    let base_fee = block.base_fee_per_gas.unwrap_or_default();
    let mut tips: Vec<u128> = block
        .transactions_recovered()
        .filter(|transaction| transaction.signer() != block.beneficiary)
        .filter_map(|transaction| transaction.effective_tip_per_gas(base_fee))
        .filter(|tip| *tip >= IGNORED_BELOW)
        .collect();
    tips.sort_unstable();
    tips.truncate(SAMPLED_TRANSACTIONS);
    tips
}
