//! `ComputeProof` (A1002): the check of a seal for contracts. Source: proof-of-compute §10.1.

use super::reply::{charged, result, without_value};
use alloy_evm::precompiles::PrecompileInput;
use alloy_primitives::{B256, Bytes, U256, keccak256};
use alloy_rlp::{Decodable as _, Encodable as _};
use alloy_sol_types::SolValue as _;
use hanzo_poc::{Seal, TILE_MACS, Target, Work};
use hanzo_types::{Header, SealKind, seal_hash};
use revm::precompile::PrecompileResult;

/// The operation that checks a synthetic seal, the only one there is.
const SYNTHETIC: u8 = 1;

/// Longest header, in bytes of RLP.
const MAX_HEADER_BYTES: usize = 1_024;

/// Bytes of the answer: eight words.
const ANSWER_BYTES: usize = 256;

/// Gas of an operation on a synthetic seal, whatever its input is worth. Source: proof-of-compute
/// §10.1.
const SYNTHETIC_GAS: u64 = 12_000;

/// Runs the precompile: `op (1 byte) ‖ smallest difficulty (32 bytes) ‖ header (RLP)`. Answers
/// `1 ‖ lottery number ‖ MACs of a tile ‖ beneficiary ‖ parent hash ‖ number ‖ difficulty ‖
/// Keccak-256 of the header`, 32 bytes each, or as many zeros if the header is not sealed by that
/// much work. A pure function of its input.
pub(super) fn run(input: &PrecompileInput<'_>) -> PrecompileResult {
    let output = without_value(input);
    result(output.map(|()| {
        charged(input, SYNTHETIC_GAS, || {
            let proof = proof(input.data);
            Ok(proof.map_or_else(|| vec![0; ANSWER_BYTES].into(), |proof| proof.answer()))
        })
    }))
}

/// A header that is sealed.
struct Proof {
    header: Header,
    hash: B256,
    pow: U256,
}

/// The proof that the input is; `None` if it is none.
fn proof(input: &[u8]) -> Option<Proof> {
    let (op, rest) = input.split_first()?;
    let (least_difficulty, mut rlp) = rest.split_first_chunk::<32>()?;
    if *op != SYNTHETIC || rlp.len() > MAX_HEADER_BYTES {
        return None;
    }
    let encoded = rlp;
    let header = Header::decode(&mut rlp).ok()?;
    let mut canonical = Vec::with_capacity(encoded.len());
    header.encode(&mut canonical);
    if canonical != encoded || SealKind::of(&header.extra_data) != Some(SealKind::Synthetic) {
        return None;
    }
    let target = Target::from_difficulty(U256::from_be_bytes(*least_difficulty));
    let seal = Seal { nonce: header.nonce.0, mix: header.mix_hash.0 };
    let work = Work::new(seal_hash(&header).0);
    // The lottery comes first in this check: a fake costs one hash.
    work.check(&seal, target).ok()?;
    let pow = U256::from_be_bytes(work.lottery(&seal.mix, &seal.nonce));
    Some(Proof { hash: keccak256(encoded), header, pow })
}

impl Proof {
    fn answer(&self) -> Bytes {
        let Self { header, hash, pow } = self;
        let answer = (
            true,
            pow,
            TILE_MACS,
            header.beneficiary,
            header.parent_hash,
            header.number,
            header.difficulty,
            hash,
        );
        answer.abi_encode().into()
    }
}
