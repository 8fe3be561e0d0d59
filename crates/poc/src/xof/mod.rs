//! The streams that define the matrices: keyed BLAKE3 in extendable-output mode.
//!
//! The stock crate computes output blocks several at a time only with AVX-512; for everything else
//! this module does. Source: proof-of-compute §3.2, the BLAKE3 paper §2.6.

mod compress;

#[cfg(target_arch = "x86_64")]
mod avx2;

use crate::{Kernel, shape::Strip};

/// Which matrix a stream belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum Tag {
    /// A: rows.
    Row = 1,
    /// B: columns.
    Column = 2,
}

/// Fills `strip` with the stream of (tag, index) under the key σ.
pub(crate) fn fill(kernel: Kernel, sigma: &[u8; 32], tag: Tag, index: u32, strip: &mut Strip) {
    match kernel {
        Kernel::Portable => compress::fill(sigma, tag, index, strip),
        #[cfg(target_arch = "x86_64")]
        Kernel::Avx2 => avx2::fill_checked(sigma, tag, index, strip),
        #[cfg(target_arch = "x86_64")]
        Kernel::Avx512Vnni => stock(sigma, tag, index, strip),
        #[cfg(not(target_arch = "x86_64"))]
        Kernel::Avx2 | Kernel::Avx512Vnni => compress::fill(sigma, tag, index, strip),
    }
}

/// The stock crate's reader: sixteen blocks at a time with AVX-512, one at a time without.
#[cfg(any(test, target_arch = "x86_64"))]
pub(crate) fn stock(sigma: &[u8; 32], tag: Tag, index: u32, strip: &mut Strip) {
    let mut input = [0u8; 8];
    let (front, back) = input.split_at_mut(4);
    front.copy_from_slice(&(tag as u32).to_le_bytes());
    back.copy_from_slice(&index.to_le_bytes());
    let mut reader = blake3::Hasher::new_keyed(sigma).update(&input).finalize_xof();
    reader.fill(strip.bytes_mut());
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::hex;
    use proptest::prelude::*;

    fn bytes(strip: &Strip) -> Vec<u8> {
        strip.0.iter().map(|entry| entry.cast_unsigned()).collect()
    }

    /// Published first bytes and hash of strip 0 of each matrix.
    const PUBLISHED: [(Tag, &str, &str); 2] = [
        (
            Tag::Row,
            "cdf5aa3c037e65468eba980a21f8c5490524cf5a0a556784e683ad97de6d3c16",
            "e64fa9cb5aee5bbb3f2c2be3a80a7e67077c75c743dff10bd61288381270e7e9",
        ),
        (
            Tag::Column,
            "09da57897bbbe9157250e76b6d3d45e9816575107801ad223e7dcb5703935be5",
            "ae81247e8d33b8692824f012dbecd38bdd44d7ddbebe7e5f5ed8c4c310f7cc6f",
        ),
    ];

    #[test]
    fn strips_have_the_published_bytes_on_every_kernel() {
        let sigma = hex!("bb8f3b6d50d48f90301336f192538296626d03d4dd3c90ff8bef33ac731850ea");
        let mut strip = Strip::boxed();
        for kernel in Kernel::available() {
            for (tag, first, hash) in PUBLISHED {
                fill(kernel, &sigma, tag, 0, &mut strip);
                let bytes = bytes(&strip);
                assert_eq!(hex::encode(&bytes[..32]), first, "{kernel}");
                assert_eq!(blake3::hash(&bytes).to_hex().as_str(), hash, "{kernel}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn every_kernel_gives_the_stream_of_the_stock_crate(sigma: [u8; 32], index: u32) {
            let (mut expected, mut strip) = (Strip::boxed(), Strip::boxed());
            for tag in [Tag::Row, Tag::Column] {
                stock(&sigma, tag, index, &mut expected);
                for kernel in Kernel::available() {
                    fill(kernel, &sigma, tag, index, &mut strip);
                    prop_assert!(strip.0 == expected.0, "{}", kernel);
                }
            }
        }
    }
}
