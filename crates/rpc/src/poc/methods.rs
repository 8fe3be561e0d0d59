//! Names of the methods, how each runs and how many parameters it takes.

use super::{Poc, subscription};
use crate::{execution_slots::Lane, method_table::MethodTable};
use jsonrpsee::{Methods, core::RegisterMethodError};

impl Poc {
    /// All methods of the namespace.
    pub(crate) fn methods(self) -> Result<Methods, RegisterMethodError> {
        let slots = self.slots.clone();
        let mut table = MethodTable::new(self, slots);
        table.blocking("poc_getWork", (Lane::Execution, 1), Self::get_work)?;
        // A seal must not wait behind calls: every millisecond is one in which it becomes stale.
        table.look_up("poc_submitWork", 3, Self::submit_work)?;
        table.look_up("poc_submitHashrate", 2, Self::submit_hashrate)?;
        table.immediate("poc_hashrate", Self::hashrate)?;
        table.immediate("poc_minerStats", Self::miner_stats)?;
        table.blocking("poc_difficulty", (Lane::Scan, 1), Self::difficulty)?;
        subscription::register(table.module())?;
        Ok(table.finish().into())
    }
}
