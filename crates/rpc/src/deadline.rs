//! A time budget that is asked, not enforced.

use crate::rpc_error::{Limit, RpcError};
use std::time::{Duration, Instant};

/// A time budget that long loops on the blocking pool ask between two steps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    started: Instant,
    budget: Duration,
}

impl Deadline {
    /// The budget starts to run now.
    pub(crate) fn within(budget: Duration) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place where the RPC measures time: a budget, never an answer"
        )]
        let started = Instant::now();
        Self { started, budget }
    }

    /// # Errors
    /// [`RpcError::Limit`] once the budget is spent.
    pub(crate) fn check(&self) -> Result<(), RpcError> {
        if !self.is_over() {
            return Ok(());
        }
        Err(RpcError::Limit(Limit::QueryTime { limit: self.budget }))
    }

    /// Whether the budget is spent.
    pub(crate) fn is_over(&self) -> bool {
        self.started.elapsed() >= self.budget
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spent_budget_is_an_error_that_names_it() {
        let error = Deadline::within(Duration::ZERO).check().unwrap_err();
        assert!(matches!(error, RpcError::Limit(Limit::QueryTime { limit: Duration::ZERO })));
        assert!(Deadline::within(Duration::from_secs(3_600)).check().is_ok());
    }
}
