//! Which protocols a node speaks.

use alloy_primitives::hex;
use hanzo_types::ChainSpec;

/// Version of everything below; a node that speaks another is a stranger.
const VERSION: u32 = 1;

/// Names of the protocols of one chain. All but the handshake name the chain, so that nodes of
/// different chains have nothing to say to each other; the handshake does not, so that each can tell
/// the other why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtocolNames {
    /// The handshake.
    pub status: String,
    /// Requests and responses.
    pub requests: String,
    /// Discovery.
    pub discovery: String,
    /// Topic of new blocks.
    pub blocks: String,
    /// Topic of new transactions.
    pub transactions: String,
    /// What the protocol that exchanges addresses calls this network.
    pub network: String,
}

impl ProtocolNames {
    /// Names of the protocols of a chain: its id and the first eight bytes of its genesis hash.
    #[must_use]
    pub fn of(spec: &ChainSpec) -> Self {
        let genesis = hex::encode(spec.genesis_hash().get(..8).unwrap_or_default());
        let network = format!("/hanzo/{}/{genesis}", spec.chain_id());
        Self {
            status: format!("/hanzo/status/{VERSION}"),
            requests: format!("{network}/requests/{VERSION}"),
            discovery: format!("{network}/kad/{VERSION}"),
            blocks: format!("{network}/blocks/{VERSION}"),
            transactions: format!("{network}/transactions/{VERSION}"),
            network: format!("{network}/{VERSION}"),
        }
    }
}
