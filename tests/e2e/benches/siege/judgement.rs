//! Whether the victim has stood it.

use crate::{attacks::Kind, tally::Tally, verdicts::VictimLog, watch::Watch};
use hanzo_e2e::Scrape;
use std::{collections::BTreeMap, process::ExitStatus, sync::Arc};

/// Most memory that the victim may have resident.
const BUDGET_MIB: u64 = 350;

/// How far, and for how many seconds, the follower may be behind.
const BLOCKS_BEHIND: u64 = 8;
const SECONDS_BEHIND: usize = 10;

/// What the victim counts of its network.
const COUNTERS: [&str; 4] = [
    "hanzo_network_gossip_messages_total",
    "hanzo_network_disconnections_total",
    "hanzo_network_requests_total",
    "hanzo_network_dropped_total",
];

/// Why the victim has not stood it.
#[derive(Debug)]
pub(crate) struct Judgement {
    pub(crate) faults: Vec<String>,
}

impl Judgement {
    pub(crate) fn of(
        watch: &Watch,
        log: &VictimLog,
        tallies: &[(&Kind, Arc<Tally>)],
        (unmined, status): (usize, ExitStatus),
    ) -> Self {
        let mut faults = Vec::new();
        let mut demand = |holds: bool, fault: String| {
            if !holds {
                faults.push(fault);
            }
        };
        let (resident, behind) = (watch.resident_mib(), watch.longest_behind(BLOCKS_BEHIND));
        demand(resident <= BUDGET_MIB, format!("{resident} MiB resident, {BUDGET_MIB} allowed"));
        demand(
            behind <= SECONDS_BEHIND,
            format!("the follower was more than {BLOCKS_BEHIND} blocks behind for {behind} s"),
        );
        demand(watch.blocks > 0, "no block was mined".to_owned());
        demand(unmined == 0, format!("{unmined} honest transactions were not mined"));
        demand(status.success(), format!("the victim ended with {status}"));
        for fault in watch.injustices.iter().chain(&log.injustices).take(10) {
            demand(false, fault.clone());
        }
        for panic in &log.panics {
            demand(false, panic.clone());
        }
        for (kind, tally) in tallies {
            let [connections, ..] = tally.totals();
            demand(connections > 0, format!("{}: nobody attacked", kind.name));
            let Some(offence) = kind.offence else { continue };
            let punished = log.of(kind.name).offences.contains_key(offence);
            demand(punished, format!("{}: nobody was punished for {offence}", kind.name));
        }
        Self { faults }
    }
}

/// Prints what attackers did and what the victim made of them.
pub(crate) fn print(tallies: &[(&Kind, Arc<Tally>)], log: &VictimLog, counters: &Scrape) {
    for (kind, tally) in tallies {
        let [connections, introductions, messages, bytes] = tally.totals();
        let verdicts = log.of(kind.name);
        println!(
            "siege::{}: {connections} connections, {introductions} let in, {messages} messages, {:.1} MB; \
             offences {}; ended {}; {} refused",
            kind.name,
            f64::from(u32::try_from(bytes / 1_000).unwrap()) / 1e3,
            listed(&verdicts.offences),
            listed(&verdicts.endings),
            verdicts.refused,
        );
    }
    for name in COUNTERS {
        for (series, value) in counters.starting_with(name) {
            println!("siege: {series} {value}");
        }
    }
}

fn listed(counts: &BTreeMap<String, u64>) -> String {
    if counts.is_empty() {
        return "none".to_owned();
    }
    let items: Vec<_> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
    items.join(", ")
}
