//! The Ethereum objects under the names this project uses for them.

use alloy_consensus::{EthereumTxEnvelope, TxEip4844};

/// A block header with the 21 fields of the Osaka fork. Source: Yellow Paper §4.3, EIP-1559,
/// EIP-4895, EIP-4844, EIP-4788, EIP-7685.
pub type Header = alloy_consensus::Header;

/// A signed transaction of any type a block may carry. Source: EIP-2718.
pub type Transaction = EthereumTxEnvelope<TxEip4844>;

/// A block: header and body.
pub type Block = alloy_consensus::Block<Transaction>;

/// A block body: transactions, ommers (always empty here), withdrawals (always empty here).
pub type BlockBody = alloy_consensus::BlockBody<Transaction>;

/// A transaction receipt with its bloom filter. Source: EIP-2718, EIP-658.
pub type Receipt = alloy_consensus::ReceiptEnvelope;

/// A header whose hash is known.
pub type SealedHeader = reth_primitives_traits::SealedHeader<Header>;

/// A block whose hash is known.
pub type SealedBlock = reth_primitives_traits::SealedBlock<Block>;

/// A block whose hash and transaction senders are known.
pub type RecoveredBlock = reth_primitives_traits::RecoveredBlock<Block>;

/// A transaction whose signer is known.
pub type RecoveredTransaction = reth_primitives_traits::Recovered<Transaction>;
