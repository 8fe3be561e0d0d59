//! The published vectors, byte for byte.

use crate::reference;
use alloy_primitives::{B256, U256, hex};
use hanzo_poc::{DifficultyRule, Kernel, PocError, Scratch, Seal, Target, Work, next_difficulty};
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../vectors/poc.json")).unwrap()
}

fn bytes<const N: usize>(value: &Value) -> [u8; N] {
    hex::decode(value.as_str().unwrap()).unwrap().try_into().unwrap()
}

fn number(value: &Value) -> U256 {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.parse().unwrap()
}

#[test]
fn sigma_and_tiles() {
    let synthetic = &vectors()["synthetic"];
    let work = Work::new(B256::from(bytes::<32>(&synthetic["seal_hash"])));
    assert_eq!(work.sigma(), &bytes::<32>(&synthetic["sigma"]));
    let mut scratch = Scratch::default();
    for tile in synthetic["tiles"].as_array().unwrap() {
        let seal = Seal { nonce: bytes(&tile["nonce"]), mix: bytes(&tile["mix"]) };
        let (row, column) = seal.coordinate();
        assert_eq!(Seal::nonce_of(row, column), seal.nonce);
        for kernel in Kernel::available() {
            let mix = work.tile_mix_with(&mut scratch, kernel, row, column);
            assert_eq!(mix, seal.mix, "{kernel} at ({row}, {column})");
        }
        assert_eq!(work.lottery(&seal.mix, &seal.nonce), bytes::<32>(&tile["pow"]));
    }
}

#[test]
fn entries_of_the_first_tile() {
    let synthetic = &vectors()["synthetic"];
    let sigma = bytes::<32>(&synthetic["sigma"]);
    let row0 = synthetic["c_0_0_row0_cols_0_4"].as_array().unwrap();
    for (column, expected) in row0.iter().enumerate() {
        let entry = reference::entry(&sigma, (0, 0), 0, column);
        assert_eq!(i64::from(entry), expected.as_i64().unwrap());
    }
    let last = reference::entry(&sigma, (0, 0), 31, 31);
    assert_eq!(i64::from(last), synthetic["c_0_0_row31_col31"].as_i64().unwrap());
}

#[test]
fn targets() {
    for case in vectors()["targets"].as_array().unwrap() {
        let target = Target::from_difficulty(number(&case["difficulty"]));
        assert_eq!(target.as_u256().to_be_bytes::<32>(), bytes::<32>(&case["target"]));
    }
    assert_eq!(Target::from_difficulty(U256::ZERO).as_u256(), U256::MAX, "zero counts as one");
    assert_eq!(Target::from_difficulty(U256::ONE).as_u256(), U256::MAX, "saturates");
}

#[test]
fn mined_header_is_accepted_and_its_forgeries_are_not() {
    let header = &vectors()["header"];
    let work = Work::new(B256::from(bytes::<32>(&header["seal_hash"])));
    assert_eq!(work.sigma(), &bytes::<32>(&header["sigma"]));
    let seal = Seal { nonce: bytes(&header["nonce"]), mix: bytes(&header["mix_hash"]) };
    let target = Target::from_difficulty(U256::from(1u64 << 36));
    assert_eq!(target.as_u256().to_be_bytes::<32>(), bytes::<32>(&header["target"]));
    assert_eq!(work.lottery(&seal.mix, &seal.nonce), bytes::<32>(&header["pow"]));
    let mut scratch = Scratch::default();
    for kernel in Kernel::available() {
        assert_eq!(work.check_with(&mut scratch, kernel, &seal, target), Ok(()));
    }
    let mut forged = seal;
    forged.mix[0] ^= 1;
    assert!(matches!(work.check(&forged, target), Err(PocError::PowAboveTarget { .. })));
    let anything = Target::from_difficulty(U256::ONE);
    let PocError::MixMismatch { claimed, computed } = work.check(&forged, anything).unwrap_err()
    else {
        panic!("the forged mix must be recomputed");
    };
    assert_eq!((claimed.0, computed.0), (forged.mix, seal.mix));
}

#[test]
fn a_seal_of_another_header_does_not_fit() {
    let header = &vectors()["header"];
    let seal = Seal { nonce: bytes(&header["nonce"]), mix: bytes(&header["mix_hash"]) };
    let other = Work::new(B256::repeat_byte(1));
    assert!(other.check(&seal, Target::from_difficulty(U256::ONE)).is_err());
}

#[test]
fn difficulty_steps() {
    for chain in vectors()["next_difficulty"].as_array().unwrap() {
        let rule = DifficultyRule {
            target_block_time: chain["block_time"].as_u64().unwrap(),
            half_life: chain["half_life"].as_u64().unwrap(),
            minimum: number(&chain["min"]),
        };
        let parent = number(&chain["difficulty"]);
        let cases = chain["cases"].as_array().unwrap();
        assert!(!cases.is_empty());
        for case in cases {
            let interval = case[0].as_u64().unwrap();
            assert_eq!(next_difficulty(parent, interval, &rule), number(&case[1]), "dt {interval}");
        }
    }
}
