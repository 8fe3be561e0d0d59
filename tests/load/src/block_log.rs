//! What the node's log says about its blocks.

use anyhow::Context as _;
use serde::Deserialize;
use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::Path,
};

/// A block that the node made, by its log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct LoggedBlock {
    pub(crate) number: u64,
    pub(crate) gas: u64,
    /// Choosing and executing its transactions, and its state root.
    pub(crate) build_us: u64,
    /// Checks, the durable write, and telling everybody.
    pub(crate) import_us: u64,
}

#[derive(Debug, Deserialize)]
struct Line {
    message: Option<String>,
}

/// Every block in a log of `--log.format json`.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<LoggedBlock>> {
    let file = File::open(path).with_context(|| path.display().to_string())?;
    let mut blocks = Vec::new();
    for line in BufReader::new(file).lines() {
        blocks.extend(block_of(&line?)?);
    }
    Ok(blocks)
}

fn block_of(line: &str) -> anyhow::Result<Option<LoggedBlock>> {
    // The last words of a process that fails are no JSON.
    let Ok(Line { message }) = serde_json::from_str(line) else { return Ok(None) };
    if message.as_deref() != Some("mined block") {
        return Ok(None);
    }
    Ok(Some(serde_json::from_str(line).with_context(|| line.to_owned())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mined_block_is_read_and_other_lines_are_not() {
        let line = r#"{"timestamp":"2026-11-21T13:00:00Z","level":"INFO","message":"mined block","number":7,"hash":"0xab","txs":2,"gas":42000,"work":"67108864","elapsed_ms":3,"build_us":1200,"import_us":900,"target":"miner"}"#;
        let block = LoggedBlock { number: 7, gas: 42_000, build_us: 1_200, import_us: 900 };
        assert_eq!(block_of(line).unwrap(), Some(block));
        assert_eq!(block_of(r#"{"message":"stopping"}"#).unwrap(), None);
        assert_eq!(block_of("error: disk full").unwrap(), None);
        assert!(block_of(r#"{"message":"mined block"}"#).is_err());
    }
}
