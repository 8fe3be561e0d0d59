//! Which epochs to look through for pay.

use hanzo_types::{SHARE_EPOCH_BLOCKS, SHARE_WINDOW_BLOCKS};

/// Settled epochs that a miner looks through: four days of blocks of six seconds.
const EPOCHS_BACK: u64 = 64;

/// The settled epochs that are still to be looked at.
///
/// The chain knows what is paid; nothing is remembered of it. All are looked through once in each epoch,
/// and again when blocks were taken back: so what was paid in a block that is gone is claimed again, and
/// what was refused is asked for again an epoch later.
#[derive(Debug, Default)]
pub(super) struct Claims {
    /// Settled epochs when this round began.
    settled: u64,
    /// The next one to look at.
    next: u64,
    /// Whether the user knows of a refusal of this round.
    is_told: bool,
}

impl Claims {
    /// The head is block `head`. A claim that is tried at it counts as one in that block.
    pub(super) fn see(&mut self, head: u64) {
        let settled = head.saturating_sub(SHARE_WINDOW_BLOCKS) / SHARE_EPOCH_BLOCKS;
        if settled != self.settled {
            *self = Self { settled, next: settled.saturating_sub(EPOCHS_BACK), is_told: false };
        }
    }

    /// Looks through all of them again.
    pub(super) fn restart(&mut self) {
        *self = Self::default();
    }

    /// The next epoch to look at.
    pub(super) fn next(&self) -> Option<u64> {
        (self.next < self.settled).then_some(self.next)
    }

    /// There is nothing more to do about the epoch in this round.
    pub(super) const fn pass(&mut self) {
        self.next = self.next.saturating_add(1);
    }

    /// The pay of the epoch is refused. Returns whether the user should hear of it.
    pub(super) const fn refuse(&mut self) -> bool {
        self.pass();
        !std::mem::replace(&mut self.is_told, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hanzo_types::ShareEpoch;

    fn round(claims: &mut Claims) -> Vec<u64> {
        std::iter::from_fn(|| claims.next().inspect(|_| claims.pass())).collect()
    }

    #[test]
    fn an_epoch_is_asked_for_from_the_head_on_at_which_its_claim_succeeds() {
        let mut claims = Claims::default();
        let first = ShareEpoch::new(0).first_claim();
        claims.see(first - 1);
        assert_eq!(claims.next(), None);
        claims.see(first);
        assert_eq!(claims.next(), Some(0));
    }

    #[test]
    fn an_epoch_is_looked_at_until_it_is_done_with() {
        let mut claims = Claims::default();
        claims.see(1_088);
        claims.see(1_089);
        assert_eq!(claims.next(), Some(0));
        assert_eq!(round(&mut claims), [0]);
        claims.see(1_090);
        assert_eq!(claims.next(), None);
    }

    #[test]
    fn each_epoch_all_of_the_last_64_are_looked_through() {
        let mut claims = Claims::default();
        claims.see(1_024 * 100 + 64);
        assert_eq!(round(&mut claims), (36..100).collect::<Vec<_>>());
        claims.see(1_024 * 101 + 64);
        assert_eq!(round(&mut claims), (37..101).collect::<Vec<_>>());
    }

    #[test]
    fn a_refused_epoch_comes_again_an_epoch_later_and_is_told_once_each_time() {
        let mut claims = Claims::default();
        claims.see(1_024 * 2 + 64);
        assert!(claims.refuse());
        assert_eq!(claims.next(), Some(1), "the next one is tried");
        assert!(!claims.refuse());
        assert_eq!(claims.next(), None);
        claims.see(1_024 * 3 + 64);
        assert_eq!(claims.next(), Some(0));
        assert!(claims.refuse());
    }

    #[test]
    fn blocks_that_were_taken_back_make_all_of_them_come_again() {
        let mut claims = Claims::default();
        claims.see(1_024 * 2 + 70);
        assert_eq!(round(&mut claims), [0, 1]);
        claims.restart();
        claims.see(1_024 * 2 + 70);
        assert_eq!(round(&mut claims), [0, 1]);
        claims.see(1_024 * 2);
        assert_eq!(round(&mut claims), [0], "an epoch is open again");
    }
}
