//! What becomes of a seal.

/// What becomes of a seal that a node was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealOutcome {
    /// Its block is the head.
    Head,
    /// Its block is valid, and another of the same height came first.
    Side,
    /// The chain had gone on.
    Stale,
    /// The node had taken it before.
    Duplicate,
    /// The node does not know the template.
    UnknownTemplate,
    /// It does not win.
    AboveTarget,
    /// The tile gives another mix.
    MixMismatch,
    /// The node is catching up with others.
    Syncing,
    /// Others would not take the block yet.
    AheadOfClock,
    /// The node could not import the block.
    NotImported,
    /// For a reason that this miner does not know.
    Other,
}

impl SealOutcome {
    /// All there are.
    pub const ALL: [Self; 11] = [
        Self::Head,
        Self::Side,
        Self::Stale,
        Self::Duplicate,
        Self::UnknownTemplate,
        Self::AboveTarget,
        Self::MixMismatch,
        Self::Syncing,
        Self::AheadOfClock,
        Self::NotImported,
        Self::Other,
    ];

    /// Its name in metrics; for seals that are not taken, the node's name for why.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Side => "side",
            Self::Stale => "stale",
            Self::Duplicate => "duplicate",
            Self::UnknownTemplate => "unknown_template",
            Self::AboveTarget => "above_target",
            Self::MixMismatch => "mix_mismatch",
            Self::Syncing => "syncing",
            Self::AheadOfClock => "ahead_of_clock",
            Self::NotImported => "not_imported",
            Self::Other => "other",
        }
    }

    /// The outcome of a seal that was not taken, by the node's name for why.
    #[must_use]
    pub fn of_reason(reason: &str) -> Self {
        let refused = |outcome: &Self| !matches!(outcome, Self::Head | Self::Side);
        let known = Self::ALL.into_iter().filter(refused);
        known.into_iter().find(|outcome| outcome.name() == reason).unwrap_or(Self::Other)
    }

    /// What it counts as for people.
    pub(crate) const fn kind(self) -> SealKind {
        match self {
            Self::Head | Self::Side => SealKind::Taken,
            Self::Stale | Self::Duplicate | Self::Syncing | Self::AheadOfClock => SealKind::Late,
            Self::UnknownTemplate
            | Self::AboveTarget
            | Self::MixMismatch
            | Self::NotImported
            | Self::Other => SealKind::Rejected,
        }
    }
}

/// What a seal counts as for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SealKind {
    Taken,
    Late,
    Rejected,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_has_the_name_that_the_node_gives_it_and_is_never_a_block() {
        for outcome in SealOutcome::ALL {
            let taken = outcome.kind() == SealKind::Taken;
            let expected = if taken { SealOutcome::Other } else { outcome };
            assert_eq!(SealOutcome::of_reason(outcome.name()), expected);
        }
        assert_eq!(SealOutcome::of_reason("moon phase"), SealOutcome::Other);
    }
}
