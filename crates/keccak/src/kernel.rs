//! The ways to hash that a processor offers.

use alloy_primitives::{B256, keccak256};
use std::fmt;

#[cfg(target_arch = "x86_64")]
use crate::{
    avx2::{self, Avx2},
    avx512::{self, Avx512},
    block::permutations,
};

/// A way to hash. Who holds one may use it: [`Kernel::detected`] gives those that this processor knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// One after the other.
    Scalar,
    /// Four side by side.
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    /// Eight side by side.
    #[cfg(target_arch = "x86_64")]
    Avx512(Avx512),
}

impl Kernel {
    /// What this processor knows, the fastest first.
    pub fn detected() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let vectors = [Avx512::detected().map(Self::Avx512), Avx2::detected().map(Self::Avx2)];
        #[cfg(not(target_arch = "x86_64"))]
        let vectors: [Option<Self>; 0] = [];
        vectors.into_iter().flatten().chain([Self::Scalar])
    }

    /// The Keccak-256 of each input, in their order.
    pub fn each<T: AsRef<[u8]>>(self, inputs: &[T]) -> Vec<B256> {
        match self {
            Self::Scalar => inputs.iter().map(keccak256).collect(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(kernel) => {
                in_lanes::<{ avx2::LANES }, _>(inputs, |lanes| kernel.hash(lanes))
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(kernel) => {
                in_lanes::<{ avx512::LANES }, _>(inputs, |lanes| kernel.hash(lanes))
            }
        }
    }
}

/// The name that benchmarks print.
impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scalar => "scalar",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => "avx2",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => "avx512",
        })
    }
}

/// Hashes those side by side that take the same number of permutations.
#[cfg(target_arch = "x86_64")]
fn in_lanes<const LANES: usize, T: AsRef<[u8]>>(
    inputs: &[T],
    hash: impl Fn([&[u8]; LANES]) -> [B256; LANES],
) -> Vec<B256> {
    let mut hashes = vec![B256::ZERO; inputs.len()];
    let mut places: Vec<_> = inputs.iter().map(AsRef::as_ref).zip(&mut hashes).collect();
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
                    for ((_, place), computed) in lanes.iter_mut().zip(hash(group)) {
                        **place = computed;
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
            inputs in proptest::collection::vec(input(), 0..40),
        ) {
            let expected: Vec<B256> = inputs.iter().map(keccak256).collect();
            for kernel in Kernel::detected() {
                prop_assert_eq!(&kernel.each(&inputs), &expected, "{}", kernel);
            }
        }
    }

    #[test]
    fn every_length_up_to_five_permutations_is_hashed_right_in_every_lane() {
        let bytes: Vec<u8> = (0..=255_u8).cycle().take(5 * 136 + 16).collect();
        for length in 0..=5 * 136 {
            let inputs: Vec<&[u8]> = (0..15).map(|start| &bytes[start..start + length]).collect();
            let expected: Vec<B256> = inputs.iter().map(keccak256).collect();
            for kernel in Kernel::detected() {
                assert_eq!(kernel.each(&inputs), expected, "{kernel}, {length} bytes");
            }
        }
    }

    #[test]
    fn every_processor_hashes_without_vectors_at_last() {
        assert_eq!(Kernel::detected().last(), Some(Kernel::Scalar));
    }
}
