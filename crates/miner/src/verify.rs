//! `hanzo-miner verify`.

use crate::MinerError;
use alloy_primitives::{Bytes, U256, hex, keccak256};
use hanzo_poc::{Seal, Target, Work};
use hanzo_types::{Header, seal_hash};
use std::fmt;

/// What the seal of a header is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verified {
    header: Header,
    encoded: Bytes,
    pow: U256,
}

/// Checks the seal of a header in RLP, in hexadecimal digits.
///
/// # Errors
/// [`MinerError::Verify`].
pub(crate) fn verify(text: &str) -> Result<Verified, MinerError> {
    let failed = |reason: String| MinerError::Verify(reason);
    let bytes =
        hex::decode(text.trim()).map_err(|error| failed(format!("not hexadecimal: {error}")))?;
    let header: Header = alloy_rlp::decode_exact(&bytes)
        .map_err(|error| failed(format!("not the RLP of a header: {error}")))?;
    let work = Work::new(seal_hash(&header).0);
    let seal = Seal { nonce: header.nonce.0, mix: header.mix_hash.0 };
    let target = Target::from_difficulty(header.difficulty);
    work.check(&seal, target).map_err(|error| failed(format!("the seal is wrong: {error}")))?;
    let pow = U256::from_be_bytes(work.lottery(&seal.mix, &seal.nonce));
    Ok(Verified { header, encoded: bytes.into(), pow })
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { header, encoded, pow } = self;
        writeln!(f, "the seal is right")?;
        writeln!(f, "  block       {} {}", header.number, keccak256(encoded))?;
        writeln!(f, "  paid        {}", header.beneficiary)?;
        writeln!(f, "  difficulty  {} multiply-accumulates", header.difficulty)?;
        writeln!(f, "  lottery     {pow:#066x}")?;
        write!(f, "  target      {:#066x}", Target::from_difficulty(header.difficulty).as_u256())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source: proof-of-compute §11.
    fn sealed() -> Header {
        use alloy_primitives::{Address, B64, B256};
        Header {
            parent_hash: B256::repeat_byte(0x11),
            beneficiary: Address::repeat_byte(0x22),
            state_root: B256::repeat_byte(0x33),
            transactions_root: B256::repeat_byte(0x44),
            receipts_root: B256::repeat_byte(0x55),
            difficulty: U256::from(1_u64 << 36),
            number: 1,
            gas_limit: 30_000_000,
            timestamp: 1_800_000_000,
            base_fee_per_gas: Some(1_000_000_000),
            nonce: B64::from(hex!("000005ab0000000c")),
            mix_hash: B256::from(hex!(
                "67efef699fabf748d8e547f45f168864befacd1b185e48498ece974624880aa0"
            )),
            ..Default::default()
        }
    }

    #[test]
    fn a_sealed_header_is_told_with_its_work_and_a_flipped_bit_is_refused() {
        let encoded = alloy_rlp::encode(sealed());
        let verified = verify(&hex::encode_prefixed(&encoded)).unwrap();
        assert!(verified.to_string().contains("68719476736 multiply-accumulates"), "{verified}");
        let mut lie = sealed();
        lie.mix_hash.0[0] ^= 1;
        let refused = verify(&hex::encode(alloy_rlp::encode(lie))).unwrap_err();
        assert!(refused.to_string().starts_with("the seal is wrong"), "{refused}");
        assert!(verify("zz").unwrap_err().to_string().starts_with("not hexadecimal"));
        assert!(verify("0xc0").unwrap_err().to_string().starts_with("not the RLP"));
    }
}
