//! Who has what at genesis.

use super::{
    Chain,
    artifact::{PREDEPLOYS, creation_code},
    deploy::{Deployed, deploy},
};
use alloy_eips::{eip2935, eip4788};
use alloy_primitives::{Address, B256, Bytes, U256, bytes};
use anyhow::Context as _;
use hanzo_types::{
    COMPUTE_MINING, CREATE2_DEPLOYER, CREATE2_DEPLOYER_CODE, DEV_ACCOUNTS, ECOSYSTEM_FUND,
    EpochField, LIQUIDITY, NATIVE_ACCOUNT_CODE, NATIVE_ACCOUNTS, PUBLIC_SALE, ShareEpoch,
    TEAM_VESTING, TREASURY, ai_to_wei, first_share_difficulty,
};
use serde_json::{Map, Value, json};

/// Each account of the test mnemonic where there are such, in AI (decisions D-06, D-38).
const DEV_ACCOUNT_AI: u64 = 10_000;

/// Runtime code of the beacon roots contract. Source: EIP-4788, "Deployment".
const BEACON_ROOTS_CODE: Bytes = bytes!(
    "0x3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff810690815414603c575f5ffd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff015500"
);

/// Genesis distribution in AI: 500 million. Source: SUP-05 to SUP-09, decision D-07.
const DISTRIBUTION: [(Address, u64); 5] = [
    (TEAM_VESTING, 100_000_000),
    (ECOSYSTEM_FUND, 150_000_000),
    (TREASURY, 150_000_000),
    (PUBLIC_SALE, 50_000_000),
    (LIQUIDITY, 50_000_000),
];

/// The accounts of `chain` at genesis, by address.
///
/// # Errors
/// If the artifact of a predeploy cannot be used.
pub(crate) fn alloc(chain: Chain) -> anyhow::Result<Value> {
    let mut accounts = Map::new();
    for address in NATIVE_ACCOUNTS {
        accounts.insert(key(address), contract(1, &NATIVE_ACCOUNT_CODE));
    }
    let history = (eip2935::HISTORY_STORAGE_ADDRESS, &eip2935::HISTORY_STORAGE_CODE);
    for (address, code) in [history, (eip4788::BEACON_ROOTS_ADDRESS, &BEACON_ROOTS_CODE)] {
        accounts.insert(key(address), contract(1, code));
    }
    accounts.insert(key(CREATE2_DEPLOYER), contract(0, &CREATE2_DEPLOYER_CODE));
    for (name, address) in PREDEPLOYS {
        let mut deployed = deploy(creation_code(name)?, address, chain.chain_id).context(name)?;
        deployed.storage.extend(written_by_consensus(chain, address));
        accounts.insert(key(address), predeploy(&deployed));
    }
    let dev_total = ai_to_wei(DEV_ACCOUNT_AI).saturating_mul(U256::from(DEV_ACCOUNTS.len()));
    for (address, ai) in DISTRIBUTION {
        let taken =
            if chain.has_dev_accounts && address == PUBLIC_SALE { dev_total } else { U256::ZERO };
        accounts.insert(key(address), balance(ai_to_wei(ai).saturating_sub(taken)));
    }
    if chain.has_dev_accounts {
        for address in DEV_ACCOUNTS {
            accounts.insert(key(address), balance(ai_to_wei(DEV_ACCOUNT_AI)));
        }
    }
    Ok(Value::Object(accounts))
}

/// What consensus would have written at this address before the first block: the difficulty of the
/// shares of epoch 0 (decision D-33).
pub(crate) fn written_by_consensus(chain: Chain, address: Address) -> Option<(B256, B256)> {
    let slot = ShareEpoch::new(0).slot(EpochField::ShareDifficulty);
    let difficulty = first_share_difficulty(U256::from(chain.difficulty));
    (address == COMPUTE_MINING).then(|| (slot.into(), difficulty.into()))
}

fn key(address: Address) -> String {
    format!("{address:#x}")
}

fn contract(nonce: u64, code: &Bytes) -> Value {
    json!({ "balance": "0x0", "nonce": super::file::hex(nonce), "code": code.to_string() })
}

/// As a contract that a transaction made has nonce 1. Source: EIP-161.
fn predeploy(Deployed { code, storage }: &Deployed) -> Value {
    let mut account = contract(1, code);
    if let Some(account) = account.as_object_mut().filter(|_| !storage.is_empty()) {
        account.insert("storage".to_owned(), json!(storage));
    }
    account
}

fn balance(wei: U256) -> Value {
    json!({ "balance": format!("{wei:#x}") })
}
