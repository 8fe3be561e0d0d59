//! Blocks that were lost.

use std::fmt;

/// Blocks that were found and are not on the chain, beside what follows from the delay.
#[derive(Debug)]
pub(crate) struct StaleBlocks {
    /// Seals that the miners have found.
    pub(crate) found: u64,
    /// Blocks by which the chain has become longer meanwhile.
    pub(crate) lengthened: u64,
    /// Seconds from when a block is known somewhere until other miners work on it.
    pub(crate) delay: f64,
    /// Seconds between blocks.
    pub(crate) interval: f64,
    /// How many miners there are, of the same speed.
    pub(crate) miners: usize,
}

impl StaleBlocks {
    fn lost(&self) -> u64 {
        self.found.saturating_sub(self.lengthened)
    }

    /// Part of all blocks that is lost: 1 − e^(−δ/T). Source: docs/proof-of-compute.md §10.
    fn expected_part(&self) -> f64 {
        1.0 - (-self.delay / self.interval).exp()
    }

    /// The same for miners of the same speed who never compete with themselves.
    fn expected_part_of_few(&self) -> f64 {
        let others = 1.0 - 1.0 / f64::from(u32::try_from(self.miners).unwrap());
        1.0 - (-others * self.delay / self.interval).exp()
    }

    /// How far the lost blocks are from the expected ones, in standard deviations of the binomial
    /// distribution.
    pub(crate) fn deviations(&self) -> f64 {
        let (found, part) = (count(self.found), self.expected_part());
        (count(self.lost()) - found * part) / (found * part * (1.0 - part)).sqrt()
    }
}

impl fmt::Display for StaleBlocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (found, part) = (count(self.found), self.expected_part());
        write!(
            f,
            "{} of {} blocks lost; {:.1} ± {:.1} expected of a delay of {:.1} ms at an interval of {:.2} s \
             ({:.1} of miners who do not compete with themselves), z = {:.2}",
            self.lost(),
            self.found,
            found * part,
            (found * part * (1.0 - part)).sqrt(),
            1e3 * self.delay,
            self.interval,
            found * self.expected_part_of_few(),
            self.deviations()
        )
    }
}

fn count(number: u64) -> f64 {
    f64::from(u32::try_from(number).unwrap())
}
