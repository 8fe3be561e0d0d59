//! `eth_config`. Source: EIP-7910.

use crate::{eth::Eth, rpc_error::RpcError};
use alloy_eips::{eip7840::BlobParams, eip7910::SystemContract};
use alloy_hardforks::EthereumHardfork;
use alloy_primitives::{Address, FixedBytes, U64};
use hanzo_types::{ChainSpec, Header, Rules};
use serde::Serialize;
use std::collections::BTreeMap;

/// The rules of the head and of the forks after it.
///
/// `current` is null as long as no fork that starts at a time is in force: the shape of the answer
/// has no place for a block number. Source: geth.
#[derive(Debug, Serialize)]
pub(crate) struct ForkConfigs {
    current: Option<ForkConfig>,
    /// The next fork that the genesis file schedules.
    next: Option<ForkConfig>,
    /// The last one, null without a next one.
    last: Option<ForkConfig>,
}

/// What holds from one fork on.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ForkConfig {
    /// Unix time; 0 if the genesis block has the fork.
    activation_time: u64,
    /// Null before Cancun, and on Hanzo chains, whose blocks take no blobs.
    blob_schedule: Option<BlobParams>,
    chain_id: U64,
    fork_id: FixedBytes<4>,
    precompiles: BTreeMap<String, Address>,
    system_contracts: BTreeMap<String, Address>,
}

impl Eth {
    /// The forks that this node follows, so that operators can compare nodes before one of them
    /// starts.
    pub(crate) fn config(&self) -> Result<ForkConfigs, RpcError> {
        let view = self.node.chain.view();
        Ok(fork_configs(view.spec(), view.head().header()))
    }
}

fn fork_configs(spec: &ChainSpec, head: &Header) -> ForkConfigs {
    let Rules::Ethereum(forks) = spec.rules() else {
        // Every rule from the first block on, and no fork is scheduled.
        return ForkConfigs { current: Some(fork_config(spec, 0)), next: None, last: None };
    };
    let starts = forks.activation_times();
    let has_merged = spec.fork_at(head) >= EthereumHardfork::Paris;
    let started = starts.iter().rev().find(|start| has_merged && **start <= head.timestamp);
    let next = starts.iter().find(|start| **start > head.timestamp);
    let last = starts.last().filter(|_| next.is_some());
    let config = |start: Option<&u64>| start.map(|start| fork_config(spec, *start));
    ForkConfigs { current: config(started), next: config(next), last: config(last) }
}

/// The configuration of the fork that starts at `start`.
fn fork_config(spec: &ChainSpec, start: u64) -> ForkConfig {
    // A merged block of that time; after the merge no rule depends on the number.
    let header = Header { number: u64::MAX, timestamp: start, ..Header::default() };
    let blob_schedule = match spec.rules() {
        Rules::Hanzo(_) => None,
        Rules::Ethereum(_) => spec.blob_params(start),
    };
    let in_genesis = start <= spec.genesis_header().timestamp;
    ForkConfig {
        activation_time: if in_genesis { 0 } else { start },
        blob_schedule,
        chain_id: U64::from(spec.chain_id()),
        fork_id: spec.fork_hash(u64::MAX, start),
        precompiles: hanzo_evm::precompile_addresses(spec, &header),
        system_contracts: system_contracts(spec, spec.fork_at(&header)),
    }
}

/// Those that blocks of the fork call or listen to. Source: EIP-4788, EIP-2935, EIP-6110, EIP-7002,
/// EIP-7251; on Hanzo chains the first two alone (decision D-02).
fn system_contracts(spec: &ChainSpec, fork: EthereumHardfork) -> BTreeMap<String, Address> {
    let deposits = match spec.rules() {
        Rules::Hanzo(_) => None,
        Rules::Ethereum(forks) => Some(forks.deposit_contract()),
    };
    let cancun = SystemContract::cancun().into_iter();
    let prague = SystemContract::prague(deposits).into_iter();
    cancun
        .filter(|_| fork >= EthereumHardfork::Cancun)
        .chain(prague.filter(|(contract, _)| {
            let called = deposits.is_some() || *contract == SystemContract::HistoryStorage;
            called && fork >= EthereumHardfork::Prague
        }))
        .map(|(contract, address)| (contract.to_string(), address))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hanzo_testkit::{dev_spec, ethereum_spec};
    use serde_json::{Value, json};
    use std::sync::Arc;

    const GENESIS_TIME: u64 = 1_742_212_800;

    /// The forks of Hoodi on another genesis block.
    fn hoodi() -> Arc<ChainSpec> {
        ethereum_spec(EthereumHardfork::Cancun, |genesis| {
            genesis["timestamp"] = json!(format!("{GENESIS_TIME:#x}"));
            genesis["config"]["chainId"] = json!(560_048);
            genesis["config"]["pragueTime"] = json!(1_742_999_832_u64);
            genesis["config"]["osakaTime"] = json!(1_761_677_592_u64);
            genesis["config"]["bpo1Time"] = json!(1_762_365_720_u64);
        })
    }

    fn configs(spec: &ChainSpec, timestamp: u64) -> Value {
        let head = Header { number: 9, timestamp, ..Header::default() };
        serde_json::to_value(fork_configs(spec, &head)).unwrap()
    }

    /// Source: EIP-7910, the example; the fork id is that of the test's own genesis block, and the
    /// published ones are tested where it is computed.
    #[test]
    fn a_fork_is_described_as_in_the_example_of_the_specification() {
        let spec = hoodi();
        let mut current = configs(&spec, 1_742_999_832)["current"].clone();
        let fork_id = current["forkId"].take();
        assert_eq!(fork_id, json!(spec.fork_hash(9, 1_742_999_832)));
        assert_eq!(fork_id.as_str().unwrap().len(), "0x".len() + 8);
        let address = |last: &str| format!("0x{last:0>40}");
        assert_eq!(
            current,
            json!({
                "activationTime": 1_742_999_832_u64,
                "blobSchedule": { "baseFeeUpdateFraction": 5_007_716, "max": 9, "target": 6 },
                "chainId": "0x88bb0",
                "forkId": null,
                "precompiles": {
                    "BLAKE2F": address("9"),
                    "BLS12_G1ADD": address("b"),
                    "BLS12_G1MSM": address("c"),
                    "BLS12_G2ADD": address("d"),
                    "BLS12_G2MSM": address("e"),
                    "BLS12_MAP_FP2_TO_G2": address("11"),
                    "BLS12_MAP_FP_TO_G1": address("10"),
                    "BLS12_PAIRING_CHECK": address("f"),
                    "BN254_ADD": address("6"),
                    "BN254_MUL": address("7"),
                    "BN254_PAIRING": address("8"),
                    "ECREC": address("1"),
                    "ID": address("4"),
                    "KZG_POINT_EVALUATION": address("a"),
                    "MODEXP": address("5"),
                    "RIPEMD160": address("3"),
                    "SHA256": address("2"),
                },
                "systemContracts": {
                    "BEACON_ROOTS_ADDRESS": "0x000f3df6d732807ef1319fb7b8bb8522d0beac02",
                    "CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS":
                        "0x0000bbddc7ce488642fb579f8b00f3a590007251",
                    "DEPOSIT_CONTRACT_ADDRESS": "0x00000000219ab540356cbb839cbe05303d7705fa",
                    "HISTORY_STORAGE_ADDRESS": "0x0000f90827f1c53a10cb7a02335b175320002935",
                    "WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS":
                        "0x00000961ef480eb55e80d19ad83579a64c007002",
                },
            })
        );
    }

    #[test]
    fn current_next_and_last_move_with_the_head() {
        let spec = hoodi();
        let times = |timestamp| {
            let configs = configs(&spec, timestamp);
            ["current", "next", "last"].map(|name| configs[name]["activationTime"].as_u64())
        };
        let (prague, osaka, bpo) = (1_742_999_832, 1_761_677_592, 1_762_365_720);
        assert_eq!(times(GENESIS_TIME), [Some(0), Some(prague), Some(bpo)]);
        assert_eq!(times(prague - 1), [Some(0), Some(prague), Some(bpo)]);
        assert_eq!(times(prague), [Some(prague), Some(osaka), Some(bpo)]);
        assert_eq!(times(osaka), [Some(osaka), Some(bpo), Some(bpo)]);
        assert_eq!(times(bpo), [Some(bpo), None, None]);
        assert_eq!(configs(&spec, bpo)["next"], Value::Null);
        let genesis = configs(&spec, GENESIS_TIME)["current"].clone();
        assert_eq!(genesis["systemContracts"].as_object().unwrap().len(), 1);
        let bpo = configs(&spec, bpo)["current"].clone();
        assert_eq!(bpo["blobSchedule"]["max"], 15);
        assert_eq!(bpo["precompiles"]["P256VERIFY"], format!("0x{:0>40}", "100"));
    }

    #[test]
    fn a_chain_before_the_first_timed_fork_has_no_current_configuration() {
        let spec = ethereum_spec(EthereumHardfork::London, |genesis| {
            genesis["config"]["terminalTotalDifficulty"] = json!(0);
            genesis["config"]["shanghaiTime"] = json!(1_000);
        });
        let before = configs(&spec, 999);
        assert_eq!(before["current"], Value::Null);
        assert_eq!(before["next"]["blobSchedule"], Value::Null);
        assert_eq!(before["next"], before["last"]);
        let never = configs(&ethereum_spec(EthereumHardfork::London, |_| {}), 2_000);
        assert_eq!(never, json!({ "current": null, "next": null, "last": null }));
    }

    #[test]
    fn a_hanzo_chain_has_one_configuration_without_blobs() {
        let spec = dev_spec();
        let configs = configs(&spec, 1 << 40);
        assert_eq!((&configs["next"], &configs["last"]), (&Value::Null, &Value::Null));
        let current = &configs["current"];
        assert_eq!(current["activationTime"], 0);
        assert_eq!(current["blobSchedule"], Value::Null);
        assert_eq!(current["chainId"], "0x7a69");
        assert_eq!(current["precompiles"].as_object().unwrap().len(), 22);
        let contracts: Vec<_> = current["systemContracts"].as_object().unwrap().keys().collect();
        assert_eq!(contracts, ["BEACON_ROOTS_ADDRESS", "HISTORY_STORAGE_ADDRESS"]);
    }
}
