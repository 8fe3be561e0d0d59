//! Calls and estimates.

use crate::{arguments::Arguments, call_request::CallRequest, eth::Eth, rpc_error::RpcError};
use alloy_eips::eip2930::AccessList;
use alloy_primitives::{Bytes, U64};
use serde::Serialize;

/// The answer of `eth_createAccessList`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessListAnswer {
    access_list: AccessList,
    gas_used: U64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Eth {
    pub(crate) fn call(&self, arguments: &Arguments<'_>) -> Result<Bytes, RpcError> {
        let request = self.call_request(arguments)?;
        let state = self.node.state(request.block)?;
        let context = state.call_context(self.node.limits.call_gas);
        Ok(hanzo_evm::call(context, request.transaction, request.overrides)?.output)
    }

    pub(crate) fn estimate_gas(&self, arguments: &Arguments<'_>) -> Result<U64, RpcError> {
        let request = self.call_request(arguments)?;
        let state = self.node.state(request.block)?;
        let context = state.call_context(self.node.limits.call_gas);
        let gas = hanzo_evm::estimate_gas(context, request.transaction, request.overrides)?;
        Ok(U64::from(gas))
    }

    pub(crate) fn create_access_list(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<AccessListAnswer, RpcError> {
        let request = self.call_request(arguments)?;
        let state = self.node.state(request.block)?;
        let context = state.call_context(self.node.limits.call_gas);
        let outcome = hanzo_evm::create_access_list(context, request.transaction)?;
        Ok(AccessListAnswer {
            access_list: outcome.access_list,
            gas_used: U64::from(outcome.gas_used),
            error: outcome.error,
        })
    }

    fn call_request(&self, arguments: &Arguments<'_>) -> Result<CallRequest, RpcError> {
        CallRequest::parse(arguments, self.node.chain.view().spec())
    }
}
