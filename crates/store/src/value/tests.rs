//! Golden bytes and round trips. The bytes are on disks: changing them needs a new schema version.

use super::*;
use alloy_consensus::{EthereumTxEnvelope, Signed, TxEip1559};
use alloy_primitives::{Signature, TxKind, hex};
use proptest::prelude::*;

fn account(nonce: u64, balance: U256, code_hash: B256) -> Account {
    Account { nonce, balance, code_hash }
}

fn body(transactions: usize) -> BlockBody {
    let transaction = TxEip1559 {
        chain_id: 31_337,
        nonce: 1,
        gas_limit: 21_000,
        max_fee_per_gas: 7,
        max_priority_fee_per_gas: 1,
        to: TxKind::Call(Address::repeat_byte(0x22)),
        value: U256::from(5),
        ..TxEip1559::default()
    };
    let signature = Signature::new(U256::from(3), U256::from(4), false);
    let signed = Signed::new_unhashed(transaction, signature);
    BlockBody {
        transactions: vec![EthereumTxEnvelope::Eip1559(signed); transactions],
        ommers: Vec::new(),
        withdrawals: Some(Vec::new().into()),
    }
}

#[test]
fn golden_account_without_code() {
    let value = encode_account(&account(1, U256::from(0x0102_0304_u64), KECCAK_EMPTY));
    assert_eq!(value, hex!("01 04 01 01020304"));
    let empty = encode_account(&Account::default());
    assert_eq!(empty, hex!("00 00"));
}

#[test]
fn golden_account_with_code() {
    let value = encode_account(&account(0x0100, U256::ZERO, B256::repeat_byte(0xcc)));
    let expected =
        hex!("82 00 0100 cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc");
    assert_eq!(value, expected);
}

#[test]
fn golden_slot() {
    assert_eq!(encode_slot(U256::from(0x0100)), hex!("0100"));
    assert_eq!(encode_slot(U256::MAX), [0xff; 32]);
}

#[test]
fn golden_weight() {
    let total_difficulty = TotalDifficulty(U256::from(0x0a0b));
    let value = encode_weight(Weight { total_difficulty, arrival: 9 });
    let expected =
        hex!("0000000000000000000000000000000000000000000000000000000000000a0b 0000000000000009");
    assert_eq!(value, expected);
}

#[test]
fn golden_position() {
    let value = encode_position(Position { number: 0x0203, index: 4 });
    assert_eq!(value, hex!("0000000000000203 0000000000000004"));
}

#[test]
fn golden_identity() {
    let identity = ChainIdentity { chain_id: 31_337, genesis_hash: B256::repeat_byte(0xdd) };
    let expected =
        hex!("0000000000007a69 dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd");
    assert_eq!(encode_identity(&identity), expected);
}

#[test]
fn golden_body() {
    let value = encode_body(&body(1), &[Address::repeat_byte(0x11)]);
    let expected = hex!(
        "00000001"
        "1111111111111111111111111111111111111111"
        "ea"
        "e7" "a6" "02e4" "827a69" "01" "01" "07" "825208"
        "942222222222222222222222222222222222222222" "05" "80" "c0" "80" "03" "04"
        "c0" "c0"
    );
    assert_eq!(hex::encode(&value), hex::encode(expected));
}

#[test]
fn body_with_a_sender_too_few_is_damaged() {
    let value = encode_body(&body(2), &[Address::ZERO]);
    assert_eq!(decode_body(&value).unwrap_err(), "1 senders of 2 transactions");
}

#[test]
fn body_that_claims_more_senders_than_bytes_is_damaged() {
    assert!(decode_body(&hex!("ffffffff00")).unwrap_err().contains("cannot hold"));
    assert!(decode_body(&hex!("0000")).is_err());
}

#[test]
fn other_encodings_of_the_same_account_are_refused() {
    let refused = [
        hex!("02 00 0001").as_slice(),
        &hex!("00 02 0001"),
        &hex!("00 00 00"),
        &hex!("01 00"),
        &hex!("09 00 010000000000000000"),
        &hex!("80 00 cccc"),
        &hex!("80 00 c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        &hex!("00"),
        &hex!("00 21 ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"),
    ];
    for value in refused {
        assert!(decode_account(value).is_err(), "{}", hex::encode(value));
    }
}

#[test]
fn zero_and_padded_slots_are_refused() {
    assert!(decode_slot(&[]).is_err());
    assert!(decode_slot(&[0]).is_err());
    assert!(decode_slot(&[0, 1]).is_err());
    assert!(decode_slot(&[1; 33]).is_err());
}

#[test]
fn surplus_bytes_after_rlp_are_refused() {
    let mut value = encode_rlp(&hanzo_types::Header::default());
    value.push(0);
    assert_eq!(decode_rlp::<hanzo_types::Header>(&value).unwrap_err(), "1 surplus bytes");
}

fn any_word() -> impl Strategy<Value = U256> {
    (any::<[u8; 32]>(), 0_usize..=256)
        .prop_map(|(bytes, shift)| U256::from_be_bytes(bytes) >> shift)
}

proptest! {
    #[test]
    fn accounts_round_trip(nonce: u64, balance in any_word(), code: Option<[u8; 32]>) {
        let account = account(nonce, balance, code.map_or(KECCAK_EMPTY, B256::from));
        prop_assert_eq!(decode_account(&encode_account(&account)), Ok(account));
    }

    #[test]
    fn slots_round_trip(value in any_word()) {
        let value = value.max(U256::from(1));
        prop_assert_eq!(decode_slot(&encode_slot(value)), Ok(value));
    }

    #[test]
    fn weights_and_positions_round_trip(word in any_word(), number: u64, index: u64) {
        let weight = Weight { total_difficulty: TotalDifficulty(word), arrival: number };
        prop_assert_eq!(decode_weight(&encode_weight(weight)), Ok(weight));
        let position = Position { number, index };
        prop_assert_eq!(decode_position(&encode_position(position)), Ok(position));
    }

    #[test]
    fn bodies_round_trip(senders: Vec<[u8; 20]>) {
        let senders: Vec<_> = senders.into_iter().map(Address::from).collect();
        let body = body(senders.len());
        prop_assert_eq!(decode_body(&encode_body(&body, &senders)), Ok((body, senders)));
    }

    #[test]
    fn every_accepted_account_has_one_encoding(bytes: Vec<u8>) {
        if let Ok(account) = decode_account(&bytes) {
            prop_assert_eq!(encode_account(&account), bytes);
        }
    }

    #[test]
    fn random_bytes_never_panic(bytes: Vec<u8>) {
        let _ = decode_body(&bytes);
        let _ = decode_weight(&bytes);
        let _ = decode_position(&bytes);
        let _ = decode_identity(&bytes);
        let _ = decode_slot(&bytes);
        let _ = decode_hash(&bytes);
        let _ = decode_u64(&bytes);
        let _ = decode_u32(&bytes);
        let _ = decode_rlp::<Vec<Receipt>>(&bytes);
        let _ = decode_rlp::<hanzo_types::Header>(&bytes);
    }
}
