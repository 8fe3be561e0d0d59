//! The `web3` and `rpc` namespaces.

use crate::{
    Namespace,
    arguments::Arguments,
    execution_slots::{ExecutionSlots, Lane},
    method_table::MethodTable,
    node_context::NodeContext,
    rpc_error::RpcError,
};
use alloy_primitives::{B256, Bytes, keccak256};
use jsonrpsee::{Methods, core::RegisterMethodError};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The `web3` namespace.
#[derive(Debug, Clone)]
pub(crate) struct Web3 {
    node: Arc<NodeContext>,
}

/// The `rpc` namespace: which namespaces there are.
#[derive(Debug, Clone)]
pub(crate) struct Modules(BTreeSet<Namespace>);

impl Web3 {
    pub(crate) const fn new(node: Arc<NodeContext>) -> Self {
        Self { node }
    }

    pub(crate) fn methods(self, slots: ExecutionSlots) -> Result<Methods, RegisterMethodError> {
        let mut table = MethodTable::new(self, slots);
        table.immediate("web3_clientVersion", Self::client_version)?;
        table.blocking("web3_sha3", (Lane::Lookup, 1), Self::sha3)?;
        Ok(table.finish().into())
    }

    fn client_version(&self) -> Result<String, RpcError> {
        Ok(self.node.client_version.clone())
    }

    /// Keccak-256, which the name predates the standard of.
    fn sha3(&self, arguments: &Arguments<'_>) -> Result<B256, RpcError> {
        Ok(keccak256(arguments.required::<Bytes>(0, "data")?))
    }
}

impl Modules {
    pub(crate) const fn new(namespaces: BTreeSet<Namespace>) -> Self {
        Self(namespaces)
    }

    pub(crate) fn methods(self, slots: ExecutionSlots) -> Result<Methods, RegisterMethodError> {
        let mut table = MethodTable::new(self, slots);
        table.immediate("rpc_modules", Self::modules)?;
        Ok(table.finish().into())
    }

    fn modules(&self) -> Result<BTreeMap<&'static str, &'static str>, RpcError> {
        Ok(self.0.iter().map(|namespace| (namespace.name(), "1.0")).collect())
    }
}
