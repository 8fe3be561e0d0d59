//! Which transaction signatures a block may contain.

/// Which of the two signatures that every signature can be turned into a block may contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureRule {
    /// Both: before Homestead.
    AnyS,
    /// Only the one whose `s` is in the lower half. Source: EIP-2.
    LowS,
}
