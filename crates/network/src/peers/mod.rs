//! Who the other nodes are and how they behave.

mod address_range;
mod direction;
mod known_peer;
mod offence;
mod peer_book;
mod peer_record;
mod quota;
mod refusal;
mod score;
#[cfg(test)]
mod tests;

pub use address_range::AddressRange;
pub use direction::Direction;
pub use known_peer::Standing;
pub use offence::{Offence, Severity};
pub use peer_book::{ConnectedPeer, PeerBook, PeerLimits, Sanction};
pub use peer_record::PeerRecord;
pub use quota::{Quota, QuotaLimits};
pub use refusal::Refusal;
pub use score::{BAN_BELOW, DISCONNECT_BELOW, SCORE_HALF_LIFE, Score};
