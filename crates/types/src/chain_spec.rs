//! A chain: everything its genesis file fixes for ever.

use crate::{
    Block, EmissionSchedule, GenesisError, HanzoConfig, Header, SealedHeader,
    genesis::CheckedGenesis,
};
use alloy_consensus::constants::{EMPTY_OMMER_ROOT_HASH, EMPTY_WITHDRAWALS};
use alloy_eips::{
    eip1559::{BaseFeeParams, calc_next_block_base_fee},
    eip7685::EMPTY_REQUESTS_HASH,
};
use alloy_genesis::Genesis;
use alloy_hardforks::{EthereumHardfork, EthereumHardforks, ForkCondition};
use alloy_primitives::{B256, U256};
use alloy_trie::{EMPTY_ROOT_HASH, TrieAccount, root::state_root_ref_unhashed};
use std::fmt;

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
    /// Any other chain id.
    Custom,
}

impl ChainName {
    /// Name of the chain with this id.
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

/// A chain: its genesis block and its consensus settings. Immutable and shared.
#[derive(Debug, Clone)]
pub struct ChainSpec {
    genesis: Genesis,
    genesis_header: SealedHeader,
    genesis_supply: U256,
    config: HanzoConfig,
    emission: EmissionSchedule,
}

impl ChainSpec {
    /// Reads a chain from a genesis file in geth's format with a `config.hanzo` section.
    ///
    /// # Errors
    /// [`GenesisError`] naming the first field that is malformed or out of range.
    pub fn from_genesis_json(json: &[u8]) -> Result<Self, GenesisError> {
        let CheckedGenesis { genesis, config, supply } = CheckedGenesis::read(json)?;
        let genesis_header = SealedHeader::seal_slow(genesis_header(&genesis));
        let emission = EmissionSchedule::new(config.emission_preset, config.target_block_time);
        Ok(Self { genesis, genesis_header, genesis_supply: supply, config, emission })
    }

    /// Chain id. Source: EIP-155.
    #[must_use]
    pub const fn chain_id(&self) -> u64 {
        self.genesis.config.chain_id
    }

    /// Which of the known chains this is.
    #[must_use]
    pub const fn name(&self) -> ChainName {
        ChainName::of(self.chain_id())
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
        Block {
            header: self.genesis_header.header().clone(),
            body: crate::BlockBody {
                transactions: Vec::new(),
                ommers: Vec::new(),
                withdrawals: Some(alloy_eips::eip4895::Withdrawals::default()),
            },
        }
    }

    /// Hash of block 0.
    #[must_use]
    pub fn genesis_hash(&self) -> B256 {
        self.genesis_header.hash()
    }

    /// Coins that exist at genesis, in wei.
    #[must_use]
    pub const fn genesis_supply(&self) -> U256 {
        self.genesis_supply
    }

    /// The consensus settings.
    #[must_use]
    pub const fn config(&self) -> &HanzoConfig {
        &self.config
    }

    /// How much a block may mint, by height.
    #[must_use]
    pub const fn emission(&self) -> &EmissionSchedule {
        &self.emission
    }

    /// Gas limit that block builders steer to, unless told otherwise (decision D-02).
    #[must_use]
    pub const fn target_gas_limit(&self) -> u64 {
        self.genesis.gas_limit
    }

    /// Base fee of the child of `parent`, in wei per gas. Source: EIP-1559.
    #[must_use]
    pub fn next_base_fee(&self, parent: &Header) -> u64 {
        calc_next_block_base_fee(
            parent.gas_used,
            parent.gas_limit,
            parent.base_fee_per_gas.unwrap_or_default(),
            BaseFeeParams::ethereum(),
        )
    }
}

impl EthereumHardforks for ChainSpec {
    /// Everything up to Osaka from genesis, nothing after, and never the DAO fork. Paris counts
    /// as active so that the EVM sees PREVRANDAO and no difficulty (decision D-02).
    fn ethereum_fork_activation(&self, fork: EthereumHardfork) -> ForkCondition {
        if fork == EthereumHardfork::Dao || fork > EthereumHardfork::Osaka {
            ForkCondition::Never
        } else if fork <= EthereumHardfork::Paris {
            ForkCondition::Block(0)
        } else {
            ForkCondition::Timestamp(0)
        }
    }
}

/// The header of block 0: the file's fields, the root of its accounts, and the constants that
/// decision D-02 requires of every Hanzo header.
fn genesis_header(genesis: &Genesis) -> Header {
    let accounts: Vec<_> = genesis
        .alloc
        .iter()
        .map(|(address, account)| (*address, TrieAccount::from(account.clone())))
        .collect();
    let base_fee = genesis.base_fee_per_gas.unwrap_or_default();
    Header {
        parent_hash: B256::ZERO,
        ommers_hash: EMPTY_OMMER_ROOT_HASH,
        beneficiary: genesis.coinbase,
        state_root: state_root_ref_unhashed(accounts.iter().map(|(a, t)| (a, t))),
        transactions_root: EMPTY_ROOT_HASH,
        receipts_root: EMPTY_ROOT_HASH,
        difficulty: genesis.difficulty,
        number: 0,
        gas_limit: genesis.gas_limit,
        timestamp: genesis.timestamp,
        extra_data: genesis.extra_data.clone(),
        mix_hash: genesis.mix_hash,
        nonce: genesis.nonce.into(),
        base_fee_per_gas: u64::try_from(base_fee).ok(),
        withdrawals_root: Some(EMPTY_WITHDRAWALS),
        blob_gas_used: Some(0),
        excess_blob_gas: Some(0),
        parent_beacon_block_root: Some(B256::ZERO),
        requests_hash: Some(EMPTY_REQUESTS_HASH),
        ..Default::default()
    }
}
