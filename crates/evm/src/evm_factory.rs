//! Which EVM runs: Ethereum's, with the precompiles of this chain.

use alloy_evm::{
    Database, EthEvm, EvmEnv, EvmFactory,
    eth::{EthEvmBuilder, EthEvmContext},
    precompiles::PrecompilesMap,
};
use revm::{
    Inspector,
    context::{BlockEnv, DBErrorMarker, TxEnv},
    context_interface::result::{EVMError, HaltReason},
    inspector::NoOpInspector,
    precompile::{PrecompileSpecId, Precompiles},
    primitives::hardfork::SpecId,
};

/// Makes the EVM of this chain. The one place that says which precompiles exist.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct HanzoEvmFactory;

/// The precompiles of the given fork. Built for each EVM: it costs about a microsecond, and an
/// existing map does not follow a change of fork.
fn precompiles(spec: SpecId) -> PrecompilesMap {
    PrecompilesMap::from_static(Precompiles::new(PrecompileSpecId::from_spec_id(spec)))
}

impl EvmFactory for HanzoEvmFactory {
    type Evm<DB: Database, I: Inspector<EthEvmContext<DB>>> = EthEvm<DB, I, PrecompilesMap>;
    type Context<DB: Database> = EthEvmContext<DB>;
    type Tx = TxEnv;
    type Error<DBError: DBErrorMarker> = EVMError<DBError>;
    type HaltReason = HaltReason;
    type Spec = SpecId;
    type BlockEnv = BlockEnv;
    type Precompiles = PrecompilesMap;

    fn create_evm<DB: Database>(&self, db: DB, env: EvmEnv) -> Self::Evm<DB, NoOpInspector> {
        let precompiles = precompiles(env.cfg_env.spec);
        EthEvmBuilder::new(db, env).precompiles(precompiles).build()
    }

    fn create_evm_with_inspector<DB: Database, I: Inspector<Self::Context<DB>>>(
        &self,
        db: DB,
        env: EvmEnv,
        inspector: I,
    ) -> Self::Evm<DB, I> {
        let precompiles = precompiles(env.cfg_env.spec);
        EthEvmBuilder::new(db, env).precompiles(precompiles).activate_inspector(inspector).build()
    }
}
