//! The emission schedule: how much a block may mint, as a function of its height alone.

use crate::ai_to_wei;
use alloy_primitives::U256;
use serde::{Deserialize, Serialize};

/// Seconds in a year of the schedule (365 days). Source: EMI-02.
pub const SECONDS_PER_YEAR: u64 = 31_536_000;

/// Years between two halvings (EMI-02).
const YEARS_PER_STEP: u64 = 4;

/// Which published emission curve a chain follows. A genesis setting (I-29).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum EmissionPreset {
    /// 100M, 50M, 25M, 12.5M, 6.25M AI a year in four-year steps, 6.25M a year ever after.
    #[default]
    Table,
    /// 37.5M AI in the first year, halving every four years without end; sums to 300M exactly.
    Smooth,
}

impl EmissionPreset {
    /// Upper rate in year `year_index` (zero-based), in wei. Source: EMI-01, I-28.
    #[must_use]
    pub fn annual_emission(self, year_index: u64) -> U256 {
        let step = year_index.checked_div(YEARS_PER_STEP).unwrap_or(0);
        match self {
            Self::Table => ai_to_wei(100_000_000).wrapping_shr(halvings(step.min(TABLE_LAST_STEP))),
            Self::Smooth => ai_to_wei(37_500_000).wrapping_shr(halvings(step)),
        }
    }
}

/// The step from which the table stays constant: year 17 onwards.
const TABLE_LAST_STEP: u64 = 4;

/// Halvings as a shift. 255 already shifts every annual amount (below 2^88 wei) to zero.
fn halvings(step: u64) -> usize {
    usize::try_from(step.min(255)).unwrap_or(255)
}

/// Cumulative emission by height for one chain.
///
/// `subsidy(h) = E(h) − E(h−1)` with `E(h)` the floor of the cumulative curve at time `h · T`.
/// Differences of floors of one cumulative curve never drift: a year of blocks mints exactly
/// the year's amount, whatever T is. Source: decision D-08, EMI-04.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmissionSchedule {
    preset: EmissionPreset,
    target_block_time_seconds: u64,
}

impl EmissionSchedule {
    /// Schedule of a chain with the given preset and target block time in seconds.
    #[must_use]
    pub const fn new(preset: EmissionPreset, target_block_time_seconds: u64) -> Self {
        Self { preset, target_block_time_seconds }
    }

    /// Everything scheduled up to and including block `height`, in wei.
    #[must_use]
    pub fn cumulative(&self, height: u64) -> U256 {
        let elapsed = u128::from(height).saturating_mul(u128::from(self.target_block_time_seconds));
        self.emitted_after(elapsed)
    }

    /// Upper bound of what block `height` may mint, in wei; 0 for the genesis block.
    #[must_use]
    pub fn subsidy(&self, height: u64) -> U256 {
        height.checked_sub(1).map_or(U256::ZERO, |previous| {
            self.cumulative(height).saturating_sub(self.cumulative(previous))
        })
    }

    /// Everything scheduled `elapsed_seconds` after genesis, in wei.
    fn emitted_after(&self, elapsed_seconds: u128) -> U256 {
        let year = u128::from(SECONDS_PER_YEAR);
        let step_seconds = year.saturating_mul(u128::from(YEARS_PER_STEP));
        let whole_steps = elapsed_seconds.checked_div(step_seconds).unwrap_or(0);
        let rest_seconds = elapsed_seconds.checked_rem(step_seconds).unwrap_or(0);
        let step = u64::try_from(whole_steps).unwrap_or(u64::MAX);
        let annual = self.preset.annual_emission(step.saturating_mul(YEARS_PER_STEP));
        let rest = annual
            .saturating_mul(U256::from(rest_seconds))
            .checked_div(U256::from(SECONDS_PER_YEAR))
            .unwrap_or(U256::ZERO);
        self.whole_steps(step).saturating_add(rest)
    }

    /// Sum of the first `steps` four-year steps, in wei. A step emits four times its annual rate,
    /// which is exact: the smooth preset loses its last bits only when a year is under 4 wei.
    fn whole_steps(&self, steps: u64) -> U256 {
        let years = U256::from(YEARS_PER_STEP);
        match self.preset {
            EmissionPreset::Table => {
                let listed: U256 = (0..steps.min(TABLE_LAST_STEP))
                    .map(|step| self.annual_of_step(step))
                    .fold(U256::ZERO, U256::saturating_add);
                let tail = self
                    .annual_of_step(TABLE_LAST_STEP)
                    .saturating_mul(U256::from(steps.saturating_sub(TABLE_LAST_STEP)));
                listed.saturating_add(tail).saturating_mul(years)
            }
            EmissionPreset::Smooth => {
                // Beyond 256 halvings every further step is zero.
                (0..steps.min(256))
                    .map(|step| self.annual_of_step(step))
                    .fold(U256::ZERO, U256::saturating_add)
                    .saturating_mul(years)
            }
        }
    }

    fn annual_of_step(&self, step: u64) -> U256 {
        self.preset.annual_emission(step.saturating_mul(YEARS_PER_STEP))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{RecycleBurns, SupplyCounters};
    use proptest::prelude::*;

    fn per_second() -> EmissionSchedule {
        EmissionSchedule::new(EmissionPreset::Table, 1)
    }

    #[test]
    fn first_three_seconds_are_the_published_floors() {
        let expected =
            [3_170_979_198_376_458_650_u128, 6_341_958_396_752_917_300, 9_512_937_595_129_375_951];
        for (height, wei) in (1..).zip(expected) {
            assert_eq!(per_second().cumulative(height), U256::from(wei));
        }
    }

    #[test]
    fn two_second_block_mints_two_seconds() {
        let schedule = EmissionSchedule::new(EmissionPreset::Table, 2);
        assert_eq!(schedule.subsidy(1), U256::from(6_341_958_396_752_917_300_u128));
    }

    #[test]
    fn genesis_mints_nothing() {
        assert_eq!(per_second().subsidy(0), U256::ZERO);
        assert_eq!(per_second().cumulative(0), U256::ZERO);
    }

    #[test]
    fn table_reaches_the_published_cumulative_sums() {
        for (years, million_thousandths) in [
            (3, 300_000),
            (4, 400_000),
            (7, 550_000),
            (8, 600_000),
            (12, 700_000),
            (16, 750_000),
            (20, 775_000),
            (21, 781_250),
            (25, 806_250),
        ] {
            let wei = per_second().cumulative(years * SECONDS_PER_YEAR);
            assert_eq!(wei, ai_to_wei(million_thousandths * 1_000), "after {years} years");
        }
    }

    #[test]
    fn year_index_is_zero_based_and_halves_every_four_years() {
        let table = EmissionPreset::Table;
        assert_eq!(table.annual_emission(3), ai_to_wei(100_000_000));
        assert_eq!(table.annual_emission(4), ai_to_wei(50_000_000));
        assert_eq!(table.annual_emission(16), ai_to_wei(6_250_000));
        assert_eq!(table.annual_emission(19), ai_to_wei(6_250_000));
        assert_eq!(table.annual_emission(u64::MAX), ai_to_wei(6_250_000));
    }

    #[test]
    fn smooth_preset_starts_at_37_5_million_and_never_exceeds_the_mining_bucket() {
        let smooth = EmissionSchedule::new(EmissionPreset::Smooth, 1);
        assert_eq!(smooth.subsidy(1), U256::from(1_189_117_199_391_171_993_u128));
        assert_eq!(smooth.cumulative(SECONDS_PER_YEAR), ai_to_wei(37_500_000));
        let end = smooth.cumulative(u64::MAX);
        assert!(end <= crate::MINING_BUCKET_WEI);
        assert!(crate::MINING_BUCKET_WEI - end < U256::from(1_000_000));
    }

    /// A year of the page: what its blocks may mint, all so far, and what they do mint while nothing
    /// is burned. In AI; blocks come every six seconds.
    fn page_row(schedule: &EmissionSchedule, counters: &mut SupplyCounters, year: u64) -> String {
        let blocks = SECONDS_PER_YEAR / 6;
        let (start, end) =
            (schedule.cumulative(year * blocks), schedule.cumulative((year + 1) * blocks));
        let left = counters.mining_bucket(RecycleBurns::No);
        let minted = (end - start).min(left);
        counters.mined += minted;
        let [of_year, sum, mined] =
            [end - start, end, counters.mined].map(|wei| (wei / ai_to_wei(1)).to_string());
        format!("| {year} | {of_year} | {sum} | {mined} |\n")
    }

    fn page_table(preset: EmissionPreset, years: u64) -> String {
        let schedule = EmissionSchedule::new(preset, 6);
        let mut counters = SupplyCounters::default();
        (0..years).map(|year| page_row(&schedule, &mut counters, year)).collect()
    }

    #[test]
    fn the_page_about_emission_has_what_this_code_gives() {
        let page = include_str!("../../../docs/emission.md");
        for (preset, years) in [(EmissionPreset::Table, 24), (EmissionPreset::Smooth, 24)] {
            let table = page_table(preset, years);
            assert!(page.contains(&table), "docs/emission.md lacks, for {preset:?}:\n{table}");
        }
    }

    proptest! {
        #[test]
        fn subsidies_add_up_to_the_cumulative_curve(height in 1u64..10_000_000_000, seconds in 1u64..=3600) {
            let schedule = EmissionSchedule::new(EmissionPreset::Table, seconds);
            let sum = schedule.cumulative(height - 1) + schedule.subsidy(height);
            prop_assert_eq!(sum, schedule.cumulative(height));
        }

        #[test]
        fn a_year_of_blocks_mints_exactly_the_annual_amount(year in 0u64..40, seconds in prop::sample::select(vec![1u64, 2, 3, 6, 12])) {
            let schedule = EmissionSchedule::new(EmissionPreset::Table, seconds);
            let blocks = SECONDS_PER_YEAR / seconds;
            let minted = schedule.cumulative((year + 1) * blocks) - schedule.cumulative(year * blocks);
            prop_assert_eq!(minted, EmissionPreset::Table.annual_emission(year));
        }
    }
}
