//! What a call of `NativeCoin` changes.

use alloy_primitives::{Address, Log, LogData, U256, b256};
use hanzo_types::AI;

/// `Transfer(address,address,uint256)`. Source: ERC-20.
const TRANSFER: alloy_primitives::B256 =
    b256!("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");

/// A change of balances, in wei.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// Coins go from one account to another.
    Transfer { from: Address, to: Address, value: U256 },
    /// Coins come into being.
    Mint { to: Address, value: U256 },
    /// Coins cease to be.
    Burn { from: Address, value: U256 },
}

impl Change {
    /// Gas before the work, an account that comes into being not included. Source: seed-features
    /// §5.1; each covers the cold accesses, writes and the log that the same cost a contract.
    pub(super) const fn gas(&self) -> u64 {
        match self {
            Self::Transfer { .. } => 9_000,
            Self::Mint { .. } => 30_000,
            Self::Burn { .. } => 10_000,
        }
    }

    /// Who is paid, if anybody.
    pub(super) const fn receiver(&self) -> Option<Address> {
        match self {
            Self::Transfer { to, .. } | Self::Mint { to, .. } => Some(*to),
            Self::Burn { .. } => None,
        }
    }

    /// What the token logs. Source: ERC-20; decision D-34.
    pub(super) fn log(&self) -> Log {
        let (from, to, value) = match *self {
            Self::Transfer { from, to, value } => (from, to, value),
            Self::Mint { to, value } => (Address::ZERO, to, value),
            Self::Burn { from, value } => (from, Address::ZERO, value),
        };
        let topics = vec![TRANSFER, from.into_word(), to.into_word()];
        let data = value.to_be_bytes::<32>().into();
        Log { address: AI, data: LogData::new_unchecked(topics, data) }
    }
}
