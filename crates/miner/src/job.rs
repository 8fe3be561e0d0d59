//! Work as a miner takes it.

use alloy_primitives::{Address, B256, Bytes, U64, U256};
use hanzo_poc::{MIN_DIFFICULTY, Target, Work};
use hanzo_types::{Header, seal_hash};
use serde::Deserialize;
use serde_json::Value;
use std::ops::Range;
use thiserror::Error;

/// The only kind of work there is.
const SYNTHETIC: &str = "synthetic";

/// Work of a node, checked: what it says of itself fits together.
#[derive(Debug, Clone)]
pub struct Job {
    /// Name of the template on the node.
    pub template_id: U64,
    /// The header; the seal goes into it.
    pub header: Header,
    /// What is searched.
    pub work: Work,
    /// The largest lottery number that wins.
    pub target: Target,
    /// The largest lottery number of a work share.
    pub share_target: Target,
    /// The rows that are this miner's.
    pub rows: Range<u32>,
}

/// Work that makes no sense.
#[derive(Debug, Error)]
pub enum JobError {
    /// A field is missing, or of another form.
    #[error("work of a form that this miner does not know: {0}")]
    Form(String),
    /// Another kind of work.
    #[error("work of the kind {found:?}, this miner knows {SYNTHETIC:?}")]
    Kind {
        /// The kind.
        found: String,
    },
    /// A field is not what follows from the others.
    #[error("work whose `{field}` is {found}, the rest of it gives {expected}")]
    Mismatch {
        /// The field.
        field: &'static str,
        /// What the others give.
        expected: String,
        /// What was said.
        found: String,
    },
    /// The rows are not 32-bit numbers.
    #[error("work with {count} rows from {start} on: they end with row 4294967295")]
    Rows {
        /// First row.
        start: u64,
        /// How many.
        count: u64,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    template_id: U64,
    kind: String,
    coinbase: Address,
    seal_hash: B256,
    sigma: B256,
    target: B256,
    share_difficulty: U256,
    share_target: B256,
    row_start: Option<U64>,
    row_count: Option<U64>,
    header: Bytes,
}

impl Job {
    /// Reads work as `poc_getWork` and `poc_subscribe` give it. `coinbase` is who must be paid, if the
    /// miner has named somebody.
    ///
    /// # Errors
    /// [`JobError`].
    pub fn read(work: &Value, coinbase: Option<Address>) -> Result<Self, JobError> {
        let message =
            Message::deserialize(work).map_err(|error| JobError::Form(error.to_string()))?;
        if message.kind != SYNTHETIC {
            return Err(JobError::Kind { found: message.kind });
        }
        let header: Header = alloy_rlp::decode_exact(&message.header)
            .map_err(|error| JobError::Form(format!("header: {error}")))?;
        let hash = seal_hash(&header).0;
        let work = Work::new(hash);
        let target = Target::from_difficulty(header.difficulty);
        // The header does not say how hard a share is: the contract's storage does.
        // It never says less than this, which bounds how many shares there can be.
        let share_difficulty = message.share_difficulty.max(U256::from(MIN_DIFFICULTY));
        let share_target = Target::from_difficulty(share_difficulty);
        expect("shareTarget", &B256::from(share_target.as_u256()), &message.share_target)?;
        expect("sealHash", &hash, &message.seal_hash)?;
        expect("sigma", &B256::from(*work.sigma()), &message.sigma)?;
        expect("target", &B256::from(target.as_u256()), &message.target)?;
        expect("coinbase", &header.beneficiary, &message.coinbase)?;
        if let Some(coinbase) = coinbase {
            expect("coinbase", &coinbase, &header.beneficiary)?;
        }
        let rows = rows(message.row_start, message.row_count)?;
        Ok(Self { template_id: message.template_id, header, work, target, share_target, rows })
    }

    /// The target of a block or that of a share, whichever more seals meet.
    #[must_use]
    pub fn easiest_target(&self) -> Target {
        if self.share_target.as_u256() > self.target.as_u256() {
            self.share_target
        } else {
            self.target
        }
    }

    /// Multiply-accumulates that the seal is worth.
    #[must_use]
    pub const fn difficulty(&self) -> U256 {
        self.header.difficulty
    }
}

fn expect<T: PartialEq + ToString>(
    field: &'static str,
    expected: &T,
    found: &T,
) -> Result<(), JobError> {
    if expected == found {
        return Ok(());
    }
    Err(JobError::Mismatch { field, expected: expected.to_string(), found: found.to_string() })
}

/// Without a lease any row will do; the last half is where nobody else begins.
fn rows(start: Option<U64>, count: Option<U64>) -> Result<Range<u32>, JobError> {
    let (Some(start), Some(count)) = (start, count) else { return Ok(u32::MAX / 2..u32::MAX) };
    let (start, count) = (start.to::<u64>(), count.to::<u64>());
    let end = start.checked_add(count).and_then(|end| u32::try_from(end).ok());
    match (u32::try_from(start), end) {
        (Ok(first), Some(end)) if first < end => Ok(first..end),
        _ => Err(JobError::Rows { start, count }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn header() -> Header {
        Header {
            number: 7,
            difficulty: U256::from(1_u64 << 30),
            beneficiary: Address::repeat_byte(0xcb),
            ..Default::default()
        }
    }

    fn share_target(difficulty: u64) -> Target {
        Target::from_difficulty(U256::from(difficulty))
    }

    fn message(header: &Header) -> Value {
        let hash = seal_hash(header).0;
        json!({
            "templateId": "0x5",
            "kind": "synthetic",
            "number": "0x7",
            "coinbase": header.beneficiary,
            "sealHash": hash,
            "sigma": B256::from(*Work::new(hash).sigma()),
            "target": B256::from(Target::from_difficulty(header.difficulty).as_u256()),
            "shareDifficulty": "0x4000000",
            "shareTarget": B256::from(share_target(1 << 26).as_u256()),
            "rowStart": "0x1000",
            "rowCount": "0x1000",
            "header": Bytes::from(alloy_rlp::encode(header)),
            "expiresAt": "0x0",
        })
    }

    #[test]
    fn work_that_fits_together_is_taken() {
        let header = header();
        let job = Job::read(&message(&header), Some(header.beneficiary)).unwrap();
        assert_eq!(job.easiest_target(), share_target(1 << 26));
        assert_eq!((job.header, job.rows), (header, 4_096..8_192));
    }

    #[test]
    fn each_field_that_does_not_fit_is_named() {
        let good = message(&header());
        let other = json!(B256::repeat_byte(9));
        for field in ["sealHash", "sigma", "target", "shareTarget"] {
            let mut bad = good.clone();
            bad[field] = other.clone();
            let text = Job::read(&bad, None).unwrap_err().to_string();
            assert!(text.contains(&format!("`{field}`")), "{text}");
        }
        let mut bad = good.clone();
        bad["coinbase"] = json!(Address::repeat_byte(1));
        assert!(Job::read(&bad, None).unwrap_err().to_string().contains("`coinbase`"));
        let text = Job::read(&good, Some(Address::repeat_byte(2))).unwrap_err().to_string();
        assert!(text.contains("`coinbase`"), "paid to somebody else: {text}");
        let mut bad = good.clone();
        bad["shareDifficulty"] = json!("0x1");
        bad["shareTarget"] = json!(B256::repeat_byte(0xff));
        assert!(Job::read(&bad, None).unwrap_err().to_string().contains("`shareTarget`"));
        let mut bad = good.clone();
        bad["kind"] = json!("job");
        assert!(matches!(Job::read(&bad, None), Err(JobError::Kind { .. })));
        let mut bad = good;
        bad["header"] = json!("0xc0");
        assert!(Job::read(&bad, None).unwrap_err().to_string().contains("header"));
        assert!(matches!(Job::read(&json!({}), None), Err(JobError::Form(_))));
    }

    #[test]
    fn rows_beyond_the_square_are_refused_and_none_means_anywhere() {
        let mut work = message(&header());
        for (start, count) in [("0xffffffff", "0x1"), ("0x100000000", "0x1"), ("0x5", "0x0")] {
            work["rowStart"] = json!(start);
            work["rowCount"] = json!(count);
            assert!(
                matches!(Job::read(&work, None), Err(JobError::Rows { .. })),
                "{start} {count}"
            );
        }
        work["rowStart"] = Value::Null;
        work["rowCount"] = Value::Null;
        assert_eq!(Job::read(&work, None).unwrap().rows, u32::MAX / 2..u32::MAX);
    }
}
