//! Merkle proofs. Source: EIP-1186.

use crate::{
    arguments::{Argument, Arguments, StorageSlot},
    block_reference::BlockReference,
    eth::Eth,
    rpc_error::{Limit, OrInternal, RpcError},
};
use alloy_primitives::{Address, U256};
use alloy_rpc_types_eth::{EIP1186AccountProofResponse, EIP1186StorageProof};
use alloy_serde::JsonStorageKey;
use alloy_trie::{EMPTY_ROOT_HASH, KECCAK_EMPTY};
use hanzo_state::{AccountProof, prove};
use serde_json::value::RawValue;

/// Length of a 32-byte hash in JSON: quotes, prefix, digits.
const HASH_JSON_BYTES: usize = 2 + 2 + 64;

/// The slots of a request. Each comes back in the form in which it was written, as a number or as
/// a hash.
struct StorageSlots(Vec<JsonStorageKey>);

impl Argument for StorageSlots {
    fn from_json(json: &str) -> Result<Self, String> {
        let slots: Vec<&RawValue> =
            serde_json::from_str(json).map_err(|error| error.to_string())?;
        let slot = |json: &&RawValue| {
            let StorageSlot(slot) = StorageSlot::from_json(json.get())?;
            Ok(match json.get().len() {
                HASH_JSON_BYTES => JsonStorageKey::Hash(slot.into()),
                _ => JsonStorageKey::Number(slot),
            })
        };
        slots.iter().map(slot).collect::<Result<_, String>>().map(Self)
    }
}

impl Eth {
    /// Proof of an account and of some of its slots, or of their absence. Reaches back as many
    /// blocks as the limits say.
    pub(crate) fn proof(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<EIP1186AccountProofResponse, RpcError> {
        let address: Address = arguments.required(0, "address")?;
        let StorageSlots(keys) = arguments.required(1, "storageKeys")?;
        let block: BlockReference = arguments.optional(2, "block")?.unwrap_or_default();
        let limits = &self.node.limits;
        if keys.len() > limits.proof_slots {
            return Err(Limit::ProofSlots { limit: limits.proof_slots, asked: keys.len() }.into());
        }
        let slots: Vec<U256> = keys.iter().map(|key| key.as_b256().into()).collect();
        let state = self.node.provable_state(block)?;
        let proof = prove(&state, address, &slots).or_internal()?;
        Ok(response(address, keys, proof))
    }
}

fn response(
    address: Address,
    keys: Vec<JsonStorageKey>,
    proof: AccountProof,
) -> EIP1186AccountProofResponse {
    let AccountProof { account, nodes, storage } = proof;
    let storage = keys.into_iter().zip(storage);
    EIP1186AccountProofResponse {
        address,
        balance: account.map_or(U256::ZERO, |account| account.balance),
        code_hash: account.map_or(KECCAK_EMPTY, |account| account.code_hash),
        nonce: account.map_or(0, |account| account.nonce),
        storage_hash: account.map_or(EMPTY_ROOT_HASH, |account| account.storage_root),
        account_proof: nodes,
        storage_proof: storage
            .map(|(key, slot)| EIP1186StorageProof { key, value: slot.value, proof: slot.nodes })
            .collect(),
    }
}
