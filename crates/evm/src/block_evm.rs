//! The EVM that runs the transactions of a block.

use crate::{
    create_collision::CreateCollision,
    evm_factory::{HanzoEvm, hanzo_evm},
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
pub(crate) type BlockEvm<'a> = HanzoEvm<BlockDatabase<'a>, CreateCollision>;

/// An EVM of the chain of `spec` in `env` that collects every change of `state`.
pub(crate) fn block_evm<'a>(
    state: &'a dyn StateRead,
    env: EvmEnv,
    spec: &ChainSpec,
) -> BlockEvm<'a> {
    let database = State::builder()
        .with_database(WrapDatabaseRef(StateDatabase(state)))
        .with_bundle_update()
        .build();
    hanzo_evm(database, env, CreateCollision::of(spec))
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
