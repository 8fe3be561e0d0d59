//! A chain: everything its genesis file fixes for ever.

use crate::{
    Block, EthereumForks, GenesisError, HanzoRules, Header, SealedHeader, ethereum_genesis,
    fork_hash::ForkLineage,
    genesis::{GenesisFile, HanzoSettings},
    genesis_header::genesis_header,
    prev_randao,
    storage_only::{StorageOnlyAccounts, storage_only_accounts},
};
use alloy_eips::{
    eip1559::{BaseFeeParams, INITIAL_BASE_FEE, calc_next_block_base_fee},
    eip7840::BlobParams,
};
use alloy_genesis::Genesis;
use alloy_hardforks::EthereumHardfork;
use alloy_primitives::{B256, FixedBytes};
use std::{fmt, sync::Arc};

/// Largest RLP encoding of a block, in bytes. Source: EIP-7934.
pub const MAX_BLOCK_RLP_BYTES: usize = 8_388_608;

/// The chains this software knows by name. Source: decision D-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChainName {
    /// Chain id 36963.
    Mainnet,
    /// Chain id 36962.
    Testnet,
    /// Chain id 36961: the devnet of several machines.
    Cluster,
    /// Chain id 31337: one node, instant blocks.
    Dev,
    /// Any other chain id, and every plain Ethereum chain.
    Custom,
}

impl ChainName {
    /// Name of the Hanzo chain with this id.
    #[must_use]
    pub const fn of(chain_id: u64) -> Self {
        match chain_id {
            36963 => Self::Mainnet,
            36962 => Self::Testnet,
            36961 => Self::Cluster,
            31337 => Self::Dev,
            _ => Self::Custom,
        }
    }

    /// The name as `--chain` takes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mainnet => "mainnet",
            Self::Testnet => "testnet",
            Self::Cluster => "cluster",
            Self::Dev => "dev",
            Self::Custom => "custom",
        }
    }
}

impl fmt::Display for ChainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which kind of chain this is. Everything that only one kind has lives in its variant.
#[derive(Debug, Clone)]
pub enum Rules {
    /// Proof of Compute, Osaka from the first block, a capped supply.
    Hanzo(Arc<HanzoRules>),
    /// A plain Ethereum chain: its forks, no seal (decision D-11).
    Ethereum(Arc<EthereumForks>),
}

/// A chain: its genesis block and its consensus settings. Immutable and shared.
#[derive(Debug, Clone)]
pub struct ChainSpec {
    genesis: Genesis,
    genesis_header: SealedHeader,
    rules: Rules,
    storage_only: Arc<StorageOnlyAccounts>,
}

impl ChainSpec {
    /// Reads a chain from a genesis file in geth's format: with a `config.hanzo` section a Hanzo
    /// chain, without it a plain Ethereum chain (decision D-31).
    ///
    /// # Errors
    /// [`GenesisError`] naming the first field that is malformed or out of range.
    pub fn from_genesis_json(json: &[u8]) -> Result<Self, GenesisError> {
        let file = GenesisFile::read(json)?;
        let Some(section) = file.hanzo_section() else {
            file.require(&["config", "config.chainId", "gasLimit", "difficulty", "alloc"])?;
            return Self::ethereum(file.genesis);
        };
        file.require(&["config.chainId"])?;
        let HanzoSettings { config, supply } = file.check_hanzo(section)?;
        let rules = Rules::Hanzo(Arc::new(HanzoRules::new(config, supply)));
        Ok(Self::new(file.genesis, rules))
    }

    /// A plain Ethereum chain with this genesis.
    ///
    /// # Errors
    /// [`GenesisError`] naming the first field that is out of range, out of order or unknown.
    pub fn ethereum(genesis: Genesis) -> Result<Self, GenesisError> {
        ethereum_genesis::check_block_zero(&genesis)?;
        let forks = EthereumForks::read(&genesis.config)?;
        ethereum_genesis::check_excess_blob_gas(&genesis, &forks)?;
        Ok(Self::new(genesis, Rules::Ethereum(Arc::new(forks))))
    }

    fn new(genesis: Genesis, rules: Rules) -> Self {
        let genesis_header = SealedHeader::seal_slow(genesis_header(&genesis, &rules));
        let storage_only = Arc::new(storage_only_accounts(&genesis));
        Self { genesis, genesis_header, rules, storage_only }
    }

    /// Accounts of the genesis file with storage but neither nonce nor code.
    #[must_use]
    pub const fn storage_only_accounts(&self) -> &Arc<StorageOnlyAccounts> {
        &self.storage_only
    }

    /// Which kind of chain this is, with everything that only this kind has.
    #[must_use]
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// What a Hanzo chain has beyond Ethereum; `None` on plain Ethereum chains.
    #[must_use]
    pub fn hanzo_rules(&self) -> Option<&HanzoRules> {
        match &self.rules {
            Rules::Hanzo(rules) => Some(rules),
            Rules::Ethereum(_) => None,
        }
    }

    /// Chain id. Source: EIP-155.
    #[must_use]
    pub const fn chain_id(&self) -> u64 {
        self.genesis.config.chain_id
    }

    /// Which of the known chains this is.
    #[must_use]
    pub const fn name(&self) -> ChainName {
        match &self.rules {
            Rules::Hanzo(_) => ChainName::of(self.chain_id()),
            Rules::Ethereum(_) => ChainName::Custom,
        }
    }

    /// Whether this is the single-node dev chain.
    #[must_use]
    pub fn is_dev(&self) -> bool {
        self.name() == ChainName::Dev
    }

    /// The genesis file, for its initial accounts.
    #[must_use]
    pub const fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// Header of block 0.
    #[must_use]
    pub const fn genesis_header(&self) -> &SealedHeader {
        &self.genesis_header
    }

    /// Block 0: no transactions, no ommers, no withdrawals.
    #[must_use]
    pub fn genesis_block(&self) -> Block {
        let header = self.genesis_header.header().clone();
        let withdrawals = header.withdrawals_root.map(|_| Default::default());
        let body = crate::BlockBody { transactions: Vec::new(), ommers: Vec::new(), withdrawals };
        Block { header, body }
    }

    /// Hash of block 0.
    #[must_use]
    pub fn genesis_hash(&self) -> B256 {
        self.genesis_header.hash()
    }

    /// Gas limit that block builders steer to, unless told otherwise (decision D-02).
    #[must_use]
    pub const fn target_gas_limit(&self) -> u64 {
        self.genesis.gas_limit
    }

    /// Newest fork whose rules the block with this header follows; all before it are in force too.
    ///
    /// Whether a block is merged shows in its difficulty, which is zero exactly then: before the
    /// merge it is at least 131 072, and consensus compares it with the total difficulty.
    #[must_use]
    pub fn fork_at(&self, header: &Header) -> EthereumHardfork {
        match &self.rules {
            Rules::Hanzo(_) => EthereumHardfork::Osaka,
            Rules::Ethereum(forks) => {
                let merges = forks.terminal_total_difficulty().is_some();
                if merges && header.difficulty.is_zero() {
                    forks.newest_by_time(header.timestamp)
                } else {
                    forks.newest_by_block(header.number)
                }
            }
        }
    }

    /// `FORK_HASH` of a block with this number and Unix time, under which nodes of a chain find each
    /// other. Source: EIP-2124, EIP-6122. A Hanzo chain has every fork in its genesis block.
    #[must_use]
    pub fn fork_hash(&self, number: u64, time: u64) -> FixedBytes<4> {
        let config = match &self.rules {
            Rules::Hanzo(_) => None,
            Rules::Ethereum(_) => Some(&self.genesis.config),
        };
        let genesis_time = self.genesis_header.timestamp;
        let lineage = ForkLineage { genesis_hash: self.genesis_hash(), genesis_time, config };
        lineage.hash_at(number, time)
    }

    /// Whether signatures of transactions in the block with this header need an `s` in the lower
    /// half of its range. Source: EIP-2.
    #[must_use]
    pub fn signatures_have_low_s(&self, header: &Header) -> bool {
        self.fork_at(header) >= EthereumHardfork::Homestead
    }

    /// Whether receipts of the block with this header hold a status. Before they held the state
    /// root after their transaction. Source: EIP-658.
    #[must_use]
    pub fn receipts_have_status(&self, header: &Header) -> bool {
        self.fork_at(header) >= EthereumHardfork::Byzantium
    }

    /// Blob parameters of a block at `timestamp`; `None` before Cancun. Source: EIP-7840.
    #[must_use]
    pub fn blob_params(&self, timestamp: u64) -> Option<BlobParams> {
        match &self.rules {
            Rules::Hanzo(_) => Some(BlobParams::osaka()),
            Rules::Ethereum(forks) => forks.blob_params(timestamp),
        }
    }

    /// Price of blob gas in the block with this header, in wei; `None` before Cancun. Source:
    /// EIP-4844.
    #[must_use]
    pub fn blob_gas_price(&self, header: &Header) -> Option<u128> {
        let params = self.blob_params(header.timestamp)?;
        header.excess_blob_gas.map(|excess| params.calc_blob_fee(excess))
    }

    /// Price of blob gas in the child of the block with this header, at the parameters in force in
    /// that block, in wei; `None` before Cancun.
    #[must_use]
    pub fn next_blob_gas_price(&self, header: &Header) -> Option<u128> {
        header.next_block_blob_fee(self.blob_params(header.timestamp)?)
    }

    /// What the PREVRANDAO instruction answers in the block with this header, child of `parent`;
    /// block 0 has no parent. Before the merge the instruction does not exist and nobody asks.
    ///
    /// On a Hanzo chain it follows from the parent (decision D-04), on Ethereum it is the header's
    /// own `mixHash` (EIP-4399).
    #[must_use]
    pub fn prev_randao(&self, header: &Header, parent: Option<&Header>) -> B256 {
        match (&self.rules, parent) {
            (Rules::Hanzo(_), Some(parent)) => prev_randao(parent, header.number),
            (Rules::Hanzo(_), None) | (Rules::Ethereum(_), _) => header.mix_hash,
        }
    }

    /// Excess blob gas that the child of `parent` at `timestamp` must have, where it has any. A parent
    /// from before Cancun counts as one without blobs. Source: EIP-4844, EIP-7918; a Hanzo chain has
    /// no blobs (decision D-02).
    #[must_use]
    pub fn child_excess_blob_gas(&self, parent: &Header, timestamp: u64) -> u64 {
        match &self.rules {
            Rules::Hanzo(_) => 0,
            Rules::Ethereum(forks) => forks
                .blob_params(timestamp)
                .and_then(|params| parent.next_block_excess_blob_gas(params))
                .unwrap_or_default(),
        }
    }

    /// Base fee that the child of `parent` must have, in wei per gas; `None` before London.
    /// Source: EIP-1559.
    #[must_use]
    pub fn child_base_fee(&self, parent: &Header) -> Option<u64> {
        if let Rules::Ethereum(forks) = &self.rules {
            let number = parent.number.saturating_add(1);
            if !forks.is_active_at_block(EthereumHardfork::London, number) {
                return None;
            }
            if !forks.is_active_at_block(EthereumHardfork::London, parent.number) {
                return Some(INITIAL_BASE_FEE);
            }
        }
        Some(calc_next_block_base_fee(
            parent.gas_used,
            parent.gas_limit,
            parent.base_fee_per_gas.unwrap_or_default(),
            BaseFeeParams::ethereum(),
        ))
    }

    /// Base fee that a transaction in the child of `parent` has to pay, in wei per gas: zero
    /// before London.
    #[must_use]
    pub fn next_base_fee(&self, parent: &Header) -> u64 {
        self.child_base_fee(parent).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{COMPUTE_MINING, EpochField, ShareEpoch};
    use alloy_primitives::U256;
    use serde_json::Value;

    #[test]
    fn a_hanzo_chain_without_a_chain_id_is_refused() {
        let text = include_str!("../../../genesis/dev.json");
        assert_eq!(ChainSpec::from_genesis_json(text.as_bytes()).unwrap().chain_id(), 31_337);
        let mut genesis: Value = serde_json::from_str(text).unwrap();
        genesis["config"].as_object_mut().unwrap().remove("chainId");
        let refused = ChainSpec::from_genesis_json(genesis.to_string().as_bytes()).unwrap_err();
        assert_eq!(refused.to_string(), "genesis field `config.chainId` is missing");
    }

    /// What is said of the dev chain's file with these slots of `ComputeMining`.
    fn refusal_with_share_slots(slots: &[(U256, U256)]) -> String {
        let text = include_str!("../../../genesis/dev.json");
        let mut genesis: Value = serde_json::from_str(text).unwrap();
        let words = slots.iter().map(|(slot, value)| {
            (B256::from(*slot).to_string(), Value::from(B256::from(*value).to_string()))
        });
        let account = &mut genesis["alloc"][format!("{COMPUTE_MINING:#x}")];
        account["storage"] = Value::Object(words.collect());
        let read = ChainSpec::from_genesis_json(genesis.to_string().as_bytes());
        read.err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn the_books_of_shares_begin_with_the_difficulty_of_epoch_0_and_nothing_else() {
        let slot = |field| ShareEpoch::new(0).slot(field);
        let difficulty = (slot(EpochField::ShareDifficulty), U256::from(1 << 26));
        assert_eq!(refusal_with_share_slots(&[difficulty]), "");
        let missing = refusal_with_share_slots(&[]);
        assert!(missing.contains("difficulty of shares in epoch 0 and must be 0x"), "{missing}");
        let pool = refusal_with_share_slots(&[difficulty, (slot(EpochField::Pool), U256::from(7))]);
        let name = B256::from(slot(EpochField::Pool)).to_string();
        assert!(pool.contains(&name) && pool.contains("must be 0, found 0x7"), "{pool}");
    }
}
