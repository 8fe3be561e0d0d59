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
pub fn deposits(receipts: &[Receipt], contract: Address) -> Result<Bytes, ExecutionError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The data of a deposit whose fields are filled with 1, 2, 3, 4 and 5.
    fn event() -> Vec<u8> {
        let mut data = vec![0; EVENT_BYTES];
        for (index, (offset, length)) in FIELDS.into_iter().enumerate() {
            let word = |value: usize| U256::from(value).to_be_bytes::<WORD>();
            data[index * WORD..(index + 1) * WORD].copy_from_slice(&word(offset));
            data[offset..offset + WORD].copy_from_slice(&word(length));
            data[offset + WORD..offset + WORD + length].fill(u8::try_from(index).unwrap() + 1);
        }
        data
    }

    #[test]
    fn a_deposit_is_its_five_fields_without_lengths_and_padding() {
        let mut out = Vec::new();
        append(&event(), &mut out).unwrap();
        let expected: Vec<u8> = [(1, 48), (2, 32), (3, 8), (4, 96), (5, 8)]
            .into_iter()
            .flat_map(|(byte, count)| vec![byte; count])
            .collect();
        assert_eq!(out, expected);
    }

    #[test]
    fn a_deposit_of_another_layout_is_none() {
        let mut out = Vec::new();
        assert_eq!(append(&event()[1..], &mut out), None);
        for offset in [31, 63, 160 + 31, 512 + 31] {
            let mut data = event();
            data[offset] ^= 1;
            assert_eq!(append(&data, &mut out), None, "{offset}");
        }
    }
}
