//! The flags of mining.

use crate::{
    CpuBackend, MinerConfig, MinerError, ShareConfig,
    config_file::ConfigFile,
    shares::read_key,
    values::{all_cores, check_node, check_threads, parse_gwei, parse_kernel},
};
use alloy_primitives::{Address, B256, keccak256};
use clap::Args;
use hanzo_exporter::parse_metrics_address;
use hanzo_poc::Kernel;
use std::{
    fs,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    process,
};

/// Where a node on this machine listens.
const DEFAULT_NODE: &str = "ws://127.0.0.1:8545";

/// Where metrics are served unless told otherwise: the port after that of a node on this machine.
const DEFAULT_METRICS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9002);

#[derive(Debug, Args)]
pub(crate) struct MineArgs {
    /// WebSocket address of a node, without encryption; may be given several times, the first that
    /// answers is used [default: ws://127.0.0.1:8545].
    #[arg(long = "node", value_name = "URL", env = "HANZO_MINER_NODE", value_delimiter = ',')]
    nodes: Option<Vec<String>>,
    /// Who is paid for blocks [default: whom the node says].
    #[arg(long, value_name = "ADDRESS", env = "HANZO_MINER_COINBASE")]
    coinbase: Option<Address>,
    /// Threads [default: all cores].
    #[arg(long, value_name = "N", env = "HANZO_MINER_THREADS")]
    threads: Option<usize>,
    /// File with the private key that submits work shares and has them paid: that of the coinbase or of
    /// its operator, in hexadecimal digits. Without it no shares are submitted.
    #[arg(long, value_name = "FILE", env = "HANZO_MINER_SHARE_KEY")]
    share_key: Option<PathBuf>,
    /// The most that is paid for gas of shares, in gwei [default: as much as they are worth].
    #[arg(
        long,
        value_name = "GWEI",
        env = "HANZO_MINER_SHARE_MAX_FEE",
        value_parser = parse_gwei
    )]
    share_max_fee: Option<u128>,
    /// Instructions that multiply, by the name that `hanzo-miner bench` gives them [default: the
    /// fastest].
    #[arg(long, value_name = "NAME", value_parser = parse_kernel)]
    kernel: Option<Kernel>,
    /// Name of this miner in the node's statistics [default: the process and its machine's].
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Serves metrics for Prometheus at /metrics of this address and port, or of a port on localhost;
    /// docs/mining.md lists them [default if given without a value: 127.0.0.1:9002].
    #[arg(
        long,
        value_name = "ADDR:PORT",
        num_args = 0..=1,
        default_missing_value = "127.0.0.1:9002",
        value_parser = parse_metrics_address
    )]
    metrics: Option<SocketAddr>,
    /// A TOML file with the same settings; flags and environment win over it.
    #[arg(long, value_name = "FILE", env = "HANZO_MINER_CONFIG")]
    config: Option<PathBuf>,
}

/// What the miner is told, checked.
#[derive(Debug, Clone)]
pub(crate) struct MineSettings {
    pub(crate) miner: MinerConfig,
    pub(crate) backend: CpuBackend,
    /// Where metrics are served, if they are.
    pub(crate) metrics: Option<SocketAddr>,
}

impl MineArgs {
    /// What flags, environment and file say together.
    ///
    /// # Errors
    /// [`MinerError`] that names what makes no sense, or the file that cannot be read.
    pub(crate) fn settings(self) -> Result<MineSettings, MinerError> {
        let wrong = |reason: String| MinerError::Config(format!("--{reason}"));
        let threads = self.threads.map(check_threads).transpose().map_err(wrong)?;
        let mut nodes = self.nodes.iter().flatten();
        nodes.try_for_each(|node| check_node(node)).map_err(wrong)?;
        let file = self.config.as_deref().map(ConfigFile::read).transpose()?.unwrap_or_default();
        let name = self.name.or(file.name);
        let key = self.share_key.or(file.share_key).as_deref().map(read_key).transpose()?;
        // Who has a key and names nobody wants to be paid there.
        let coinbase = self.coinbase.or(file.coinbase).or(key.as_ref().map(|key| key.address()));
        let max_fee = self.share_max_fee.or(file.share_max_fee);
        let shares =
            key.zip(coinbase).map(|(key, provider)| ShareConfig { key, provider, max_fee });
        let miner = MinerConfig {
            nodes: self.nodes.or(file.node).unwrap_or_else(|| vec![DEFAULT_NODE.to_owned()]),
            coinbase,
            id: name.map_or_else(own_id, |name| keccak256(name.as_bytes())),
            shares,
        };
        let backend = CpuBackend::new(
            threads.or(file.threads).unwrap_or_else(all_cores),
            self.kernel.or(file.kernel).unwrap_or_else(Kernel::detect),
        );
        let written = file.metrics.and_then(|metrics| metrics.address(DEFAULT_METRICS));
        Ok(MineSettings { miner, backend, metrics: self.metrics.or(written) })
    }
}

/// Two miners of one machine are two.
fn own_id() -> B256 {
    let machine = fs::read("/etc/machine-id").unwrap_or_default();
    keccak256([&machine[..], &process::id().to_be_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use std::io::Write as _;

    #[derive(Debug, Parser)]
    struct Flags {
        #[command(flatten)]
        mine: MineArgs,
    }

    fn settings(flags: &[&str]) -> Result<MineSettings, String> {
        let flags = Flags::parse_from(std::iter::once("hanzo-miner").chain(flags.iter().copied()));
        flags.mine.settings().map_err(|error| error.to_string())
    }

    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    #[test]
    fn without_flags_and_file_there_are_defaults_and_no_metrics() {
        let MineSettings { miner, backend, metrics } = settings(&[]).unwrap();
        assert_eq!((miner.nodes, miner.coinbase), (vec![DEFAULT_NODE.to_owned()], None));
        assert_eq!(backend, CpuBackend::new(all_cores(), Kernel::detect()));
        assert_eq!(metrics, None);
        assert_eq!(settings(&["--metrics"]).unwrap().metrics, Some(DEFAULT_METRICS));
    }

    #[test]
    fn the_file_wins_over_defaults_and_every_flag_over_the_file() {
        let file = file(
            "node = \"ws://file:1\"\ncoinbase = \"0x0101010101010101010101010101010101010101\"\n\
             threads = 7\nkernel = \"portable\"\nname = \"file\"\nmetrics = 7000",
        );
        let path = file.path().to_str().unwrap();
        let written = settings(&["--config", path]).unwrap();
        assert_eq!(written.miner.nodes, ["ws://file:1"]);
        assert_eq!(written.miner.coinbase, Some(Address::repeat_byte(1)));
        assert_eq!(written.miner.id, keccak256("file"));
        assert_eq!(written.backend, CpuBackend::new(7, Kernel::Portable));
        assert_eq!(written.metrics.unwrap().to_string(), "127.0.0.1:7000");
        let (other, best) = (Address::repeat_byte(2).to_string(), Kernel::detect().to_string());
        let flags = [
            ["--config", path],
            ["--node", "ws://flag:1,ws://flag:2"],
            ["--coinbase", &other],
            ["--threads", "2"],
            ["--kernel", &best],
            ["--name", "flag"],
            ["--metrics", "7001"],
        ];
        let given = settings(&flags.concat()).unwrap();
        assert_eq!(given.miner.nodes, ["ws://flag:1", "ws://flag:2"]);
        assert_eq!(given.miner.coinbase, Some(Address::repeat_byte(2)));
        assert_eq!(given.miner.id, keccak256("flag"));
        assert_eq!(given.backend, CpuBackend::new(2, Kernel::detect()));
        assert_eq!(given.metrics.unwrap().to_string(), "127.0.0.1:7001");
    }

    #[test]
    fn a_flag_that_makes_no_sense_is_named_and_a_file_with_its_line() {
        assert_eq!(settings(&["--threads", "0"]).unwrap_err(), "--threads 0: want 1 to 1024");
        let said = settings(&["--node", "http://localhost:8545"]).unwrap_err();
        let wanted = "--node \"http://localhost:8545\": want ws://HOST:PORT, without encryption";
        assert_eq!(said, wanted);
        let file = file("threads = 1\ncoinbas = \"\"");
        let path = file.path().to_str().unwrap();
        let said = settings(&["--config", path]).unwrap_err();
        assert!(said.starts_with(&format!("configuration file {path}: ")), "{said}");
        assert!(said.contains("line 2") && said.contains("coinbas"), "{said}");
    }
}
