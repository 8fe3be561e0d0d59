//! Series that tables are made of. Slow, and in any precision.
#![expect(
    clippy::arithmetic_side_effects,
    reason = "counters of terms, of which there are fewer than bits"
)]

use crate::fixed::Fixed;

/// A number in as many limbs as are wanted.
pub(super) type Long = Fixed<Vec<u64>>;

/// ln 2 = 2·artanh(1/3).
pub(super) fn ln2(limbs: usize) -> Long {
    double(&artanh(1, 3, limbs))
}

/// ln(a/b) = 2·artanh((a − b)/(a + b)) for 0 < b ≤ a, both below 2^33.
pub(super) fn ln_ratio(a: u64, b: u64, limbs: usize) -> Long {
    double(&artanh(a.saturating_sub(b), a + b, limbs))
}

/// e^(u/v) for u/v < 1, both below 2^32.
pub(super) fn exp_ratio(u: u64, v: u64, limbs: usize) -> Long {
    let mut term = Long::integer(1, limbs);
    let mut sum = term.clone();
    let mut index = 1;
    while !term.is_zero() {
        term = term.mul_integer(u).div_integer(v).div_integer(index);
        sum = sum.add(&term);
        index += 1;
    }
    sum
}

/// Σ z^(2i+1)/(2i+1) for z = u/v < 1, both below 2^34.
fn artanh(u: u64, v: u64, limbs: usize) -> Long {
    let mut power = Long::integer(u, limbs).div_integer(v);
    let mut sum = power.clone();
    let mut odd = 3;
    while !power.is_zero() {
        power = power.mul_integer(u).div_integer(v).mul_integer(u).div_integer(v);
        sum = sum.add(&power.div_integer(odd));
        odd += 2;
    }
    sum
}

fn double(number: &Long) -> Long {
    number.add(number)
}
