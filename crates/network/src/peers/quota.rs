//! How much a peer may ask and send.

use std::time::Duration;

/// How much of something a peer may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaLimits {
    /// How much at once.
    pub burst: u32,
    /// How much comes back in a second.
    pub per_second: u32,
}

/// What a peer has left of something: a bucket that fills steadily and never above its brim.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quota {
    limits: QuotaLimits,
    left: f64,
    at: Duration,
}

impl Quota {
    /// A full bucket at a time since the start of the node.
    #[must_use]
    pub fn new(limits: QuotaLimits, now: Duration) -> Self {
        Self { limits, left: f64::from(limits.burst), at: now }
    }

    /// Takes `amount` out, if there is as much.
    #[must_use]
    pub fn take(&mut self, amount: u32, now: Duration) -> bool {
        let seconds = now.saturating_sub(self.at).as_secs_f64();
        let filled = seconds.mul_add(f64::from(self.limits.per_second), self.left);
        self.left = filled.min(f64::from(self.limits.burst));
        self.at = self.at.max(now);
        let amount = f64::from(amount);
        let enough = self.left >= amount;
        if enough {
            self.left -= amount;
        }
        enough
    }

    /// Takes `amount` out for what was done before its cost was known. What is not there is owed, up to as
    /// much as there may be.
    pub fn spend(&mut self, amount: u32, now: Duration) {
        let enough = self.take(amount, now);
        if !enough {
            let most = f64::from(self.limits.burst);
            self.left = (self.left - f64::from(amount)).max(-most);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: QuotaLimits = QuotaLimits { burst: 10, per_second: 2 };

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_burst_is_allowed_and_not_one_more() {
        let mut quota = Quota::new(LIMITS, seconds(5));
        assert!(quota.take(10, seconds(5)));
        assert!(!quota.take(1, seconds(5)));
    }

    #[test]
    fn it_comes_back_steadily_and_never_above_the_burst() {
        let mut quota = Quota::new(LIMITS, seconds(0));
        assert!(quota.take(10, seconds(0)));
        assert!(quota.take(2, seconds(1)));
        assert!(!quota.take(1, seconds(1)));
        assert!(quota.take(10, seconds(1_000)));
        assert!(!quota.take(1, seconds(1_000)));
    }

    #[test]
    fn what_is_spent_and_was_not_there_is_owed_but_never_more_than_a_burst() {
        let mut quota = Quota::new(LIMITS, seconds(0));
        quota.spend(4, seconds(0));
        assert!(quota.take(6, seconds(0)));
        quota.spend(1_000, seconds(0));
        assert!(!quota.take(1, seconds(5)));
        assert!(quota.take(2, seconds(6)));
    }

    #[test]
    fn what_is_refused_costs_nothing() {
        let mut quota = Quota::new(LIMITS, seconds(0));
        assert!(!quota.take(11, seconds(0)));
        assert!(quota.take(10, seconds(0)));
    }
}
