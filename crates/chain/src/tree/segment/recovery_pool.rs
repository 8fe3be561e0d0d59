//! The threads on which senders are recovered.

use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::OnceLock;

/// Threads of its own, made when they are first needed: in the common pool the parts of a state root
/// would queue behind whole blocks of signatures, and everything behind the root with them.
#[derive(Debug, Default)]
pub(super) struct RecoveryPool(OnceLock<Option<ThreadPool>>);

impl RecoveryPool {
    /// Does `work` on these threads, or on the common ones if the system has no room for them.
    pub(super) fn install<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        let build = || ThreadPoolBuilder::new().thread_name(|_| "recovery".to_owned()).build().ok();
        match self.0.get_or_init(build) {
            Some(pool) => pool.install(work),
            None => work(),
        }
    }
}
