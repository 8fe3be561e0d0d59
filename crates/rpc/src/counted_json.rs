//! Answers as JSON that is counted while it is written.

use crate::{
    answer_bytes::AnswerBytes,
    rpc_error::{Limit, OrInternal as _, RpcError},
};
use serde::Serialize;
use serde_json::value::RawValue;
use std::io;

/// Bytes that are written before they are counted: a lock per number would cost more than the
/// number. Every slot of a lane has at most this much uncounted.
const COUNTED_AT_ONCE: usize = 64 << 10;

/// The value as JSON, counted while it grows. One that there is no room for is not written to its
/// end.
///
/// # Errors
/// [`Limit::AnswerBytes`].
pub(crate) fn counted_json<T: Serialize>(
    value: &T,
    answer: &AnswerBytes,
) -> Result<Box<RawValue>, RpcError> {
    let mut writer = CountedWriter { json: Vec::new(), uncounted: 0, answer, refused: None };
    let written = serde_json::to_writer(&mut writer, value);
    if let Some(limit) = writer.refused {
        return Err(limit.into());
    }
    written.or_internal()?;
    answer.add(wide(writer.uncounted))?;
    RawValue::from_string(String::from_utf8(writer.json).or_internal()?).or_internal()
}

struct CountedWriter<'a> {
    json: Vec<u8>,
    uncounted: usize,
    answer: &'a AnswerBytes,
    refused: Option<Limit>,
}

impl io::Write for CountedWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.json.extend_from_slice(bytes);
        self.uncounted += bytes.len();
        if self.uncounted < COUNTED_AT_ONCE {
            return Ok(());
        }
        let counted = self.answer.add(wide(std::mem::take(&mut self.uncounted)));
        counted.map_err(|limit| io::Error::other(self.refused.insert(limit).to_string()))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn wide(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory_budget::{MemoryBudget, OWN_BYTES};
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Ten thousand texts of a KiB; counts those that were written.
    struct Texts<'a>(&'a AtomicUsize);

    impl Serialize for Texts<'_> {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq((0..10_000).map(|_| {
                self.0.fetch_add(1, Ordering::Relaxed);
                "x".repeat(1022)
            }))
        }
    }

    #[test]
    fn an_answer_without_room_is_not_written_to_its_end() {
        let written = AtomicUsize::new(0);
        let answer = MemoryBudget::for_answers(1 << 20).connection().answer();
        let refused = counted_json(&Texts(&written), &answer).unwrap_err();
        assert!(
            matches!(refused, RpcError::Limit(Limit::AnswerBytes { limit: 0x10_0000, .. })),
            "{refused}"
        );
        let bytes = written.into_inner() * 1024;
        let counted = (1 << 20) + usize::try_from(OWN_BYTES).unwrap();
        assert!(bytes <= counted + COUNTED_AT_ONCE + 2048, "{bytes}");
    }

    #[test]
    fn an_answer_is_counted_to_the_byte() {
        let text = "x".repeat(1022);
        let answer = MemoryBudget::for_answers(0).connection().answer();
        for _ in 0..OWN_BYTES / 1024 {
            assert_eq!(counted_json(&text, &answer).unwrap().get().len(), 1024);
        }
        assert!(counted_json(&1, &answer).is_err());
    }
}
