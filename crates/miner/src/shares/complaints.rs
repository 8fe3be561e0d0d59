//! What the user was told.

use super::chain::{ChainError, Objection};
use std::collections::BTreeSet;

/// Reasons that are told apart; a node with more words than that is repeated.
const MAX_REASONS: usize = 32;

/// Why shares or their pay wait, each reason told once, however many blocks it stays for and whatever
/// numbers are in it.
#[derive(Debug, Default)]
pub(super) struct Complaints(BTreeSet<String>);

impl Complaints {
    /// Whether the user does not know of this reason.
    pub(super) fn is_new(&mut self, error: &ChainError) -> bool {
        if self.0.len() >= MAX_REASONS {
            self.0.clear();
        }
        self.0.insert(kind(error))
    }

    /// Things go well again: whatever comes next is worth a word.
    pub(super) fn settle(&mut self) {
        self.0.clear();
    }
}

/// A name for all errors that say the same.
fn kind(error: &ChainError) -> String {
    let name = match error {
        ChainError::Refused(refusal) => return format!("refused {}", refusal.name()),
        ChainError::Objection { kind: Objection::Other, message } => return stem(message),
        ChainError::Objection { kind, .. } => return format!("{kind:?}"),
        ChainError::NotOperator { .. } => "not operator",
        ChainError::TooDear { .. } => "too dear",
        ChainError::Unfunded { .. } => "unfunded",
        ChainError::InTheWay { .. } => "in the way",
        ChainError::NoContract => "no contract",
        ChainError::NoAnswer(_) => "no answer",
        ChainError::Key(_) => "key",
    };
    name.to_owned()
}

/// The part of a message before its amounts and addresses.
fn stem(message: &str) -> String {
    message.chars().take_while(|c| !c.is_ascii_digit() && *c != ':').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(message: &str) -> ChainError {
        ChainError::Objection { kind: Objection::Other, message: message.to_owned() }
    }

    #[test]
    fn a_reason_is_told_once_whatever_its_amounts_are() {
        let mut complaints = Complaints::default();
        let dear = |needed| ChainError::TooDear { needed, ceiling: 1 };
        assert!(complaints.is_new(&dear(5)));
        assert!(!complaints.is_new(&dear(6)));
        assert!(complaints.is_new(&node("txpool is full: 5 of 5")));
        assert!(!complaints.is_new(&node("txpool is full: 6 of 6")));
        assert!(!complaints.is_new(&dear(7)), "reasons may alternate");
    }

    #[test]
    fn a_reason_is_told_again_after_a_success() {
        let mut complaints = Complaints::default();
        assert!(complaints.is_new(&node("no")));
        complaints.settle();
        assert!(complaints.is_new(&node("no")));
    }

    #[test]
    fn reasons_that_never_end_are_forgotten() {
        let mut complaints = Complaints::default();
        for reason in 0..100 {
            let words = "x".repeat(reason);
            complaints.is_new(&node(&words));
        }
        assert!(complaints.0.len() <= MAX_REASONS);
    }
}
