//! Contracts that genesis has from the start.

use alloy_primitives::{Address, Bytes, address};
use anyhow::{Context as _, ensure};
use serde_json::Value;
use std::{fs, path::PathBuf};

/// Contracts at genesis and their addresses. Source of the first: its address on every other chain.
pub(crate) const PREDEPLOYS: [(&str, Address); 1] =
    [("Multicall3", address!("0xcA11bde05977b3631167028862bE2a173976CA11"))];

/// Longest code of a contract. Source: EIP-170.
const MAX_CODE_BYTES: usize = 24_576;

/// Runtime code of the artifact `contracts/artifacts/NAME.json`.
///
/// # Errors
/// If the file is missing or damaged, the code is too long, or the contract needs more than its
/// code: values that its constructor sets, which only its constructor can.
pub(crate) fn runtime_code(name: &str) -> anyhow::Result<Bytes> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let path = root.join("contracts/artifacts").join(format!("{name}.json"));
    let shown = path.display().to_string();
    let text = fs::read_to_string(&path).with_context(|| shown.clone())?;
    code_of(&text).context(shown)
}

fn code_of(text: &str) -> anyhow::Result<Bytes> {
    let artifact: Value = serde_json::from_str(text)?;
    let code: Bytes = artifact
        .get("runtime")
        .and_then(Value::as_str)
        .context("no runtime code")?
        .parse()
        .context("runtime code")?;
    ensure!(!code.is_empty(), "empty runtime code");
    ensure!(code.len() <= MAX_CODE_BYTES, "{} bytes of code, {MAX_CODE_BYTES} allowed", code.len());
    for (field, list) in [("immutables", "/immutables"), ("storage", "/storage/variables")] {
        let values = artifact.pointer(list).and_then(Value::as_array);
        ensure!(values.is_some_and(Vec::is_empty), "{field} are set by a constructor");
    }
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn artifact(change: impl FnOnce(&mut Value)) -> anyhow::Result<Bytes> {
        let mut artifact =
            json!({ "runtime": "0x6001", "immutables": [], "storage": { "variables": [] } });
        change(&mut artifact);
        code_of(&artifact.to_string())
    }

    #[test]
    fn a_contract_that_is_more_than_its_code_is_refused() {
        assert_eq!(artifact(|_| {}).unwrap(), Bytes::from(vec![0x60, 1]));
        let refusal = |change: fn(&mut Value)| artifact(change).unwrap_err().to_string();
        assert!(refusal(|a| a["immutables"] = json!([{}])).contains("immutables"));
        assert!(refusal(|a| a["storage"]["variables"] = json!([{}])).contains("storage"));
        assert!(refusal(|a| a["runtime"] = json!("0x")).contains("empty"));
        assert!(
            refusal(|a| a["runtime"] = json!(format!("0x{}", "00".repeat(24_577))))
                .contains("24577")
        );
        assert!(refusal(|a| drop(a["runtime"].take())).contains("no runtime code"));
    }

    #[test]
    fn every_predeploy_has_an_artifact() {
        for (name, _) in PREDEPLOYS {
            assert!(!runtime_code(name).unwrap().is_empty());
        }
    }
}
