//! Powers by another way: square roots and plain series in 1 000 bits, exact where it is close.

use num_bigint::BigUint;

/// Fraction bits.
pub(crate) const BITS: u64 = 1_000;

/// Bits of a distance to an integer below which the number may be that integer.
const CLOSE: u64 = 700;

/// Square roots, and squarings, that bring a number near one, and back.
const HALVINGS: u32 = 24;

/// The floor of `factor·(p/q)^(a/b)`, and whether it is that integer; `None` if it has more than 300
/// bits. The ratio is not zero.
pub(crate) fn power(
    factor: &BigUint,
    (p, q): (&BigUint, &BigUint),
    (a, b): (u32, u32),
) -> Option<(BigUint, bool)> {
    let one = BigUint::from(1_u32) << BITS;
    if p == q || a == 0 {
        return Some((factor.clone(), true));
    }
    let (larger, smaller) = if p > q { (p, q) } else { (q, p) };
    let logarithm = logarithm(&((larger << BITS) / smaller)) * a / b;
    if logarithm.bits() > BITS + 9 {
        return (p < q).then_some((BigUint::ZERO, false));
    }
    let grown = exponential(&logarithm);
    let ratio = if p > q { grown } else { (&one * &one) / grown };
    let value = factor * ratio;
    if value.bits() > BITS + 300 {
        return None;
    }
    let error = BigUint::from(1_u32) << (BITS - CLOSE);
    let low = if value < error { BigUint::ZERO } else { (&value - &error) >> BITS };
    let high: BigUint = (&value + &error) >> BITS;
    if low == high {
        return Some((low, false));
    }
    let exact = equals(factor, (p, q), (a, b), &high);
    Some((if exact { high } else { value >> BITS }, exact))
}

/// Whether `factor·(p/q)^(a/b)` is `integer`, by integers. Only for a small root: no power of a larger
/// one is rational in the domain.
fn equals(
    factor: &BigUint,
    (p, q): (&BigUint, &BigUint),
    (a, b): (u32, u32),
    integer: &BigUint,
) -> bool {
    assert!(a <= 10_000 && b <= 200, "close to an integer with the exponent {a}/{b}");
    factor.pow(b) * p.pow(a) == integer.pow(b) * q.pow(a)
}

/// ln x for x ≥ 1.
pub(crate) fn logarithm(x: &BigUint) -> BigUint {
    let one = BigUint::from(1_u32) << BITS;
    let mut root = x.clone();
    for _ in 0..HALVINGS {
        root = (root << BITS).sqrt();
    }
    // 2·artanh((root − 1)/(root + 1)).
    let z = ((&root - &one) << BITS) / (&root + &one);
    let square = (&z * &z) >> BITS;
    let (mut term, mut sum, mut odd) = (z.clone(), z, 3_u32);
    while term > BigUint::ZERO {
        term = (term * &square) >> BITS;
        sum += &term / odd;
        odd += 2;
    }
    sum << (HALVINGS + 1)
}

/// e^x.
pub(crate) fn exponential(x: &BigUint) -> BigUint {
    let small = x >> HALVINGS;
    let mut term = BigUint::from(1_u32) << BITS;
    let (mut sum, mut index) = (term.clone(), 1_u32);
    while term > BigUint::ZERO {
        term = ((term * &small) >> BITS) / index;
        sum += &term;
        index += 1;
    }
    for _ in 0..HALVINGS {
        sum = (&sum * &sum) >> BITS;
    }
    sum
}
