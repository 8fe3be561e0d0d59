//! Whose fault an error is, so that the reaction to it is a type and not a guess.

/// Whose fault an error is.
///
/// Every error of a library crate that judges foreign data answers with one of these. Only
/// [`Fault::Peer`] may lower a peer's score; [`Fault::Transient`] is retried and never remembered
/// as invalid; [`Fault::Local`] says that this machine failed (disk, database, a bug).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The sender of the data broke a rule it could have checked itself.
    Peer,
    /// This node failed: disk, database, configuration or a defect.
    Local,
    /// Nobody's fault, and it may pass: a clock ahead of ours, a full queue, an unknown parent.
    Transient,
}
