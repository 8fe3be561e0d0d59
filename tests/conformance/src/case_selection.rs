//! Which cases are wanted.

use std::path::Path;

/// Which cases are wanted; by default all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseSelection {
    /// Networks or forks by the name the fixtures use; empty for all.
    pub forks: Vec<String>,
    /// Text that must be in the path of the file or in the name of the case.
    pub filter: Option<String>,
}

impl CaseSelection {
    /// Whether a case of this network or fork is wanted.
    #[must_use]
    pub fn wants_fork(&self, fork: &str) -> bool {
        self.forks.is_empty() || self.forks.iter().any(|wanted| wanted.eq_ignore_ascii_case(fork))
    }

    /// Whether a case with this name is wanted.
    #[must_use]
    pub fn wants_case(&self, file: &Path, case: &str) -> bool {
        self.filter.as_ref().is_none_or(|text| {
            case.contains(text) || file.as_os_str().to_string_lossy().contains(text)
        })
    }

    /// Whether nothing is left out.
    #[must_use]
    pub const fn is_everything(&self) -> bool {
        self.forks.is_empty() && self.filter.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_selection_takes_everything() {
        let all = CaseSelection::default();
        assert!(all.wants_fork("Osaka") && all.wants_case(Path::new("a.json"), "case"));
    }

    #[test]
    fn a_fork_is_taken_by_its_whole_name() {
        let selection = CaseSelection { forks: vec!["london".to_owned()], filter: None };
        assert!(selection.wants_fork("London"));
        assert!(!selection.wants_fork("BerlinToLondonAt5"));
    }

    #[test]
    fn the_filter_looks_at_path_and_name() {
        let selection = CaseSelection { forks: Vec::new(), filter: Some("push0".to_owned()) };
        assert!(selection.wants_case(Path::new("eip3855_push0/a.json"), "case"));
        assert!(selection.wants_case(Path::new("a.json"), "test_push0[0]"));
        assert!(!selection.wants_case(Path::new("a.json"), "case"));
    }
}
