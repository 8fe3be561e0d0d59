//! What comes before the first transaction of a block.

use crate::{
    ExecutionError,
    block_evm::{BlockDatabase, BlockDatabaseError, BlockEvm, block_evm, read_error},
    block_forks::BlockForks,
    environment::block_environment,
    receipt_builder::StatusReceiptBuilder,
};
use alloy_evm::{
    Evm as _,
    block::BlockExecutor as _,
    eth::{
        EthBlockExecutionCtx, EthBlockExecutor,
        dao_fork::{DAO_HARDFORK_ACCOUNTS, DAO_HARDFORK_BENEFICIARY},
    },
};
use alloy_primitives::{Address, U256, map::HashMap};
use hanzo_state::StateRead;
use hanzo_types::{ChainSpec, DaoSide, Header, Rules};
use revm::{
    Database as _, DatabaseCommit as _,
    state::{Account, TransactionId},
};

/// alloy-evm's executor, which runs the transactions of every block.
pub(crate) type TransactionExecutor<'a> =
    EthBlockExecutor<'a, BlockEvm<'a>, BlockForks, StatusReceiptBuilder>;

/// A block whose first transaction is next.
pub(crate) struct StartedBlock<'a> {
    pub(crate) executor: TransactionExecutor<'a>,
    /// Accounts that changed already, without the system contracts.
    pub(crate) touched: Vec<Address>,
}

/// Starts the block with `header` on `state`, the state after `parent`: the DAO's balances in the
/// block of that fork, then the system calls (EIP-2935, EIP-4788). The one way into a block, for
/// building, import and traces alike.
///
/// # Errors
/// [`ExecutionError::SystemCall`] or [`ExecutionError::State`].
pub(crate) fn start_block<'a>(
    state: &'a dyn StateRead,
    header: &Header,
    parent: &Header,
    spec: &ChainSpec,
) -> Result<StartedBlock<'a>, ExecutionError> {
    let prev_randao = spec.prev_randao(header, Some(parent));
    start_block_on(
        block_evm(state, block_environment(spec, header, prev_randao), spec),
        header,
        spec,
    )
}

/// The same on an EVM that is not quite that of the block.
///
/// # Errors
/// As [`start_block`].
pub(crate) fn start_block_on<'a>(
    mut evm: BlockEvm<'a>,
    header: &Header,
    spec: &ChainSpec,
) -> Result<StartedBlock<'a>, ExecutionError> {
    let touched =
        if moves_dao(spec, header) { move_dao_balances(evm.db_mut())? } else { Vec::new() };
    let ctx = EthBlockExecutionCtx {
        parent_hash: header.parent_hash,
        parent_beacon_block_root: header.parent_beacon_block_root,
        ommers: &[],
        withdrawals: None,
        extra_data: header.extra_data.clone(),
        tx_count_hint: None,
        slot_number: None,
    };
    let forks = BlockForks::of(spec, header);
    let mut executor = EthBlockExecutor::new(evm, ctx, forks, StatusReceiptBuilder);
    executor
        .apply_pre_execution_changes()
        .map_err(|error| ExecutionError::SystemCall(error.to_string()))?;
    Ok(StartedBlock { executor, touched })
}

/// Whether this is the block in which the chain supports the DAO's refund.
fn moves_dao(spec: &ChainSpec, header: &Header) -> bool {
    match spec.rules() {
        Rules::Hanzo(_) => false,
        Rules::Ethereum(schedule) => schedule
            .dao()
            .is_some_and(|dao| dao.side == DaoSide::Supports && dao.block == header.number),
    }
}

/// Moves the balances of the DAO and its children to the refund contract and returns whose changed.
/// All accounts exist afterwards, empty or not, as before EIP-161 they do. Source: EIP-779.
fn move_dao_balances(database: &mut BlockDatabase<'_>) -> Result<Vec<Address>, ExecutionError> {
    let mut total = U256::ZERO;
    let mut changed = HashMap::default();
    for address in DAO_HARDFORK_ACCOUNTS {
        let mut account = load(database.basic(address))?;
        total = total.saturating_add(account.info.balance);
        account.info.balance = U256::ZERO;
        changed.insert(address, account);
    }
    let mut refunds = load(database.basic(DAO_HARDFORK_BENEFICIARY))?;
    refunds.info.balance = refunds.info.balance.saturating_add(total);
    changed.insert(DAO_HARDFORK_BENEFICIARY, refunds);
    for account in changed.values_mut() {
        account.mark_touch();
        if account.info.is_empty() {
            account.mark_created();
        }
    }
    let touched = changed.keys().copied().collect();
    database.commit(changed);
    Ok(touched)
}

/// The account as an empty one if it does not exist.
fn load(
    read: Result<Option<revm::state::AccountInfo>, BlockDatabaseError>,
) -> Result<Account, ExecutionError> {
    let info = read.map_err(read_error)?;
    Ok(info.map_or_else(|| Account::new_not_existing(TransactionId::ZERO), Account::from))
}
