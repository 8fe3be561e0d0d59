//! The chains that come with the binary, and those that come in a file.

use crate::NodeError;
use hanzo_types::{ChainName, ChainSpec, settings_hash};
use serde_json::Value;
use std::{fmt, fs, path::PathBuf, str::FromStr};

const DEV_GENESIS: &str = include_str!("../../../genesis/dev.json");
const CLUSTER_GENESIS: &str = include_str!("../../../genesis/cluster.json");
const TESTNET_GENESIS: &str = include_str!("../../../genesis/testnet.json");
const MAINNET_GENESIS: &str = include_str!("../../../genesis/mainnet.json");

/// Which chain to run: one of the embedded ones, or a genesis file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainSource {
    /// Embedded, chain id 31337.
    Dev,
    /// Embedded, chain id 36961.
    Cluster,
    /// Embedded, chain id 36962.
    Testnet,
    /// Embedded, chain id 36963.
    Mainnet,
    /// A genesis file in geth's format.
    File(PathBuf),
}

impl FromStr for ChainSource {
    type Err = String;

    /// A known name, else the path of an existing file.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "dev" => Ok(Self::Dev),
            "cluster" => Ok(Self::Cluster),
            "testnet" => Ok(Self::Testnet),
            "mainnet" => Ok(Self::Mainnet),
            file if fs::exists(file).unwrap_or(false) => Ok(Self::File(file.into())),
            other => Err(format!(
                "`{other}` is neither dev, cluster, testnet, mainnet nor a genesis file"
            )),
        }
    }
}

impl fmt::Display for ChainSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dev => f.write_str(ChainName::Dev.as_str()),
            Self::Cluster => f.write_str(ChainName::Cluster.as_str()),
            Self::Testnet => f.write_str(ChainName::Testnet.as_str()),
            Self::Mainnet => f.write_str(ChainName::Mainnet.as_str()),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// Settings of the dev chain that are chosen when its data directory is created. They are part of
/// the genesis hash like every other consensus setting (decisions D-06, D-31).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DevSettings {
    /// Largest contract code, in bytes, instead of EIP-170's.
    pub contract_size_limit: Option<u64>,
    /// Largest gas limit of one transaction instead of EIP-7825's.
    pub transaction_gas_limit_cap: Option<u64>,
}

impl ChainSource {
    /// Reads and checks the chain's genesis file.
    ///
    /// # Errors
    /// [`NodeError::File`] or [`NodeError::Genesis`], which names the malformed field.
    pub fn load(&self, dev: DevSettings) -> Result<ChainSpec, NodeError> {
        let json = match self {
            Self::Dev => dev_genesis(dev),
            Self::Cluster => CLUSTER_GENESIS.to_owned(),
            Self::Testnet => TESTNET_GENESIS.to_owned(),
            Self::Mainnet => MAINNET_GENESIS.to_owned(),
            Self::File(path) => fs::read_to_string(path)
                .map_err(|source| NodeError::File { path: path.clone(), source })?,
        };
        ChainSpec::from_genesis_json(json.as_bytes())
            .map_err(|source| NodeError::Genesis { chain: self.to_string(), source })
    }

    /// Name of the chain's directory below the default data directory.
    #[must_use]
    pub fn directory_name(&self, spec: &ChainSpec) -> String {
        if spec.name() == ChainName::Custom {
            return format!("chain-{}", spec.chain_id());
        }
        spec.name().to_string()
    }
}

/// The embedded dev genesis with the chosen settings and the settings hash that follows.
fn dev_genesis(dev: DevSettings) -> String {
    if dev == DevSettings::default() {
        return DEV_GENESIS.to_owned();
    }
    // The embedded file is checked by a test; if it did not parse, the reader of the unchanged
    // text would name the field.
    let Ok(mut genesis) = serde_json::from_str::<Value>(DEV_GENESIS) else {
        return DEV_GENESIS.to_owned();
    };
    if let Some(hanzo) = genesis.pointer_mut("/config/hanzo").and_then(Value::as_object_mut) {
        let settings = [
            ("contractSizeLimit", dev.contract_size_limit),
            ("transactionGasLimitCap", dev.transaction_gas_limit_cap),
        ];
        for (key, value) in settings {
            if let Some(value) = value {
                hanzo.insert(key.to_owned(), value.into());
            }
        }
    }
    let hash = genesis.get("config").map(settings_hash);
    if let (Some(hash), Some(object)) = (hash, genesis.as_object_mut()) {
        object.insert("extraData".to_owned(), hash.to_string().into());
    }
    genesis.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_signer_local::{MnemonicBuilder, coins_bip39::English};
    use hanzo_types::{DEV_ACCOUNTS, DEV_COINBASE, DEV_MNEMONIC, ai_to_wei};

    #[test]
    fn every_embedded_chain_passes_its_own_checks() {
        for (source, id) in [
            (ChainSource::Dev, 31337),
            (ChainSource::Cluster, 36961),
            (ChainSource::Testnet, 36962),
            (ChainSource::Mainnet, 36963),
        ] {
            assert_eq!(source.load(DevSettings::default()).unwrap().chain_id(), id);
        }
    }

    #[test]
    fn every_embedded_chain_distributes_five_hundred_million() {
        for source in
            [ChainSource::Dev, ChainSource::Cluster, ChainSource::Testnet, ChainSource::Mainnet]
        {
            let spec = source.load(DevSettings::default()).unwrap();
            assert_eq!(
                spec.hanzo_rules().unwrap().genesis_supply(),
                ai_to_wei(500_000_000),
                "{source}"
            );
        }
    }

    #[test]
    fn dev_accounts_are_those_of_the_test_mnemonic() {
        for (index, address) in DEV_ACCOUNTS.into_iter().chain([DEV_COINBASE]).enumerate() {
            let signer = MnemonicBuilder::<English>::default()
                .phrase(DEV_MNEMONIC)
                .index(u32::try_from(index).unwrap())
                .unwrap()
                .build()
                .unwrap();
            assert_eq!(signer.address(), address, "account {index}");
        }
    }

    #[test]
    fn dev_settings_change_the_genesis_hash() {
        let lifted = DevSettings { contract_size_limit: Some(65_536), ..DevSettings::default() };
        let plain = ChainSource::Dev.load(DevSettings::default()).unwrap();
        let spec = ChainSource::Dev.load(lifted).unwrap();
        assert_ne!(plain.genesis_hash(), spec.genesis_hash());
        assert_eq!(spec.hanzo_rules().unwrap().config().contract_size_limit, Some(65_536));
    }

    #[test]
    fn an_unknown_chain_name_is_refused_with_the_known_ones() {
        let error = "ropsten".parse::<ChainSource>().unwrap_err();
        assert!(error.contains("dev, cluster, testnet, mainnet"), "{error}");
    }
}
