//! Where block timestamps come from.

use std::{
    fmt,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

/// Unix time in whole seconds, from a source that the node chooses.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> u64 + Send + Sync>);

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.now()).finish()
    }
}

impl Clock {
    /// A clock that asks `source`.
    #[must_use]
    pub fn new(source: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(source))
    }

    /// The operating system's clock. Before 1970 it reads zero.
    #[must_use]
    pub fn system() -> Self {
        Self::new(|| {
            #[expect(clippy::disallowed_methods, reason = "this is where the node reads the time")]
            let now = SystemTime::now();
            now.duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
        })
    }

    /// Unix time in seconds.
    #[must_use]
    pub fn now(&self) -> u64 {
        (self.0)()
    }
}
