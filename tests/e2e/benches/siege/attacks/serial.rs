//! Numbers that come once.

use std::sync::atomic::{AtomicU64, Ordering};

/// A number that no other attacker has: what two of them say differs.
pub(super) fn serial() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
