//! What operators write: configuration files, flags, keys.

use crate::{Verdict, scratch_file::ScratchFile};
use clap::Parser;
use hanzo_exporter::parse_metrics_address;
use hanzo_node::NodeError;
use std::{cell::RefCell, ffi::OsString};

/// The configuration file of the node.
pub fn node_config(bytes: &[u8]) -> Verdict {
    with_file(bytes, |path| node(&["--dev".into(), "--config".into(), path.into()]))
}

/// Flags of the node that have a form of their own.
const FLAGS: [&str; 16] = [
    "--prune.states",
    "--prune.receipts",
    "--reorg.max-depth",
    "--reorg.max-age",
    "--dev.block-time",
    "--miner.extradata",
    "--miner.etherbase",
    "--builder.gaslimit",
    "--http.addr",
    "--http.api",
    "--http.corsdomain",
    "--metrics",
    "--addr",
    "--nat",
    "--bootnodes",
    "--trusted-peers",
];

/// A flag of the node: a byte for which, the rest is its value.
pub fn node_flag(bytes: &[u8]) -> Verdict {
    let Some((&which, value)) = bytes.split_first() else { return Verdict::Refused };
    let Ok(value) = str::from_utf8(value) else { return Verdict::Refused };
    let flag = FLAGS[usize::from(which) % FLAGS.len()];
    node(&["--dev".into(), format!("{flag}={value}").into()])
}

/// The configuration file of the miner.
pub fn miner_config(bytes: &[u8]) -> Verdict {
    with_file(bytes, |path| miner(&["--config".into(), path.into()]))
}

/// The file with the key that signs for shares.
pub fn share_key(bytes: &[u8]) -> Verdict {
    with_file(bytes, |path| miner(&["--share-key".into(), path.into()]))
}

/// Where metrics are served.
pub fn metrics_address(bytes: &[u8]) -> Verdict {
    let Ok(text) = str::from_utf8(bytes) else { return Verdict::Refused };
    let parsed = parse_metrics_address(text);
    match &parsed {
        Ok(address) => {
            assert_eq!(parse_metrics_address(&address.to_string()).as_ref(), Ok(address));
        }
        Err(reason) => assert!(reason.contains(text), "{reason:?} does not name {text:?}"),
    }
    Verdict::of(&parsed)
}

fn with_file(bytes: &[u8], decode: impl FnOnce(&std::path::Path) -> Verdict) -> Verdict {
    thread_local!(static FILE: RefCell<ScratchFile> = RefCell::new(ScratchFile::new()));
    FILE.with_borrow_mut(|file| decode(file.holding(bytes)))
}

/// What a node is told by these flags.
fn node(flags: &[OsString]) -> Verdict {
    let words = ["hanzo".into(), "node".into()].into_iter().chain(flags.iter().cloned());
    let Ok(cli) = hanzo_node::cli::Cli::try_parse_from(words) else { return Verdict::Refused };
    let config = match cli.into_node_config() {
        Ok(config) => config.expect("the command was to run a node"),
        Err(NodeError::Config(_) | NodeError::ConfigFile { .. } | NodeError::File { .. }) => {
            return Verdict::Refused;
        }
        Err(other) => panic!("not the fault of a setting: {other}"),
    };
    Verdict::of(&config.validate())
}

/// What a miner is told by these flags.
fn miner(flags: &[OsString]) -> Verdict {
    let words = std::iter::once("hanzo-miner".into()).chain(flags.iter().cloned());
    let Ok(cli) = hanzo_miner::Cli::try_parse_from(words) else { return Verdict::Refused };
    let config = cli.into_miner_config();
    if let Ok(config) = &config {
        let config = config.as_ref().expect("the command was to mine");
        assert!(!config.nodes.is_empty(), "nowhere to get work");
        // Whoever has a key is paid to somebody.
        assert!(config.shares.is_none() || config.coinbase.is_some());
    }
    Verdict::of(&config)
}
