//! The EVM that runs the transactions of a block.

use crate::{
    block_inspector::BlockInspector,
    create_collision::CreateCollision,
    evm_factory::{HanzoEvm, watched_evm},
    precompiles::NativePrecompiles,
    state_database::{DatabaseError, StateDatabase},
};
use alloy_evm::EvmEnv;
use hanzo_state::{StateError, StateRead};
use hanzo_types::ChainSpec;
use revm::{
    database::{State, WrapDatabaseRef},
    database_interface::bal::EvmDatabaseError,
};

/// World state with the changes of a block on top.
pub(crate) type BlockDatabase<'a> = State<WrapDatabaseRef<StateDatabase<'a>>>;

/// The EVM that runs the transactions of a block.
pub(crate) type BlockEvm<'a> = HanzoEvm<BlockDatabase<'a>, BlockInspector>;

/// An EVM of the chain of `spec` in `env` that collects every change of `state`.
pub(crate) fn block_evm<'a>(
    state: &'a dyn StateRead,
    env: EvmEnv,
    spec: &ChainSpec,
) -> BlockEvm<'a> {
    let inspector = BlockInspector::new(CreateCollision::of(spec), None);
    watched_evm(block_database(state), env, NativePrecompiles::of(spec), inspector)
}

/// A database that collects every change of `state`.
pub(crate) fn block_database(state: &dyn StateRead) -> BlockDatabase<'_> {
    State::builder()
        .with_database(WrapDatabaseRef(StateDatabase(state)))
        .with_bundle_update()
        .build()
}

/// A failed read through a [`BlockDatabase`].
pub(crate) type BlockDatabaseError = EvmDatabaseError<DatabaseError>;

/// The state's own error. Block access lists, the other source, are not used.
pub(crate) fn read_error(error: BlockDatabaseError) -> StateError {
    match error {
        EvmDatabaseError::Database(error) => error.0,
        EvmDatabaseError::Bal(error) => StateError::storage(error),
    }
}
