//! What every transaction costs.

/// Gas of any transaction before its first instruction, in gas. None uses less: refunds do not go below it.
/// Source: Yellow Paper appendix G (`G_transaction`), EIP-7623.
pub const MIN_TRANSACTION_GAS: u64 = 21_000;
