//! Why a seal is not taken.

use crate::Pause;
use alloy_primitives::{B256, U256};
use hanzo_chain::ImportError;
use hanzo_types::Fault;
use thiserror::Error;

/// Why a seal is not taken.
#[derive(Debug, Error)]
pub enum SubmitReject {
    /// Its template builds on a block that is not the head any more.
    #[error("stale: the template builds on {parent}, the head is {head}")]
    Stale {
        /// Parent of the template.
        parent: B256,
        /// The head.
        head: B256,
    },
    /// No such template, or it is too old to be remembered.
    #[error("unknown template {template}")]
    UnknownTemplate {
        /// What was named: a template, or a seal hash.
        template: String,
    },
    /// The ticket does not win.
    #[error("above target: the lottery number is {pow:#066x}, the target {target:#066x}")]
    AboveTarget {
        /// The number drawn.
        pow: U256,
        /// The largest that wins.
        target: U256,
    },
    /// The tile is another one.
    #[error("mix mismatch: claimed {claimed}, computed {computed}")]
    MixMismatch {
        /// What was claimed.
        claimed: B256,
        /// What the tile gives.
        computed: B256,
    },
    /// The same seal has been taken before.
    #[error("duplicate: block {block} has this seal")]
    Duplicate {
        /// The block that it sealed.
        block: B256,
    },
    /// Nothing is mined at the moment.
    #[error(transparent)]
    Paused(Pause),
    /// The chain did not take the block.
    #[error("{0}")]
    Import(#[from] ImportError),
}

impl SubmitReject {
    /// The names of all variants.
    pub(crate) const NAMES: [&'static str; 8] = [
        "stale",
        "unknown_template",
        "above_target",
        "mix_mismatch",
        "duplicate",
        "syncing",
        "ahead_of_clock",
        "not_imported",
    ];

    /// Name of the variant, as miners and metrics know it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Stale { .. } => "stale",
            Self::UnknownTemplate { .. } => "unknown_template",
            Self::AboveTarget { .. } => "above_target",
            Self::MixMismatch { .. } => "mix_mismatch",
            Self::Duplicate { .. } => "duplicate",
            Self::Paused(pause) => pause.name(),
            Self::Import(_) => "not_imported",
        }
    }

    /// Whose fault this is.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            // Somebody else was faster.
            Self::Stale { .. } | Self::Duplicate { .. } | Self::Paused(_) => Fault::Transient,
            Self::UnknownTemplate { .. } | Self::AboveTarget { .. } | Self::MixMismatch { .. } => {
                Fault::Peer
            }
            Self::Import(error) => error.fault(),
        }
    }
}
