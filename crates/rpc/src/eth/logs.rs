//! `eth_getLogs`.

use crate::{
    arguments::Arguments, convert::RpcLog, eth::Eth, log_filter::LogQuery, log_scan::LogScan,
    rpc_error::RpcError,
};

impl Eth {
    pub(crate) fn logs(&self, arguments: &Arguments<'_>) -> Result<Vec<RpcLog>, RpcError> {
        let query: LogQuery = arguments.required(0, "filter")?;
        query.filter.check_alternatives(self.node.limits.log_alternatives)?;
        let view = self.node.chain.view();
        LogScan::new(&view, &query.filter, &self.node.limits).query(&query.range)
    }
}
