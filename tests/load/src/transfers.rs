//! A run of transfers from beginning to end.

use crate::{
    accounts::{self, Account},
    args::Args,
    block_follower::{BlockFollower, BlocksSeen},
    chain_facts::ChainFacts,
    fees::Fees,
    node_client::NodeClient,
    payout,
    process_watch::ProcessWatch,
    report::{Format, Measured, Report},
    submission::Submission,
    tracker::Tracker,
    workload::{Action, Terms, Workload},
};
use alloy_primitives::{Address, Bytes, TxKind, U256};
use anyhow::Context as _;
use serde_json::json;
use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

/// Gas of a transfer. Source: Yellow Paper, appendix G.
pub(crate) const TRANSFER_GAS: u64 = 21_000;

/// What every transfer moves, in wei.
const TRANSFER_VALUE: U256 = U256::ONE;

/// Part of the payer's balance that a run may use, in percent: the payouts cost something too.
const BUDGET_PERCENT: u64 = 90;

/// Funds the senders, signs, sends, waits and reports.
pub(crate) fn run(args: &Args) -> anyhow::Result<Report> {
    let mut node = NodeClient::open(&args.url)?;
    let workload = workload(args, &mut node, args.transfers)?;
    let head = ChainFacts::read(&mut node)?.head;
    let measured = measure(args, &workload, head)?;
    let format = if args.json { Format::Json } else { Format::Text };
    Ok(Report::new(args.transfers, measured, format))
}

/// Funds the senders and signs `total` transfers among them.
pub(crate) fn workload(
    args: &Args,
    node: &mut NodeClient,
    total: usize,
) -> anyhow::Result<Workload> {
    let senders = usize::try_from(args.senders)?;
    let mut payer = Account::of_key(&args.key, node)?;
    let accounts = accounts::from_seed(&args.seed, senders, node)?;
    let addresses: Vec<Address> = accounts.iter().map(Account::address).collect();
    let terms = prepare(node, &mut payer, &addresses, Need::transfers(total))?;
    let action = |index, sender| Action {
        to: TxKind::Call(receiver(&addresses, index).unwrap_or(sender)),
        value: TRANSFER_VALUE,
        input: Bytes::new(),
        gas_limit: TRANSFER_GAS,
    };
    let connections = usize::from(args.connections);
    Workload::sign(terms, &accounts, (total, connections), action)
}

/// To whom transaction `index` goes.
pub(crate) fn receiver(addresses: &[Address], index: usize) -> Option<Address> {
    addresses.get(receiver_position(addresses.len(), index)).copied()
}

/// Which of `accounts` receives transaction `index`.
pub(crate) fn receiver_position(accounts: usize, index: usize) -> usize {
    // A step that has no factor in common with most counts of senders spreads the receivers.
    index.wrapping_mul(7_919) % accounts.max(1)
}

/// What the transactions of a run need.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Need {
    pub(crate) transactions: usize,
    /// Of each of them.
    pub(crate) gas_limit: u64,
    /// Of each of them, in wei.
    pub(crate) value: U256,
    /// Gas of what the payer sends before them, payouts not counted.
    pub(crate) gas_before: u64,
}

impl Need {
    /// The need of this many transfers.
    pub(crate) const fn transfers(transactions: usize) -> Self {
        Self { transactions, gas_limit: TRANSFER_GAS, value: TRANSFER_VALUE, gas_before: 0 }
    }
}

/// Pays the senders what they need and returns the terms of their transactions.
pub(crate) fn prepare(
    node: &mut NodeClient,
    payer: &mut Account,
    addresses: &[Address],
    need: Need,
) -> anyhow::Result<Terms> {
    let facts = ChainFacts::read(node)?;
    let balance: U256 = node.call("eth_getBalance", &json!([payer.address(), "latest"]))?;
    let budget = balance / U256::from(100) * U256::from(BUDGET_PERCENT);
    let gas = u64::try_from(need.transactions)?.saturating_mul(need.gas_limit);
    let before = need.gas_before.saturating_add(payout::gas(addresses.len()));
    let all_gas = gas.saturating_add(before);
    let fees = Fees::for_run(&facts, all_gas, budget)
        .with_context(|| format!("account {}", payer.address()))?;
    let terms = Terms { chain_id: facts.chain_id, fees };
    let each = u64::try_from(need.transactions.div_ceil(addresses.len().max(1)))?;
    let one = U256::from(need.gas_limit) * U256::from(fees.cap()) + need.value;
    payout::pay(node, terms, payer, (one * U256::from(each), addresses))?;
    Ok(terms)
}

/// Sends everything and waits for the blocks, with nothing else going on in this process.
pub(crate) fn measure(args: &Args, workload: &Workload, head: u64) -> anyhow::Result<Measured> {
    let follower = BlockFollower::open(&args.url, head)?;
    let watch = args.pid.map(ProcessWatch::of).transpose()?;
    let own = ProcessWatch::own()?;
    let tracker = Tracker::new(workload.index_of.len());
    let batch = usize::from(args.batch);
    let lanes =
        workload.lanes.iter().map(|lane| Ok((Submission::open(&args.url, &tracker, batch)?, lane)));
    let lanes = lanes.collect::<anyhow::Result<Vec<_>>>()?;
    let (submitted, done) = (AtomicBool::new(false), AtomicBool::new(false));
    let (blocks, node) = thread::scope(|scope| {
        let following = scope.spawn(|| follower.run(&tracker, &workload.index_of, &submitted));
        let watching = scope.spawn(|| watch.as_ref().map(|watch| watch.run(&done)).transpose());
        let lanes: Vec<_> = lanes
            .into_iter()
            .map(|(submission, lane)| scope.spawn(move || submission.run(lane)))
            .collect();
        let sent = lanes.into_iter().try_for_each(joined);
        submitted.store(true, Ordering::Release);
        let blocks = joined(following);
        done.store(true, Ordering::Release);
        let node = joined(watching);
        sent.and_then(|()| Ok::<(BlocksSeen, _), anyhow::Error>((blocks?, node?)))
    })?;
    let sender_cpu = own.cpu()?;
    Ok(Measured { totals: tracker.totals(), lost: tracker.lost(), blocks, node, sender_cpu })
}

/// The result of a thread, or that it panicked.
pub(crate) fn joined<T>(
    thread: thread::ScopedJoinHandle<'_, anyhow::Result<T>>,
) -> anyhow::Result<T> {
    thread.join().unwrap_or_else(|_| Err(anyhow::anyhow!("a thread of this program panicked")))
}
