//! The environment a block gives to its transactions.

use crate::block_forks::BlockForks;
use alloy_evm::EvmEnv;
use alloy_hardforks::EthereumHardfork;
use alloy_primitives::B256;
use hanzo_types::{ChainSpec, Header, Rules};

/// Largest gas limit of one transaction unless the chain lifts it. Source: EIP-7825.
pub const DEFAULT_TRANSACTION_GAS_LIMIT_CAP: u64 = 16_777_216;

/// EIP-3860 allows init code twice as long as code.
const INIT_CODE_FACTOR: usize = 2;

/// The environment of the block with this header.
///
/// `prev_randao` is [`ChainSpec::prev_randao`] of the block; it is passed in because on a Hanzo
/// chain it derives from the parent, not from this header's own `mixHash` (decision D-04). Before
/// the merge it is not looked at.
pub(crate) fn block_environment(spec: &ChainSpec, header: &Header, prev_randao: B256) -> EvmEnv {
    let forks = BlockForks::of(spec, header);
    let blob_params = spec.blob_params(header.timestamp);
    let mut env = EvmEnv::for_eth_block(header, forks, spec.chain_id(), blob_params);
    if forks.has(EthereumHardfork::Paris) {
        env.block_env.prevrandao = Some(prev_randao);
    }
    let Rules::Hanzo(rules) = spec.rules() else { return env };
    let config = rules.config();
    if let Some(limit) = config.contract_size_limit.and_then(|limit| usize::try_from(limit).ok()) {
        env.cfg_env.limit_contract_code_size = Some(limit);
        env.cfg_env.limit_contract_initcode_size = Some(limit.saturating_mul(INIT_CODE_FACTOR));
    }
    if let Some(cap) = config.transaction_gas_limit_cap {
        env.cfg_env.tx_gas_limit_cap = Some(cap);
    }
    env
}

/// Largest gas limit of a transaction in the block with this header; none before Osaka.
pub(crate) fn transaction_gas_limit_cap(spec: &ChainSpec, header: &Header) -> Option<u64> {
    match spec.rules() {
        Rules::Hanzo(rules) => {
            let lifted = rules.config().transaction_gas_limit_cap;
            Some(lifted.unwrap_or(DEFAULT_TRANSACTION_GAS_LIMIT_CAP))
        }
        Rules::Ethereum(_) => {
            let capped = spec.fork_at(header) >= EthereumHardfork::Osaka;
            capped.then_some(DEFAULT_TRANSACTION_GAS_LIMIT_CAP)
        }
    }
}

/// Which rules for signed transactions of a block do not hold for somebody who only asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leniency {
    /// A call outside any block.
    Call,
    /// A call in a simulated block, as if it were a transaction.
    Simulated,
    /// The same, and it has to be one that a block would take. Source: execution-apis, `validation`
    /// of `eth_simulateV1`; geth leaves out there what is left out here.
    Validated,
}

/// Lifts checks that make sense for a signed transaction only. The limit of gas per transaction
/// (EIP-7825) is lifted for everybody: a call without a gas limit gets all that its block has.
pub(crate) const fn relax(env: &mut EvmEnv, leniency: Leniency) {
    let cfg = &mut env.cfg_env;
    cfg.disable_eip3607 = true;
    cfg.tx_gas_limit_cap = Some(u64::MAX);
    match leniency {
        Leniency::Call => {
            cfg.disable_nonce_check = true;
            cfg.disable_base_fee = true;
            cfg.disable_block_gas_limit = true;
        }
        Leniency::Simulated => cfg.disable_nonce_check = true,
        Leniency::Validated => {}
    }
}
