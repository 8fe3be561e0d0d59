//! Peers, gossip and synchronisation.
//!
//! Owns everything that nodes say to each other. What is decided is decided in a pure core, which
//! neither knows a socket nor reads a clock; the shell around libp2p only translates.
//!
//! ```text
//!   libp2p swarm ──▶ Event ──▶ NetworkCore ──▶ Action ──▶ libp2p swarm
//!   chain, pool  ──▶         │  PeerBook     │        ──▶ Worker (decode, check, look up)
//!   clock        ──▶         │  SyncMachine  │        ──▶ ChainHandle::import, import_segment
//!                            │  BlockRelay   │
//!                            └ Outgoing…     ┘
//! ```
//!
//! Invariants: nothing is passed on before the work in it, or the signature on it, was checked; only what
//! a peer could have known to be wrong lowers its score; everything that others can make grow has a
//! limit with a name.

mod address;
mod config;
mod core;
mod error;
mod handle;
mod metrics;
mod network;
mod now;
mod peers;
mod relay;
mod swarm;
mod sync;
mod wire;
mod worker;

pub use address::is_unicast;
pub use config::{
    MAX_PEER_ADDRESS_BYTES, NamedPeer, NetworkConfig, PeerAddressError, check_peer_address,
};
pub use core::*;
pub use error::NetworkError;
pub use handle::{NetworkHandle, NodeIdentity, PeerInfo, Unresponsive};
pub use libp2p::{Multiaddr, PeerId, identity::Keypair, multiaddr::Protocol};
pub use network::Network;
pub use now::Now;
pub use peers::*;
pub use relay::*;
pub use swarm::{NodeKeyError, load_or_create_node_key};
pub use sync::*;
pub use wire::*;
pub use worker::*;
