//! What becomes of a seal that a search finds.

use crate::Seal;
use std::{fmt, ops::ControlFlow};

/// What becomes of a seal that a search finds: it is handed over, and the answer says whether the search
/// goes on. So a search for work shares need not start again with each of them.
#[derive(Clone, Copy)]
pub struct OnSeal<'a>(&'a (dyn Fn(Seal) -> ControlFlow<()> + Sync));

impl<'a> OnSeal<'a> {
    /// The first seal ends the search.
    pub const FIRST: OnSeal<'static> = OnSeal(&|_| ControlFlow::Break(()));

    /// `take` is called on the thread that found the seal, which searches on when it returns.
    #[must_use]
    pub const fn new(take: &'a (dyn Fn(Seal) -> ControlFlow<()> + Sync)) -> Self {
        Self(take)
    }

    /// Hands over a seal and hears whether the search goes on.
    pub fn take(&self, seal: Seal) -> ControlFlow<()> {
        (self.0)(seal)
    }
}

impl fmt::Debug for OnSeal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnSeal")
    }
}
