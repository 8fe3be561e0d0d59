//! A row taken apart and put together again.

use crate::{StoreError, Table, database::damaged, history, key, touched::Touched, value};
use alloy_primitives::{Address, B256};
use hanzo_types::{Header, Receipt};

/// Key and value of a row.
pub type RowBytes = (Vec<u8>, Vec<u8>);

/// Decodes a row of `table`, and encodes what it says. Where that gives other bytes, the row was not
/// written by this version. Code and nodes of tries have no form of their own, and peers are read by the
/// network: their values come back as they are.
///
/// # Errors
/// [`StoreError::Damaged`] if the key or the value does not decode.
pub fn reencode_row(table: Table, key: &[u8], value: &[u8]) -> Result<RowBytes, StoreError> {
    let row = reencoded_key(table, key).and_then(|key_again| {
        let value_again = reencoded_value(table, key, value)?;
        Ok((key_again, value_again))
    });
    row.map_err(|reason| damaged(table, key, reason))
}

fn reencoded_key(table: Table, key: &[u8]) -> Result<Vec<u8>, value::Reason> {
    let again = match table {
        Table::Meta | Table::AccountTrie | Table::StorageTrie | Table::Peers => Some(key.to_vec()),
        Table::BlockNumbers | Table::Transactions | Table::Code => {
            B256::try_from(key).ok().map(|hash| hash.to_vec())
        }
        Table::Headers | Table::Bodies | Table::Weights | Table::Receipts => {
            key::decode_block(key).map(|block| key::block(block).to_vec())
        }
        Table::Canonical | Table::Touched => {
            key::decode_number(key).map(|number| number.to_be_bytes().to_vec())
        }
        Table::Accounts => Address::try_from(key).ok().map(|address| address.to_vec()),
        Table::Storage => {
            key::decode_slot(key).map(|(address, slot)| key::slot(address, slot).to_vec())
        }
        Table::AccountHistory => key::decode_account_history(key)
            .map(|(address, number)| key::account_history(address, number).to_vec()),
        Table::StorageHistory => key::decode_storage_history(key)
            .map(|(address, slot, number)| key::storage_history(address, slot, number).to_vec()),
    };
    again.ok_or_else(|| format!("{} bytes are no key of this table", key.len()))
}

fn reencoded_value(table: Table, key: &[u8], value: &[u8]) -> Result<Vec<u8>, value::Reason> {
    Ok(match table {
        Table::Meta => return reencoded_meta(key, value),
        Table::BlockNumbers => value::decode_u64(value)?.to_be_bytes().to_vec(),
        Table::Headers => value::encode_rlp(&value::decode_rlp::<Header>(value)?),
        Table::Bodies => {
            let (body, senders) = value::decode_body(value)?;
            value::encode_body(&body, &senders)
        }
        Table::Weights => value::encode_weight(value::decode_weight(value)?),
        Table::Receipts => value::encode_receipts(&value::decode_rlp::<Vec<Receipt>>(value)?),
        Table::Canonical => value::decode_hash(value)?.to_vec(),
        Table::Transactions => value::encode_position(value::decode_position(value)?),
        Table::Accounts => value::encode_account(&value::decode_account(value)?),
        Table::Storage => value::encode_slot(value::decode_slot(value)?),
        Table::AccountHistory => history::decode_account(value)?
            .map_or_else(Vec::new, |account| value::encode_account(&account)),
        Table::StorageHistory => value::encode_slot(history::decode_slot(value)?),
        Table::Touched => Touched::decode(value)?.encode(),
        Table::Code | Table::AccountTrie | Table::StorageTrie | Table::Peers => value.to_vec(),
    })
}

fn reencoded_meta(key: &[u8], value: &[u8]) -> Result<Vec<u8>, value::Reason> {
    Ok(match key {
        key::SCHEMA_VERSION => value::decode_u32(value)?.to_be_bytes().to_vec(),
        key::IDENTITY => value::encode_identity(&value::decode_identity(value)?),
        key::STATE_TIP => {
            let tip = key::decode_block(value).ok_or("not a number and a hash")?;
            key::block(tip).to_vec()
        }
        key::OLDEST_STATE | key::OLDEST_RECEIPTS | key::NEXT_ARRIVAL => {
            value::decode_u64(value)?.to_be_bytes().to_vec()
        }
        _ => return Err("no row has this name".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::U256;

    #[test]
    fn a_row_comes_back_as_it_was_written_and_damage_is_named() {
        let key = key::storage_history(Address::repeat_byte(1), U256::from(2), 3);
        let row = reencode_row(Table::StorageHistory, &key, &[7]).unwrap();
        assert_eq!(row, (key.to_vec(), vec![7]));
        let error = reencode_row(Table::StorageHistory, &key, &[0, 7]).unwrap_err();
        assert!(error.to_string().contains("leading zero"), "{error}");
        let error = reencode_row(Table::StorageHistory, &key[1..], &[7]).unwrap_err();
        assert!(error.to_string().contains("59 bytes are no key"), "{error}");
        let error = reencode_row(Table::Meta, b"no_such_row", &[]).unwrap_err();
        assert!(error.to_string().contains("no row has this name"), "{error}");
    }
}
