//! The configuration file: the same settings as the flags, which win over it.

use crate::{
    MinerError,
    values::{check_node, check_threads, parse_gwei, parse_kernel},
};
use alloy_primitives::Address;
use hanzo_exporter::parse_metrics_address;
use hanzo_poc::Kernel;
use serde::{Deserialize, Deserializer, de::Error as _};
use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

/// A configuration file in TOML. Every key is optional and named as its flag; an unknown key is an
/// error.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ConfigFile {
    #[serde(default, deserialize_with = "nodes")]
    pub(crate) node: Option<Vec<String>>,
    pub(crate) coinbase: Option<Address>,
    #[serde(default, deserialize_with = "threads")]
    pub(crate) threads: Option<usize>,
    #[serde(default, deserialize_with = "kernel")]
    pub(crate) kernel: Option<Kernel>,
    pub(crate) name: Option<String>,
    pub(crate) share_key: Option<PathBuf>,
    /// Wei per gas; written in gwei.
    #[serde(default, deserialize_with = "gwei")]
    pub(crate) share_max_fee: Option<u128>,
    #[serde(default, deserialize_with = "metrics")]
    pub(crate) metrics: Option<WrittenMetrics>,
}

/// What a file says of metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WrittenMetrics {
    /// Not at all.
    Off,
    /// Where they are without an address.
    Default,
    /// There.
    At(SocketAddr),
}

impl WrittenMetrics {
    /// Where metrics are served, if they are.
    pub(crate) const fn address(self, default: SocketAddr) -> Option<SocketAddr> {
        match self {
            Self::Off => None,
            Self::Default => Some(default),
            Self::At(address) => Some(address),
        }
    }
}

impl ConfigFile {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// [`MinerError::File`] if it cannot be read, [`MinerError::ConfigFile`] with the line if it is
    /// malformed.
    pub(crate) fn read(path: &Path) -> Result<Self, MinerError> {
        let text = fs::read_to_string(path)
            .map_err(|source| MinerError::File { path: path.to_owned(), source })?;
        toml::from_str(&text).map_err(|error| MinerError::ConfigFile {
            path: path.to_owned(),
            reason: error.to_string(),
        })
    }
}

/// One node, or several in the order in which they are tried.
fn nodes<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Vec<String>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected the address of a node, or a list of addresses")]
    enum Written {
        One(String),
        Several(Vec<String>),
    }
    let nodes = match Written::deserialize(source)? {
        Written::One(node) => vec![node],
        Written::Several(nodes) => nodes,
    };
    if nodes.is_empty() {
        return Err(D::Error::custom("node: want one address at least"));
    }
    nodes.iter().try_for_each(|node| check_node(node)).map_err(D::Error::custom)?;
    Ok(Some(nodes))
}

fn threads<'de, D: Deserializer<'de>>(source: D) -> Result<Option<usize>, D::Error> {
    check_threads(usize::deserialize(source)?).map(Some).map_err(D::Error::custom)
}

fn kernel<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Kernel>, D::Error> {
    parse_kernel(&String::deserialize(source)?).map(Some).map_err(D::Error::custom)
}

/// A price in gwei, as the flag takes it or as a number.
fn gwei<'de, D: Deserializer<'de>>(source: D) -> Result<Option<u128>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a price in gwei")]
    enum Written {
        Whole(u64),
        Decimal(f64),
        Text(String),
    }
    let text = match Written::deserialize(source)? {
        Written::Whole(gwei) => gwei.to_string(),
        Written::Decimal(gwei) => gwei.to_string(),
        Written::Text(text) => text,
    };
    parse_gwei(&text).map(Some).map_err(D::Error::custom)
}

/// Whether metrics are served, or where, as the flag takes it, or a port.
fn metrics<'de, D: Deserializer<'de>>(source: D) -> Result<Option<WrittenMetrics>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected true, false, an address and port, or a port")]
    enum Written {
        Switch(bool),
        Port(u16),
        Text(String),
    }
    let text = match Written::deserialize(source)? {
        Written::Switch(true) => return Ok(Some(WrittenMetrics::Default)),
        Written::Switch(false) => return Ok(Some(WrittenMetrics::Off)),
        Written::Port(port) => port.to_string(),
        Written::Text(text) => text,
    };
    let address = parse_metrics_address(&text).map_err(D::Error::custom)?;
    Ok(Some(WrittenMetrics::At(address)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ConfigFile, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn values_are_written_as_their_flags_take_them() {
        let coinbase = Address::repeat_byte(0xcb);
        let text = format!(
            "node = [\"ws://a:1\", \"ws://b:2\"]\ncoinbase = \"{coinbase}\"\nthreads = 3\n\
             kernel = \"portable\"\nname = \"attic\"\nshare-key = \"/keys/operator\"\n\
             share-max-fee = 1.5\nmetrics = \"[::1]:7000\""
        );
        let expected = ConfigFile {
            node: Some(vec!["ws://a:1".to_owned(), "ws://b:2".to_owned()]),
            coinbase: Some(coinbase),
            threads: Some(3),
            kernel: Some(Kernel::Portable),
            name: Some("attic".to_owned()),
            share_key: Some("/keys/operator".into()),
            share_max_fee: Some(1_500_000_000),
            metrics: Some(WrittenMetrics::At("[::1]:7000".parse().unwrap())),
        };
        assert_eq!(read(&text).unwrap(), expected);
        assert_eq!(read("share-max-fee = 3").unwrap().share_max_fee, Some(3_000_000_000));
        assert_eq!(read("share-max-fee = \"0.25\"").unwrap().share_max_fee, Some(250_000_000));
        assert_eq!(read("").unwrap(), ConfigFile::default());
        assert_eq!(read("node = \"ws://a:1\"").unwrap().node.unwrap(), ["ws://a:1"]);
    }

    #[test]
    fn metrics_are_a_switch_a_port_or_an_address() {
        let default = "127.0.0.1:9002".parse().unwrap();
        let address = |value| {
            let metrics = read(&format!("metrics = {value}")).unwrap().metrics.unwrap();
            metrics.address(default).map(|address| address.to_string())
        };
        assert_eq!(address("true").unwrap(), "127.0.0.1:9002");
        assert_eq!(address("false"), None);
        assert_eq!(address("7000").unwrap(), "127.0.0.1:7000");
        assert_eq!(address("\"localhost:7000\"").unwrap(), "127.0.0.1:7000");
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let error = read("thread = 1").unwrap_err();
        assert!(error.contains("thread") && error.contains("line 1"), "{error}");
    }

    #[test]
    fn a_value_of_the_wrong_type_or_range_is_refused_with_its_line() {
        let bad = [
            ("threads = \"two\"", "two"),
            ("threads = 0", "threads 0: want 1 to 1024"),
            ("coinbase = 5", "5"),
            ("coinbase = \"0x12\"", "0x12"),
            ("kernel = \"abacus\"", "kernel \"abacus\": this processor has"),
            ("node = []", "want one address at least"),
            ("node = [\"ws://a:1\", \"b\"]", "node \"b\": want ws://HOST:PORT"),
            ("node = 8545", "a list of addresses"),
            ("share-max-fee = -1", "share-max-fee"),
            ("share-max-fee = \"cheap\"", "cheap"),
            ("metrics = \"nowhere\"", "nowhere"),
            ("metrics = 65536", "a port"),
        ];
        for (text, said) in bad {
            let error = read(text).unwrap_err();
            assert!(error.contains(said) && error.contains("line 1"), "{text}: {error}");
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = ConfigFile::read(Path::new("/nowhere/miner.toml")).unwrap_err().to_string();
        assert!(error.starts_with("/nowhere/miner.toml: "), "{error}");
    }
}
