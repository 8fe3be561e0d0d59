//! The command line.

use crate::http_connection::Endpoint;
use alloy_primitives::B256;
use clap::{Parser, ValueEnum};
use std::path::PathBuf;

/// Key of the first account of the test mnemonic that development nodes fund: public.
const DEV_KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

/// What a node may take under a flood, in MiB: 128 for write buffers and 256 for the block cache of
/// RocksDB; 64 for 16 384 pooled transactions of a kibibyte each and their places in five indexes;
/// 150 for the 48 blocks of 30 Mgas above the base and the copies that views and the template keep,
/// of 3 each; 50 for 500 connections, eight of which are full of notifications; 50 for code, stacks
/// and what the allocator keeps.
const DEFAULT_BUDGET_MIB: u32 = 700;

/// Sends pre-signed transactions to an Ethereum node as fast as it takes them, waits until all are
/// mined, and prints what it saw.
#[derive(Debug, Parser)]
#[command(name = "hanzo-load")]
pub(crate) struct Args {
    /// Where the node answers JSON-RPC.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8545",
          value_parser = Endpoint::parse)]
    pub(crate) url: Endpoint,
    /// What the transactions do.
    #[arg(long, value_enum, default_value_t = Scenario::Transfers)]
    pub(crate) scenario: Scenario,
    /// How many transactions.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub(crate) transfers: usize,
    /// How many accounts send them.
    #[arg(long, value_name = "N", default_value_t = 2_000,
          value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) senders: u32,
    /// How many connections send them; one more follows the blocks.
    #[arg(long, value_name = "N", default_value_t = 8,
          value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub(crate) connections: u16,
    /// Transactions in one request; above 1 they go as JSON-RPC batches.
    #[arg(long, value_name = "N", default_value_t = 1,
          value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub(crate) batch: u16,
    /// Key of the account that pays for everything.
    #[arg(long, value_name = "HEX", default_value = DEV_KEY)]
    pub(crate) key: B256,
    /// What the senders' keys are derived from.
    #[arg(long, value_name = "TEXT", default_value = "0")]
    pub(crate) seed: String,
    /// Process whose memory and processor time are reported: the node on this machine.
    #[arg(long, value_name = "N")]
    pub(crate) pid: Option<u32>,
    /// JSON log of the node, for full-blocks.
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Option<PathBuf>,
    /// IPC socket of the node, for flood.
    #[arg(long, value_name = "FILE")]
    pub(crate) ipc: Option<PathBuf>,
    /// Full blocks that are measured in each half of full-blocks.
    #[arg(long, value_name = "N", default_value_t = 100,
          value_parser = clap::value_parser!(u16).range(1..=150))]
    pub(crate) blocks: u16,
    /// Connections that keep calling in the second half of full-blocks.
    #[arg(long, value_name = "N", default_value_t = 4,
          value_parser = clap::value_parser!(u16).range(1..=400))]
    pub(crate) callers: u16,
    /// How long flood lasts.
    #[arg(long, value_name = "N", default_value_t = 10,
          value_parser = clap::value_parser!(u16).range(1..=1_440))]
    pub(crate) minutes: u16,
    /// Memory that flood allows the node.
    #[arg(long, value_name = "MIB", default_value_t = DEFAULT_BUDGET_MIB)]
    pub(crate) budget_mib: u32,
    /// Prints one JSON object instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What the transactions do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// Every one moves a wei to another sender.
    Transfers,
    /// Every one moves a unit of a token to another sender; the token is deployed first, and every
    /// receipt and balance is checked at the end.
    Erc20,
    /// Transfers that fill every block, alone and then beside eth_call: how long blocks take.
    FullBlocks,
    /// Valid, invalid and replacing transactions, calls and subscriptions for minutes: memory.
    Flood,
}
