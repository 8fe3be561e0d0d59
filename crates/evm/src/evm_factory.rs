//! Which EVM runs: Ethereum's, with the precompiles of this chain.

use crate::{
    block_inspector::BlockInspector,
    create_collision::CreateCollision,
    environment::block_environment,
    evm_rules::EvmRules,
    precompiles::{ChainPrecompiles, NativePrecompiles},
};
use alloy_evm::{Database, EthEvm, Evm as _, EvmEnv, eth::EthEvmContext};
use alloy_primitives::{Address, B256};
use hanzo_types::{ChainSpec, Header};
use revm::{Context, Inspector, MainBuilder as _, MainContext as _};
use std::collections::BTreeMap;

/// The EVM of this chain.
pub(crate) type HanzoEvm<DB, I> = EthEvm<DB, I, ChainPrecompiles>;

/// The EVM of this chain on `database`. Together with the two below the one place that says
/// which precompiles exist, and that no EVM runs without the rule of EIP-7610.
pub(crate) fn hanzo_evm<DB: Database>(
    database: DB,
    env: EvmEnv,
    rules: EvmRules,
) -> HanzoEvm<DB, CreateCollision> {
    let EvmRules { collision, natives } = rules;
    let is_needed = collision.is_needed();
    let mut evm = build(database, env, natives, collision);
    evm.set_inspector_enabled(is_needed);
    evm
}

/// The same EVM for the transactions of a block.
pub(crate) fn watched_evm<DB: Database>(
    database: DB,
    env: EvmEnv,
    natives: NativePrecompiles,
    inspector: BlockInspector,
) -> HanzoEvm<DB, BlockInspector> {
    let is_needed = inspector.is_needed();
    let mut evm = build(database, env, natives, inspector);
    evm.set_inspector_enabled(is_needed);
    evm
}

/// The same EVM, watched by `inspector`.
pub(crate) fn inspected_evm<DB: Database, I: Inspector<EthEvmContext<DB>>>(
    database: DB,
    env: EvmEnv,
    rules: EvmRules,
    inspector: I,
) -> HanzoEvm<DB, (CreateCollision, I)> {
    let EvmRules { collision, natives } = rules;
    build(database, env, natives, (collision, inspector))
}

fn build<DB: Database, I: Inspector<EthEvmContext<DB>>>(
    database: DB,
    env: EvmEnv,
    natives: NativePrecompiles,
    inspector: I,
) -> HanzoEvm<DB, I> {
    let precompiles = natives.with_those_of(env.cfg_env.spec);
    let context = Context::mainnet().with_block(env.block_env).with_cfg(env.cfg_env);
    let evm = context.with_db(database).build_mainnet_with_inspector(inspector);
    EthEvm::new(evm.with_precompiles(precompiles), true)
}

/// Names and addresses of the precompiles in the block with this header. Source of the names:
/// EIP-7910.
#[must_use]
pub fn precompile_addresses(spec: &ChainSpec, header: &Header) -> BTreeMap<String, Address> {
    let fork = block_environment(spec, header, B256::ZERO).cfg_env.spec;
    NativePrecompiles::of(spec).with_those_of(fork).names()
}
