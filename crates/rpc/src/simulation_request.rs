//! The parameters of `eth_simulateV1`, and the chain of blocks that they ask for.

use crate::{
    RpcLimits,
    arguments::{Argument, Arguments},
    block_reference::BlockReference,
    call_request::{Structured, check},
    rpc_error::{
        BLOCK_NUMBER_INVALID, BLOCK_TIMESTAMP_INVALID, CLIENT_LIMIT_EXCEEDED, INVALID_PARAMS,
        RpcError,
    },
};
use alloy_primitives::U256;
use alloy_rpc_types_eth::{
    BlockOverrides, TransactionRequest,
    simulate::{SimBlock, SimulatePayload},
    state::StateOverride,
};
use hanzo_evm::{Transfers, Validation};
use hanzo_types::{ChainSpec, Header, Rules};
use serde_json::Value;

/// Time between two blocks of an Ethereum chain, in seconds. Source: geth.
const ETHEREUM_BLOCK_TIME: u64 = 12;

/// What to simulate, and on which block.
#[derive(Debug)]
pub(crate) struct SimulationRequest {
    pub(crate) block: BlockReference,
    pub(crate) validation: Validation,
    pub(crate) transfers: Transfers,
    /// Whether the answer has whole transactions.
    pub(crate) full_transactions: bool,
    blocks: Vec<SimBlock>,
}

/// A block of the simulated chain.
#[derive(Debug, Default)]
pub(crate) struct PlannedBlock {
    pub(crate) number: u64,
    pub(crate) timestamp: u64,
    pub(crate) block: BlockOverrides,
    pub(crate) state: Option<StateOverride>,
    pub(crate) calls: Vec<TransactionRequest>,
}

/// The first parameter.
struct Payload(SimulatePayload);

impl Argument for Payload {
    fn from_json(json: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
        refuse_withdrawals(&value)?;
        let given = without_nulls(value)?.to_string();
        Structured::from_json(&given).map(|Structured(payload)| Self(payload))
    }
}

/// A field that is null is as good as absent, as in Go. Fields have names: an array, whose elements
/// serde would take for them in some order, is refused.
fn without_nulls(value: Value) -> Result<Value, String> {
    let Value::Object(mut payload) = value else {
        return Err("expected an object with blockStateCalls".to_owned());
    };
    payload.retain(|_, field| !field.is_null());
    if let Some(Value::Array(blocks)) = payload.get_mut("blockStateCalls") {
        for (index, block) in blocks.iter_mut().enumerate() {
            let Value::Object(fields) = block else {
                return Err(format!("blockStateCalls[{index}]: expected an object"));
            };
            fields.retain(|_, field| !field.is_null());
        }
    }
    Ok(Value::Object(payload))
}

/// The type that is read into has no field for them, and an answer without them would be wrong.
fn refuse_withdrawals(value: &Value) -> Result<(), String> {
    let blocks = value.get("blockStateCalls").and_then(Value::as_array);
    for (index, block) in blocks.into_iter().flatten().enumerate() {
        let given = block.get("blockOverrides").and_then(|overrides| overrides.get("withdrawals"));
        let is_empty = given.is_none_or(|given| {
            given.is_null() || given.as_array().is_some_and(|withdrawals| withdrawals.is_empty())
        });
        if !is_empty {
            let field = format!("blockStateCalls[{index}].blockOverrides.withdrawals");
            return Err(format!("{field}: withdrawals are not simulated"));
        }
    }
    Ok(())
}

impl SimulationRequest {
    /// Reads `(payload, block?)` for the chain `spec`.
    pub(crate) fn parse(arguments: &Arguments<'_>, spec: &ChainSpec) -> Result<Self, RpcError> {
        let Payload(payload) = arguments.required(0, "payload")?;
        let block = arguments.optional(1, "block")?.unwrap_or_default();
        let calls = payload.block_state_calls.iter().flat_map(|block| &block.calls);
        for call in calls {
            check(call, spec)?;
        }
        let transfers = if payload.trace_transfers { Transfers::Logged } else { Transfers::Hidden };
        Ok(Self {
            block,
            validation: if payload.validation { Validation::On } else { Validation::Off },
            transfers,
            full_transactions: payload.return_full_transactions,
            blocks: payload.block_state_calls,
        })
    }

    /// The blocks to simulate on top of `base`, without gaps: blocks that are skipped over are
    /// empty ones.
    ///
    /// # Errors
    /// [`RpcError::Simulation`] if numbers or times do not rise, or for too many blocks.
    pub(crate) fn plan(
        self,
        base: &Header,
        spec: &ChainSpec,
        limits: &RpcLimits,
    ) -> Result<Vec<PlannedBlock>, RpcError> {
        if self.blocks.is_empty() {
            let message = "empty input".to_owned();
            return Err(RpcError::Simulation { code: INVALID_PARAMS, message });
        }
        let block_time = match spec.rules() {
            Rules::Hanzo(rules) => rules.config().target_block_time,
            Rules::Ethereum(_) => ETHEREUM_BLOCK_TIME,
        };
        let last = base.number.saturating_add(limits.simulated_blocks);
        let mut planned = Plan {
            number: base.number,
            timestamp: base.timestamp,
            block_time,
            last,
            limit: limits.simulated_blocks,
            blocks: Vec::new(),
        };
        for block in self.blocks {
            planned.append(block)?;
        }
        Ok(planned.blocks)
    }
}

/// A simulated chain in the making.
struct Plan {
    /// Number of the last block.
    number: u64,
    /// Time of the last block.
    timestamp: u64,
    block_time: u64,
    /// The highest number there may be.
    last: u64,
    limit: u64,
    blocks: Vec<PlannedBlock>,
}

impl Plan {
    fn append(&mut self, block: SimBlock) -> Result<(), RpcError> {
        let overrides = block.block_overrides.unwrap_or_default();
        let number = self.number_of(overrides.number)?;
        while self.number.saturating_add(1) < number {
            let skipped = PlannedBlock {
                number: self.number.saturating_add(1),
                timestamp: self.next_timestamp(None)?,
                ..PlannedBlock::default()
            };
            self.push(skipped);
        }
        let timestamp = self.next_timestamp(overrides.time)?;
        let (state, calls) = (block.state_overrides, block.calls);
        self.push(PlannedBlock { number, timestamp, block: overrides, state, calls });
        Ok(())
    }

    fn push(&mut self, block: PlannedBlock) {
        (self.number, self.timestamp) = (block.number, block.timestamp);
        self.blocks.push(block);
    }

    fn number_of(&self, given: Option<U256>) -> Result<u64, RpcError> {
        let next = self.number.saturating_add(1);
        let number = given.unwrap_or(U256::from(next));
        if number <= U256::from(self.number) {
            let message = format!("block numbers must be in order: {number} <= {}", self.number);
            return Err(RpcError::Simulation { code: BLOCK_NUMBER_INVALID, message });
        }
        match u64::try_from(number) {
            Ok(number) if number <= self.last => Ok(number),
            Ok(_) | Err(_) => {
                let limit = self.limit;
                let message = format!("too many blocks: the limit is {limit} above the base");
                Err(RpcError::Simulation { code: CLIENT_LIMIT_EXCEEDED, message })
            }
        }
    }

    fn next_timestamp(&self, given: Option<u64>) -> Result<u64, RpcError> {
        let next = given.unwrap_or_else(|| self.timestamp.saturating_add(self.block_time));
        if next > self.timestamp {
            return Ok(next);
        }
        let message = format!("block timestamps must be in order: {next} <= {}", self.timestamp);
        Err(RpcError::Simulation { code: BLOCK_TIMESTAMP_INVALID, message })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_hardforks::EthereumHardfork;
    use hanzo_testkit::{dev_spec, ethereum_spec};
    use serde_json::json;

    fn parse(payload: &Value) -> Result<SimulationRequest, RpcError> {
        let params = json!([payload]).to_string();
        SimulationRequest::parse(&Arguments::parse(Some(&params), 2).unwrap(), &dev_spec())
    }

    /// Numbers and times of the blocks on top of block 10 at second 1 000.
    fn plan(overrides: &Value) -> Result<Vec<(u64, u64)>, (i32, String)> {
        let blocks: Vec<Value> = overrides
            .as_array()
            .unwrap()
            .iter()
            .map(|overrides| json!({ "blockOverrides": overrides }))
            .collect();
        let request = parse(&json!({ "blockStateCalls": blocks })).unwrap();
        let base = Header { number: 10, timestamp: 1_000, ..Header::default() };
        match request.plan(&base, &dev_spec(), &RpcLimits::default()) {
            Ok(blocks) => {
                Ok(blocks.into_iter().map(|block| (block.number, block.timestamp)).collect())
            }
            Err(error) => Err((error.code(), error.to_string())),
        }
    }

    #[test]
    fn null_is_absent_and_an_array_is_no_object() {
        let nulls = json!({
            "blockStateCalls": [{ "calls": null, "blockOverrides": null, "stateOverrides": null }],
            "validation": null,
            "traceTransfers": null,
            "returnFullTransactions": null,
        });
        let request = parse(&nulls).unwrap();
        assert_eq!((request.blocks.len(), request.full_transactions), (1, false));
        assert_eq!(request.validation, Validation::Off);
        for (payload, text) in [
            (json!([[{}], true, false, false]), "expected an object with blockStateCalls"),
            (
                json!({ "blockStateCalls": [[{}, {}, []]] }),
                "blockStateCalls[0]: expected an object",
            ),
            (json!("0x1"), "expected an object with blockStateCalls"),
        ] {
            let refused = parse(&payload).unwrap_err();
            assert_eq!(refused.code(), INVALID_PARAMS);
            assert!(refused.to_string().contains(text), "{refused}");
        }
    }

    #[test]
    fn blocks_follow_at_the_block_time_of_the_chain() {
        assert_eq!(plan(&json!([{}, {}])), Ok(vec![(11, 1_006), (12, 1_012)]));
        let spec = ethereum_spec(EthereumHardfork::Osaka, |_| {});
        let request = parse(&json!({ "blockStateCalls": [{}] })).unwrap();
        let base = Header { number: 3, timestamp: 50, ..Header::default() };
        let blocks = request.plan(&base, &spec, &RpcLimits::default()).unwrap();
        assert_eq!((blocks[0].number, blocks[0].timestamp), (4, 62));
    }

    #[test]
    fn blocks_that_are_skipped_over_are_empty_ones() {
        let skips = json!([{ "number": "0xd" }, { "time": "0x500" }]);
        assert_eq!(plan(&skips), Ok(vec![(11, 1_006), (12, 1_012), (13, 1_018), (14, 0x500)]));
    }

    #[test]
    fn numbers_and_times_have_to_rise() {
        let refused = |overrides: Value| plan(&overrides).unwrap_err();
        let (code, message) = refused(json!([{ "number": "0xa" }]));
        assert_eq!((code, &*message), (-38_020, "block numbers must be in order: 10 <= 10"));
        assert_eq!(refused(json!([{ "number": "0xc" }, { "number": "0xb" }])).0, -38_020);
        let (code, message) = refused(json!([{ "time": "0x3e8" }]));
        assert_eq!((code, &*message), (-38_021, "block timestamps must be in order: 1000 <= 1000"));
        // The blocks in between take their time, too.
        assert_eq!(refused(json!([{ "number": "0xc", "time": "0x3ee" }])).0, -38_021);
        assert_eq!(refused(json!([{ "time": "0xffffffffffffffff" }, {}])).0, -38_021);
    }

    #[test]
    fn more_than_256_blocks_are_refused_before_any_is_made() {
        assert_eq!(plan(&json!([{ "number": "0x10a" }])).unwrap().len(), 256);
        for number in ["0x10b", "0xffffffffffffffff", "0xffffffffffffffffffff"] {
            let (code, message) = plan(&json!([{ "number": number }])).unwrap_err();
            assert_eq!(code, -38_026);
            assert!(message.contains("256"), "{message}");
        }
    }

    #[test]
    fn a_simulation_of_nothing_is_refused() {
        assert_eq!(plan(&json!([])), Err((-32_602, "empty input".to_owned())));
    }

    #[test]
    fn withdrawals_are_refused_and_not_ignored() {
        let with = |withdrawals: Value| {
            parse(&json!({
                "blockStateCalls": [{}, { "blockOverrides": { "withdrawals": withdrawals } }]
            }))
        };
        assert!(with(json!([])).is_ok() && with(Value::Null).is_ok());
        let refusal = with(json!([{ "index": "0x0" }])).unwrap_err();
        assert_eq!(refusal.code(), INVALID_PARAMS);
        assert!(
            refusal.to_string().contains("blockStateCalls[1].blockOverrides.withdrawals"),
            "{refusal}"
        );
    }
}
