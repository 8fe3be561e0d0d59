//! What kind of work a header says it is sealed by.

/// Longest extra data of a header, in bytes. Source: Yellow Paper §4.4.4.
pub const MAX_EXTRA_DATA_BYTES: usize = 32;

/// First byte of extra data of full length that says that the work is a job.
const JOB: u8 = 0x01;

/// What kind of work a header says it is sealed by. Source: proof-of-compute §3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SealKind {
    /// Matrices that follow from the seal hash.
    Synthetic,
    /// Matrices of a job, to which the other 31 bytes commit. No chain has it yet (decision D-03).
    Job,
}

impl SealKind {
    /// The kind by the extra data of a header; `None` if that is longer than any header may have.
    #[must_use]
    pub fn of(extra_data: &[u8]) -> Option<Self> {
        if extra_data.len() > MAX_EXTRA_DATA_BYTES {
            return None;
        }
        let is_job = extra_data.len() == MAX_EXTRA_DATA_BYTES && extra_data.first() == Some(&JOB);
        Some(if is_job { Self::Job } else { Self::Synthetic })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_full_extra_data_that_begins_with_one_means_a_job() {
        let begins = |first: u8, length: usize| {
            let mut extra = vec![7; length];
            extra.iter_mut().take(1).for_each(|byte| *byte = first);
            SealKind::of(&extra)
        };
        assert_eq!(begins(1, 32), Some(SealKind::Job));
        for (first, length) in [(0, 0), (1, 1), (1, 31), (0, 32), (2, 32)] {
            assert_eq!(begins(first, length), Some(SealKind::Synthetic));
        }
        assert_eq!(begins(1, 33), None);
    }
}
