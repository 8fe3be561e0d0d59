//! Chains of headers for the tests of these rules.

use super::{EthereumRules, child, merge};
use crate::{Ancestors, UnreadableAncestor};
use alloy_consensus::proofs::calculate_ommers_root;
use alloy_hardforks::EthereumHardfork as Fork;
use alloy_primitives::B256;
use hanzo_types::{ChainSpec, Header, Rules, SealedHeader, TotalDifficulty};
use serde_json::{Value, json};
use std::sync::Arc;

/// Fields of `config` with the fork each belongs to, in order.
const FORK_FIELDS: [(Fork, &str); 16] = [
    (Fork::Homestead, "homesteadBlock"),
    (Fork::Tangerine, "eip150Block"),
    (Fork::SpuriousDragon, "eip155Block"),
    (Fork::SpuriousDragon, "eip158Block"),
    (Fork::Byzantium, "byzantiumBlock"),
    (Fork::Constantinople, "constantinopleBlock"),
    (Fork::Petersburg, "petersburgBlock"),
    (Fork::Istanbul, "istanbulBlock"),
    (Fork::MuirGlacier, "muirGlacierBlock"),
    (Fork::Berlin, "berlinBlock"),
    (Fork::London, "londonBlock"),
    (Fork::Paris, "terminalTotalDifficulty"),
    (Fork::Shanghai, "shanghaiTime"),
    (Fork::Cancun, "cancunTime"),
    (Fork::Prague, "pragueTime"),
    (Fork::Osaka, "osakaTime"),
];

/// Forks with rules of their own for headers or bodies.
pub(super) const FORKS: [Fork; 10] = [
    Fork::Frontier,
    Fork::Homestead,
    Fork::Byzantium,
    Fork::Berlin,
    Fork::London,
    Fork::Paris,
    Fork::Shanghai,
    Fork::Cancun,
    Fork::Prague,
    Fork::Osaka,
];

/// Difficulty of block 0 of a chain that starts mined.
pub(super) const GENESIS_DIFFICULTY: u64 = 131_072;

/// A chain of headers, oldest first, with their ommers.
pub(super) struct Line {
    pub(super) rules: EthereumRules,
    blocks: Vec<(SealedHeader, Vec<Header>)>,
}

impl Line {
    /// Block 0 of a chain on which every fork up to `newest` is in force.
    pub(super) fn at(newest: Fork) -> Self {
        Self::with(newest, |_| {})
    }

    /// The same after `change` of its `config`.
    pub(super) fn with(newest: Fork, change: impl FnOnce(&mut Value)) -> Self {
        let mut config = json!({ "chainId": 1 });
        for (_, field) in FORK_FIELDS.into_iter().filter(|(fork, _)| *fork <= newest) {
            config[field] = 0.into();
        }
        change(&mut config);
        let merged = config["terminalTotalDifficulty"] == json!(0);
        let genesis = json!({
            "config": config,
            "difficulty": if merged { "0x0" } else { "0x20000" },
            "gasLimit": "0x1c9c380",
            "alloc": {},
        });
        let spec = ChainSpec::from_genesis_json(genesis.to_string().as_bytes()).unwrap();
        let Rules::Ethereum(forks) = spec.rules() else { panic!("not an Ethereum chain") };
        let forks = Arc::clone(forks);
        let genesis = spec.genesis_header().clone();
        Self {
            rules: EthereumRules::new(Arc::new(spec), forks),
            blocks: vec![(genesis, Vec::new())],
        }
    }

    pub(super) fn tip(&self) -> &SealedHeader {
        &self.blocks.last().unwrap().0
    }

    pub(super) fn header(&self, number: usize) -> &SealedHeader {
        &self.blocks[number].0
    }

    /// A valid child of block `number`, twelve seconds after it.
    pub(super) fn child_of(&self, number: usize) -> Header {
        let parent = self.header(number);
        let era = merge::era_after(&self.rules, parent, self).unwrap();
        child::prepare(&self.rules, parent, parent.timestamp + 12, era)
    }

    /// A valid child of the tip.
    pub(super) fn child(&self) -> Header {
        self.child_of(self.blocks.len() - 1)
    }

    /// Puts a child with these ommers on top.
    pub(super) fn extend(&mut self, ommers: Vec<Header>) {
        let mut header = self.child();
        header.ommers_hash = calculate_ommers_root(&ommers);
        self.blocks.push((SealedHeader::seal_slow(header), ommers));
    }

    /// Puts `count` children without ommers on top.
    pub(super) fn extend_by(mut self, count: usize) -> Self {
        (0..count).for_each(|_| self.extend(Vec::new()));
        self
    }

    fn find(&self, hash: B256) -> Option<usize> {
        self.blocks.iter().position(|(header, _)| header.hash() == hash)
    }
}

impl Ancestors for Line {
    fn header(&self, hash: B256) -> Result<Option<SealedHeader>, UnreadableAncestor> {
        Ok(self.find(hash).map(|index| self.blocks[index].0.clone()))
    }

    fn total_difficulty(&self, hash: B256) -> Result<Option<TotalDifficulty>, UnreadableAncestor> {
        let sum = |index: usize| self.blocks[..=index].iter().map(|(h, _)| h.difficulty).sum();
        Ok(self.find(hash).map(|index| TotalDifficulty(sum(index))))
    }

    fn ommers(&self, hash: B256) -> Result<Option<Vec<Header>>, UnreadableAncestor> {
        Ok(self.find(hash).map(|index| self.blocks[index].1.clone()))
    }
}

/// Headers that are there, weights and bodies that are not.
pub(super) struct OnlyHeaders<'a>(pub(super) &'a Line);

impl Ancestors for OnlyHeaders<'_> {
    fn header(&self, hash: B256) -> Result<Option<SealedHeader>, UnreadableAncestor> {
        Ancestors::header(self.0, hash)
    }

    fn total_difficulty(&self, _: B256) -> Result<Option<TotalDifficulty>, UnreadableAncestor> {
        Ok(None)
    }

    fn ommers(&self, _: B256) -> Result<Option<Vec<Header>>, UnreadableAncestor> {
        Ok(None)
    }
}
