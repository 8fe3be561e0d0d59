//! The flags about reorganisations.

use crate::{
    config_file::ReorgSection,
    units::{ReorgDepth, parse_duration, parse_reorg_depth},
};
use clap::Args;
use hanzo_chain::ReorgLimits;
use std::time::Duration;

/// Which reorganisations are left to the operator.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reorganisations")]
pub(crate) struct ReorgArgs {
    /// A heavier chain that displaces more blocks than this, and older ones than --reorg.max-age, is
    /// not followed by a synced node: `admin_acceptReorg` follows it. At least 32, or `unlimited`
    /// [default: 128].
    #[arg(long = "reorg.max-depth", value_name = "BLOCKS", value_parser = parse_reorg_depth)]
    max_depth: Option<ReorgDepth>,
    /// How long ago the node may have seen a block that is displaced at any depth, e.g. 30m
    /// [default: 2h].
    #[arg(long = "reorg.max-age", value_name = "DURATION", value_parser = parse_duration)]
    max_age: Option<Duration>,
}

impl ReorgArgs {
    pub(crate) fn limits(self, file: &ReorgSection) -> ReorgLimits {
        let default = ReorgLimits::default();
        let depth = self.max_depth.or(file.max_depth);
        let age = self.max_age.or(file.max_age);
        ReorgLimits {
            max_depth: depth.map_or(default.max_depth, |ReorgDepth(blocks)| blocks),
            max_age_seconds: age.map_or(default.max_age_seconds, |age| age.as_secs()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_the_file_and_the_file_over_the_defaults() {
        let hours = |hours: u64| Some(Duration::from_secs(hours * 3_600));
        let file = ReorgSection { max_depth: Some(ReorgDepth(Some(64))), max_age: hours(3) };
        let none = || ReorgArgs { max_depth: None, max_age: None };
        assert_eq!(none().limits(&ReorgSection::default()), ReorgLimits::default());
        let written = ReorgLimits { max_depth: Some(64), max_age_seconds: 10_800 };
        assert_eq!(none().limits(&file), written);
        let flags = ReorgArgs { max_depth: Some(ReorgDepth(None)), max_age: hours(1) };
        let given = ReorgLimits { max_depth: None, max_age_seconds: 3_600 };
        assert_eq!(flags.limits(&file), given);
    }
}
