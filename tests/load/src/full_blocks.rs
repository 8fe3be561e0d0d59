//! How long full blocks take, alone and beside calls.

use crate::{
    args::Args,
    block_log::{self, LoggedBlock},
    chain_facts::ChainFacts,
    http_connection::HttpConnection,
    node_client::NodeClient,
    percentiles::Percentiles,
    report::Format,
    transfers::{self, TRANSFER_GAS, joined},
};
use alloy_primitives::U64;
use anyhow::{Context as _, bail};
use serde::Serialize;
use serde_json::json;
use std::{
    fmt, fs,
    path::Path,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::Duration,
};

/// Blocks at the beginning, at the end and where the callers start that are not measured.
const MARGIN: u64 = 2;

/// A block this full counts as full, in percent of its gas limit.
const FULL_PERCENT: u64 = 99;

/// How often the head is looked at to see when the second half begins.
const INTERVAL: Duration = Duration::from_millis(100);

/// Gas of each call: the gas of a block of 30 Mgas. The code jumps in a circle until it is spent.
const CALL: &str = r#"{"jsonrpc":"2.0","id":1,"method":"eth_call","params":[{"data":"0x5b600056","gas":"0x1c9c380"},"latest"]}"#;

/// How long full blocks took.
#[derive(Debug, Serialize)]
pub(crate) struct FullBlocks {
    alone: BlockTimes,
    beside_calls: BlockTimes,
    calls: u64,
    callers: u16,
    /// How much longer the slowest hundredth took beside calls, in percent.
    p99_raised_percent: f64,
    #[serde(skip)]
    format: Format,
}

#[derive(Debug, Serialize)]
struct BlockTimes {
    build: Percentiles,
    import: Percentiles,
    both: Percentiles,
}

/// Fills blocks, the second half beside calls, and reads from the log how long each took.
pub(crate) fn run(args: &Args) -> anyhow::Result<FullBlocks> {
    let log = args.log.as_deref().context("full-blocks needs --log: the node's JSON log")?;
    let mut node = NodeClient::open(&args.url)?;
    let facts = ChainFacts::read(&mut node)?;
    let per_block = facts.gas_limit / TRANSFER_GAS;
    let half = u64::from(args.blocks) + 2 * MARGIN;
    let total = usize::try_from(per_block.saturating_mul(2 * half))?;
    let workload = transfers::workload(args, &mut node, total)?;
    let first = ChainFacts::read(&mut node)?.head;
    let (second, done) = (AtomicU64::new(u64::MAX), AtomicBool::new(false));
    let (measured, calls) = thread::scope(|scope| {
        let callers: Vec<_> = (0..args.callers)
            .map(|_| scope.spawn(|| call(args, first + half, (&second, &done))))
            .collect();
        let measured = transfers::measure(args, &workload, first);
        done.store(true, Ordering::Release);
        let calls = callers.into_iter().try_fold(0u64, |sum, caller| {
            Ok::<u64, anyhow::Error>(sum.saturating_add(joined(caller)?))
        });
        Ok::<_, anyhow::Error>((measured?, calls?))
    })?;
    if measured.lost > 0 {
        bail!("{} accepted transactions are in no block", measured.lost);
    }
    let second = second.load(Ordering::Acquire);
    let full = full_blocks(log, facts.gas_limit)?;
    let last = full.last().map_or(0, |block| block.number);
    let of = |from: u64, to: u64| {
        let blocks = full.iter().filter(|block| (from..to).contains(&block.number));
        BlockTimes::of(&blocks.copied().collect::<Vec<_>>())
    };
    let alone = of(first + MARGIN, second.saturating_sub(1));
    let beside_calls = of(second + MARGIN, last + 1);
    let raised = beside_calls.both.p99_ms / alone.both.p99_ms.max(f64::MIN_POSITIVE) - 1.0;
    Ok(FullBlocks {
        alone,
        beside_calls,
        calls,
        callers: args.callers,
        p99_raised_percent: raised * 100.0,
        format: if args.json { Format::Json } else { Format::Text },
    })
}

/// Waits for block `start`, then calls until `done`. Notes in `began` at which block the first
/// caller did, and returns the number of calls.
fn call(args: &Args, start: u64, (began, done): (&AtomicU64, &AtomicBool)) -> anyhow::Result<u64> {
    let mut node = NodeClient::open(&args.url)?;
    let mut head = 0;
    while head < start {
        if done.load(Ordering::Acquire) {
            bail!("the blocks were over at {head}, before the calls began at {start}");
        }
        thread::sleep(INTERVAL);
        head = node.call::<U64>("eth_blockNumber", &json!([]))?.to();
    }
    began.fetch_min(head, Ordering::AcqRel);
    let mut connection = HttpConnection::open(&args.url)?;
    let mut calls = 0u64;
    while !done.load(Ordering::Acquire) {
        // That it ran out of gas is the answer that is expected.
        connection.post(CALL.as_bytes())?;
        calls = calls.saturating_add(1);
    }
    Ok(calls)
}

fn full_blocks(log: &Path, gas_limit: u64) -> anyhow::Result<Vec<LoggedBlock>> {
    let full = gas_limit / 100 * FULL_PERCENT;
    let blocks = block_log::read(log)?;
    let blocks: Vec<_> = blocks.into_iter().filter(|block| block.gas >= full).collect();
    if blocks.is_empty() {
        let bytes = fs::metadata(log)?.len();
        bail!("no full block in the {bytes} bytes of {}", log.display());
    }
    Ok(blocks)
}

impl BlockTimes {
    fn of(blocks: &[LoggedBlock]) -> Self {
        let times = |time: fn(&LoggedBlock) -> u64| {
            Percentiles::of(blocks.iter().map(|block| time(block).saturating_mul(1_000)).collect())
        };
        Self {
            build: times(|block| block.build_us),
            import: times(|block| block.import_us),
            both: times(|block| block.build_us.saturating_add(block.import_us)),
        }
    }
}

impl fmt::Display for FullBlocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.format == Format::Json {
            return f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?);
        }
        writeln!(f, "alone, {} full blocks\n{}", self.alone.both.count, self.alone)?;
        let (beside, calls) = (self.beside_calls.both.count, self.calls);
        writeln!(f, "beside {calls} calls on {} connections, {beside} full blocks", self.callers)?;
        writeln!(f, "{}", self.beside_calls)?;
        write!(f, "p99 raised by {:.1} %", self.p99_raised_percent)
    }
}

impl fmt::Display for BlockTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  build   {}", self.build)?;
        writeln!(f, "  import  {}", self.import)?;
        write!(f, "  both    {}", self.both)
    }
}
