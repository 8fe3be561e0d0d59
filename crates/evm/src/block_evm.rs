//! The EVM that runs the transactions of a block.

use crate::{
    evm_factory::HanzoEvmFactory,
    state_database::{DatabaseError, StateDatabase},
};
use alloy_evm::{EthEvm, EvmEnv, EvmFactory as _, precompiles::PrecompilesMap};
use hanzo_state::{StateError, StateRead};
use revm::{
    database::{State, WrapDatabaseRef},
    database_interface::bal::EvmDatabaseError,
    inspector::NoOpInspector,
};

/// World state with the changes of a block on top.
pub(crate) type BlockDatabase<'a> = State<WrapDatabaseRef<StateDatabase<'a>>>;

/// The EVM that runs the transactions of a block.
pub(crate) type BlockEvm<'a> = EthEvm<BlockDatabase<'a>, NoOpInspector, PrecompilesMap>;

/// An EVM in `env` that collects every change of `state`.
pub(crate) fn block_evm(state: &dyn StateRead, env: EvmEnv) -> BlockEvm<'_> {
    let database = State::builder()
        .with_database(WrapDatabaseRef(StateDatabase(state)))
        .with_bundle_update()
        .build();
    HanzoEvmFactory.create_evm(database, env)
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
