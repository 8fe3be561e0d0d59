//! `poc_submitWork`, and the same with the parameters of ethash.

use super::Poc;
use crate::{
    arguments::{Argument, Arguments, fixed, quantity, text},
    node_context::NodeContext,
    rpc_error::RpcError,
};
use alloy_primitives::{B64, B256, U64};
use hanzo_mining::{Accepted, SubmitReject, TemplateId, WorkName};
use hanzo_types::Fault;
use serde::Serialize;

/// A block that the seal completed.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AcceptedAnswer {
    block_hash: B256,
    number: U64,
    /// Whether it is the head; otherwise another block came first.
    is_head: bool,
}

impl From<Accepted> for AcceptedAnswer {
    fn from(Accepted { block, number, is_head }: Accepted) -> Self {
        Self { block_hash: block, number: U64::from(number), is_head }
    }
}

/// What a miner names: a template by its number, or by its seal hash.
struct NamedWork(WorkName);

impl Argument for NamedWork {
    fn from_json(json: &str) -> Result<Self, String> {
        let text = text(json)?;
        // 32 bytes are a hash; a number has 16 digits at most.
        let name = match text.len() > 18 {
            true => WorkName::SealHash(fixed(&text)?),
            false => WorkName::Template(TemplateId(quantity(&text, 64)?.to())),
        };
        Ok(Self(name))
    }
}

impl Poc {
    pub(super) fn submit_work(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<AcceptedAnswer, RpcError> {
        let NamedWork(name) = arguments.required(0, "templateId")?;
        let nonce: B64 = arguments.required(1, "nonce")?;
        let mix: B256 = arguments.required(2, "mixHash")?;
        self.node.work.submit(name, nonce, mix).map(AcceptedAnswer::from).map_err(seal_error)
    }
}

/// A seal with the parameters of `eth_submitWork`. Whether it was taken: stock miners ask no more.
///
/// # Errors
/// [`RpcError::Internal`] if this node failed.
pub(crate) fn submit_ethash(
    node: &NodeContext,
    (nonce, seal_hash, mix): (B64, B256, B256),
) -> Result<bool, RpcError> {
    match node.work.submit(WorkName::SealHash(seal_hash), nonce, mix) {
        Ok(_) => Ok(true),
        Err(reject) if reject.fault() == Fault::Local => Err(RpcError::internal(reject)),
        Err(_) => Ok(false),
    }
}

fn seal_error(reject: SubmitReject) -> RpcError {
    match reject.fault() {
        Fault::Local => RpcError::internal(reject),
        Fault::Peer | Fault::Transient => {
            RpcError::SealRejected { reason: reject.name(), message: reject.to_string() }
        }
    }
}
