//! Everything that strangers do to the victim.

mod boasts;
mod broken_frames;
mod connections;
mod control_flood;
mod forged_lists;
mod forged_seals;
mod half_handshakes;
mod junk_streams;
mod kind;
mod malformed_gossip;
mod malformed_requests;
mod oversized;
mod records;
mod replay;
mod serial;
mod session;
mod slow;
mod topics;
mod transactions;
mod unread;
mod withheld;

pub(crate) use kind::{Kind, Means};
pub(crate) use withheld::withhold_bodies;

use boasts::{ForgedHeaders, LightChain, Silence};
use session::start;

/// Every kind, with how many attack at a time and what the victim calls it. Together they are fewer than
/// the places that a node has for peers who come by themselves.
const KINDS: &[Kind] = &[
    Kind::of_peers(
        "malformed requests",
        1,
        Some("malformed"),
        start::<malformed_requests::MalformedRequests>,
    ),
    Kind::of_peers(
        "malformed gossip",
        1,
        Some("malformed"),
        start::<malformed_gossip::MalformedGossip>,
    ),
    Kind::of_peers("forged seals", 1, Some("invalid_block"), start::<forged_seals::ForgedSeals>),
    // It is `timed_out` if it is heard of before the honest announcement, which is a race.
    Kind::of_peers("forged transaction lists", 5, None, start::<forged_lists::ForgedLists>),
    Kind::of_peers(
        "invalid signatures",
        1,
        Some("invalid_transaction"),
        start::<transactions::InvalidSignatures>,
    ),
    Kind::of_peers("worthless transactions", 1, None, start::<transactions::Worthless>),
    Kind::of_peers("replayed gossip", 2, Some("flooding"), start::<replay::Replay>),
    Kind::of_peers("unread responses", 2, Some("flooding"), start::<unread::Unread>),
    Kind::of_peers("boasts, then silence", 3, Some("timed_out"), start::<Silence>),
    Kind::of_peers("boasts, with less work", 2, Some("lighter_than_claimed"), start::<LightChain>),
    Kind::of_peers("boasts, with forged seals", 1, Some("invalid_block"), start::<ForgedHeaders>),
    Kind::of_peers("oversized messages", 1, Some("malformed"), start::<oversized::Oversized>),
    Kind::of_peers("truncated frames", 1, Some("cut_off"), start::<broken_frames::BrokenFrames>),
    Kind::of_peers("a byte a second", 2, None, start::<slow::Slow>),
    Kind::of_peers("topics without end", 1, None, start::<topics::Topics>),
    Kind::of_peers("gossip control", 1, None, start::<control_flood::ControlFlood>),
    Kind::of_peers("records for discovery", 1, None, start::<records::Records>),
    Kind::of_strangers("streams that nobody accepted", 3, junk_streams::start),
    Kind::of_strangers("half a handshake", 1, half_handshakes::start),
    Kind::of_strangers("1 000 connections", 1, connections::start),
];

/// What comes before anybody mines.
pub(crate) const WITHHELD: Kind =
    Kind::of_peers("withheld bodies", 1, Some("unavailable"), |_| Box::pin(async {}));

/// The kinds that `HANZO_BENCH_KINDS` names, by parts of their names; all without it.
pub(crate) fn chosen() -> impl Iterator<Item = &'static Kind> {
    let names = std::env::var("HANZO_BENCH_KINDS").unwrap_or_default();
    let names: Vec<_> = names.split(',').map(str::to_owned).collect();
    KINDS.iter().filter(move |kind| names.iter().any(|name| kind.name.contains(name.as_str())))
}
