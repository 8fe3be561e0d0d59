//! Chance from a seed.

/// Numbers that look drawn by chance and are the same for the same seed. Source: SplitMix64.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// The numbers of this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any 64 bits.
    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number between 0 and 1, neither of them.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub fn uniform(&mut self) -> f64 {
        ((self.bits() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Time until something happens that does once in `mean` on average.
    pub fn wait(&mut self, mean: f64) -> f64 {
        -mean * self.uniform().ln()
    }

    /// How often something happens in a time in which it does `mean` times on average.
    pub fn count(&mut self, mean: f64) -> u64 {
        let mut passed = self.wait(1.0);
        let mut count = 0;
        while passed < mean {
            count += 1;
            passed += self.wait(1.0);
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_published_generator() {
        // The first outputs of SplitMix64 for the seed 1234567.
        let mut chance = Chance::new(1_234_567);
        let first = [chance.bits(), chance.bits(), chance.bits()];
        assert_eq!(
            first,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn counts_have_the_mean_that_is_asked_for() {
        let mut chance = Chance::new(7);
        let sum: u64 = (0..10_000).map(|_| chance.count(3.0)).sum();
        // The standard deviation of the sum is the root of 30 000: 173.
        assert!(sum.abs_diff(30_000) < 3 * 174, "{sum}");
    }
}
