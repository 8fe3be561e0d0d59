//! Merkle proofs, checked by a library that knows nothing of this node.

use crate::harness::{TestNode, config};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_rpc_types_eth::EIP1186AccountProofResponse;
use alloy_trie::{EMPTY_ROOT_HASH, KECCAK_EMPTY, Nibbles, TrieAccount, proof::verify_proof};
use hanzo_testkit::token;
use serde_json::{Value, json};

const HOLDER: Address = Address::repeat_byte(0x77);

/// Checks every proof of a response against the state root of a block.
fn verify(proof: &EIP1186AccountProofResponse, state_root: B256) {
    let account = TrieAccount {
        nonce: proof.nonce,
        balance: proof.balance,
        storage_root: proof.storage_hash,
        code_hash: proof.code_hash,
    };
    let absent = account
        == TrieAccount {
            nonce: 0,
            balance: U256::ZERO,
            storage_root: EMPTY_ROOT_HASH,
            code_hash: KECCAK_EMPTY,
        };
    let key = Nibbles::unpack(keccak256(proof.address));
    let leaf = (!absent).then(|| alloy_rlp::encode(account));
    verify_proof(state_root, key, leaf, &proof.account_proof).unwrap();
    for slot in &proof.storage_proof {
        let key = Nibbles::unpack(keccak256(slot.key.as_b256()));
        let leaf = (!slot.value.is_zero()).then(|| alloy_rlp::encode(slot.value));
        verify_proof(proof.storage_hash, key, leaf, &slot.proof).unwrap();
    }
}

async fn state_root(node: &TestNode, block: &str) -> B256 {
    let block = node.ask("eth_getBlockByNumber", json!([block, false])).await;
    serde_json::from_value(block["stateRoot"].clone()).unwrap()
}

async fn proof(node: &TestNode, params: Value) -> EIP1186AccountProofResponse {
    serde_json::from_value(node.ask("eth_getProof", params).await).unwrap()
}

/// Deploys a token and moves one unit in each of `blocks` blocks.
async fn token_chain(node: &TestNode, blocks: u64) -> Address {
    let sender = node.signer(0);
    let token = sender.address().create(0);
    node.add(sender.create(0, token::creation_code(), 500_000));
    for nonce in 1..=blocks {
        node.mine().await;
        let input = token::transfer_input(HOLDER, U256::from(1));
        node.add(sender.call(nonce, token, U256::ZERO, input, 100_000));
    }
    node.mine().await;
    token
}

#[tokio::test(flavor = "multi_thread")]
async fn proofs_of_every_block_in_the_window_verify_against_its_state_root() {
    let node = TestNode::start().await;
    let token = token_chain(&node, 70).await;
    let slot = B256::from(keccak256(HOLDER.into_word()));
    for number in [0_u64, 1, 2, 20, 40, 60, 71] {
        let tag = format!("{number:#x}");
        let root = state_root(&node, &tag).await;
        for (address, keys) in [
            (token, json!([slot, "0x0"])),
            (node.signer(0).address(), json!([])),
            (Address::repeat_byte(0xee), json!([slot])),
        ] {
            let proof = proof(&node, json!([address, keys, tag])).await;
            assert_eq!(proof.address, address);
            verify(&proof, root);
            if address == token {
                assert_eq!(proof.storage_proof[0].value, U256::from(number.saturating_sub(1)));
                assert_eq!(proof.storage_proof[1].value, U256::ZERO);
            }
        }
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_come_back_in_the_form_in_which_they_were_asked_for() {
    let node = TestNode::start().await;
    let token = token_chain(&node, 1).await;
    let keys = json!(["0x1", B256::with_last_byte(1)]);
    let answer = node.ask("eth_getProof", json!([token, keys, "latest"])).await;
    assert_eq!(answer["storageProof"][0]["key"], "0x1");
    assert_eq!(answer["storageProof"][1]["key"], json!(B256::with_last_byte(1)));
    let bytes: Vec<Bytes> = serde_json::from_value(answer["accountProof"].clone()).unwrap();
    assert!(!bytes.is_empty());
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_beyond_the_window_or_of_too_many_keys_is_refused_with_the_limit() {
    let mut config = config();
    config.limits.proof_window_blocks = 5;
    config.limits.proof_slots = 2;
    let node = TestNode::start_with(config).await;
    node.mine_many(8).await;
    let refusal = node.refusal("eth_getProof", json!([HOLDER, [], "0x2"])).await;
    assert_eq!(refusal.code, -32_000);
    assert_eq!(
        refusal.message,
        "tries of the state reach back 5 blocks: block 2 is 6 below the head"
    );
    assert!(node.request("eth_getProof", json!([HOLDER, [], "0x3"])).await.is_ok());
    let refusal = node.refusal("eth_getProof", json!([HOLDER, ["0x1", "0x2", "0x3"]])).await;
    assert_eq!(refusal.message, "3 storage keys exceed the limit of 2");
    let refusal = node.refusal("eth_getProof", json!([HOLDER, ["0xzz"], "latest"])).await;
    assert_eq!(refusal.code, -32_602);
    node.stop().await;
}
