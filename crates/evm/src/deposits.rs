//! Deposits that a block's logs announce. Source: EIP-6110.

use crate::ExecutionError;
use alloy_primitives::{Address, B256, Bytes, Log, U256, b256};
use hanzo_types::Receipt;

/// First byte of a deposit request. Source: EIP-6110.
pub(crate) const DEPOSIT_REQUEST_TYPE: u8 = 0;

/// `keccak256("DepositEvent(bytes,bytes,bytes,bytes,bytes)")`.
const DEPOSIT_EVENT: B256 =
    b256!("0x649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5");

/// Offset and length, in bytes, of the five fields in the event's data: public key, withdrawal
/// credentials, amount, signature, index. Each is a length word followed by padded bytes.
const FIELDS: [(usize, usize); 5] = [(160, 48), (256, 32), (320, 8), (384, 96), (512, 8)];

/// Bytes of the event's data.
const EVENT_BYTES: usize = 576;

/// Bytes of an ABI word.
const WORD: usize = 32;

/// The deposits in the logs of `contract`, in order: their fields without lengths and padding.
///
/// # Errors
/// [`ExecutionError::Requests`] if the contract logged a deposit in another layout.
pub(crate) fn deposits(receipts: &[Receipt], contract: Address) -> Result<Bytes, ExecutionError> {
    let mut out = Vec::new();
    let announces =
        |log: &&Log| log.address == contract && log.topics().first() == Some(&DEPOSIT_EVENT);
    for log in receipts.iter().flat_map(Receipt::logs).filter(announces) {
        append(&log.data.data, &mut out).ok_or_else(|| {
            let reason = "the deposit contract logged a deposit in another layout than EIP-6110's";
            ExecutionError::Requests(reason.to_owned())
        })?;
    }
    Ok(out.into())
}

/// Appends the fields of one event; `None` if its layout is another.
fn append(data: &[u8], out: &mut Vec<u8>) -> Option<()> {
    if data.len() != EVENT_BYTES {
        return None;
    }
    for (index, (offset, length)) in FIELDS.into_iter().enumerate() {
        let head = word(data, index.checked_mul(WORD)?)?;
        let content = offset.checked_add(WORD)?;
        if head != U256::from(offset) || word(data, offset)? != U256::from(length) {
            return None;
        }
        out.extend_from_slice(data.get(content..content.checked_add(length)?)?);
    }
    Some(())
}

fn word(data: &[u8], offset: usize) -> Option<U256> {
    data.get(offset..offset.checked_add(WORD)?).map(U256::from_be_slice)
}
