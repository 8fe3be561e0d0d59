//! The shell around libp2p: it translates, and decides nothing.

mod behaviour;
mod bounded_close;
mod channels;
mod codec;
mod driver;
mod gossip_settings;
mod identity;
mod import;
mod job_limits;
mod lanes;
mod last_words;
mod node_key;
mod partings;
mod pending_gate;
mod sync_log;
mod transport;
mod unreached;

pub(crate) use behaviour::Behaviour;
pub(crate) use driver::{Driver, DriverParts};
pub(crate) use identity::identity_of;
pub use node_key::{NodeKeyError, load_or_create_node_key};
pub(crate) use transport::swarm;
