//! The environment a block gives to its transactions.

use alloy_eips::eip7840::BlobParams;
use alloy_evm::EvmEnv;
use alloy_primitives::B256;
use hanzo_types::{ChainSpec, Header};

/// Largest gas limit of one transaction unless the chain lifts it. Source: EIP-7825.
pub const DEFAULT_TRANSACTION_GAS_LIMIT_CAP: u64 = 16_777_216;

/// EIP-3860 allows init code twice as long as code.
const INIT_CODE_FACTOR: usize = 2;

/// The environment of the block with this header.
///
/// `prev_randao` is passed in because it derives from the parent, not from this header's own
/// `mixHash` (decision D-04).
pub(crate) fn block_environment(spec: &ChainSpec, header: &Header, prev_randao: B256) -> EvmEnv {
    let mut env = EvmEnv::for_eth_block(header, spec, spec.chain_id(), Some(BlobParams::osaka()));
    env.block_env.prevrandao = Some(prev_randao);
    let config = spec.config();
    if let Some(limit) = config.contract_size_limit.and_then(|limit| usize::try_from(limit).ok()) {
        env.cfg_env.limit_contract_code_size = Some(limit);
        env.cfg_env.limit_contract_initcode_size = Some(limit.saturating_mul(INIT_CODE_FACTOR));
    }
    if let Some(cap) = config.transaction_gas_limit_cap {
        env.cfg_env.tx_gas_limit_cap = Some(cap);
    }
    env
}
