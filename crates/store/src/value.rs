//! Values of tables.
//!
//! Consensus objects are RLP, so that a stored header hashes to its key; the rest are small fixed
//! codecs. Every value has exactly one encoding, and decoding refuses all others.

use crate::ChainIdentity;
use alloy_primitives::{Address, B256, U256};
use alloy_rlp::{Decodable, Encodable};
use alloy_trie::KECCAK_EMPTY;
use hanzo_state::Account;
use hanzo_types::{BlockBody, Receipt, TotalDifficulty};

/// Why a value does not decode.
pub(crate) type Reason = String;

/// Set in the first byte of an account that has code.
const HAS_CODE: u8 = 0x80;

/// What [`crate::Table::Weights`] holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Weight {
    pub(crate) total_difficulty: TotalDifficulty,
    pub(crate) arrival: u64,
}

/// What [`crate::Table::Transactions`] holds. The block's hash follows from the canonical map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) number: u64,
    pub(crate) index: u64,
}

/// RLP of a consensus object.
pub(crate) fn encode_rlp(object: &impl Encodable) -> Vec<u8> {
    alloy_rlp::encode(object)
}

/// Decodes RLP that must be used up.
pub(crate) fn decode_rlp<T: Decodable>(value: &[u8]) -> Result<T, Reason> {
    let mut rest = value;
    let object = T::decode(&mut rest).map_err(|error| error.to_string())?;
    if rest.is_empty() { Ok(object) } else { Err(format!("{} surplus bytes", rest.len())) }
}

/// Receipts of a block.
pub(crate) fn encode_receipts(receipts: &[Receipt]) -> Vec<u8> {
    let mut value = Vec::new();
    alloy_rlp::encode_list(receipts, &mut value);
    value
}

/// Four bytes with the number of senders, the senders, the body.
pub(crate) fn encode_body(body: &BlockBody, senders: &[Address]) -> Vec<u8> {
    let count = u32::try_from(senders.len()).unwrap_or(u32::MAX);
    let mut value = Vec::with_capacity(4 + senders.len() * Address::len_bytes() + body.length());
    value.extend_from_slice(&count.to_be_bytes());
    for sender in senders {
        value.extend_from_slice(sender.as_slice());
    }
    body.encode(&mut value);
    value
}

/// Reads what [`encode_body`] wrote; there is one sender per transaction.
pub(crate) fn decode_body(value: &[u8]) -> Result<(BlockBody, Vec<Address>), Reason> {
    let (count, rest) = value.split_first_chunk::<4>().ok_or("shorter than 4 bytes")?;
    let count = usize::try_from(u32::from_be_bytes(*count)).map_err(|error| error.to_string())?;
    let (senders, body) = count
        .checked_mul(Address::len_bytes())
        .and_then(|bytes| rest.split_at_checked(bytes))
        .ok_or_else(|| format!("{} bytes cannot hold {count} senders", rest.len()))?;
    let senders: Vec<_> =
        senders.chunks_exact(Address::len_bytes()).map(Address::from_slice).collect();
    let body: BlockBody = decode_rlp(body)?;
    if body.transactions.len() == senders.len() {
        Ok((body, senders))
    } else {
        Err(format!("{count} senders of {} transactions", body.transactions.len()))
    }
}

/// Total difficulty, 32 bytes, and arrival, 8 bytes.
pub(crate) fn encode_weight(weight: Weight) -> Vec<u8> {
    [weight.total_difficulty.0.to_be_bytes::<32>().as_slice(), &weight.arrival.to_be_bytes()]
        .concat()
}

/// Reads what [`encode_weight`] wrote.
pub(crate) fn decode_weight(value: &[u8]) -> Result<Weight, Reason> {
    let (total_difficulty, arrival) =
        value.split_first_chunk::<32>().ok_or_else(|| wrong_length(value, 40))?;
    Ok(Weight {
        total_difficulty: TotalDifficulty(U256::from_be_bytes(*total_difficulty)),
        arrival: decode_u64(arrival)?,
    })
}

/// Number and index, 8 bytes each.
pub(crate) fn encode_position(position: Position) -> Vec<u8> {
    [position.number.to_be_bytes(), position.index.to_be_bytes()].concat()
}

/// Reads what [`encode_position`] wrote.
pub(crate) fn decode_position(value: &[u8]) -> Result<Position, Reason> {
    let (number, index) = value.split_first_chunk::<8>().ok_or_else(|| wrong_length(value, 16))?;
    Ok(Position { number: u64::from_be_bytes(*number), index: decode_u64(index)? })
}

/// Chain id, 8 bytes, and genesis hash, 32 bytes.
pub(crate) fn encode_identity(identity: &ChainIdentity) -> Vec<u8> {
    [identity.chain_id.to_be_bytes().as_slice(), identity.genesis_hash.as_slice()].concat()
}

/// Reads what [`encode_identity`] wrote.
pub(crate) fn decode_identity(value: &[u8]) -> Result<ChainIdentity, Reason> {
    let (chain_id, genesis_hash) =
        value.split_first_chunk::<8>().ok_or_else(|| wrong_length(value, 40))?;
    Ok(ChainIdentity {
        chain_id: u64::from_be_bytes(*chain_id),
        genesis_hash: decode_hash(genesis_hash)?,
    })
}

/// An account: length of the nonce (with [`HAS_CODE`]), length of the balance, nonce, balance,
/// code hash if there is code. Numbers are big-endian without leading zeros. A plain account with
/// a few coins takes 12 bytes instead of 72.
pub(crate) fn encode_account(account: &Account) -> Vec<u8> {
    let nonce = account.nonce.to_be_bytes();
    let nonce = trimmed(&nonce);
    let balance = account.balance.to_be_bytes::<32>();
    let balance = trimmed(&balance);
    let code_hash = if account.has_code() { account.code_hash.as_slice() } else { &[] };
    let flag = if account.has_code() { HAS_CODE } else { 0 };
    let lengths = [flag | length_byte(nonce), length_byte(balance)];
    [&lengths, nonce, balance, code_hash].concat()
}

/// Reads what [`encode_account`] wrote.
pub(crate) fn decode_account(value: &[u8]) -> Result<Account, Reason> {
    let (&[flagged, balance_bytes], rest) =
        value.split_first_chunk::<2>().ok_or("shorter than 2 bytes")?;
    let nonce_bytes = flagged & !HAS_CODE;
    let short = || format!("{} bytes are too few", value.len());
    let (nonce, rest) = rest.split_at_checked(usize::from(nonce_bytes)).ok_or_else(short)?;
    let (balance, rest) = rest.split_at_checked(usize::from(balance_bytes)).ok_or_else(short)?;
    let nonce = decode_number(nonce)?;
    let balance = decode_number(balance)?;
    let code_hash = if flagged & HAS_CODE == 0 {
        if !rest.is_empty() {
            return Err(format!("{} surplus bytes", rest.len()));
        }
        KECCAK_EMPTY
    } else {
        match decode_hash(rest)? {
            KECCAK_EMPTY => return Err("names the hash of no code".to_owned()),
            code_hash => code_hash,
        }
    };
    let nonce = u64::try_from(nonce).map_err(|_| format!("nonce {nonce} exceeds 64 bits"))?;
    Ok(Account { nonce, balance, code_hash })
}

/// A slot's value without leading zeros.
pub(crate) fn encode_slot(value: U256) -> Vec<u8> {
    trimmed(&value.to_be_bytes::<32>()).to_vec()
}

/// Reads what [`encode_slot`] wrote; zero is not stored.
pub(crate) fn decode_slot(value: &[u8]) -> Result<U256, Reason> {
    if value.is_empty() { Err("zero is not stored".to_owned()) } else { decode_number(value) }
}

/// A 32-byte hash.
pub(crate) fn decode_hash(value: &[u8]) -> Result<B256, Reason> {
    B256::try_from(value).map_err(|_| wrong_length(value, 32))
}

/// An 8-byte number.
pub(crate) fn decode_u64(value: &[u8]) -> Result<u64, Reason> {
    value.try_into().map(u64::from_be_bytes).map_err(|_| wrong_length(value, 8))
}

/// A 4-byte number.
pub(crate) fn decode_u32(value: &[u8]) -> Result<u32, Reason> {
    value.try_into().map(u32::from_be_bytes).map_err(|_| wrong_length(value, 4))
}

fn decode_number(bytes: &[u8]) -> Result<U256, Reason> {
    if bytes.first() == Some(&0) {
        return Err("number with a leading zero".to_owned());
    }
    U256::try_from_be_slice(bytes).ok_or_else(|| format!("number of {} bytes", bytes.len()))
}

fn trimmed(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

/// A length of at most 32 bytes.
fn length_byte(bytes: &[u8]) -> u8 {
    u8::try_from(bytes.len()).unwrap_or(u8::MAX)
}

fn wrong_length(value: &[u8], expected: usize) -> Reason {
    format!("{} bytes instead of {expected}", value.len())
}

#[cfg(test)]
mod tests;
