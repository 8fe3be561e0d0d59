//! What a user sees first.

use alloy_primitives::{Address, hex};
use alloy_signer_local::{MnemonicBuilder, coins_bip39::English};
use hanzo_types::{ChainSpec, DEV_ACCOUNTS, DEV_MNEMONIC};
use std::{fmt, net::SocketAddr, path::PathBuf};

/// The text printed when the node is ready.
#[derive(Debug)]
pub(crate) struct Banner<'a> {
    pub(crate) spec: &'a ChainSpec,
    pub(crate) version: &'a str,
    pub(crate) datadir: PathBuf,
    pub(crate) head: u64,
    pub(crate) rpc: Option<SocketAddr>,
    pub(crate) ipc: Option<PathBuf>,
    pub(crate) metrics: Option<SocketAddr>,
    /// Where other nodes connect to, as they have to name it.
    pub(crate) network: Option<String>,
    pub(crate) mining: String,
    pub(crate) coinbase: Option<Address>,
}

impl fmt::Display for Banner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n  Hanzo L2  {}\n", self.version)?;
        writeln!(f, "  Chain      {} (chain id {})", self.spec.name(), self.spec.chain_id())?;
        writeln!(f, "  Genesis    {}", self.spec.genesis_hash())?;
        writeln!(f, "  Data       {}", self.datadir.display())?;
        writeln!(f, "  Head       {}", self.head)?;
        if let Some(address) = self.rpc {
            writeln!(f, "  RPC        http://{address}")?;
            writeln!(f, "  WebSocket  ws://{address}")?;
        }
        if let Some(path) = &self.ipc {
            writeln!(f, "  IPC        {}", path.display())?;
        }
        if let Some(address) = self.metrics {
            writeln!(f, "  Metrics    http://{address}/metrics")?;
        }
        if let Some(address) = &self.network {
            writeln!(f, "  Network    {address}")?;
        }
        writeln!(f, "  Mining     {}", self.mining)?;
        if let Some(coinbase) = self.coinbase {
            writeln!(f, "  Coinbase   {coinbase}")?;
        }
        if self.spec.is_dev() { write_accounts(f) } else { Ok(()) }
    }
}

/// The funded accounts with their keys. The dev chain only: the keys are public.
fn write_accounts(f: &mut fmt::Formatter<'_>) -> fmt::Result {
    writeln!(f, "\n  Accounts (10000 AI each; these keys are public, never use them elsewhere)")?;
    writeln!(f, "  Mnemonic   {DEV_MNEMONIC}\n")?;
    for (index, address) in (0u32..).zip(DEV_ACCOUNTS) {
        let signer = MnemonicBuilder::<English>::default()
            .phrase(DEV_MNEMONIC)
            .index(index)
            .and_then(|builder| builder.build())
            .map_err(|_| fmt::Error)?;
        writeln!(f, "  ({index:>2}) {address}  0x{}", hex::encode(signer.to_bytes()))?;
    }
    Ok(())
}
