//! Keys of tables.

use crate::BlockRef;
use alloy_primitives::{Address, B256, U256};
use hanzo_state::NodePath;

/// Name of the row of [`crate::Table::Meta`] with the schema version.
pub(crate) const SCHEMA_VERSION: &[u8] = b"schema_version";
/// Name of the row with chain id and genesis hash.
pub(crate) const IDENTITY: &[u8] = b"identity";
/// Name of the row with the block whose state is on disk.
pub(crate) const STATE_TIP: &[u8] = b"state_tip";
/// Name of the row with the number of the oldest block whose state can be read.
pub(crate) const OLDEST_STATE: &[u8] = b"oldest_state";
/// Name of the row with the number of the oldest block whose receipts are kept.
pub(crate) const OLDEST_RECEIPTS: &[u8] = b"oldest_receipts";
/// Name of the row with the arrival number of the next block.
pub(crate) const NEXT_ARRIVAL: &[u8] = b"next_arrival";

const NUMBER_BYTES: usize = size_of::<u64>();
const BLOCK_KEY_BYTES: usize = NUMBER_BYTES + B256::len_bytes();
const SLOT_KEY_BYTES: usize = Address::len_bytes() + B256::len_bytes();
const ACCOUNT_HISTORY_BYTES: usize = Address::len_bytes() + NUMBER_BYTES;
const STORAGE_HISTORY_BYTES: usize = SLOT_KEY_BYTES + NUMBER_BYTES;

/// Key of a block in the block tables: number, big-endian so that keys sort by it, and hash. Also
/// the value that names the state tip.
pub(crate) fn block(block: BlockRef) -> [u8; BLOCK_KEY_BYTES] {
    concat(&block.number.to_be_bytes(), block.hash.as_slice())
}

/// Reads a key of a block table.
pub(crate) fn decode_block(key: &[u8]) -> Option<BlockRef> {
    let (number, hash) = key.split_at_checked(NUMBER_BYTES)?;
    Some(BlockRef { number: decode_number(number)?, hash: B256::try_from(hash).ok()? })
}

/// Key of a storage slot.
pub(crate) fn slot(address: Address, slot: U256) -> [u8; SLOT_KEY_BYTES] {
    concat(address.as_slice(), &slot.to_be_bytes::<32>())
}

/// Reads a key of the storage table.
pub(crate) fn decode_slot(key: &[u8]) -> Option<(Address, U256)> {
    let (address, slot) = key.split_at_checked(Address::len_bytes())?;
    let slot: [u8; 32] = slot.try_into().ok()?;
    Some((Address::try_from(address).ok()?, U256::from_be_bytes(slot)))
}

/// Key of what an account was before block `number`.
pub(crate) fn account_history(address: Address, number: u64) -> [u8; ACCOUNT_HISTORY_BYTES] {
    concat(address.as_slice(), &number.to_be_bytes())
}

/// Key of what a slot was before block `number`.
pub(crate) fn storage_history(
    address: Address,
    slot: U256,
    number: u64,
) -> [u8; STORAGE_HISTORY_BYTES] {
    concat(&self::slot(address, slot), &number.to_be_bytes())
}

/// Reads a key of the account history.
pub(crate) fn decode_account_history(key: &[u8]) -> Option<(Address, u64)> {
    let (address, number) = key.split_at_checked(Address::len_bytes())?;
    Some((Address::try_from(address).ok()?, decode_number(number)?))
}

/// Reads a key of the storage history.
pub(crate) fn decode_storage_history(key: &[u8]) -> Option<(Address, U256, u64)> {
    let (slot, number) = key.split_at_checked(SLOT_KEY_BYTES)?;
    let (address, slot) = decode_slot(slot)?;
    Some((address, slot, decode_number(number)?))
}

/// Reads a key that is the number of a block.
pub(crate) fn decode_number(key: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(key.try_into().ok()?))
}

/// Key of a node of the account trie.
pub(crate) fn account_node(path: &NodePath) -> Vec<u8> {
    path.to_vec()
}

/// Key of a node of the storage trie of the account with this hashed address.
pub(crate) fn storage_node(account: B256, path: &NodePath) -> Vec<u8> {
    let mut key = Vec::with_capacity(account.len() + path.len());
    key.extend_from_slice(account.as_slice());
    key.extend(path.iter());
    key
}

fn concat<const N: usize>(first: &[u8], second: &[u8]) -> [u8; N] {
    let mut key = [0; N];
    for (to, from) in key.iter_mut().zip(first.iter().chain(second)) {
        *to = *from;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::hex;

    #[test]
    fn block_key_is_number_then_hash() {
        let key = block(BlockRef { number: 0x0102, hash: B256::repeat_byte(0xab) });
        let expected = hex!(
            "0000000000000102" "abababababababababababababababababababababababababababababababab"
        );
        assert_eq!(key, expected);
        assert_eq!(
            decode_block(&key),
            Some(BlockRef { number: 0x0102, hash: B256::repeat_byte(0xab) })
        );
    }

    #[test]
    fn block_keys_sort_by_number() {
        let low = block(BlockRef { number: 255, hash: B256::repeat_byte(0xff) });
        let high = block(BlockRef { number: 256, hash: B256::ZERO });
        assert!(low < high);
    }

    #[test]
    fn slot_key_is_address_then_slot() {
        let key = slot(Address::repeat_byte(0x11), U256::from(7));
        let expected = hex!(
            "1111111111111111111111111111111111111111"
            "0000000000000000000000000000000000000000000000000000000000000007"
        );
        assert_eq!(key, expected);
        assert_eq!(decode_slot(&key), Some((Address::repeat_byte(0x11), U256::from(7))));
    }

    #[test]
    fn history_keys_end_in_the_number_so_that_a_seek_finds_the_next_change() {
        let account = account_history(Address::repeat_byte(0x11), 0x0102);
        assert_eq!(account, hex!("1111111111111111111111111111111111111111" "0000000000000102"));
        let changed = (Address::repeat_byte(0x11), 0x0102);
        assert_eq!(decode_account_history(&account), Some(changed));
        let slot = storage_history(Address::repeat_byte(0x11), U256::from(7), 3);
        let expected = hex!(
            "1111111111111111111111111111111111111111"
            "0000000000000000000000000000000000000000000000000000000000000007"
            "0000000000000003"
        );
        assert_eq!(slot, expected);
        let changed = (Address::repeat_byte(0x11), U256::from(7), 3);
        assert_eq!(decode_storage_history(&slot), Some(changed));
    }

    #[test]
    fn node_keys_are_one_byte_per_nibble() {
        let path = NodePath::from_nibbles([0, 0xf, 3]);
        assert_eq!(account_node(&path), [0, 0xf, 3]);
        let key = storage_node(B256::repeat_byte(0x22), &path);
        assert_eq!(key[..32], [0x22; 32]);
        assert_eq!(key[32..], [0, 0xf, 3]);
    }

    #[test]
    fn keys_of_a_wrong_length_are_refused() {
        assert_eq!(decode_block(&[0; 39]), None);
        assert_eq!(decode_block(&[0; 41]), None);
        assert_eq!(decode_block(&[]), None);
        assert_eq!(decode_slot(&[0; 51]), None);
        assert_eq!(decode_slot(&[0; 3]), None);
        assert_eq!(decode_account_history(&[0; 27]), None);
        assert_eq!(decode_account_history(&[0; 19]), None);
        assert_eq!(decode_storage_history(&[0; 61]), None);
        assert_eq!(decode_storage_history(&[0; 51]), None);
        assert_eq!(decode_number(&[0; 9]), None);
    }
}
