//! What the constructor of a predeploy leaves behind.

use alloy_primitives::{Address, B256, Bytes, U256, address};
use anyhow::{Context as _, bail, ensure};
use revm::{
    Context, ExecuteEvm as _, MainBuilder as _, MainContext as _,
    bytecode::Bytecode,
    context::{TxEnv, result::ExecutionResult},
    database::InMemoryDB,
    primitives::hardfork::SpecId,
    state::{AccountInfo, EvmState},
};
use std::collections::BTreeMap;

/// Longest code of a contract. Source: EIP-170.
const MAX_CODE_BYTES: usize = 24_576;

/// Gas of a constructor: what a transaction may have. Source: EIP-7825.
const GAS_LIMIT: u64 = 1 << 24;

/// Who runs the constructors. Only a constructor that asks sees it.
const DEPLOYER: Address = address!("0xffffFFFfFFffffffffffffffFfFFFfffFFFfFFfE");

/// Code and storage of a contract.
#[derive(Debug)]
pub(crate) struct Deployed {
    pub(crate) code: Bytes,
    pub(crate) storage: BTreeMap<B256, B256>,
}

/// What a contract has after its constructor ran at `address` on the chain with this id: its code
/// with the immutable values filled in, and the storage that was set.
///
/// The creation code lies at the address as if it were the code of the contract, and is called: so
/// the constructor sees the address that the contract will have, which no creation would give it.
///
/// # Errors
/// If the constructor fails or changes anything but the storage of its contract, or if the code is
/// too long.
pub(crate) fn deploy(creation: Bytes, address: Address, chain_id: u64) -> anyhow::Result<Deployed> {
    let mut database = InMemoryDB::default();
    let info = AccountInfo { nonce: 1, ..Default::default() };
    database.insert_account_info(address, info.with_code(Bytecode::new_raw(creation)));
    let context = Context::mainnet().with_db(database).modify_cfg_chained(|cfg| {
        cfg.set_spec_and_mainnet_gas_params(SpecId::OSAKA);
        cfg.chain_id = chain_id;
    });
    let call = TxEnv::builder()
        .caller(DEPLOYER)
        .to(address)
        .chain_id(Some(chain_id))
        .gas_limit(GAS_LIMIT)
        .build()
        .map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let outcome = context.build_mainnet().transact(call)?;
    let code = match outcome.result {
        ExecutionResult::Success { output, .. } => output.into_data(),
        ExecutionResult::Revert { output, .. } => bail!("the constructor reverts with {output}"),
        ExecutionResult::Halt { reason, .. } => bail!("the constructor fails: {reason:?}"),
    };
    ensure!(!code.is_empty(), "the constructor returns no code");
    ensure!(code.len() <= MAX_CODE_BYTES, "{} bytes of code, {MAX_CODE_BYTES} allowed", code.len());
    Ok(Deployed { code, storage: storage_of(&outcome.state, address)? })
}

/// The storage that was set at `address`, if nothing else changed.
fn storage_of(state: &EvmState, address: Address) -> anyhow::Result<BTreeMap<B256, B256>> {
    for (other, account) in state {
        let is_party = [address, DEPLOYER, Address::ZERO].contains(other);
        let is_touched = account.is_touched() && !account.is_empty();
        ensure!(is_party || !is_touched, "the constructor changes {other}");
    }
    let account = state.get(&address).context("the constructor did not run")?;
    ensure!(account.info.nonce == 1, "the constructor creates contracts");
    let slots = account.storage.iter().map(|(slot, value)| (*slot, value.present_value));
    let set = slots.filter(|(_, value): &(U256, U256)| !value.is_zero());
    Ok(set.map(|(slot, value)| (slot.into(), value.into())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::hex;

    const AT: Address = Address::repeat_byte(0xa1);

    fn run(code: &[u8]) -> anyhow::Result<Deployed> {
        deploy(Bytes::copy_from_slice(code), AT, 36_963)
    }

    #[test]
    fn the_constructor_sees_its_address_and_chain_and_sets_storage() {
        // SSTORE(7, ADDRESS); MSTORE(0, CHAINID); RETURN(0, 32)
        let deployed = run(&hex!("30600755465f5260205ff3")).unwrap();
        assert_eq!(U256::from_be_slice(&deployed.code), U256::from(36_963));
        let expected = BTreeMap::from([(B256::with_last_byte(7), AT.into_word())]);
        assert_eq!(deployed.storage, expected);
    }

    #[test]
    fn a_constructor_that_fails_or_leaves_nothing_or_too_much_is_refused() {
        let refusal = |code: &[u8]| run(code).unwrap_err().to_string();
        assert!(refusal(&hex!("5f5ffd")).contains("reverts"));
        assert!(refusal(&hex!("fe")).contains("fails"));
        assert!(refusal(&hex!("00")).contains("no code"));
        // RETURN(0, 24 577)
        assert!(refusal(&hex!("6160015ff3")).contains("24577 bytes"));
    }

    #[test]
    fn a_constructor_that_makes_other_contracts_is_refused() {
        // CREATE(0, 0, 0); RETURN(0, 1)
        let refusal = run(&hex!("5f5f5ff05060015ff3")).unwrap_err().to_string();
        assert!(refusal.contains("creates") || refusal.contains("changes"), "{refusal}");
    }
}
