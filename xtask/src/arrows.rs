//! Which crate may know which. Source: ARCHITECTURE.md.

use anyhow::{Context as _, bail};
use cargo_metadata::{DependencyKind, MetadataCommand};
use std::collections::{BTreeMap, BTreeSet};

/// Normal dependencies inside the workspace that are allowed. An arrow may only point down.
const ALLOWED: &[(&str, &[&str])] = &[
    ("hanzo-poc", &[]),
    ("hanzo-curve", &[]),
    ("hanzo-keccak", &[]),
    ("hanzo-types", &["keccak"]),
    ("hanzo-state", &["types", "keccak"]),
    ("hanzo-consensus", &["types", "poc"]),
    ("hanzo-store", &["types", "state"]),
    ("hanzo-evm", &["types", "state", "poc", "curve"]),
    ("hanzo-chain", &["types", "state", "store", "evm", "consensus"]),
    ("hanzo-pool", &["types", "state", "chain"]),
    ("hanzo-mining", &["types", "poc", "state", "consensus", "evm", "chain", "pool"]),
    ("hanzo-network", &["types", "store", "consensus", "chain", "pool"]),
    ("hanzo-rpc", &["types", "state", "evm", "chain", "pool", "mining", "network"]),
    ("hanzo-exporter", &[]),
    (
        "hanzo-node",
        &[
            "types",
            "poc",
            "state",
            "store",
            "consensus",
            "evm",
            "chain",
            "pool",
            "mining",
            "network",
            "rpc",
            "exporter",
        ],
    ),
    // Test support: only ever a dev-dependency of the crates above.
    ("hanzo-testkit", &["types", "poc", "state", "store", "consensus", "evm", "chain"]),
    // Test packages, which nothing depends on.
    ("hanzo-conformance", &["types", "state", "store", "consensus", "evm", "chain"]),
    ("hanzo-e2e", &["types", "poc", "state", "store", "network", "testkit"]),
    (
        "hanzo-fuzz",
        &[
            "types",
            "poc",
            "state",
            "store",
            "consensus",
            "evm",
            "chain",
            "pool",
            "mining",
            "network",
            "rpc",
            "node",
            "exporter",
            "miner",
            "testkit",
        ],
    ),
    ("hanzo-load", &[]),
    ("hanzo-simulator", &["types", "chain", "pool", "network", "testkit"]),
    // Knows a node by its JSON-RPC alone.
    ("hanzo-miner", &["poc", "types", "exporter"]),
    ("hanzo", &["node"]),
    ("hanzo-miner-cli", &["miner"]),
    ("xtask", &["types"]),
];

type Arrows = BTreeMap<String, BTreeSet<String>>;

/// Reads the workspace's arrows and compares them with the allowed ones.
pub(crate) fn check() -> anyhow::Result<()> {
    let metadata = MetadataCommand::new().no_deps().exec().context("cargo metadata")?;
    let members: BTreeSet<String> =
        metadata.packages.iter().map(|package| package.name.to_string()).collect();
    let mut arrows = Arrows::new();
    for package in &metadata.packages {
        let targets = arrows.entry(package.name.to_string()).or_default();
        let normal = package.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal);
        targets.extend(normal.map(|d| d.name.clone()).filter(|name| members.contains(name)));
    }
    let wrong = violations(&arrows);
    if !wrong.is_empty() {
        bail!("arrows that must not be:\n  {}", wrong.join("\n  "));
    }
    let count: usize = arrows.values().map(BTreeSet::len).sum();
    println!("{} crates, {count} arrows, all allowed", arrows.len());
    Ok(())
}

/// Every arrow that is not in the table, and every crate that the table does not know.
fn violations(arrows: &Arrows) -> Vec<String> {
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    let mut wrong = Vec::new();
    for (from, targets) in arrows {
        let Some(permitted) = allowed.get(from.as_str()) else {
            wrong.push(format!("{from} is not in the table"));
            continue;
        };
        for to in targets {
            let short = to.strip_prefix("hanzo-").unwrap_or(to);
            if !permitted.contains(&short) {
                wrong.push(format!("{from} -> {to}"));
            }
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrows(list: &[(&str, &[&str])]) -> Arrows {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        list.iter().map(|(from, to)| ((*from).to_owned(), own(to))).collect()
    }

    #[test]
    fn a_downward_arrow_is_allowed() {
        assert!(violations(&arrows(&[("hanzo-chain", &["hanzo-store"])])).is_empty());
    }

    #[test]
    fn an_upward_arrow_is_named() {
        let wrong = violations(&arrows(&[("hanzo-types", &["hanzo-chain"])]));
        assert_eq!(wrong, ["hanzo-types -> hanzo-chain"]);
    }

    #[test]
    fn test_support_is_never_a_normal_dependency() {
        let wrong = violations(&arrows(&[("hanzo-pool", &["hanzo-testkit"])]));
        assert_eq!(wrong, ["hanzo-pool -> hanzo-testkit"]);
    }

    #[test]
    fn an_unknown_crate_is_named() {
        assert_eq!(violations(&arrows(&[("hanzo-new", &[])])), ["hanzo-new is not in the table"]);
    }

    #[test]
    fn the_table_has_no_cycle() {
        let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
        fn depth(allowed: &BTreeMap<&str, &[&str]>, name: &str, left: usize) -> usize {
            assert!(left > 0, "cycle through {name}");
            let below = allowed[name].iter();
            below.map(|to| 1 + depth(allowed, &format!("hanzo-{to}"), left - 1)).max().unwrap_or(0)
        }
        for name in allowed.keys() {
            depth(&allowed, name, allowed.len());
        }
    }
}
