//! Where two chains part.

use crate::wire::MAX_LOCATOR_HASHES;
use alloy_primitives::B256;
use hanzo_chain::ChainView;

/// Newest blocks that are all named, because chains part there most often.
const NEWEST: u64 = 10;

/// Numbers of blocks that say enough about a chain with this head: the newest, then with distances that
/// double, down to the genesis block. Source: Bitcoin, `getblocks`.
fn locator_numbers(head: u64) -> Vec<u64> {
    let (mut numbers, mut number, mut step) = (Vec::new(), head, 1_u64);
    while number > 0 && numbers.len() < MAX_LOCATOR_HASHES.saturating_sub(1) {
        numbers.push(number);
        if head.saturating_sub(number).saturating_add(1) >= NEWEST {
            step = step.saturating_mul(2);
        }
        number = number.saturating_sub(step);
    }
    numbers.push(0);
    numbers
}

/// Hashes of canonical blocks, newest first, by which another node finds the newest block that both
/// have, or one not far below it.
#[must_use]
pub fn locator(view: &ChainView) -> Vec<B256> {
    let numbers = locator_numbers(view.head_number()).into_iter();
    // A number that cannot be read is left out; the next one serves as well.
    numbers.filter_map(|number| view.canonical_hash(number).ok().flatten()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_ten_come_one_by_one_and_then_the_distances_double() {
        let numbers = locator_numbers(100);
        assert_eq!(numbers, [100, 99, 98, 97, 96, 95, 94, 93, 92, 91, 89, 85, 77, 61, 29, 0]);
    }

    #[test]
    fn it_ends_with_the_genesis_block_and_is_never_too_long() {
        for head in [0, 1, 2, 9, 10, 11, 1_000_000, u64::MAX] {
            let numbers = locator_numbers(head);
            assert_eq!(numbers.last(), Some(&0), "{head}");
            assert_eq!(numbers.first(), Some(&head));
            assert!(numbers.len() <= MAX_LOCATOR_HASHES, "{head}: {}", numbers.len());
            assert!(numbers.is_sorted_by(|left, right| left > right), "{numbers:?}");
        }
    }
}
