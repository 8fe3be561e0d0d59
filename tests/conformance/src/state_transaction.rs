//! The transaction of a state test, as a block would carry it.

use crate::{
    Indexes, PostEntry, Quantity, QuantityError, StateAuthorization, StateTest, StateTransaction,
};
use alloy_consensus::{
    EthereumTypedTransaction, SignableTransaction as _, TxEip1559, TxEip2930, TxEip4844, TxEip7702,
    TxLegacy,
};
use alloy_eips::{
    eip2718::{Decodable2718 as _, Eip2718Error},
    eip2930::AccessList,
    eip7702::{Authorization, SignedAuthorization},
};
use alloy_primitives::{Address, Bytes, Signature, TxKind, U256};
use alloy_signer::SignerSync as _;
use alloy_signer_local::PrivateKeySigner;
use hanzo_types::{RecoveredTransaction, Transaction};
use reth_primitives_traits::{Recovered, SignerRecoverable as _};
use thiserror::Error;

/// Why there is no such transaction: it could not be in any block.
#[derive(Debug, Error)]
pub(crate) enum UnsendableError {
    /// A number does not fit.
    #[error("{field}: {reason}")]
    Number {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        reason: QuantityError,
    },
    /// The encoding is not one of a transaction.
    #[error("the encoding: {0}")]
    Encoding(#[from] Eip2718Error),
    /// There are bytes after the encoding.
    #[error("{0} bytes after the encoding")]
    Trailing(usize),
    /// The signature does not recover to a sender.
    #[error("the signature does not recover to a sender")]
    Signature,
    /// A blob transaction or a delegation without recipient.
    #[error("a transaction of this type needs a recipient")]
    NoRecipient,
    /// Its price is missing.
    #[error("it has neither a gas price nor a fee cap")]
    NoPrice,
}

/// Why a fixture says nothing about a transaction.
#[derive(Debug, Error)]
pub(crate) enum TransactionError {
    /// The transaction cannot exist, which is what some cases are about.
    #[error(transparent)]
    Unsendable(#[from] UnsendableError),
    /// The fixture is damaged.
    #[error("the fixture has {0}")]
    Fixture(&'static str),
}

/// The transaction that `entry` is about: decoded and recovered if the fixture has its encoding,
/// else put together from its parts and signed with the fixture's key.
pub(crate) fn transaction_of(
    test: &StateTest,
    entry: &PostEntry,
    chain_id: u64,
) -> Result<RecoveredTransaction, TransactionError> {
    match &entry.txbytes {
        Some(encoded) => Ok(decode(encoded)?),
        None => assemble(&test.transaction, entry.indexes, chain_id),
    }
}

fn decode(encoded: &Bytes) -> Result<RecoveredTransaction, UnsendableError> {
    let mut rest = encoded.as_ref();
    let transaction = Transaction::decode_2718(&mut rest)?;
    if !rest.is_empty() {
        return Err(UnsendableError::Trailing(rest.len()));
    }
    let sender = transaction.recover_signer().map_err(|_| UnsendableError::Signature)?;
    Ok(Recovered::new_unchecked(transaction, sender))
}

fn assemble(
    parts: &StateTransaction,
    indexes: Indexes,
    chain_id: u64,
) -> Result<RecoveredTransaction, TransactionError> {
    let missing = TransactionError::Fixture;
    let variation = Variation {
        input: parts.data.get(indexes.data).ok_or(missing("no such data index"))?,
        gas_limit: parts.gas_limit.get(indexes.gas).ok_or(missing("no such gas index"))?,
        value: parts.value.get(indexes.value).ok_or(missing("no such value index"))?,
        access_list: parts
            .access_lists
            .as_ref()
            .map(|lists| lists.get(indexes.data).cloned().flatten().unwrap_or_default()),
    };
    let unsigned = typed(parts, &variation, chain_id)?;
    let Some(key) = parts.secret_key else {
        let sender = parts.sender.ok_or(missing("neither a key nor a sender"))?;
        let signature = Signature::test_signature();
        return Ok(Recovered::new_unchecked(unsigned.into_envelope(signature), sender));
    };
    let key = PrivateKeySigner::from_bytes(&key.to_word()).map_err(|_| missing("no valid key"))?;
    let signature = key
        .sign_hash_sync(&unsigned.signature_hash())
        .map_err(|_| missing("a key that does not sign"))?;
    Ok(Recovered::new_unchecked(unsigned.into_envelope(signature), key.address()))
}

/// What an entry picks from the lists of the transaction.
struct Variation<'a> {
    input: &'a Bytes,
    gas_limit: &'a str,
    value: &'a str,
    access_list: Option<AccessList>,
}

/// The transaction before it is signed. Its type follows from the fields that are there.
fn typed(
    parts: &StateTransaction,
    variation: &Variation<'_>,
    chain_id: u64,
) -> Result<EthereumTypedTransaction<TxEip4844>, UnsendableError> {
    let (nonce, gas_limit) =
        (u64_of("nonce", &parts.nonce)?, u64_of("gasLimit", variation.gas_limit)?);
    let value = number_of("value", variation.value)?.0;
    let to = recipient(parts)?;
    let (input, access_list) = (variation.input.clone(), variation.access_list.clone());
    let Some(max_fee) = &parts.max_fee_per_gas else {
        let price = parts.gas_price.as_ref().ok_or(UnsendableError::NoPrice)?;
        let gas_price = u128_of("gasPrice", price)?;
        return Ok(match access_list {
            None => {
                let chain_id = Some(chain_id);
                TxLegacy { chain_id, nonce, gas_price, gas_limit, to, value, input }.into()
            }
            Some(access_list) => {
                TxEip2930 { chain_id, nonce, gas_price, gas_limit, to, value, access_list, input }
                    .into()
            }
        });
    };
    let max_fee_per_gas = u128_of("maxFeePerGas", max_fee)?;
    let tip = parts.max_priority_fee_per_gas.as_deref().unwrap_or("0x0");
    let max_priority_fee_per_gas = u128_of("maxPriorityFeePerGas", tip)?;
    let access_list = access_list.unwrap_or_default();
    let contract = || to.to().copied().ok_or(UnsendableError::NoRecipient);
    if let Some(list) = &parts.authorization_list {
        let authorization_list = list.iter().map(authorization).collect::<Result<_, _>>()?;
        return Ok(TxEip7702 {
            chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas,
            max_priority_fee_per_gas,
            to: contract()?,
            value,
            access_list,
            authorization_list,
            input,
        }
        .into());
    }
    if parts.max_fee_per_blob_gas.is_some() || parts.blob_versioned_hashes.is_some() {
        let blob_fee = parts.max_fee_per_blob_gas.as_deref().unwrap_or("0x0");
        return Ok(TxEip4844 {
            chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas,
            max_priority_fee_per_gas,
            to: contract()?,
            value,
            access_list,
            blob_versioned_hashes: parts.blob_versioned_hashes.clone().unwrap_or_default(),
            max_fee_per_blob_gas: u128_of("maxFeePerBlobGas", blob_fee)?,
            input,
        }
        .into());
    }
    Ok(TxEip1559 {
        chain_id,
        nonce,
        gas_limit,
        max_fee_per_gas,
        max_priority_fee_per_gas,
        to,
        value,
        access_list,
        input,
    }
    .into())
}

fn recipient(parts: &StateTransaction) -> Result<TxKind, UnsendableError> {
    match parts.to.as_deref() {
        None | Some("" | "0x") => Ok(TxKind::Create),
        Some(address) => address.parse::<Address>().map(TxKind::Call).map_err(|_| {
            let reason = QuantityError { text: address.to_owned(), bits: 160 };
            UnsendableError::Number { field: "to", reason }
        }),
    }
}

fn authorization(parts: &StateAuthorization) -> Result<SignedAuthorization, UnsendableError> {
    let inner = Authorization {
        chain_id: number_of("chainId of an authorization", &parts.chain_id)?.0,
        address: parts.address,
        nonce: u64_of("nonce of an authorization", &parts.nonce)?,
    };
    let parity: U256 = number_of("v of an authorization", &parts.v)?.0;
    let parity = u8::try_from(parity).map_err(|_| {
        let reason = QuantityError { text: parts.v.clone(), bits: u8::BITS };
        UnsendableError::Number { field: "v of an authorization", reason }
    })?;
    let r = number_of("r of an authorization", &parts.r)?.0;
    let s = number_of("s of an authorization", &parts.s)?.0;
    Ok(SignedAuthorization::new_unchecked(inner, parity, r, s))
}

fn number_of(field: &'static str, text: &str) -> Result<Quantity, UnsendableError> {
    text.parse().map_err(|reason| UnsendableError::Number { field, reason })
}

fn u64_of(field: &'static str, text: &str) -> Result<u64, UnsendableError> {
    number_of(field, text)?.to_u64().map_err(|reason| UnsendableError::Number { field, reason })
}

fn u128_of(field: &'static str, text: &str) -> Result<u128, UnsendableError> {
    number_of(field, text)?.to_u128().map_err(|reason| UnsendableError::Number { field, reason })
}
