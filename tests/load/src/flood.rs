//! Everything at once for minutes: does memory stay bounded?

use crate::{
    accounts::{self, Account},
    args::Args,
    clock::Clock,
    flood_client::{Calls, FloodClient, Invalid, Replacements, Traffic, Valid},
    node_client::NodeClient,
    process_watch,
    report::mebibytes,
    subscriber,
    transfers::{self, Need, joined},
    workload::Terms,
};
use alloy_primitives::Address;
use anyhow::{Context as _, bail};
use parking_lot::Mutex;
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

/// How often memory is read, and how often it is printed.
const READ_INTERVAL: Duration = Duration::from_millis(500);
const PRINT_INTERVAL: Duration = Duration::from_secs(30);

/// Connections of each kind.
const VALID: usize = 3;
const INVALID: usize = 2;
const REPLACING: usize = 2;
const CALLING: usize = 2;

/// Transactions that each sender can pay, of those that are mined.
const PAID_EACH: usize = 200;

/// Answers by kind of traffic and of answer.
pub(crate) type Answers = Mutex<BTreeMap<String, u64>>;

/// Floods the node and prints its memory.
///
/// # Errors
/// If the node takes more than its budget, ends, or stops answering.
pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let pid = args.pid.context("flood needs --pid: the node's process")?;
    let mut node = NodeClient::open(&args.url)?;
    let senders = usize::try_from(args.senders)?;
    let mut payer = Account::of_key(&args.key, &mut node)?;
    let accounts = accounts::from_seed(&args.seed, senders, &mut node)?;
    let addresses: Vec<Address> = accounts.iter().map(Account::address).collect();
    let paid = senders.saturating_mul(PAID_EACH);
    let terms = transfers::prepare(&mut node, &mut payer, &addresses, Need::transfers(paid))?;
    let clients = clients(args, terms, &accounts);
    let (answers, done) = (Answers::default(), AtomicBool::new(false));
    let most = thread::scope(|scope| {
        let (answers, done) = (&answers, &done);
        let flooding: Vec<_> = clients
            .into_iter()
            .map(|client| scope.spawn(move || client.run(answers, done)))
            .chain(
                args.ipc
                    .iter()
                    .flat_map(|path| subscriber::all(path))
                    .map(|subscriber| scope.spawn(move || subscriber.run(answers, done))),
            )
            .collect();
        let most = watch(args, pid);
        done.store(true, Ordering::Release);
        // A node that died explains why clients fail.
        let flooded = flooding.into_iter().try_for_each(joined);
        most.and_then(|most| flooded.map(|()| most))
    })?;
    for (kind, count) in answers.lock().iter() {
        println!("{count:>9} × {kind}");
    }
    println!("at most {:.0} MiB resident, {} are allowed", mebibytes(most), args.budget_mib);
    Ok(())
}

/// The clients, each with senders of its own.
fn clients(args: &Args, terms: Terms, accounts: &[Account]) -> Vec<FloodClient> {
    let share = accounts.len().div_ceil(VALID + REPLACING).max(1);
    let mut shares = accounts.chunks(share).map(<[Account]>::to_vec);
    let mut traffic: Vec<Box<dyn Traffic>> = Vec::new();
    for senders in shares.by_ref().take(VALID) {
        traffic.push(Box::new(Valid::of(terms, senders)));
    }
    for senders in shares {
        traffic.push(Box::new(Replacements::of(terms, senders)));
    }
    traffic.extend((0..INVALID).map(|_| Box::new(Invalid::of(terms)) as Box<dyn Traffic>));
    traffic.extend((0..CALLING).map(|_| Box::new(Calls::default()) as Box<dyn Traffic>));
    traffic.into_iter().map(|traffic| FloodClient::new(args.url.clone(), traffic)).collect()
}

/// Prints the memory of the process until the time is over. Returns the most, in KiB.
fn watch(args: &Args, pid: u32) -> anyhow::Result<u64> {
    let clock = Clock::start();
    let (budget, end) = (u64::from(args.budget_mib) << 10, u64::from(args.minutes) * 60);
    let (mut most, mut printed) = (0, Duration::ZERO);
    while clock.elapsed().as_secs() < end {
        thread::sleep(READ_INTERVAL);
        let resident = process_watch::resident_kib_of(pid)?;
        most = most.max(resident);
        if clock.elapsed() >= printed.saturating_add(PRINT_INTERVAL) {
            printed = printed.saturating_add(PRINT_INTERVAL);
            println!("{:>5} s  {:.0} MiB resident", printed.as_secs(), mebibytes(resident));
        }
        if resident > budget {
            let after = clock.elapsed().as_secs();
            bail!(
                "the node has {:.0} MiB resident after {after} s, {} are allowed",
                mebibytes(resident),
                args.budget_mib
            );
        }
    }
    Ok(most)
}
