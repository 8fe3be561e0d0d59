//! Names of the methods, how each runs and how many parameters it takes.

use crate::{
    debug::DebugApi,
    execution_slots::{ExecutionSlots, Lane},
    method_table::MethodTable,
};
use jsonrpsee::{Methods, core::RegisterMethodError};

impl DebugApi {
    /// All methods of the namespace.
    pub(crate) fn methods(self, slots: ExecutionSlots) -> Result<Methods, RegisterMethodError> {
        let mut table = MethodTable::new(self, slots);
        table.blocking("debug_traceTransaction", (Lane::Execution, 2), Self::trace_transaction)?;
        table.blocking("debug_traceBlockByNumber", (Lane::Execution, 2), Self::trace_by_number)?;
        table.blocking("debug_traceBlockByHash", (Lane::Execution, 2), Self::trace_by_hash)?;
        table.blocking("debug_traceBlock", (Lane::Execution, 2), Self::trace_given)?;
        table.blocking("debug_traceCall", (Lane::Execution, 3), Self::trace_call)?;
        table.blocking("debug_storageRangeAt", (Lane::Execution, 5), Self::storage_range)?;
        table.blocking("debug_getBadBlocks", (Lane::Lookup, 0), Self::bad_blocks)?;
        table.blocking("debug_getRawHeader", (Lane::Lookup, 1), Self::raw_header)?;
        table.blocking("debug_getRawBlock", (Lane::Lookup, 1), Self::raw_block)?;
        table.blocking("debug_getRawTransaction", (Lane::Lookup, 1), Self::raw_transaction)?;
        table.blocking("debug_getRawReceipts", (Lane::Lookup, 1), Self::raw_receipts)?;
        Ok(table.finish().into())
    }
}
