//! When each fork of a plain Ethereum chain starts.

use crate::{GenesisError, blob_schedule::BlobSchedule, ethereum_genesis};
use alloy_eips::{eip6110::MAINNET_DEPOSIT_CONTRACT_ADDRESS, eip7840::BlobParams};
use alloy_genesis::ChainConfig;
use alloy_hardforks::EthereumHardfork;
use alloy_primitives::{Address, U256};

/// The fork schedule of a plain Ethereum chain, from `config` of its genesis file. Checked: the
/// forks are in order and none is skipped, so the newest active one implies all before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EthereumForks {
    /// Forks by block number, ascending: Homestead to Gray Glacier, without the DAO fork.
    blocks: Vec<(EthereumHardfork, u64)>,
    /// Forks by timestamp, ascending: Shanghai to Osaka.
    times: Vec<(EthereumHardfork, u64)>,
    eip155_block: Option<u64>,
    dao: Option<DaoFork>,
    terminal_total_difficulty: Option<U256>,
    blobs: BlobSchedule,
    deposit_contract: Address,
}

/// The DAO fork and this chain's side of it. Source: EIP-779.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DaoFork {
    /// First of the ten blocks whose extra data is prescribed.
    pub block: u64,
    /// Which side this chain took.
    pub side: DaoSide,
}

/// Which side of the DAO fork a chain took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DaoSide {
    /// The balances were moved, and ten blocks carry the mark.
    Supports,
    /// They were not, and the ten blocks must not carry the mark.
    Opposes,
}

impl EthereumForks {
    /// The schedule of a genesis file.
    ///
    /// # Errors
    /// [`GenesisError`] naming the first field that is out of order, unknown or not supported.
    pub(crate) fn read(config: &ChainConfig) -> Result<Self, GenesisError> {
        ethereum_genesis::check_config(config)?;
        let started = |forks: &[(EthereumHardfork, Option<u64>)]| -> Vec<(EthereumHardfork, u64)> {
            forks.iter().filter_map(|(fork, at)| Some((*fork, (*at)?))).collect()
        };
        let side = if config.dao_fork_support { DaoSide::Supports } else { DaoSide::Opposes };
        Ok(Self {
            blocks: started(&block_forks(config)),
            times: started(&time_forks(config)),
            eip155_block: config.eip155_block,
            dao: config.dao_fork_block.map(|block| DaoFork { block, side }),
            terminal_total_difficulty: ethereum_genesis::terminal_total_difficulty(config),
            blobs: BlobSchedule::read(config)?,
            deposit_contract: config
                .deposit_contract_address
                .unwrap_or(MAINNET_DEPOSIT_CONTRACT_ADDRESS),
        })
    }

    /// Whether `fork`, one of those that start at a block number, is active in block `number`.
    #[must_use]
    pub fn is_active_at_block(&self, fork: EthereumHardfork, number: u64) -> bool {
        self.block_of(fork).is_some_and(|start| start <= number)
    }

    /// Whether `fork`, one of those that start at a time, is active at `timestamp`. Whether the
    /// chain has merged by then is another question.
    #[must_use]
    pub fn is_active_at_time(&self, fork: EthereumHardfork, timestamp: u64) -> bool {
        self.times.iter().any(|(known, start)| *known == fork && *start <= timestamp)
    }

    /// Unix times at which rules or blob parameters change, ascending, each once.
    #[must_use]
    pub fn activation_times(&self) -> Vec<u64> {
        let forks = self.times.iter().map(|(_, start)| *start);
        let mut times: Vec<u64> = forks.chain(self.blobs.starts()).collect();
        times.sort_unstable();
        times.dedup();
        times
    }

    /// First block of `fork`; `None` if it never comes or does not start at a block number.
    #[must_use]
    pub fn block_of(&self, fork: EthereumHardfork) -> Option<u64> {
        self.blocks.iter().find(|(known, _)| *known == fork).map(|(_, start)| *start)
    }

    /// Newest fork that starts at a block number and is active in block `number`.
    pub(crate) fn newest_by_block(&self, number: u64) -> EthereumHardfork {
        let active = self.blocks.iter().rev().find(|(_, start)| *start <= number);
        active.map_or(EthereumHardfork::Frontier, |(fork, _)| *fork)
    }

    /// Newest fork of a merged chain at `timestamp`.
    pub(crate) fn newest_by_time(&self, timestamp: u64) -> EthereumHardfork {
        let active = self.times.iter().rev().find(|(_, start)| *start <= timestamp);
        active.map_or(EthereumHardfork::Paris, |(fork, _)| *fork)
    }

    /// First block whose transactions may carry a chain id. Source: EIP-155.
    #[must_use]
    pub const fn eip155_block(&self) -> Option<u64> {
        self.eip155_block
    }

    /// The DAO fork, if this chain lived through it.
    #[must_use]
    pub const fn dao(&self) -> Option<DaoFork> {
        self.dao
    }

    /// Total difficulty after which blocks are no longer mined; `None` if that never happens.
    /// Source: EIP-3675.
    #[must_use]
    pub const fn terminal_total_difficulty(&self) -> Option<U256> {
        self.terminal_total_difficulty
    }

    /// Blob parameters at `timestamp`; `None` before Cancun. Source: EIP-4844, EIP-7840.
    #[must_use]
    pub fn blob_params(&self, timestamp: u64) -> Option<BlobParams> {
        self.blobs.at(timestamp)
    }

    /// Contract whose logs are deposits. Source: EIP-6110.
    #[must_use]
    pub const fn deposit_contract(&self) -> Address {
        self.deposit_contract
    }
}

/// Forks by block number in the order in which they build on one another. Petersburg, where the
/// file does not name it, comes with Constantinople. Source: geth.
fn block_forks(config: &ChainConfig) -> [(EthereumHardfork, Option<u64>); 12] {
    use EthereumHardfork as Fork;
    [
        (Fork::Homestead, config.homestead_block),
        (Fork::Tangerine, config.eip150_block),
        (Fork::SpuriousDragon, config.eip158_block),
        (Fork::Byzantium, config.byzantium_block),
        (Fork::Constantinople, config.constantinople_block),
        (Fork::Petersburg, config.petersburg_block.or(config.constantinople_block)),
        (Fork::Istanbul, config.istanbul_block),
        (Fork::MuirGlacier, config.muir_glacier_block),
        (Fork::Berlin, config.berlin_block),
        (Fork::London, config.london_block),
        (Fork::ArrowGlacier, config.arrow_glacier_block),
        (Fork::GrayGlacier, config.gray_glacier_block),
    ]
}

const fn time_forks(config: &ChainConfig) -> [(EthereumHardfork, Option<u64>); 4] {
    use EthereumHardfork as Fork;
    [
        (Fork::Shanghai, config.shanghai_time),
        (Fork::Cancun, config.cancun_time),
        (Fork::Prague, config.prague_time),
        (Fork::Osaka, config.osaka_time),
    ]
}
