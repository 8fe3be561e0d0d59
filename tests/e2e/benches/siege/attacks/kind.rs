//! A kind of attack.

use crate::{
    tally::{Identities, Tally},
    target::Target,
};
use futures::future::BoxFuture;
use std::sync::Arc;

/// What an attacker has: who it attacks, and where it is written down.
#[derive(Debug, Clone)]
pub(crate) struct Means {
    pub(crate) kind: &'static Kind,
    pub(crate) target: Target,
    pub(crate) tally: Arc<Tally>,
    pub(crate) identities: Arc<Identities>,
}

/// A kind of attack.
#[derive(Debug)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// How many do it at a time.
    pub(crate) attackers: usize,
    /// What the victim calls it, if it can tell who did it and that it was no accident.
    pub(crate) offence: Option<&'static str>,
    pub(crate) start: fn(Means) -> BoxFuture<'static, ()>,
}

impl Kind {
    /// Of peers that pass the handshake.
    pub(super) const fn of_peers(
        name: &'static str,
        attackers: usize,
        offence: Option<&'static str>,
        start: fn(Means) -> BoxFuture<'static, ()>,
    ) -> Self {
        Self { name, attackers, offence, start }
    }

    /// Of connections that never come so far.
    pub(super) const fn of_strangers(
        name: &'static str,
        attackers: usize,
        start: fn(Means) -> BoxFuture<'static, ()>,
    ) -> Self {
        Self { name, attackers, offence: None, start }
    }
}
