//! The processor.

use crate::Backend;
use hanzo_poc::{Kernel, SearchOutcome, UnitSearch};

/// Searches on threads of this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CpuBackend {
    threads: usize,
    kernel: Kernel,
}

impl CpuBackend {
    /// On so many threads, one at least, with this kernel.
    #[must_use]
    pub fn new(threads: usize, kernel: Kernel) -> Self {
        Self { threads: threads.max(1), kernel }
    }
}

impl Backend for CpuBackend {
    fn name(&self) -> String {
        format!("CPU, {} thread(s), {}", self.threads, self.kernel)
    }

    fn search(&self, search: UnitSearch<'_>) -> SearchOutcome {
        search.run(self.kernel, self.threads)
    }
}
