//! Exponents that are fractions.

/// A non-negative fraction in lowest terms. Both parts are 1 000 000 at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exponent {
    pub(crate) numerator: u32,
    /// Not zero.
    pub(crate) denominator: u32,
}

impl Exponent {
    /// `numerator / denominator`; the latter is not zero.
    pub(crate) fn new(numerator: u32, denominator: u32) -> Self {
        let divisor = greatest_common_divisor(numerator, denominator);
        let reduced = |part: u32| part.checked_div(divisor).unwrap_or(part);
        Self { numerator: reduced(numerator), denominator: reduced(denominator).max(1) }
    }
}

const fn greatest_common_divisor(mut a: u32, mut b: u32) -> u32 {
    while let Some(rest) = a.checked_rem(b) {
        (a, b) = (b, rest);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_are_in_lowest_terms() {
        for (ratio, expected) in [
            ((200_000, 1_000_000), (1, 5)),
            ((1_000_000, 333_333), (1_000_000, 333_333)),
            ((0, 1_000_000), (0, 1)),
            ((1_000_000, 1_000_000), (1, 1)),
        ] {
            let exponent = Exponent::new(ratio.0, ratio.1);
            assert_eq!((exponent.numerator, exponent.denominator), expected);
        }
    }
}
