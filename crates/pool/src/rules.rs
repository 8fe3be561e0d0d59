//! What a chain demands of every transaction, whatever its state.

use alloy_eips::eip7825::MAX_TX_GAS_LIMIT_OSAKA;
use hanzo_types::{ChainSpec, Rules};

/// Longest EIP-2718 encoding of a transaction, in bytes, unless the chain allows longer contracts:
/// 128 KiB, as every Ethereum client has it. It keeps one transaction from filling the pool's
/// memory or a gossip message.
pub const MAX_TRANSACTION_BYTES: usize = 131_072;

/// Longest contract code, in bytes. Source: EIP-170.
const MAX_CODE_BYTES: usize = 24_576;

/// Init code may be twice as long as code. Source: EIP-3860.
const INIT_CODE_FACTOR: usize = 2;

/// What surrounds the init code in a transaction that deploys a contract, in bytes: the other
/// fields and the signature take less than 300, an access list of 60 slots another 2 000.
const ENVELOPE_BYTES: usize = 4_096;

/// What a chain demands of every transaction, whatever its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransactionRules {
    /// Chain id that the signature must commit to. Source: EIP-155.
    pub chain_id: u64,
    /// Longest EIP-2718 encoding, in bytes.
    pub max_transaction_bytes: usize,
    /// Longest init code, in bytes. Source: EIP-3860.
    pub max_init_code_bytes: usize,
    /// Largest gas limit of one transaction. Source: EIP-7825.
    pub gas_limit_cap: u64,
}

impl TransactionRules {
    /// The rules of a chain.
    #[must_use]
    pub fn of(spec: &ChainSpec) -> Self {
        let (contract_size_limit, transaction_gas_limit_cap) = match spec.rules() {
            Rules::Hanzo(rules) => {
                let config = rules.config();
                (config.contract_size_limit, config.transaction_gas_limit_cap)
            }
            // Such a chain is only read, so its pool stays empty whatever the limits are.
            Rules::Ethereum(_) => (None, None),
        };
        let max_code_bytes = contract_size_limit
            .map_or(MAX_CODE_BYTES, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        let max_init_code_bytes = max_code_bytes.saturating_mul(INIT_CODE_FACTOR);
        Self {
            chain_id: spec.chain_id(),
            max_transaction_bytes: MAX_TRANSACTION_BYTES
                .max(max_init_code_bytes.saturating_add(ENVELOPE_BYTES)),
            max_init_code_bytes,
            gas_limit_cap: transaction_gas_limit_cap.unwrap_or(MAX_TX_GAS_LIMIT_OSAKA),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hanzo_testkit::{dev_spec, spec_with};

    #[test]
    fn a_chain_without_settings_of_its_own_has_ethereums_limits() {
        let rules = TransactionRules::of(&dev_spec());
        assert_eq!(rules.chain_id, 31_337);
        assert_eq!(rules.max_transaction_bytes, 131_072);
        assert_eq!(rules.max_init_code_bytes, 49_152);
        assert_eq!(rules.gas_limit_cap, 16_777_216);
    }

    #[test]
    fn a_longer_contract_size_limit_lifts_the_transaction_size_with_it() {
        let spec = spec_with(|genesis| {
            genesis["config"]["hanzo"]["contractSizeLimit"] = 1_048_576.into();
            genesis["config"]["hanzo"]["transactionGasLimitCap"] = 25_000_000.into();
        });
        let rules = TransactionRules::of(&spec);
        assert_eq!(rules.max_init_code_bytes, 2_097_152);
        assert_eq!(rules.max_transaction_bytes, 2_097_152 + ENVELOPE_BYTES);
        assert_eq!(rules.gas_limit_cap, 25_000_000);
    }
}
