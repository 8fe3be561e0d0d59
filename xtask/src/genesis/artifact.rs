//! Contracts that genesis has from the start.

use alloy_primitives::{Address, Bytes, address};
use anyhow::{Context as _, ensure};
use hanzo_types::{AI, AI_SUPPLY, COMPUTE_MINING};
use serde_json::Value;
use std::{fs, path::PathBuf};

/// Contracts at genesis and their addresses. Source of the first: its address on every other chain;
/// of the others: seed-features §5.2.
pub(crate) const PREDEPLOYS: [(&str, Address); 4] = [
    ("Multicall3", address!("0xcA11bde05977b3631167028862bE2a173976CA11")),
    ("AI", AI),
    ("AISupply", AI_SUPPLY),
    ("ComputeMining", COMPUTE_MINING),
];

/// What deploys the contract of the artifact `contracts/artifacts/NAME.json`. None of them takes
/// constructor arguments.
///
/// # Errors
/// If the file is missing or damaged, or the contract has constructor arguments.
pub(crate) fn creation_code(name: &str) -> anyhow::Result<Bytes> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let path = root.join("contracts/artifacts").join(format!("{name}.json"));
    let shown = path.display().to_string();
    let text = fs::read_to_string(&path).with_context(|| shown.clone())?;
    code_of(&text).context(shown)
}

fn code_of(text: &str) -> anyhow::Result<Bytes> {
    let artifact: Value = serde_json::from_str(text)?;
    let code: Bytes = artifact
        .get("creation")
        .and_then(Value::as_str)
        .context("no creation code")?
        .parse()
        .context("creation code")?;
    ensure!(!code.is_empty(), "empty creation code");
    let abi = artifact.get("abi").and_then(Value::as_array).context("no abi")?;
    let is_constructor = |item: &&Value| item.get("type") == Some(&Value::from("constructor"));
    let inputs = abi.iter().find(is_constructor).and_then(|item| item.get("inputs"));
    let count = inputs.and_then(Value::as_array).map_or(0, Vec::len);
    ensure!(count == 0, "{count} constructor arguments, none is known");
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn artifact(change: impl FnOnce(&mut Value)) -> anyhow::Result<Bytes> {
        let mut artifact = json!({ "creation": "0x6001", "abi": [{ "type": "function" }] });
        change(&mut artifact);
        code_of(&artifact.to_string())
    }

    #[test]
    fn a_contract_that_takes_constructor_arguments_is_refused() {
        assert_eq!(artifact(|_| {}).unwrap(), Bytes::from(vec![0x60, 1]));
        let refusal = |change: fn(&mut Value)| artifact(change).unwrap_err().to_string();
        let taking = |a: &mut Value| a["abi"][0] = json!({ "type": "constructor", "inputs": [{}] });
        assert!(refusal(taking).contains("1 constructor arguments"));
        assert!(artifact(|a| a["abi"][0] = json!({ "type": "constructor", "inputs": [] })).is_ok());
        assert!(refusal(|a| a["creation"] = json!("0x")).contains("empty"));
        assert!(refusal(|a| drop(a["creation"].take())).contains("no creation code"));
        assert!(refusal(|a| drop(a["abi"].take())).contains("no abi"));
    }

    #[test]
    fn every_predeploy_has_an_artifact() {
        for (name, _) in PREDEPLOYS {
            assert!(!creation_code(name).unwrap().is_empty());
        }
    }
}
