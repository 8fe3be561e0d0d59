//! `eth_feeHistory`.

use crate::{
    RpcLimits,
    arguments::{Argument, Arguments, HexOrDecimal, excerpt},
    block_reference::BlockTag,
    deadline::Deadline,
    node_context::{number_of, receipts_of},
    rpc_error::{OrInternal, RpcError},
};
use alloy_consensus::Transaction as _;
use alloy_rpc_types_eth::FeeHistory;
use hanzo_chain::ChainView;
use hanzo_types::{ChainSpec, Receipt, RecoveredBlock, SealedHeader};
use std::time::Duration;

/// The parameters of `eth_feeHistory`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FeeHistoryRequest {
    blocks: u64,
    newest: BlockTag,
    /// Ascending, each from 0 to 100.
    percentiles: Vec<f64>,
}

impl FeeHistoryRequest {
    /// Reads `(blockCount, newestBlock, rewardPercentiles?)`. More blocks than the limit are
    /// answered with as many as the limit, as in geth.
    pub(crate) fn parse(arguments: &Arguments<'_>, limits: &RpcLimits) -> Result<Self, RpcError> {
        let HexOrDecimal(blocks) = arguments.required(0, "blockCount")?;
        let newest = arguments.required(1, "newestBlock")?;
        let percentiles = arguments.optional(2, "rewardPercentiles")?;
        let Percentiles(percentiles) = percentiles.unwrap_or_default();
        let limit = limits.fee_history_percentiles;
        if percentiles.len() > limit {
            let reason = format!("{} percentiles, the limit is {limit}", percentiles.len());
            return Err(RpcError::InvalidArgument { index: 2, name: "rewardPercentiles", reason });
        }
        Ok(Self { blocks: blocks.min(limits.fee_history_blocks), newest, percentiles })
    }
}

#[derive(Debug, Default)]
struct Percentiles(Vec<f64>);

impl Argument for Percentiles {
    fn from_json(json: &str) -> Result<Self, String> {
        let percentiles: Vec<f64> = serde_json::from_str(json)
            .map_err(|_| format!("expected an array of numbers, got {}", excerpt(json)))?;
        let outside = percentiles.iter().find(|percentile| !(0.0..=100.0).contains(*percentile));
        if let Some(outside) = outside {
            return Err(format!("invalid reward percentile: {outside} is not in 0..=100"));
        }
        if let Some((lower, upper)) =
            percentiles.iter().zip(percentiles.iter().skip(1)).find(|(lower, upper)| lower > upper)
        {
            return Err(format!("invalid reward percentile: {lower} comes before {upper}"));
        }
        Ok(Self(percentiles))
    }
}

/// Base fees, fullness and, for every percentile, the tip at that share of the gas of each block.
/// Source: execution-apis, geth.
pub(crate) fn fee_history(
    view: &ChainView,
    request: &FeeHistoryRequest,
    time: Duration,
) -> Result<FeeHistory, RpcError> {
    let (newest, head) = (number_of(view, request.newest), view.head_number());
    if newest > head {
        let message = format!("request beyond head block: requested {newest}, head {head}");
        return Err(RpcError::Server(message));
    }
    let blocks = request.blocks.min(newest.saturating_add(1));
    if blocks == 0 {
        return Ok(FeeHistory::default());
    }
    let oldest = newest + 1 - blocks;
    let deadline = Deadline::within(time);
    let mut history = FeeHistory { oldest_block: oldest, ..FeeHistory::default() };
    let mut rewards = Vec::new();
    for number in oldest..=newest {
        deadline.check()?;
        let header = view.header_by_number(number).or_internal()?;
        let header = header.ok_or(RpcError::HeaderNotFound)?;
        push_header(&mut history, view.spec(), &header);
        if !request.percentiles.is_empty() {
            rewards.push(block_rewards(view, number, &request.percentiles)?);
        }
        if number == newest {
            history.base_fee_per_gas.push(u128::from(view.spec().next_base_fee(&header)));
            let blob_price = view.spec().next_blob_gas_price(&header);
            history.base_fee_per_blob_gas.push(blob_price.unwrap_or_default());
        }
    }
    history.reward = (!request.percentiles.is_empty()).then_some(rewards);
    Ok(history)
}

fn push_header(history: &mut FeeHistory, spec: &ChainSpec, header: &SealedHeader) {
    history.base_fee_per_gas.push(header.base_fee_per_gas.map_or(0, u128::from));
    history.gas_used_ratio.push(ratio(header.gas_used, header.gas_limit));
    history.base_fee_per_blob_gas.push(spec.blob_gas_price(header).unwrap_or_default());
    let blob_limit =
        spec.blob_params(header.timestamp).map(|params| params.max_blob_gas_per_block());
    let blob_gas_used = header.blob_gas_used.unwrap_or_default();
    history.blob_gas_used_ratio.push(ratio(blob_gas_used, blob_limit.unwrap_or_default()));
}

fn ratio(used: u64, limit: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a ratio of two numbers far below 2^53")]
    let (used, limit) = (used as f64, limit as f64);
    if limit == 0.0 { 0.0 } else { used / limit }
}

/// # Errors
/// A server error if the receipts were pruned: a tip of zero would be a wrong answer.
fn block_rewards(
    view: &ChainView,
    number: u64,
    percentiles: &[f64],
) -> Result<Vec<u128>, RpcError> {
    let block = view.block_by_number(number).or_internal()?.ok_or(RpcError::HeaderNotFound)?;
    let receipts = receipts_of(view, &block)?.unwrap_or_default();
    Ok(rewards_at(&tips_by_gas(&block, &receipts), block.gas_used, percentiles))
}

/// Tip and gas of every transaction, cheapest first.
fn tips_by_gas(block: &RecoveredBlock, receipts: &[Receipt]) -> Vec<(u128, u64)> {
    let base_fee = block.base_fee_per_gas.unwrap_or_default();
    let mut gas_before = 0;
    let mut tips: Vec<(u128, u64)> = block
        .body()
        .transactions
        .iter()
        .zip(receipts)
        .map(|(transaction, receipt)| {
            let gas = receipt.cumulative_gas_used().saturating_sub(gas_before);
            gas_before = receipt.cumulative_gas_used();
            (transaction.effective_tip_per_gas(base_fee).unwrap_or_default(), gas)
        })
        .collect();
    tips.sort_unstable();
    tips
}

/// For each percentile, the tip of the transaction at which that share of the block's gas is
/// reached; zeros for an empty block.
fn rewards_at(tips: &[(u128, u64)], gas_used: u64, percentiles: &[f64]) -> Vec<u128> {
    let mut remaining = tips.iter();
    let (mut tip, mut gas) = remaining.next().copied().unwrap_or_default();
    percentiles
        .iter()
        .map(|percentile| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "a share of at most 100 % of a gas amount far below 2^53"
            )]
            let threshold = (gas_used as f64 * percentile / 100.0) as u64;
            while gas < threshold
                && let Some((next_tip, next_gas)) = remaining.next()
            {
                tip = *next_tip;
                gas = gas.saturating_add(*next_gas);
            }
            tip
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(params: &str) -> Result<FeeHistoryRequest, RpcError> {
        let arguments = Arguments::parse(Some(params), 3).unwrap();
        FeeHistoryRequest::parse(&arguments, &RpcLimits::default())
    }

    #[test]
    fn counts_may_be_hex_or_decimal_and_are_capped() {
        assert_eq!(parse(r#"["0xa","latest"]"#).unwrap().blocks, 10);
        assert_eq!(parse(r#"[10,"latest",[20.0]]"#).unwrap().blocks, 10);
        assert_eq!(parse(r#"["0xffff","latest"]"#).unwrap().blocks, 1_024);
    }

    #[test]
    fn percentiles_must_ascend_within_0_and_100() {
        for (percentiles, reason) in [
            ("[50, 20]", "50 comes before 20"),
            ("[101]", "101 is not in 0..=100"),
            ("[-1]", "-1 is not in 0..=100"),
            ("\"20\"", "expected an array of numbers"),
        ] {
            let error = parse(&format!(r#"["0x1","latest",{percentiles}]"#)).unwrap_err();
            assert!(error.to_string().contains(reason), "{error}");
            assert_eq!(error.code(), crate::rpc_error::INVALID_PARAMS);
        }
    }

    #[test]
    fn too_many_percentiles_are_refused_with_the_limit() {
        let many = vec!["1"; 101].join(",");
        let error = parse(&format!(r#"["0x1","latest",[{many}]]"#)).unwrap_err();
        assert!(error.to_string().contains("101 percentiles, the limit is 100"), "{error}");
    }

    #[test]
    fn rewards_are_weighted_by_gas() {
        let tips = [(1, 50), (2, 30), (9, 20)];
        assert_eq!(rewards_at(&tips, 100, &[0.0, 50.0, 51.0, 80.0, 100.0]), [1, 1, 2, 2, 9]);
        assert_eq!(rewards_at(&[], 0, &[10.0, 90.0]), [0, 0]);
    }

    proptest! {
        #[test]
        fn rewards_ascend_with_the_percentile(
            mut tips in proptest::collection::vec((0u128..1_000, 1u64..1_000), 1..40),
            mut percentiles in proptest::collection::vec(0.0f64..=100.0, 1..10),
        ) {
            tips.sort_unstable();
            percentiles.sort_by(f64::total_cmp);
            let gas = tips.iter().map(|(_, gas)| gas).sum();
            let rewards = rewards_at(&tips, gas, &percentiles);
            prop_assert!(rewards.is_sorted());
            prop_assert!(rewards.iter().all(|reward| tips.iter().any(|(tip, _)| tip == reward)));
        }
    }
}
