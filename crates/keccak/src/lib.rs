//! Keccak-256 of many inputs.
//!
//! State roots, roots of transactions and receipts and senders' addresses hash many short inputs that do not
//! depend on each other. One permutation keeps a core busy with chains of operations on 64-bit words; several at
//! once, one a lane of a vector register, take little longer than one.
//!
//! ```text
//!  keccak256_each ─▶ Kernel: the fastest that the processor knows, asked at run time
//!                      ├─ Avx512  8 side by side ┐ of those inputs that
//!                      ├─ Avx2    4 side by side ┘ take as many permutations
//!                      └─ Scalar  alloy's keccak256
//! ```
//!
//! Invariants: every kernel gives the same bytes; a kernel is had by detection alone, so that no
//! instruction runs that the processor does not know.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "x86_64")]
mod block;
mod kernel;
#[cfg(target_arch = "x86_64")]
mod permutation;

#[cfg(target_arch = "x86_64")]
pub use avx2::Avx2;
#[cfg(target_arch = "x86_64")]
pub use avx512::Avx512;
pub use kernel::Kernel;

use alloy_primitives::B256;

/// The Keccak-256 of each input, in their order.
pub fn keccak256_each<T: AsRef<[u8]>>(inputs: &[T]) -> Vec<B256> {
    Kernel::detected().next().unwrap_or(Kernel::Scalar).each(inputs)
}
