//! Who mines through this node, and how well.

use super::reject::SubmitReject;
use alloy_primitives::{Address, B256};
use parking_lot::Mutex;
use std::collections::BTreeMap;

/// Miners that are remembered; beyond that the one that was silent the longest is forgotten.
pub const MAX_MINERS: usize = 1_024;

/// How long a reported rate counts, in seconds: miners report every ten or so.
const RATE_SECONDS: u64 = 60;

/// What is known of one beneficiary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MinerReport {
    /// Work handed out.
    pub packages: u64,
    /// Seals that became blocks.
    pub accepted: u64,
    /// Seals that came too late.
    pub stale: u64,
    /// Seals that were none.
    pub rejected: u64,
    /// Unix time of the last request, in seconds.
    pub last_seen: u64,
}

/// The miners of this node.
#[derive(Debug, Default)]
pub struct Miners(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    beneficiaries: BTreeMap<Address, MinerReport>,
    rates: BTreeMap<B256, Rate>,
}

#[derive(Debug, Clone, Copy)]
struct Rate {
    macs_per_second: u64,
    reported_at: u64,
}

impl Miners {
    /// Work was handed to `coinbase`.
    pub(super) fn served(&self, coinbase: Address, now: u64) {
        self.update(coinbase, now, |report| {
            report.packages = report.packages.saturating_add(1);
        });
    }

    /// A seal for `coinbase` was judged.
    pub(super) fn judged(&self, coinbase: Address, now: u64, reject: Option<&SubmitReject>) {
        self.update(coinbase, now, |report| {
            let count = match reject {
                None => &mut report.accepted,
                Some(SubmitReject::Stale { .. } | SubmitReject::Duplicate { .. }) => {
                    &mut report.stale
                }
                Some(_) => &mut report.rejected,
            };
            *count = count.saturating_add(1);
        });
    }

    /// A miner says how fast it is, in multiply-accumulates per second.
    pub fn report_rate(&self, id: B256, macs_per_second: u64, now: u64) {
        let mut inner = self.0.lock();
        inner.rates.insert(id, Rate { macs_per_second, reported_at: now });
        inner.rates.retain(|_, rate| is_recent(rate, now));
        if inner.rates.len() > MAX_MINERS {
            let oldest = inner.rates.iter().min_by_key(|(_, rate)| rate.reported_at);
            if let Some(id) = oldest.map(|(id, _)| *id) {
                inner.rates.remove(&id);
            }
        }
    }

    /// The sum of what miners said in the last minute.
    #[must_use]
    pub fn reported_macs_per_second(&self, now: u64) -> u64 {
        let inner = self.0.lock();
        let recent = inner.rates.values().filter(|rate| is_recent(rate, now));
        recent.fold(0, |sum, rate| sum.saturating_add(rate.macs_per_second))
    }

    /// What is known of each beneficiary.
    #[must_use]
    pub fn reports(&self) -> Vec<(Address, MinerReport)> {
        self.0.lock().beneficiaries.iter().map(|(address, report)| (*address, *report)).collect()
    }

    fn update(&self, coinbase: Address, now: u64, change: impl FnOnce(&mut MinerReport)) {
        let mut inner = self.0.lock();
        let report = inner.beneficiaries.entry(coinbase).or_default();
        change(report);
        report.last_seen = now;
        if inner.beneficiaries.len() > MAX_MINERS {
            let silent = inner.beneficiaries.iter().min_by_key(|(_, report)| report.last_seen);
            if let Some(address) = silent.map(|(address, _)| *address) {
                inner.beneficiaries.remove(&address);
            }
        }
    }
}

const fn is_recent(rate: &Rate, now: u64) -> bool {
    now.saturating_sub(rate.reported_at) < RATE_SECONDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_counts_for_a_minute_and_a_later_one_replaces_it() {
        let miners = Miners::default();
        miners.report_rate(B256::with_last_byte(1), 500, 100);
        miners.report_rate(B256::with_last_byte(2), 300, 130);
        assert_eq!(miners.reported_macs_per_second(159), 800);
        assert_eq!(miners.reported_macs_per_second(160), 300);
        miners.report_rate(B256::with_last_byte(2), 40, 170);
        assert_eq!(miners.reported_macs_per_second(170), 40);
        miners.report_rate(B256::with_last_byte(3), u64::MAX, 170);
        assert_eq!(miners.reported_macs_per_second(170), u64::MAX, "the sum saturates");
    }

    #[test]
    fn no_number_of_miners_takes_more_than_its_memory() {
        let miners = Miners::default();
        for index in 0..3 * MAX_MINERS {
            let bytes = u64::try_from(index).unwrap();
            miners.report_rate(B256::from(alloy_primitives::U256::from(bytes)), 1, 100);
            miners.served(Address::from_word(B256::from(alloy_primitives::U256::from(bytes))), 100);
        }
        assert_eq!(miners.reported_macs_per_second(100), u64::try_from(MAX_MINERS).unwrap());
        assert_eq!(miners.reports().len(), MAX_MINERS);
    }

    #[test]
    fn verdicts_are_counted_by_kind() {
        let miners = Miners::default();
        let coinbase = Address::repeat_byte(7);
        let stale = SubmitReject::Stale { parent: B256::ZERO, head: B256::ZERO };
        let wrong = SubmitReject::MixMismatch { claimed: B256::ZERO, computed: B256::ZERO };
        miners.served(coinbase, 5);
        miners.judged(coinbase, 6, None);
        miners.judged(coinbase, 7, Some(&stale));
        miners.judged(coinbase, 8, Some(&wrong));
        let report = MinerReport { packages: 1, accepted: 1, stale: 1, rejected: 1, last_seen: 8 };
        assert_eq!(miners.reports(), [(coinbase, report)]);
    }
}
