//! What the stream of a connection and its requests tell each other.

use crate::{request_window::RequestWindow, unsent_answers::UnsentAnswers};

/// What the stream of a connection and its requests tell each other, in both directions. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct ConnectionFlow {
    pub(crate) requests: RequestWindow,
    pub(crate) answers: UnsentAnswers,
}
