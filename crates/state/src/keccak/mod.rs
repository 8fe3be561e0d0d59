//! Keccak-256 of many inputs.
//!
//! Hashing nodes is the largest part of a state root. One permutation keeps a core busy with chains of
//! operations on 64-bit words; four at once, one a lane of a 256-bit register, take little longer than one.

#[cfg(target_arch = "x86_64")]
mod avx2;

use alloy_primitives::{B256, keccak256};
#[cfg(target_arch = "x86_64")]
use avx2::Avx2;

/// Bytes that one permutation absorbs: the rate of Keccak-256. Source: FIPS 202 §5.2, for a capacity of 512 bits.
#[cfg(any(test, target_arch = "x86_64"))]
const RATE_BYTES: usize = 136;

/// Inputs that are hashed side by side.
#[cfg(target_arch = "x86_64")]
const LANES: usize = 4;

/// The Keccak-256 of each input, in their order.
pub(crate) fn keccak256_each<T: AsRef<[u8]>>(inputs: &[T]) -> Vec<B256> {
    #[cfg(target_arch = "x86_64")]
    if inputs.len() > 1
        && let Some(processor) = Avx2::detected()
    {
        return in_lanes(inputs, processor);
    }
    inputs.iter().map(keccak256).collect()
}

/// Hashes those side by side that take the same number of permutations.
#[cfg(target_arch = "x86_64")]
fn in_lanes<T: AsRef<[u8]>>(inputs: &[T], processor: Avx2) -> Vec<B256> {
    let mut hashes = vec![B256::ZERO; inputs.len()];
    let mut places: Vec<_> = inputs.iter().map(AsRef::as_ref).zip(&mut hashes).collect();
    let permutations = |input: &[u8]| input.len().checked_div(RATE_BYTES);
    places.sort_by_key(|(input, _)| permutations(input));
    for alike in places.chunk_by_mut(|(a, _), (b, _)| permutations(a) == permutations(b)) {
        for lanes in alike.chunks_mut(LANES) {
            match lanes {
                [(input, hash)] => **hash = keccak256(input),
                [(first, _), ..] => {
                    let mut group = [*first; LANES];
                    for (place, (input, _)) in group.iter_mut().zip(&*lanes) {
                        *place = input;
                    }
                    for ((_, hash), computed) in lanes.iter_mut().zip(processor.hash(group)) {
                        **hash = computed;
                    }
                }
                [] => {}
            }
        }
    }
    hashes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Inputs around the lengths at which another permutation is needed.
    fn input() -> impl Strategy<Value = Vec<u8>> {
        let length = prop_oneof![0..8_usize, 130..140_usize, 266..276_usize, 400..600_usize];
        length.prop_flat_map(|length| proptest::collection::vec(any::<u8>(), length))
    }

    proptest! {
        #[test]
        fn each_hash_is_that_of_its_input_whatever_is_hashed_beside_it(
            inputs in proptest::collection::vec(input(), 0..20),
        ) {
            let expected: Vec<B256> = inputs.iter().map(keccak256).collect();
            prop_assert_eq!(keccak256_each(&inputs), expected);
        }
    }

    #[test]
    fn every_length_up_to_five_permutations_is_hashed_right_in_every_lane() {
        let bytes: Vec<u8> = (0..=255_u8).cycle().take(5 * RATE_BYTES + 8).collect();
        for length in 0..=5 * RATE_BYTES {
            let inputs: Vec<&[u8]> = (0..7).map(|start| &bytes[start..start + length]).collect();
            let expected: Vec<B256> = inputs.iter().map(keccak256).collect();
            assert_eq!(keccak256_each(&inputs), expected, "{length} bytes");
        }
    }
}
