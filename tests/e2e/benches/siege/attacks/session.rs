//! Attacks of peers that pass the handshake.

use super::Means;
use crate::{
    line::{Line, News, Speech},
    tally::Tally,
    target::Target,
};
use futures::{FutureExt as _, future::BoxFuture};
use hanzo_network::{Request, Status};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval, sleep};

/// How long an attacker stays, if it is let stay. Then it comes back under another name.
const STAY: Duration = Duration::from_secs(25);

/// How soon it comes back. Making a connection costs the attacker as much as the victim, and both are on
/// one machine.
const PAUSE: Duration = Duration::from_millis(500);

/// What one does who has passed the handshake.
pub(super) trait Attack: Send + 'static {
    /// How often it does something.
    const PACE: Duration;

    /// Prepares an attack.
    fn new(target: &Target) -> Self;

    /// How it answers the handshake: what it says of itself, if the truth is `honest`. `None` for not at
    /// all.
    fn introduce(&self, honest: Status) -> Option<Speech> {
        Some(Speech::once(alloy_rlp::encode(honest)))
    }

    /// Does something.
    fn act(&mut self, line: &mut Line, tally: &Tally);

    /// What it answers. `None` for not at all.
    fn answer(&mut self, request: &Request) -> Option<Speech> {
        let _ = request;
        None
    }
}

/// Attacks for ever.
pub(super) fn start<A: Attack>(means: Means) -> BoxFuture<'static, ()> {
    async move {
        loop {
            attack::<A>(&means).await;
            sleep(PAUSE).await;
        }
    }
    .boxed()
}

/// One connection, until either side has had enough.
async fn attack<A: Attack>(means: &Means) {
    let mut attack = A::new(&means.target);
    let mut line = Line::dial(&means.target);
    means.identities.add(line.peer(), means.kind.name);
    means.tally.connection();
    let mut turns = interval(A::PACE);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let over = sleep(STAY);
    tokio::pin!(over);
    let mut is_in = false;
    loop {
        tokio::select! {
            news = line.news() => match news {
                News::Introduced(honest, channel) => {
                    match attack.introduce(honest) {
                        Some(speech) => line.answer_status(channel, speech),
                        None => line.ignore(channel),
                    }
                    if !is_in {
                        means.tally.introduction();
                    }
                    is_in = true;
                }
                News::Asked(request, channel) => match attack.answer(&request) {
                    Some(speech) => {
                        means.tally.message(0);
                        line.answer(channel, speech);
                    }
                    None => line.ignore(channel),
                },
                News::Answered => {}
                News::Closed => return,
            },
            _ = turns.tick(), if is_in => attack.act(&mut line, &means.tally),
            () = &mut over => return,
        }
    }
}
