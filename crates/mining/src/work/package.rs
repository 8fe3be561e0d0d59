//! What a miner is given.

use super::lease::RowLease;
use crate::PendingBlock;
use alloy_primitives::{B256, Bytes, U256};
use hanzo_poc::{Target, Work};
use std::{fmt, sync::Arc};

/// Name of a template, while this process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TemplateId(pub u64);

impl fmt::Display for TemplateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// What a miner is given: a block without a seal, and where to look for one.
#[derive(Debug, Clone)]
pub struct WorkPackage {
    /// Name of the template.
    pub id: TemplateId,
    /// The block.
    pub template: Arc<PendingBlock>,
    /// The rows to search; `None` once all are leased: then any, at one's own risk.
    pub rows: Option<RowLease>,
    /// Difficulty of a work share of this block's number, in multiply-accumulates.
    pub share_difficulty: U256,
    /// Unix time, in seconds, from which on there is better work.
    pub expires_at: u64,
}

impl WorkPackage {
    /// Hash that the seal is searched for.
    #[must_use]
    pub fn seal_hash(&self) -> B256 {
        self.template.seal_hash()
    }

    /// The key of the matrices. Source: proof-of-compute §3.
    #[must_use]
    pub fn sigma(&self) -> B256 {
        B256::from(*Work::new(self.seal_hash()).sigma())
    }

    /// Multiply-accumulates that the seal is worth.
    #[must_use]
    pub fn difficulty(&self) -> U256 {
        self.template.block().difficulty
    }

    /// The largest lottery number that wins.
    #[must_use]
    pub fn target(&self) -> U256 {
        Target::from_difficulty(self.difficulty()).as_u256()
    }

    /// The largest lottery number of a work share.
    #[must_use]
    pub fn share_target(&self) -> U256 {
        Target::from_difficulty(self.share_difficulty).as_u256()
    }

    /// The header in RLP, with zeros where the seal goes: with it a miner can show its seal to
    /// others, such as a contract that pays for shares.
    #[must_use]
    pub fn header(&self) -> Bytes {
        alloy_rlp::encode(self.template.block().header()).into()
    }
}
