//! What peers do wrong.

use crate::wire::WireError;
use std::fmt;

/// How bad an offence is. The points are chosen so that one critical offence bans, three of the next
/// kind ban, and what happens to an honest node on a bad line does not disconnect it. ADR-0026.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// May happen to anybody now and then: 2 points.
    Minor,
    /// Should not happen: 10 points.
    Serious,
    /// Costs the network something and cannot happen by accident often: 40 points.
    Grave,
    /// Cannot happen by accident: 100 points.
    Critical,
}

impl Severity {
    /// What is taken off the score.
    #[must_use]
    pub const fn points(self) -> f64 {
        match self {
            Self::Minor => 2.0,
            Self::Serious => 10.0,
            Self::Grave => 40.0,
            Self::Critical => 100.0,
        }
    }
}

/// What a peer did wrong. Each has one severity, and a name in logs and metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Offence {
    /// It sent bytes that are no message.
    Malformed,
    /// It sent the beginning of a message. That happens to whoever loses a connection.
    CutOff,
    /// It sent a header or a block that breaks a rule it could have checked.
    InvalidBlock,
    /// It sent a transaction that is not valid in any state.
    InvalidTransaction,
    /// It answered something that was not asked.
    WrongAnswer,
    /// It did not answer in time.
    TimedOut,
    /// It did not deliver what it said to have.
    Unavailable,
    /// The chain it said to have is lighter than it said.
    LighterThanClaimed,
    /// It sends or asks more than is allowed.
    Flooding,
}

impl Offence {
    /// Of whoever sent this over a stream of its own, which ends with the connection; `None` if nobody is to blame.
    /// In gossip, whose frames
    /// say how long they are, everything that does not decode is malformed.
    #[must_use]
    pub const fn of_stream(error: &WireError) -> Option<Self> {
        Some(match error {
            // Whoever gives up before it says anything, because this node has slept, leaves this behind.
            WireError::CutOff { found: 0, .. } => return None,
            WireError::CutOff { .. } => Self::CutOff,
            WireError::TooLong { .. }
            | WireError::Malformed { .. }
            | WireError::NotCanonical { .. }
            | WireError::TooMany { .. }
            | WireError::Empty { .. }
            | WireError::UnknownKind { .. } => Self::Malformed,
        })
    }

    /// How bad it is.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Self::Malformed | Self::InvalidBlock => Severity::Critical,
            Self::InvalidTransaction | Self::WrongAnswer => Severity::Grave,
            Self::LighterThanClaimed | Self::Unavailable => Severity::Serious,
            Self::CutOff | Self::TimedOut | Self::Flooding => Severity::Minor,
        }
    }

    /// Its name in logs and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::CutOff => "cut_off",
            Self::InvalidBlock => "invalid_block",
            Self::InvalidTransaction => "invalid_transaction",
            Self::WrongAnswer => "wrong_answer",
            Self::TimedOut => "timed_out",
            Self::Unavailable => "unavailable",
            Self::LighterThanClaimed => "lighter_than_claimed",
            Self::Flooding => "flooding",
        }
    }
}

impl fmt::Display for Offence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
