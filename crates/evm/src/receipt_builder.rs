//! How an execution result becomes a receipt.

use alloy_consensus::{Eip658Value, TxType};
use alloy_evm::{
    Evm,
    eth::receipt_builder::{ReceiptBuilder, ReceiptBuilderCtx},
};
use hanzo_types::{Receipt, Transaction};

/// Builds receipts with a status (EIP-658) and a bloom filter.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct StatusReceiptBuilder;

impl ReceiptBuilder for StatusReceiptBuilder {
    type Transaction = Transaction;
    type Receipt = Receipt;

    fn build_receipt<E: Evm>(&self, ctx: ReceiptBuilderCtx<'_, TxType, E>) -> Receipt {
        let receipt = alloy_consensus::Receipt {
            status: Eip658Value::Eip658(ctx.result.is_success()),
            cumulative_gas_used: ctx.cumulative_gas_used,
            logs: ctx.result.into_logs(),
        }
        .with_bloom();
        match ctx.tx_type {
            TxType::Legacy => Receipt::Legacy(receipt),
            TxType::Eip2930 => Receipt::Eip2930(receipt),
            TxType::Eip1559 => Receipt::Eip1559(receipt),
            TxType::Eip4844 => Receipt::Eip4844(receipt),
            TxType::Eip7702 => Receipt::Eip7702(receipt),
        }
    }
}
