//! The rules of every Hanzo chain.

use crate::{
    Ancestors, Arrival, ChainWeight, Consensus, ConsensusError, MAX_FUTURE_SECONDS, SignatureRule,
    UnreadableAncestor, check_gas_limit, expected_difficulty,
    fork_choice::heavier,
    header_field::{absent, fixed, fixed_option},
    lineage::check_lineage,
    next_gas_limit,
    receipts::check_receipts,
};
use alloy_consensus::constants::{EMPTY_OMMER_ROOT_HASH, EMPTY_WITHDRAWALS};
use alloy_eips::eip7685::EMPTY_REQUESTS_HASH;
use alloy_primitives::U256;
use alloy_rlp::Encodable;
use hanzo_poc::{Seal, Target, Work};
use hanzo_types::{
    BlockOutcome, ChainSpec, DifficultyRule, HanzoRules, Header, MAX_BLOCK_RLP_BYTES,
    MAX_EXTRA_DATA_BYTES, SealKind, SealedBlock, SealedHeader, seal_hash, transactions_root,
};
use std::sync::Arc;

/// Proof of Compute: the rules of every Hanzo chain, dev chain included.
#[derive(Debug, Clone)]
pub struct PocEngine {
    spec: Arc<ChainSpec>,
    rules: Arc<HanzoRules>,
}

impl PocEngine {
    /// Rules of the given chain, whose settings are `rules`.
    pub(crate) const fn new(spec: Arc<ChainSpec>, rules: Arc<HanzoRules>) -> Self {
        Self { spec, rules }
    }

    /// Difficulty of the child of `parent`.
    fn child_difficulty(&self, parent: &Header, grandparent: Option<&Header>) -> U256 {
        let genesis_difficulty = self.spec.genesis().difficulty;
        expected_difficulty(self.rules.config(), genesis_difficulty, parent, grandparent)
    }

    /// The seal of a header and the target it has to meet.
    fn check_work(header: &Header) -> Result<(), ConsensusError> {
        let seal = Seal { nonce: header.nonce.0, mix: header.mix_hash.0 };
        let target = Target::from_difficulty(header.difficulty);
        Ok(Work::new(seal_hash(header).0).check(&seal, target)?)
    }
}

impl Consensus for PocEngine {
    fn check_header(&self, header: &SealedHeader) -> Result<(), ConsensusError> {
        check_extra_data(header)?;
        if header.gas_used > header.gas_limit {
            return Err(ConsensusError::GasUsedAboveLimit {
                used: header.gas_used,
                limit: header.gas_limit,
            });
        }
        check_fixed_fields(header)
    }

    fn check_in_context(
        &self,
        header: &SealedHeader,
        parent: &SealedHeader,
        ancestors: &dyn Ancestors,
        arrival: Arrival,
    ) -> Result<(), ConsensusError> {
        check_lineage(header, parent)?;
        check_gas_limit(header.gas_limit, parent.gas_limit)?;
        let expected = self.spec.next_base_fee(parent);
        if header.base_fee_per_gas != Some(expected) {
            return Err(ConsensusError::BaseFee { expected, found: header.base_fee_per_gas });
        }
        let grandparent = grandparent(parent, ancestors)?;
        let expected = self.child_difficulty(parent, grandparent.as_deref());
        if header.difficulty != expected {
            return Err(ConsensusError::Difficulty { expected, found: header.difficulty });
        }
        self.check_clock(header, arrival)
    }

    /// The future bound holds for peers' blocks on chains that adjust their difficulty: only
    /// there does a false stamp pay (decision D-36).
    fn latest_timestamp(&self, now: u64) -> u64 {
        match self.rules.config().difficulty_rule {
            DifficultyRule::Asert => now.saturating_add(MAX_FUTURE_SECONDS),
            DifficultyRule::Fixed => u64::MAX,
        }
    }

    fn check_seal(&self, header: &SealedHeader) -> Result<(), ConsensusError> {
        Self::check_work(header)
    }

    fn check_body(&self, block: &SealedBlock) -> Result<(), ConsensusError> {
        let body = block.body();
        if !body.ommers.is_empty() {
            return Err(ConsensusError::Ommers { found: body.ommers.len() });
        }
        let withdrawals = body.withdrawals.as_ref().map(|list| list.len());
        if withdrawals != Some(0) {
            return Err(ConsensusError::Withdrawals { found: withdrawals });
        }
        let length = block.length();
        if length > MAX_BLOCK_RLP_BYTES {
            return Err(ConsensusError::BlockTooLarge { found: length, max: MAX_BLOCK_RLP_BYTES });
        }
        if let Some((index, blob)) =
            body.transactions.iter().enumerate().find(|(_, tx)| tx.is_eip4844())
        {
            return Err(ConsensusError::BlobTransaction { index, hash: *blob.tx_hash() });
        }
        let computed = transactions_root(&body.transactions);
        if computed != block.transactions_root {
            return Err(ConsensusError::TransactionsRoot {
                header: block.transactions_root,
                computed,
            });
        }
        Ok(())
    }

    fn check_ommers(
        &self,
        block: &SealedBlock,
        _ancestors: &dyn Ancestors,
    ) -> Result<(), ConsensusError> {
        match block.body().ommers.len() {
            0 => Ok(()),
            found => Err(ConsensusError::Ommers { found }),
        }
    }

    fn signature_rule(&self, _header: &Header) -> SignatureRule {
        SignatureRule::LowS
    }

    fn prefers(&self, candidate: ChainWeight, head: ChainWeight) -> bool {
        heavier(candidate, head)
    }

    fn check_outcome(
        &self,
        header: &SealedHeader,
        outcome: &BlockOutcome,
    ) -> Result<(), ConsensusError> {
        check_receipts(header, outcome)
    }

    fn prepare(
        &self,
        parent: &SealedHeader,
        timestamp: u64,
        ancestors: &dyn Ancestors,
    ) -> Result<Header, UnreadableAncestor> {
        let grandparent = grandparent(parent, ancestors)?;
        Ok(Header {
            parent_hash: parent.hash(),
            ommers_hash: EMPTY_OMMER_ROOT_HASH,
            difficulty: self.child_difficulty(parent, grandparent.as_deref()),
            number: parent.number.saturating_add(1),
            timestamp,
            gas_limit: next_gas_limit(parent.gas_limit, self.spec.target_gas_limit()),
            base_fee_per_gas: Some(self.spec.next_base_fee(parent)),
            withdrawals_root: Some(EMPTY_WITHDRAWALS),
            blob_gas_used: Some(0),
            excess_blob_gas: Some(0),
            parent_beacon_block_root: Some(parent.hash()),
            requests_hash: Some(EMPTY_REQUESTS_HASH),
            ..Default::default()
        })
    }
}

/// The parent's parent; only the genesis block has none.
fn grandparent(
    parent: &SealedHeader,
    ancestors: &dyn Ancestors,
) -> Result<Option<SealedHeader>, UnreadableAncestor> {
    if parent.number == 0 {
        return Ok(None);
    }
    let hash = parent.parent_hash;
    let missing = || UnreadableAncestor { hash, reason: "it is missing".to_owned() };
    ancestors.header(hash)?.ok_or_else(missing).map(Some)
}

impl PocEngine {
    fn check_clock(&self, header: &Header, arrival: Arrival) -> Result<(), ConsensusError> {
        let Arrival::FromPeer { now } = arrival else { return Ok(()) };
        if header.timestamp > self.latest_timestamp(now) {
            return Err(ConsensusError::FutureTimestamp {
                now,
                found: header.timestamp,
                max_ahead: MAX_FUTURE_SECONDS,
            });
        }
        Ok(())
    }
}

fn check_extra_data(header: &Header) -> Result<(), ConsensusError> {
    let extra = &header.extra_data;
    match SealKind::of(extra) {
        Some(SealKind::Synthetic) => Ok(()),
        Some(SealKind::Job) => Err(ConsensusError::UnsupportedKind { extra_data: extra.clone() }),
        None => {
            Err(ConsensusError::ExtraDataTooLong { found: extra.len(), max: MAX_EXTRA_DATA_BYTES })
        }
    }
}

/// The fields that exist for compatibility with Ethereum and have one legal value (D-02).
fn check_fixed_fields(h: &Header) -> Result<(), ConsensusError> {
    fixed("sha3Uncles", &h.ommers_hash, &EMPTY_OMMER_ROOT_HASH)?;
    fixed_option("withdrawalsRoot", h.withdrawals_root.as_ref(), &EMPTY_WITHDRAWALS)?;
    fixed_option("blobGasUsed", h.blob_gas_used.as_ref(), &0)?;
    fixed_option("excessBlobGas", h.excess_blob_gas.as_ref(), &0)?;
    fixed_option("parentBeaconBlockRoot", h.parent_beacon_block_root.as_ref(), &h.parent_hash)?;
    fixed_option("requestsHash", h.requests_hash.as_ref(), &EMPTY_REQUESTS_HASH)?;
    absent("blockAccessListHash", h.block_access_list_hash.as_ref())?;
    absent("slotNumber", h.slot_number.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine_for;
    use alloy_primitives::B256;
    use hanzo_types::{Fault, TotalDifficulty};

    const GENESIS: &str = include_str!("../../../genesis/testnet.json");

    /// A chain of which one header can be read.
    struct OnlyGenesis(SealedHeader);

    impl Ancestors for OnlyGenesis {
        fn header(&self, hash: B256) -> Result<Option<SealedHeader>, UnreadableAncestor> {
            Ok(Some(self.0.clone()).filter(|header| header.hash() == hash))
        }

        fn total_difficulty(&self, _: B256) -> Result<Option<TotalDifficulty>, UnreadableAncestor> {
            Ok(None)
        }

        fn ommers(&self, _: B256) -> Result<Option<Vec<Header>>, UnreadableAncestor> {
            Ok(None)
        }
    }

    /// A database that fails.
    struct Broken;

    impl Ancestors for Broken {
        fn header(&self, hash: B256) -> Result<Option<SealedHeader>, UnreadableAncestor> {
            Err(UnreadableAncestor { hash, reason: "input/output error".to_owned() })
        }

        fn total_difficulty(&self, _: B256) -> Result<Option<TotalDifficulty>, UnreadableAncestor> {
            Ok(None)
        }

        fn ommers(&self, _: B256) -> Result<Option<Vec<Header>>, UnreadableAncestor> {
            Ok(None)
        }
    }

    /// The rules, block 1 and a child of it that fits them.
    fn blocks() -> (Arc<dyn Consensus>, OnlyGenesis, SealedHeader, SealedHeader) {
        let spec = Arc::new(ChainSpec::from_genesis_json(GENESIS.as_bytes()).unwrap());
        let genesis = spec.genesis_header().clone();
        let engine = engine_for(spec);
        let ancestors = OnlyGenesis(genesis.clone());
        let next = |parent: &SealedHeader| {
            let timestamp = parent.timestamp + 6;
            SealedHeader::seal_slow(engine.prepare(parent, timestamp, &ancestors).unwrap())
        };
        let first = next(&genesis);
        let second = next(&first);
        (engine, ancestors, first, second)
    }

    #[test]
    fn a_prepared_header_passes_the_checks_in_context() {
        let (engine, ancestors, first, second) = blocks();
        engine.check_in_context(&second, &first, &ancestors, Arrival::Local).unwrap();
    }

    #[test]
    fn what_this_node_cannot_read_is_its_own_fault() {
        let (engine, _, first, second) = blocks();
        let error = engine.check_in_context(&second, &first, &Broken, Arrival::Local).unwrap_err();
        assert_eq!(error.fault(), Fault::Local, "{error}");
        assert_eq!(engine.prepare(&first, 12, &Broken).unwrap_err().hash, first.parent_hash);
    }

    #[test]
    fn a_missing_grandparent_is_not_taken_for_the_start_of_the_chain() {
        let (engine, ancestors, _, second) = blocks();
        let error = engine.prepare(&second, 18, &ancestors).unwrap_err();
        assert_eq!(error.hash, second.parent_hash);
    }
}
