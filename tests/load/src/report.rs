//! What a run came to, for people and for machines.

use crate::{
    block_follower::BlocksSeen, erc20::TokenCheck, percentiles::Percentiles,
    process_watch::ProcessUse, tracker::Totals,
};
use serde::Serialize;
use std::{collections::BTreeMap, fmt, time::Duration};

/// Threads that are named in the text.
const BUSIEST: usize = 6;

/// What a run came to.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) sent: usize,
    pub(crate) accepted: usize,
    pub(crate) refused: BTreeMap<String, usize>,
    pub(crate) withheld: usize,
    pub(crate) retries: usize,
    pub(crate) included: usize,
    /// Accepted and in no block.
    pub(crate) lost: usize,
    pub(crate) submitted_seconds: f64,
    pub(crate) seconds: f64,
    pub(crate) accepted_per_second: f64,
    pub(crate) included_per_second: f64,
    pub(crate) submission: Percentiles,
    pub(crate) inclusion: Percentiles,
    pub(crate) blocks: u64,
    pub(crate) gas_used: u64,
    pub(crate) most_transactions_in_a_block: usize,
    pub(crate) node: Option<ProcessReport>,
    pub(crate) sender_cpu_seconds: f64,
    /// What was found after a run of token transfers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<TokenCheck>,
    #[serde(skip)]
    pub(crate) format: Format,
}

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Json,
}

/// What the node took.
#[derive(Debug, Serialize)]
pub(crate) struct ProcessReport {
    pub(crate) least_resident_mib: f64,
    pub(crate) most_resident_mib: f64,
    pub(crate) cpu_seconds: f64,
    pub(crate) cpu_seconds_by_thread: BTreeMap<String, f64>,
}

/// What a report is made of.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) totals: Totals,
    pub(crate) lost: usize,
    pub(crate) blocks: BlocksSeen,
    pub(crate) node: Option<ProcessUse>,
    pub(crate) sender_cpu: Duration,
}

impl Report {
    pub(crate) fn new(sent: usize, measured: Measured, format: Format) -> Self {
        let Measured { totals, lost, blocks, node, sender_cpu } = measured;
        Self {
            sent,
            accepted: totals.accepted,
            refused: totals.refused,
            withheld: totals.withheld,
            retries: totals.retries,
            included: totals.included,
            lost,
            submitted_seconds: totals.submitted_in.as_secs_f64(),
            seconds: totals.included_in.as_secs_f64(),
            accepted_per_second: rate(totals.accepted, totals.submitted_in),
            included_per_second: rate(totals.included, totals.included_in),
            submission: totals.submission,
            inclusion: totals.inclusion,
            blocks: blocks.blocks,
            gas_used: blocks.gas_used,
            most_transactions_in_a_block: blocks.most_transactions,
            node: node.map(ProcessReport::new),
            sender_cpu_seconds: sender_cpu.as_secs_f64(),
            token: None,
            format,
        }
    }
}

impl ProcessReport {
    fn new(measured: ProcessUse) -> Self {
        let ProcessUse { least_resident_kib, most_resident_kib, cpu, threads } = measured;
        let threads = threads.into_iter().map(|(name, time)| (name, time.as_secs_f64()));
        Self {
            least_resident_mib: mebibytes(least_resident_kib),
            most_resident_mib: mebibytes(most_resident_kib),
            cpu_seconds: cpu.as_secs_f64(),
            cpu_seconds_by_thread: threads.collect(),
        }
    }
}

/// Events per second; zero if no time passed.
#[expect(clippy::cast_precision_loss, reason = "counts below 2^52 are exact")]
pub(crate) fn rate(events: usize, time: Duration) -> f64 {
    if time.is_zero() { 0.0 } else { events as f64 / time.as_secs_f64() }
}

#[expect(clippy::cast_precision_loss, reason = "sizes below 2^52 KiB are exact")]
pub(crate) fn mebibytes(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.format == Format::Json {
            return f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?);
        }
        let Self { sent, accepted, withheld, retries, .. } = self;
        write!(f, "accepted     {accepted} of {sent}")?;
        writeln!(f, " ({retries} sent again because the pool was full, {withheld} withheld)")?;
        for (reason, count) in &self.refused {
            writeln!(f, "refused      {count} × {reason}")?;
        }
        writeln!(f, "included     {} in {} blocks", self.included, self.blocks)?;
        writeln!(f, "lost         {}", self.lost)?;
        let (seconds, submitted) = (self.seconds, self.submitted_seconds);
        writeln!(f, "time         {seconds:.2} s, the last answer after {submitted:.2} s")?;
        let (included, accepted) = (self.included_per_second, self.accepted_per_second);
        writeln!(f, "rate         {included:.0} included/s, {accepted:.0} accepted/s")?;
        writeln!(f, "submission   {}", self.submission)?;
        writeln!(f, "inclusion    {}", self.inclusion)?;
        write!(f, "fullest      {} transactions in a block", self.most_transactions_in_a_block)?;
        if let Some(node) = &self.node {
            write!(f, "\n{node}")?;
        }
        write!(f, "\nsender       {:.2} s of processor time", self.sender_cpu_seconds)?;
        if let Some(token) = &self.token {
            write!(f, "\n{token}")?;
        }
        Ok(())
    }
}

impl fmt::Display for ProcessReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (least, most) = (self.least_resident_mib, self.most_resident_mib);
        writeln!(f, "memory       {least:.0} to {most:.0} MiB resident")?;
        write!(f, "node         {:.2} s of processor time", self.cpu_seconds)?;
        let mut threads: Vec<_> = self.cpu_seconds_by_thread.iter().collect();
        threads.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        for (name, seconds) in threads.into_iter().take(BUSIEST) {
            write!(f, ", {name} {seconds:.2}")?;
        }
        Ok(())
    }
}
