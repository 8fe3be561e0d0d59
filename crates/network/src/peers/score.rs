//! How much a peer is trusted.

use super::Severity;
use std::time::Duration;

/// After this time half of what a peer did wrong is forgotten. Source: Lighthouse.
pub const SCORE_HALF_LIFE: Duration = Duration::from_secs(600);

/// A peer whose score is lower is disconnected; it may come back when half is forgotten.
pub const DISCONNECT_BELOW: f64 = -20.0;

/// A peer whose score is lower is banned.
pub const BAN_BELOW: f64 = -50.0;

/// The lowest score there is, so that a ban does not outlast its reason.
const LOWEST: f64 = -100.0;

/// How much a peer is trusted: 0 at first, less with every offence, and back to 0 with time. There is
/// no way to earn a score, so that nobody can save up for an attack.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    value: f64,
    /// When `value` was right, since the start of the node.
    at: Duration,
}

impl Score {
    /// A stranger's score at a time since the start of the node.
    #[must_use]
    pub const fn new(now: Duration) -> Self {
        Self { value: 0.0, at: now }
    }

    /// A score from before, as it was when the node started.
    #[must_use]
    pub const fn restored(value: f64) -> Self {
        Self { value: value.clamp(LOWEST, 0.0), at: Duration::ZERO }
    }

    /// The score now.
    #[must_use]
    pub fn value(&self, now: Duration) -> f64 {
        let half_lives = now.saturating_sub(self.at).as_secs_f64() / SCORE_HALF_LIFE.as_secs_f64();
        self.value * (-half_lives).exp2()
    }

    /// Takes points off. Returns the score after it.
    pub fn punish(&mut self, severity: Severity, now: Duration) -> f64 {
        self.value = (self.value(now) - severity.points()).max(LOWEST);
        self.at = now;
        self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn minutes(minutes: u64) -> Duration {
        Duration::from_secs(60 * minutes)
    }

    #[test]
    fn one_critical_offence_bans() {
        assert!(Score::new(minutes(3)).punish(Severity::Critical, minutes(3)) < BAN_BELOW);
    }

    #[test]
    fn two_grave_offences_at_once_ban_and_one_disconnects() {
        let mut score = Score::new(minutes(0));
        let after = score.punish(Severity::Grave, minutes(0));
        assert!((BAN_BELOW..DISCONNECT_BELOW).contains(&after), "{after}");
        assert!(score.punish(Severity::Grave, minutes(1)) < BAN_BELOW);
    }

    #[test]
    fn half_of_it_is_forgotten_after_ten_minutes() {
        let mut score = Score::new(minutes(0));
        score.punish(Severity::Grave, minutes(5));
        assert!((score.value(minutes(15)) + 20.0).abs() < 1e-9);
        assert!((score.value(minutes(25)) + 10.0).abs() < 1e-9);
    }

    #[test]
    fn a_minor_offence_every_two_minutes_never_disconnects() {
        let mut score = Score::new(minutes(0));
        for round in 0..10_000 {
            assert!(score.punish(Severity::Minor, minutes(2 * round)) > DISCONNECT_BELOW);
        }
    }

    #[test]
    fn a_score_never_falls_below_the_lowest_nor_rises_above_zero() {
        let mut score = Score::restored(f64::MAX);
        assert!(score.value(minutes(0)).abs() < f64::EPSILON);
        for _ in 0..10 {
            score.punish(Severity::Critical, minutes(0));
        }
        assert!((score.value(minutes(0)) - LOWEST).abs() < f64::EPSILON);
    }
}
