//! The genesis files of the embedded chains, made from the decisions and the artifacts of
//! `contracts/`, and nothing else.

mod alloc;
mod artifact;
mod deploy;
mod file;

use anyhow::{Context as _, bail};
use hanzo_types::ChainSpec;
use std::{fs, path::PathBuf};

/// One embedded chain.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chain {
    pub(crate) name: &'static str,
    pub(crate) chain_id: u64,
    pub(crate) difficulty: u64,
    pub(crate) difficulty_rule: &'static str,
    /// In seconds.
    pub(crate) target_block_time: u64,
    /// Whether the accounts of the test mnemonic have coins.
    pub(crate) has_dev_accounts: bool,
    pub(crate) draft: bool,
}

/// Chain ids: decision D-01. Difficulties and block times: D-05; of the cluster: D-38. The mainnet file is
/// a draft: D-05.
const CHAINS: [Chain; 4] = [
    Chain {
        name: "dev",
        chain_id: 31337,
        difficulty: 1 << 26,
        difficulty_rule: "fixed",
        target_block_time: 6,
        has_dev_accounts: true,
        draft: false,
    },
    Chain {
        name: "cluster",
        chain_id: 36961,
        difficulty: 1 << 36,
        difficulty_rule: "asert",
        target_block_time: 2,
        has_dev_accounts: true,
        draft: false,
    },
    Chain {
        name: "testnet",
        chain_id: 36962,
        difficulty: 1 << 41,
        difficulty_rule: "asert",
        target_block_time: 6,
        has_dev_accounts: false,
        draft: false,
    },
    Chain {
        name: "mainnet",
        chain_id: 36963,
        difficulty: 1 << 41,
        difficulty_rule: "asert",
        target_block_time: 6,
        has_dev_accounts: false,
        draft: true,
    },
];

/// Writes every genesis file.
pub(crate) fn write() -> anyhow::Result<()> {
    for chain in CHAINS {
        let path = path_of(chain);
        fs::write(&path, text_of(chain)?).with_context(|| path.display().to_string())?;
        println!("wrote {}", path.display());
    }
    Ok(())
}

/// Fails if a committed genesis file is not the one that the decisions give.
pub(crate) fn check() -> anyhow::Result<()> {
    for chain in CHAINS {
        let path = path_of(chain);
        let found = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        if found != text_of(chain)? {
            bail!("{} is not reproducible: run `cargo xtask genesis`", path.display());
        }
        let spec = ChainSpec::from_genesis_json(found.as_bytes())?;
        println!("{:<8} {}", chain.name, spec.genesis_hash());
    }
    Ok(())
}

fn path_of(chain: Chain) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    root.join("genesis").join(format!("{}.json", chain.name))
}

fn text_of(chain: Chain) -> anyhow::Result<String> {
    let mut genesis = file::genesis(chain)?;
    // A dependency can make serde_json keep the order of insertion.
    genesis.sort_all_objects();
    let mut text = serde_json::to_string_pretty(&genesis)?;
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::U256;
    use hanzo_types::{DEV_ACCOUNTS, PUBLIC_SALE, ai_to_wei};

    fn spec(name: &str) -> ChainSpec {
        let chain = CHAINS.into_iter().find(|chain| chain.name == name).unwrap();
        ChainSpec::from_genesis_json(text_of(chain).unwrap().as_bytes()).unwrap()
    }

    #[test]
    fn every_chain_distributes_exactly_five_hundred_million() {
        for chain in CHAINS {
            assert_eq!(
                spec(chain.name).hanzo_rules().unwrap().genesis_supply(),
                ai_to_wei(500_000_000),
                "{}",
                chain.name
            );
        }
    }

    #[test]
    fn every_chain_has_the_predeploys_as_their_constructors_and_consensus_leave_them() {
        for chain in CHAINS {
            let spec = spec(chain.name);
            for (name, address) in artifact::PREDEPLOYS {
                let account = &spec.genesis().alloc[&address];
                let creation = artifact::creation_code(name).unwrap();
                let mut deployed = deploy::deploy(creation, address, chain.chain_id).unwrap();
                deployed.storage.extend(alloc::written_by_consensus(chain, address));
                assert_eq!(account.code.as_ref(), Some(&deployed.code));
                assert_eq!(account.storage.clone().unwrap_or_default(), deployed.storage);
                // As a contract that a transaction made. Source: EIP-161.
                assert_eq!((account.nonce, account.balance), (Some(1), U256::ZERO));
            }
        }
    }

    #[test]
    fn dev_accounts_are_paid_out_of_the_public_sale() {
        for name in ["dev", "cluster"] {
            let chain = spec(name);
            let sale = chain.genesis().alloc[&PUBLIC_SALE].balance;
            let funded: U256 = DEV_ACCOUNTS.iter().map(|a| chain.genesis().alloc[a].balance).sum();
            assert_eq!(funded, ai_to_wei(200_000));
            assert_eq!(sale + funded, ai_to_wei(50_000_000));
        }
    }

    #[test]
    fn files_are_the_same_every_time() {
        for chain in CHAINS {
            assert_eq!(text_of(chain).unwrap(), text_of(chain).unwrap());
        }
    }

    #[test]
    fn only_the_mainnet_is_a_draft_and_only_the_dev_chain_has_fixed_difficulty() {
        assert!(
            spec("mainnet").hanzo_rules().unwrap().config().draft
                && !spec("testnet").hanzo_rules().unwrap().config().draft
        );
        assert_eq!(spec("dev").genesis().difficulty, U256::from(1u64 << 26));
        assert_eq!(spec("cluster").genesis().difficulty, U256::from(1u64 << 36));
        assert_eq!(spec("testnet").genesis().difficulty, U256::from(1u64 << 41));
    }
}
