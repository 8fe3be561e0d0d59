//! A transaction that passed every check that needs no state.

use crate::{PoolError, TransactionRules, floor_data_gas, intrinsic_gas};
use alloy_consensus::Transaction as _;
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{B256, U256};
use alloy_rlp::Encodable as _;
use hanzo_types::{RecoveredTransaction, Transaction};

/// A transaction that passed every check that needs no state: [`CheckedTransaction::check`] is the
/// only way to get one.
#[derive(Debug, Clone)]
pub(crate) struct CheckedTransaction {
    pub(crate) transaction: RecoveredTransaction,
    pub(crate) hash: B256,
    /// Bytes in a block body.
    pub(crate) encoded_bytes: usize,
    pub(crate) fees: TransactionFees,
    pub(crate) nonce: u64,
    pub(crate) gas_limit: u64,
    /// Most that it can cost, in wei; a cost beyond 2^256 counts as 2^256 − 1, which nobody has.
    pub(crate) cost: U256,
}

/// What a transaction offers, in wei per gas. A gas price is both.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TransactionFees {
    pub(crate) cap: u128,
    pub(crate) tip: u128,
}

impl CheckedTransaction {
    /// Checks what needs no state, the cheap things first.
    ///
    /// # Errors
    /// The variants of [`PoolError`] whose fault is the sender's, the signature excepted.
    pub(crate) fn check(
        transaction: RecoveredTransaction,
        rules: &TransactionRules,
    ) -> Result<Self, PoolError> {
        check_type(&transaction)?;
        let bytes = transaction.encode_2718_len();
        if bytes > rules.max_transaction_bytes {
            return Err(PoolError::Oversized { bytes, limit: rules.max_transaction_bytes });
        }
        check_chain_id(&transaction, rules.chain_id)?;
        check_limits(&transaction, rules)?;
        let fees = check_fees(&transaction)?;
        check_gas(&transaction)?;
        let gas_limit = transaction.gas_limit();
        let cost = U256::from(gas_limit)
            .saturating_mul(U256::from(fees.cap))
            .saturating_add(transaction.value());
        Ok(Self {
            hash: *transaction.tx_hash(),
            encoded_bytes: transaction.length(),
            fees,
            nonce: transaction.nonce(),
            gas_limit,
            cost,
            transaction,
        })
    }
}

fn check_type(transaction: &Transaction) -> Result<(), PoolError> {
    match transaction {
        Transaction::Eip4844(_) => Err(PoolError::BlobTransaction),
        Transaction::Eip7702(signed) if signed.tx().authorization_list.is_empty() => {
            Err(PoolError::EmptyAuthorizationList)
        }
        Transaction::Legacy(_)
        | Transaction::Eip2930(_)
        | Transaction::Eip1559(_)
        | Transaction::Eip7702(_) => Ok(()),
    }
}

/// Refuses a transaction of another chain, and one that could be replayed on any chain.
pub(crate) fn check_chain_id(transaction: &Transaction, want: u64) -> Result<(), PoolError> {
    match transaction.chain_id() {
        None => Err(PoolError::Unprotected),
        Some(have) if have != want => Err(PoolError::InvalidChainId { have, want }),
        Some(_) => Ok(()),
    }
}

fn check_limits(transaction: &Transaction, rules: &TransactionRules) -> Result<(), PoolError> {
    let init_code_bytes = transaction.input().len();
    if transaction.is_create() && init_code_bytes > rules.max_init_code_bytes {
        return Err(PoolError::InitCodeTooLarge {
            bytes: init_code_bytes,
            limit: rules.max_init_code_bytes,
        });
    }
    let gas_limit = transaction.gas_limit();
    if gas_limit > rules.gas_limit_cap {
        return Err(PoolError::GasLimitTooHigh { gas_limit, cap: rules.gas_limit_cap });
    }
    if transaction.nonce() == u64::MAX {
        return Err(PoolError::NonceMax);
    }
    Ok(())
}

fn check_fees(transaction: &Transaction) -> Result<TransactionFees, PoolError> {
    let fee_cap = transaction.max_fee_per_gas();
    let tip = transaction.priority_fee_or_price();
    if tip > fee_cap {
        return Err(PoolError::TipAboveFeeCap { tip, fee_cap });
    }
    Ok(TransactionFees { cap: fee_cap, tip })
}

fn check_gas(transaction: &Transaction) -> Result<(), PoolError> {
    let gas_limit = transaction.gas_limit();
    let needed = intrinsic_gas(transaction);
    if gas_limit < needed {
        return Err(PoolError::IntrinsicGas { gas_limit, needed });
    }
    let needed = floor_data_gas(transaction);
    if gas_limit < needed {
        return Err(PoolError::FloorDataGas { gas_limit, needed });
    }
    Ok(())
}
