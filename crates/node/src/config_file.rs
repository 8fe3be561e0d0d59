//! The configuration file: the same settings as the flags, which win over it.

use crate::{
    NodeError,
    network_values::{Nat, PeerCount, Peers},
    units::{
        ReorgDepth, Retained, parse_duration, parse_extra_data, parse_listen_address,
        parse_reorg_depth, parse_retained,
    },
};
use alloy_primitives::{Address, Bytes};
use hanzo_exporter::parse_metrics_address;
use serde::{Deserialize, Deserializer, de::Error as _};
use std::{
    fs,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

/// A configuration file in TOML. Every key is optional; an unknown key is an error.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ConfigFile {
    pub(crate) chain: Option<String>,
    pub(crate) datadir: Option<PathBuf>,
    #[serde(default)]
    pub(crate) prune: PruneSection,
    #[serde(default)]
    pub(crate) reorg: ReorgSection,
    #[serde(default)]
    pub(crate) network: NetworkSection,
    #[serde(default)]
    pub(crate) http: HttpSection,
    #[serde(default)]
    pub(crate) ipc: IpcSection,
    #[serde(default)]
    pub(crate) rpc: RpcSection,
    #[serde(default)]
    pub(crate) metrics: MetricsSection,
    #[serde(default)]
    pub(crate) miner: MinerSection,
    #[serde(default)]
    pub(crate) dev: DevSection,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct PruneSection {
    #[serde(default, deserialize_with = "retained")]
    pub(crate) states: Option<Retained>,
    #[serde(default, deserialize_with = "retained")]
    pub(crate) receipts: Option<Retained>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ReorgSection {
    #[serde(default, deserialize_with = "reorg_depth")]
    pub(crate) max_depth: Option<ReorgDepth>,
    #[serde(default, deserialize_with = "duration")]
    pub(crate) max_age: Option<Duration>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct NetworkSection {
    pub(crate) enabled: Option<bool>,
    #[serde(default, deserialize_with = "listen_address")]
    pub(crate) addr: Option<IpAddr>,
    #[serde(default, deserialize_with = "whole_number")]
    pub(crate) port: Option<u16>,
    pub(crate) bootnodes: Option<Vec<Peers>>,
    pub(crate) trusted_peers: Option<Vec<Peers>>,
    pub(crate) trusted_only: Option<bool>,
    pub(crate) max_inbound_peers: Option<PeerCount>,
    pub(crate) max_outbound_peers: Option<PeerCount>,
    pub(crate) nat: Option<Nat>,
    pub(crate) mdns: Option<bool>,
    pub(crate) nodekey: Option<PathBuf>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct HttpSection {
    pub(crate) enabled: Option<bool>,
    #[serde(default, deserialize_with = "listen_address")]
    pub(crate) addr: Option<IpAddr>,
    #[serde(default, deserialize_with = "whole_number")]
    pub(crate) port: Option<u16>,
    pub(crate) api: Option<Vec<String>>,
    pub(crate) corsdomain: Option<Vec<String>>,
    pub(crate) vhosts: Option<Vec<String>>,
    pub(crate) ws: Option<bool>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct IpcSection {
    pub(crate) enabled: Option<bool>,
    pub(crate) path: Option<PathBuf>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct RpcSection {
    #[serde(default, deserialize_with = "whole_number")]
    pub(crate) gascap: Option<u64>,
    #[serde(default, deserialize_with = "whole_number")]
    pub(crate) max_connections: Option<u32>,
    #[serde(default, deserialize_with = "whole_number")]
    pub(crate) max_batch: Option<u32>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct MetricsSection {
    pub(crate) enabled: Option<bool>,
    #[serde(default, deserialize_with = "metrics_address")]
    pub(crate) addr: Option<SocketAddr>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct MinerSection {
    pub(crate) enabled: Option<bool>,
    pub(crate) etherbase: Option<Address>,
    #[serde(default, deserialize_with = "whole_number")]
    pub(crate) threads: Option<usize>,
    #[serde(default, deserialize_with = "extra_data")]
    pub(crate) extradata: Option<Bytes>,
    #[serde(default, deserialize_with = "whole_number")]
    pub(crate) gaslimit: Option<u64>,
    #[serde(default, deserialize_with = "whole_number")]
    pub(crate) max_beneficiaries: Option<usize>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct DevSection {
    #[serde(default, deserialize_with = "duration")]
    pub(crate) block_time: Option<Duration>,
    #[serde(default, deserialize_with = "whole_number")]
    pub(crate) code_size_limit: Option<u64>,
    #[serde(default, deserialize_with = "whole_number")]
    pub(crate) tx_gas_cap: Option<u64>,
}

impl ConfigFile {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// [`NodeError::File`] if it cannot be read, [`NodeError::ConfigFile`] with the line if it is
    /// malformed.
    pub(crate) fn read(path: &Path) -> Result<Self, NodeError> {
        let text = fs::read_to_string(path)
            .map_err(|source| NodeError::File { path: path.to_owned(), source })?;
        toml::from_str(&text).map_err(|error| NodeError::ConfigFile {
            path: path.to_owned(),
            reason: error.to_string(),
        })
    }
}

/// A type of whole numbers in the file.
trait WholeNumber: TryFrom<i64> {
    /// The largest.
    const MOST: u64;
}

impl WholeNumber for u16 {
    const MOST: u64 = 65_535;
}

impl WholeNumber for u32 {
    const MOST: u64 = 4_294_967_295;
}

impl WholeNumber for usize {
    const MOST: u64 = u64::MOST;
}

impl WholeNumber for u64 {
    // TOML has no larger ones.
    const MOST: Self = i64::MAX.unsigned_abs();
}

/// A whole number that is not negative. The error names the limit instead of a type of the language.
fn whole_number<'de, D, T>(source: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: WholeNumber,
{
    let number = i64::deserialize(source)?;
    T::try_from(number).map(Some).map_err(|_| {
        D::Error::custom(format!("{number} is not a whole number from 0 to {}", T::MOST))
    })
}

/// A duration as its flag takes it, or a whole number of seconds.
fn duration<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Duration>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a duration such as \"2s\", or seconds")]
    enum Written {
        Seconds(u64),
        Text(String),
    }
    match Written::deserialize(source)? {
        Written::Seconds(seconds) => Ok(Some(Duration::from_secs(seconds))),
        Written::Text(text) => parse_duration(&text).map(Some).map_err(D::Error::custom),
    }
}

/// A number of blocks as its flag takes it, or a whole number.
fn retained<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Retained>, D::Error> {
    let text = number_or_word(source)?;
    parse_retained(&text).map(Some).map_err(D::Error::custom)
}

/// A depth of reorganisations as its flag takes it, or a whole number.
fn reorg_depth<'de, D: Deserializer<'de>>(source: D) -> Result<Option<ReorgDepth>, D::Error> {
    let text = number_or_word(source)?;
    parse_reorg_depth(&text).map(Some).map_err(D::Error::custom)
}

/// A whole number or a text, as text.
fn number_or_word<'de, D: Deserializer<'de>>(source: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a number of blocks or a word for all of them")]
    enum Written {
        Blocks(u64),
        Text(String),
    }
    Ok(match Written::deserialize(source)? {
        Written::Blocks(blocks) => blocks.to_string(),
        Written::Text(text) => text,
    })
}

impl<'de> Deserialize<'de> for Peers {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        String::deserialize(source)?.parse().map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Nat {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        String::deserialize(source)?.parse().map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for PeerCount {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        i64::deserialize(source)?.to_string().parse().map_err(D::Error::custom)
    }
}

/// Extra data as its flag takes it.
fn extra_data<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Bytes>, D::Error> {
    let text = String::deserialize(source)?;
    parse_extra_data(&text).map(Some).map_err(D::Error::custom)
}

/// An address as its flag takes it.
fn listen_address<'de, D: Deserializer<'de>>(source: D) -> Result<Option<IpAddr>, D::Error> {
    let text = String::deserialize(source)?;
    parse_listen_address(&text).map(Some).map_err(D::Error::custom)
}

/// An address and port as their flag takes them.
fn metrics_address<'de, D: Deserializer<'de>>(source: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(source)?;
    parse_metrics_address(&text).map(Some).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let error = toml::from_str::<ConfigFile>("[http]\nprot = 1").unwrap_err().to_string();
        assert!(error.contains("prot"), "{error}");
    }

    #[test]
    fn a_number_out_of_range_is_refused_with_the_range() {
        for (text, number, most) in [
            ("[network]\nport = 70000", "70000", u64::from(u16::MAX)),
            ("[http]\nport = -1", "-1", u64::from(u16::MAX)),
            ("[rpc]\nmax-connections = 4294967296", "4294967296", u64::from(u32::MAX)),
            ("[rpc]\ngascap = -5", "-5", i64::MAX.unsigned_abs()),
        ] {
            let error = toml::from_str::<ConfigFile>(text).unwrap_err().to_string();
            let range = format!("{number} is not a whole number from 0 to {most}");
            assert!(error.contains(&range), "{error}");
        }
        let rpc = toml::from_str::<ConfigFile>("[rpc]\nmax-connections = 4294967295").unwrap().rpc;
        assert_eq!(rpc.max_connections, Some(u32::MAX));
    }

    #[test]
    fn values_are_written_as_their_flags_take_them() {
        let text = "[http]\naddr = \"localhost\"\n[dev]\nblock-time = \"1500ms\"";
        let file = toml::from_str::<ConfigFile>(text).unwrap();
        assert_eq!(file.http.addr.unwrap().to_string(), "127.0.0.1");
        assert_eq!(file.dev.block_time, Some(Duration::from_millis(1_500)));
        let seconds = toml::from_str::<ConfigFile>("[dev]\nblock-time = 2").unwrap();
        assert_eq!(seconds.dev.block_time, Some(Duration::from_secs(2)));
        for bad in
            ["[dev]\nblock-time = \"soon\"", "[dev]\nblock-time = true", "[http]\naddr = \"x\""]
        {
            assert!(toml::from_str::<ConfigFile>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn retention_is_a_number_of_blocks_or_archive() {
        let text = "[prune]\nstates = 300\nreceipts = \"archive\"";
        let prune = toml::from_str::<ConfigFile>(text).unwrap().prune;
        assert_eq!(prune.states, Some(Retained(Some(300))));
        assert_eq!(prune.receipts, Some(Retained(None)));
        for bad in ["255", "\"most\"", "-1", "1.5"] {
            let text = format!("[prune]\nstates = {bad}");
            assert!(toml::from_str::<ConfigFile>(&text).is_err(), "{bad}");
        }
    }

    #[test]
    fn limits_of_reorganisations_are_a_depth_and_an_age() {
        let read = |text: &str| toml::from_str::<ConfigFile>(text).map(|file| file.reorg);
        let reorg = read("[reorg]\nmax-depth = 64\nmax-age = \"3h\"").unwrap();
        assert_eq!(reorg.max_depth, Some(ReorgDepth(Some(64))));
        assert_eq!(reorg.max_age, Some(Duration::from_secs(10_800)));
        let reorg = read("[reorg]\nmax-depth = \"unlimited\"").unwrap();
        assert_eq!((reorg.max_depth, reorg.max_age), (Some(ReorgDepth(None)), None));
        for bad in ["max-depth = 31", "max-depth = true", "max-age = \"old\"", "depth = 64"] {
            assert!(read(&format!("[reorg]\n{bad}")).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_bad_value_is_shown_where_it_stands() {
        let bad = [
            ("[network]\nbootnodes = [\"/ip4/203.0.113.7/tcp/30303\"]", "/p2p/"),
            ("[network]\ntrusted-peers = [\"1.2.3.4:5\"]", "multiaddress"),
            ("[network]\nnat = \"upnp\"", "extip"),
            ("[network]\nmax-inbound-peers = 1001", "0 to 1000"),
            ("[network]\nmax-outbound-peers = -1", "0 to 1000"),
            ("[miner]\nextradata = \"0x0\"", "odd"),
        ];
        for (text, reason) in bad {
            let error = toml::from_str::<ConfigFile>(text).unwrap_err().to_string();
            let (_, line) = text.split_once('\n').unwrap();
            assert!(error.contains("line 2") && error.contains(line), "{error}");
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn every_section_is_optional() {
        assert_eq!(toml::from_str::<ConfigFile>("").unwrap(), ConfigFile::default());
    }
}
