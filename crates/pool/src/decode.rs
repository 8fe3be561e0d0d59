//! From the bytes of `eth_sendRawTransaction` to a transaction with a known sender.

use crate::{PoolError, TransactionRules, checked_transaction::check_chain_id};
use alloy_consensus::transaction::SignerRecoverable as _;
use alloy_eips::eip2718::Decodable2718 as _;
use hanzo_types::{RecoveredTransaction, Transaction};
use reth_primitives_traits::Recovered;

/// Type byte of a blob transaction. Source: EIP-4844.
const BLOB_TYPE: u8 = 3;

/// Largest type byte that a known transaction has. Source: EIP-7702.
const LAST_TYPE: u8 = 4;

/// First byte of the RLP list that a legacy transaction is. Source: EIP-2718.
const LEGACY_LIST: u8 = 0xc0;

/// Decodes an EIP-2718 transaction and recovers its sender. The cheap checks come first: size,
/// type, encoding, chain id, and only then the signature.
///
/// # Errors
/// [`PoolError::Oversized`], [`PoolError::BlobTransaction`], [`PoolError::UnsupportedType`],
/// [`PoolError::Malformed`], [`PoolError::InvalidChainId`], [`PoolError::Unprotected`],
/// [`PoolError::InvalidSignature`] (a high `s` among them, EIP-2).
pub fn decode_transaction(
    bytes: &[u8],
    rules: &TransactionRules,
) -> Result<RecoveredTransaction, PoolError> {
    if bytes.len() > rules.max_transaction_bytes {
        return Err(PoolError::Oversized {
            bytes: bytes.len(),
            limit: rules.max_transaction_bytes,
        });
    }
    match bytes.first() {
        None => return Err(PoolError::Malformed { reason: "no bytes".to_owned() }),
        // Before decoding: a blob transaction comes with its blobs, which nothing here can read.
        Some(&BLOB_TYPE) => return Err(PoolError::BlobTransaction),
        Some(&ty) if ty == 0 || (ty > LAST_TYPE && ty < LEGACY_LIST) => {
            return Err(PoolError::UnsupportedType { ty });
        }
        Some(_) => {}
    }
    let transaction = Transaction::decode_2718_exact(bytes)
        .map_err(|error| PoolError::Malformed { reason: error.to_string() })?;
    check_chain_id(&transaction, rules.chain_id)?;
    let signer = transaction.recover_signer().map_err(|_| PoolError::InvalidSignature)?;
    Ok(Recovered::new_unchecked(transaction, signer))
}
