//! What a decoder said.

/// What a decoder said of its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The input was taken.
    Accepted,
    /// The input was refused, with an error of the decoder.
    Refused,
}

impl Verdict {
    pub(crate) const fn of<T, E>(result: &Result<T, E>) -> Self {
        match result {
            Ok(_) => Self::Accepted,
            Err(_) => Self::Refused,
        }
    }
}
