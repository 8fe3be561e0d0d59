//! When to try again.

use std::time::Duration;

/// The first pause.
const FIRST: Duration = Duration::from_millis(500);

/// The longest one.
const LONGEST: Duration = Duration::from_secs(30);

/// Pauses between attempts, each twice as long as the one before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BackOff(Duration);

impl BackOff {
    pub(crate) const fn new() -> Self {
        Self(FIRST)
    }

    /// It worked: the next pause is a short one again.
    pub(crate) const fn reset(&mut self) {
        self.0 = FIRST;
    }

    /// How long to wait before the next attempt.
    pub(crate) fn next(&mut self) -> Duration {
        let pause = self.0;
        self.0 = pause.saturating_mul(2).min(LONGEST);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_limit_and_start_anew_after_a_success() {
        let mut back_off = BackOff::new();
        let seconds: Vec<f32> = (0..9).map(|_| back_off.next().as_secs_f32()).collect();
        assert_eq!(seconds, [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]);
        back_off.reset();
        assert_eq!(back_off.next(), FIRST);
    }
}
