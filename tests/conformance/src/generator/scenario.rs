//! What a client receives, and what must become of it.

use super::forge::{Chain, Forge};
use crate::FixtureAlloc;
use alloy_consensus::Header;
use alloy_primitives::{B256, Bytes};
use hanzo_types::SealedBlock;
use std::sync::Arc;

/// A story: blocks in the order of their arrival, what must become of each, and the end.
#[derive(Debug)]
pub(crate) struct Scenario {
    name: &'static str,
    rule: &'static str,
    forge: Arc<Forge>,
    arrivals: Vec<Arrival>,
    end: Option<End>,
}

/// One block that arrives.
#[derive(Debug)]
pub(crate) struct Arrival {
    /// Its encoding.
    pub(crate) rlp: Bytes,
    /// What must become of it.
    pub(crate) fate: Fate,
}

/// What must become of a block.
#[derive(Debug)]
pub(crate) enum Fate {
    /// It is taken; this is its header.
    Taken(Box<Header>),
    /// It is refused for this reason.
    Refused(&'static str),
}

/// How the story ends.
#[derive(Debug)]
pub(crate) struct End {
    /// Hash of the head.
    pub(crate) head: B256,
    /// All accounts after it.
    pub(crate) world: FixtureAlloc,
}

impl Scenario {
    /// A story on the chain of `forge`; `rule` is what it is about.
    pub(crate) fn new(name: &'static str, rule: &'static str, forge: &Arc<Forge>) -> Self {
        Self { name, rule, forge: Arc::clone(forge), arrivals: Vec::new(), end: None }
    }

    /// Blocks arrive that are valid.
    pub(crate) fn takes<'a>(mut self, blocks: impl IntoIterator<Item = &'a SealedBlock>) -> Self {
        self.arrivals.extend(blocks.into_iter().map(|block| Arrival {
            rlp: alloy_rlp::encode(block.clone_block()).into(),
            fate: Fate::Taken(Box::new(block.header().clone())),
        }));
        self
    }

    /// A block arrives that is not valid.
    pub(crate) fn refuses(self, block: &SealedBlock, reason: &'static str) -> Self {
        self.refuses_bytes(alloy_rlp::encode(block.clone_block()), reason)
    }

    /// Bytes arrive that are no block.
    pub(crate) fn refuses_bytes(mut self, rlp: impl Into<Bytes>, reason: &'static str) -> Self {
        self.arrivals.push(Arrival { rlp: rlp.into(), fate: Fate::Refused(reason) });
        self
    }

    /// The head must be that of `chain`.
    pub(crate) fn ends_with(mut self, chain: &mut Chain) -> Self {
        self.end = Some(End { head: chain.head().hash(), world: chain.world() });
        self
    }

    pub(crate) const fn name(&self) -> &'static str {
        self.name
    }

    pub(crate) const fn rule(&self) -> &'static str {
        self.rule
    }

    pub(crate) fn forge(&self) -> &Forge {
        &self.forge
    }

    pub(crate) fn arrivals(&self) -> &[Arrival] {
        &self.arrivals
    }

    pub(crate) fn end(&self) -> &End {
        self.end.as_ref().expect("every scenario says how it ends")
    }
}
