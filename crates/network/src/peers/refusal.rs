//! Why a connection is not accepted.

use super::AddressRange;
use std::time::Duration;
use thiserror::Error;

/// Why a connection is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The peer is banned.
    #[error("the peer is banned for another {} s", left.as_secs())]
    Banned {
        /// How long it still is.
        left: Duration,
    },
    /// The peer misbehaved lately.
    #[error("the score of the peer is too low")]
    LowScore,
    /// The operator does not want it to be connected to.
    #[error("the operator has removed the peer")]
    Unwanted,
    /// There are as many connections as there may be.
    #[error("there are {max} {direction} peers already")]
    Full {
        /// Which way.
        direction: super::Direction,
        /// Most peers that way.
        max: usize,
    },
    /// There are as many connections from these addresses as there may be.
    #[error("there are {max} peers in {range} already")]
    RangeFull {
        /// Which addresses.
        range: AddressRange,
        /// Most peers there.
        max: usize,
    },
    /// Peers that are not named in the settings are not wanted.
    #[error("only peers from the settings are accepted")]
    NotNamed,
}
