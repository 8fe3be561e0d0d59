//! Fee suggestions and history.

use crate::{
    arguments::Arguments,
    eth::Eth,
    fee_history::{FeeHistoryRequest, fee_history},
    rpc_error::RpcError,
};
use alloy_primitives::U256;
use alloy_rpc_types_eth::FeeHistory;

impl Eth {
    /// What a legacy transaction should offer: the next base fee plus a usual tip.
    pub(crate) fn gas_price(&self, _: &Arguments<'_>) -> Result<U256, RpcError> {
        let view = self.node.chain.view();
        let tip = self.fees.suggested_tip(&view)?;
        Ok(U256::from(tip).saturating_add(U256::from(view.next_base_fee())))
    }

    pub(crate) fn max_priority_fee(&self, _: &Arguments<'_>) -> Result<U256, RpcError> {
        Ok(U256::from(self.fees.suggested_tip(&self.node.chain.view())?))
    }

    pub(crate) fn fee_history(&self, arguments: &Arguments<'_>) -> Result<FeeHistory, RpcError> {
        let request = FeeHistoryRequest::parse(arguments, &self.node.limits)?;
        fee_history(&self.node.chain.view(), &request, self.node.limits.log_time)
    }
}
