//! Who found how much.

use std::fmt;

/// Blocks of two miners, and the work that each has done for them.
#[derive(Debug)]
pub(crate) struct Share {
    pub(crate) macs: [f64; 2],
    pub(crate) blocks: [u32; 2],
}

impl Share {
    /// Part of the work that the first has done.
    fn expected(&self) -> f64 {
        self.macs[0] / (self.macs[0] + self.macs[1])
    }

    /// How far the first is from its expected blocks, in standard deviations of the binomial
    /// distribution.
    pub(crate) fn deviations(&self) -> f64 {
        let [first, second] = self.blocks.map(f64::from);
        let (all, part) = (first + second, self.expected());
        (first - all * part) / (all * part * (1.0 - part)).sqrt()
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = self.blocks;
        let part = self.expected();
        let all = f64::from(first + second);
        write!(
            f,
            "{first} and {second} blocks, {:.1} and {:.1} expected of {:.2} and {:.2} TMAC, z = {:.2}",
            all * part,
            all * (1.0 - part),
            self.macs[0] / 1e12,
            self.macs[1] / 1e12,
            self.deviations()
        )
    }
}
