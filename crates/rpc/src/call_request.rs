//! The parameters of a call.

use crate::{
    arguments::{Argument, Arguments, digits},
    block_reference::BlockReference,
    rpc_error::RpcError,
};
use alloy_rpc_types_eth::{BlockOverrides, TransactionRequest, state::StateOverride};
use hanzo_evm::CallOverrides;
use hanzo_types::{ChainSpec, Rules};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A call, the block it runs on, and what it assumes.
#[derive(Debug)]
pub(crate) struct CallRequest {
    pub(crate) transaction: TransactionRequest,
    pub(crate) block: BlockReference,
    pub(crate) overrides: CallOverrides,
}

impl CallRequest {
    /// Reads `(transaction, block?, stateOverrides?, blockOverrides?)` for the chain `spec`.
    pub(crate) fn parse(arguments: &Arguments<'_>, spec: &ChainSpec) -> Result<Self, RpcError> {
        let transaction = checked_transaction(arguments, spec)?;
        let block = arguments.optional(1, "block")?.unwrap_or_default();
        let state = arguments.optional(2, "stateOverrides")?.map(|Structured(state)| state);
        let changes = arguments.optional(3, "blockOverrides")?.map(|Structured(changes)| changes);
        let overrides = CallOverrides {
            state: state.map(|state: StateOverride| state),
            block: changes.map(|changes: BlockOverrides| Box::new(changes)),
        };
        Ok(Self { transaction, block, overrides })
    }
}

/// The first argument of a call on the chain `spec`.
pub(crate) fn checked_transaction(
    arguments: &Arguments<'_>,
    spec: &ChainSpec,
) -> Result<TransactionRequest, RpcError> {
    let Structured(transaction) = arguments.required(0, "transaction")?;
    check(&transaction, spec)?;
    Ok(transaction)
}

/// Contradictions within a request, in geth's words.
pub(crate) fn check(request: &TransactionRequest, spec: &ChainSpec) -> Result<(), RpcError> {
    let refuse = |reason: String| Err(RpcError::Server(reason));
    if let (Some(data), Some(input)) = (&request.input.data, &request.input.input)
        && data != input
    {
        return refuse(
            "both \"data\" and \"input\" are set and not equal. Please use \"input\" to pass \
             transaction call data"
                .to_owned(),
        );
    }
    let priced = request.max_fee_per_gas.or(request.max_priority_fee_per_gas);
    if request.gas_price.is_some() && priced.is_some() {
        return refuse(
            "both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified".to_owned(),
        );
    }
    if let (Some(cap), Some(tip)) = (request.max_fee_per_gas, request.max_priority_fee_per_gas)
        && cap < tip
    {
        return refuse(format!("maxFeePerGas ({cap}) < maxPriorityFeePerGas ({tip})"));
    }
    let want = spec.chain_id();
    if let Some(have) = request.chain_id
        && have != want
    {
        return refuse(format!("chainId does not match node's (have={have}, want={want})"));
    }
    check_blobs(request, spec).or_else(|reason| refuse(reason.to_owned()))
}

/// The EVM sees the hashes of blobs and never the blobs, so that a call carries the former.
fn check_blobs(request: &TransactionRequest, spec: &ChainSpec) -> Result<(), &'static str> {
    let named = request.sidecar.is_some() || request.blob_versioned_hashes.is_some();
    match spec.rules() {
        Rules::Hanzo(_) if named => Err("blob transactions are not supported on this chain"),
        Rules::Ethereum(_) if request.sidecar.is_some() => {
            Err("a call takes no blobs, only their hashes as blobVersionedHashes")
        }
        Rules::Hanzo(_) | Rules::Ethereum(_) => Ok(()),
    }
}

/// An object whose fields are read one by one; the error names the field.
#[derive(Debug)]
pub(crate) struct Structured<T>(pub(crate) T);

impl<T: DeserializeOwned> Argument for Structured<T> {
    fn from_json(json: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
        check_prefixes(&value)?;
        serde_path_to_error::deserialize(&value).map(Self).map_err(|error| {
            let path = error.path().to_string();
            let reason = error.into_inner().to_string();
            if path == "." { reason } else { format!("{path}: {reason}") }
        })
    }
}

/// Every text in a call is hexadecimal. The types would also take decimal numbers and bytes
/// without a prefix, and `10` would silently mean ten or sixteen, depending on the field.
fn check_prefixes(value: &Value) -> Result<(), String> {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
        Value::String(text) => digits(text).map(|_| ()),
        Value::Array(values) => values.iter().enumerate().try_for_each(|(index, value)| {
            check_prefixes(value).map_err(|reason| format!("{index}: {reason}"))
        }),
        Value::Object(fields) => fields.iter().try_for_each(|(name, value)| {
            check_prefixes(value).map_err(|reason| format!("{name}: {reason}"))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hanzo_testkit::dev_spec;
    use proptest::prelude::*;

    fn parse(params: &str) -> Result<CallRequest, RpcError> {
        CallRequest::parse(&Arguments::parse(Some(params), 4).unwrap(), &dev_spec())
    }

    fn message(params: &str) -> String {
        parse(params).unwrap_err().to_string()
    }

    #[test]
    fn a_missing_block_is_the_head() {
        let request = parse("[{}]").unwrap();
        assert_eq!(request.block, BlockReference::default());
    }

    #[test]
    fn a_malformed_field_is_named() {
        let error = message(r#"[{"to":"0x12"}]"#);
        assert!(error.starts_with("invalid argument 0 (transaction): to: "), "{error}");
        let error = message(r#"[{"value":"0x12 eth"}]"#);
        assert!(error.starts_with("invalid argument 0 (transaction): value: "), "{error}");
    }

    #[test]
    fn hex_without_prefix_is_refused_in_every_field() {
        for (request, field) in [
            (r#"[{"gas":"21000"}]"#, "gas"),
            (r#"[{"data":"ff"}]"#, "data"),
            (r#"[{"to":"00000000000000000000000000000000000000aa"}]"#, "to"),
            (r#"[{"accessList":[{"address":"aa","storageKeys":[]}]}]"#, "accessList: 0: address"),
        ] {
            let want =
                format!("invalid argument 0 (transaction): {field}: hex string without 0x prefix");
            assert_eq!(message(request), want);
        }
    }

    #[test]
    fn contradictions_are_refused_in_geths_words() {
        assert!(message(r#"[{"data":"0x01","input":"0x02"}]"#).contains("set and not equal"));
        assert!(
            message(r#"[{"gasPrice":"0x1","maxFeePerGas":"0x1"}]"#)
                .contains("both gasPrice and (maxFeePerGas")
        );
        assert_eq!(
            message(r#"[{"maxFeePerGas":"0x1","maxPriorityFeePerGas":"0x2"}]"#),
            "maxFeePerGas (1) < maxPriorityFeePerGas (2)"
        );
        assert_eq!(
            message(r#"[{"chainId":"0x1"}]"#),
            "chainId does not match node's (have=1, want=31337)"
        );
        assert_eq!(
            message(r#"[{"blobVersionedHashes":[]}]"#),
            "blob transactions are not supported on this chain"
        );
    }

    #[test]
    fn overrides_are_read() {
        let request = parse(
            r#"[{}, "latest", {"0x00000000000000000000000000000000000000aa":{"balance":"0x1"}},
                {"number":"0x9"}]"#,
        )
        .unwrap();
        assert_eq!(request.overrides.state.unwrap().len(), 1);
        assert!(request.overrides.block.unwrap().number.is_some());
    }

    proptest! {
        #[test]
        fn arbitrary_objects_never_panic(field in "[a-zA-Z]{0,12}", value in ".{0,40}") {
            let object = serde_json::json!([{ field: value }]).to_string();
            let _ = parse(&object);
        }
    }
}
