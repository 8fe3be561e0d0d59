//! `poc_difficulty`.

use super::Poc;
use crate::{
    arguments::{Argument, Arguments, HexOrDecimal},
    rpc_error::{OrInternal as _, RpcError},
};
use alloy_primitives::{U64, U256};
use serde::Serialize;

/// Blocks of an answer unless more are asked for: twice the half-life of the difficulty.
const DEFAULT_BLOCKS: u64 = 120;

/// Most blocks of an answer.
const MAX_BLOCKS: u64 = 1_024;

/// Difficulty and pace of the latest blocks.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DifficultyAnswer {
    /// Number of the first block.
    oldest_block: U64,
    /// Difficulty of each, in multiply-accumulates.
    difficulty: Vec<U256>,
    /// Seconds between each and the next.
    block_times: Vec<U64>,
    /// What all miners did per second; zero for a single block.
    network_hashrate: U256,
}

/// How many blocks are asked about.
struct BlockCount(u64);

impl Argument for BlockCount {
    fn from_json(json: &str) -> Result<Self, String> {
        let HexOrDecimal(count) = HexOrDecimal::from_json(json)?;
        match count {
            1..=MAX_BLOCKS => Ok(Self(count)),
            _ => Err(format!("want 1 to {MAX_BLOCKS} blocks, got {count}")),
        }
    }
}

impl Poc {
    pub(super) fn difficulty(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<DifficultyAnswer, RpcError> {
        let count = arguments.optional(0, "blocks")?.map_or(DEFAULT_BLOCKS, |BlockCount(n)| n);
        let view = self.node.chain.view();
        let head = view.head_number();
        let oldest = head.saturating_sub(count.saturating_sub(1));
        let headers = (oldest..=head).map(|number| {
            let header = view.header_by_number(number).or_internal()?;
            header.ok_or(RpcError::HeaderNotFound)
        });
        let headers = headers.collect::<Result<Vec<_>, _>>()?;
        let difficulty: Vec<U256> = headers.iter().map(|header| header.difficulty).collect();
        let times = headers.iter().zip(headers.iter().skip(1));
        let seconds: Vec<u64> =
            times.map(|(one, next)| next.timestamp.saturating_sub(one.timestamp)).collect();
        // The work of the first block was done before it.
        let work = difficulty.iter().skip(1).fold(U256::ZERO, |sum, one| sum.saturating_add(*one));
        let time = U256::from(seconds.iter().sum::<u64>());
        Ok(DifficultyAnswer {
            oldest_block: U64::from(oldest),
            network_hashrate: work.checked_div(time).unwrap_or_default(),
            block_times: seconds.into_iter().map(U64::from).collect(),
            difficulty,
        })
    }
}
