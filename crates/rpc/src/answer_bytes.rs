//! The bytes of one answer.

use crate::{
    memory_budget::{ConnectionBudget, Units},
    rpc_error::{Limit, RpcError},
};
use jsonrpsee::{
    Extensions, MethodResponse,
    types::{ErrorObjectOwned, Id},
};
use parking_lot::Mutex;
use std::sync::Arc;

/// Longest id that a refusal repeats: a refusal is not counted.
const LONGEST_ID_BYTES: usize = 1024;

/// The bytes of one answer, single or batch, counted while it is made, while it waits, and while it
/// is sent. They are given back when the last clone is dropped: whoever has bytes of the answer has
/// a clone.
///
/// It reaches the method through the extensions of the request. So a batch counts its entries as
/// they are made, and nothing has to be handed over from the making to the sending.
#[derive(Debug, Clone)]
pub(crate) struct AnswerBytes(Arc<Counted>);

#[derive(Debug)]
struct Counted {
    budget: ConnectionBudget,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    bytes: u64,
    units: Units,
    refused: Option<Limit>,
}

impl AnswerBytes {
    pub(crate) fn new(budget: ConnectionBudget) -> Self {
        Self(Arc::new(Counted { budget, held: Mutex::default() }))
    }

    /// Those of the answer to a request.
    ///
    /// # Errors
    /// [`RpcError::Internal`] if a transport forgot to count.
    pub(crate) fn of(request: &Extensions) -> Result<Self, RpcError> {
        request.get().cloned().ok_or_else(|| RpcError::internal("an answer that is not counted"))
    }

    /// Counts `bytes` more, which were made already.
    ///
    /// # Errors
    /// [`Limit::AnswerBytes`] if there is no room for them. [`Self::hold`] says so once more to
    /// whoever puts the answer together.
    pub(crate) fn add(&self, bytes: u64) -> Result<(), Limit> {
        let mut held = self.0.held.lock();
        let bytes = held.bytes.saturating_add(bytes);
        let resized = self.resize(&mut held, bytes);
        if let Err(limit) = &resized {
            held.refused = Some(limit.clone());
        }
        resized
    }

    /// Counts exactly `bytes`, the answer as far as it is.
    ///
    /// # Errors
    /// [`Limit::AnswerBytes`] if there is no room for them, or was none when they were made. Nothing
    /// is counted then: what was made has to be dropped.
    pub(crate) fn hold(&self, bytes: u64) -> Result<(), Limit> {
        let mut held = self.0.held.lock();
        let held_now = match held.refused.take() {
            Some(limit) => Err(limit),
            None => self.resize(&mut held, bytes),
        };
        if held_now.is_err() {
            held.bytes = 0;
            self.0.budget.release(&mut held.units);
        }
        held_now
    }

    /// The response to the request with this id if there is room for it, otherwise the refusal.
    pub(crate) fn admit<'a>(
        &self,
        response: MethodResponse,
        id: impl FnOnce() -> Id<'a>,
    ) -> MethodResponse {
        let bytes = u64::try_from(response.as_json().get().len()).unwrap_or(u64::MAX);
        match self.hold(bytes) {
            Ok(()) => response,
            // It was sent ahead of the first notification.
            Err(_) if response.is_subscription() => response,
            Err(limit) => {
                let id = id();
                let long = id.as_str().is_some_and(|id| id.len() > LONGEST_ID_BYTES);
                let id = if long { Id::Null } else { id };
                MethodResponse::error(id, ErrorObjectOwned::from(RpcError::from(limit)))
            }
        }
    }

    fn resize(&self, held: &mut Held, bytes: u64) -> Result<(), Limit> {
        self.0.budget.resize(&mut held.units, bytes)?;
        held.bytes = bytes;
        Ok(())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.budget.release(&mut self.held.get_mut().units);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory_budget::{MemoryBudget, OWN_BYTES};

    /// Room for one KiB of answers beside what each connection has of its own.
    fn narrow() -> MemoryBudget {
        MemoryBudget::for_answers(1024)
    }

    #[test]
    fn an_answer_takes_from_its_connection_first_and_from_the_common_budget_then() {
        let (budget, all) = (narrow(), OWN_BYTES + 1024);
        let (first, second) = (budget.connection().answer(), budget.connection().answer());
        first.add(all).unwrap();
        assert_eq!(first.add(1), Err(Limit::AnswerBytes { bytes: all + 1, limit: 1024 }));
        second.add(OWN_BYTES).unwrap();
        second.add(1).unwrap_err();
        drop(first);
        assert!(second.hold(all).is_err(), "it was refused before there was room");
        second.hold(all).unwrap();
    }

    #[test]
    fn answers_of_one_connection_share_what_is_its_own() {
        let connection = MemoryBudget::for_answers(0).connection();
        let (first, second) = (connection.answer(), connection.answer());
        first.add(OWN_BYTES / 2).unwrap();
        second.add(OWN_BYTES / 2).unwrap();
        first.add(1).unwrap_err();
        drop(second);
        first.hold(1).unwrap_err();
        first.hold(OWN_BYTES).unwrap();
    }

    #[test]
    fn what_is_held_no_longer_is_there_for_others_at_once() {
        let (budget, all) = (narrow(), OWN_BYTES + 1024);
        let (first, second) = (budget.connection().answer(), budget.connection().answer());
        first.add(all).unwrap();
        first.hold(OWN_BYTES).unwrap();
        second.add(all).unwrap();
    }

    #[test]
    fn a_refused_answer_holds_nothing() {
        let (budget, all) = (narrow(), OWN_BYTES + 1024);
        let (first, second) = (budget.connection().answer(), budget.connection().answer());
        first.add(all).unwrap();
        first.add(1).unwrap_err();
        first.hold(all).unwrap_err();
        second.add(all).unwrap();
    }

    #[test]
    fn a_refusal_repeats_the_id_of_its_request_unless_it_is_long() {
        let answer = MemoryBudget::for_answers(0).connection().answer();
        let long = "x".repeat(100 << 10);
        for (id, repeated) in [("7", true), (long.as_str(), false)] {
            let id = Id::Str(id.into());
            let response = MethodResponse::error(
                id.clone(),
                ErrorObjectOwned::owned(1, "x".repeat(100 << 10), None::<()>),
            );
            let refused = answer.admit(response, || id).into_json();
            assert!(refused.get().len() < 1024 && refused.get().contains("-32005"), "{refused}");
            assert_eq!(refused.get().contains(r#""id":"7""#), repeated, "{refused}");
        }
    }

    #[test]
    fn bytes_are_held_until_the_last_clone_is_gone() {
        let (budget, all) = (narrow(), OWN_BYTES + 1024);
        let (answer, other) = (budget.connection().answer(), budget.connection().answer());
        answer.add(all).unwrap();
        let clone = answer.clone();
        drop(answer);
        assert!(other.hold(all).is_err());
        drop(clone);
        other.hold(all).unwrap();
    }

    #[test]
    fn a_thousand_small_parts_take_no_more_than_their_sum() {
        let answer = MemoryBudget::for_answers(0).connection().answer();
        for _ in 0..OWN_BYTES / 10 {
            answer.add(10).unwrap();
        }
    }
}
