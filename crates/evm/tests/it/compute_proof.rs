//! `ComputeProof` (A1002) as contracts see it.

use crate::fixture::{Fixture, request};
use alloy_primitives::{B256, Bytes, U256, keccak256};
use alloy_rpc_types_eth::TransactionRequest;
use hanzo_evm::{CallError, CallOutcome, CallOverrides, precompile_addresses};
use hanzo_poc::{Target, Work};
use hanzo_testkit::{TestChain, dev_spec, seal};
use hanzo_types::{COMPUTE_PROOF, Header, RecoveredBlock, seal_hash};
use reth_primitives_traits::Block as _;

/// Gas of an operation. Source: proof-of-compute §10.1.
const GAS: u64 = 12_000;

fn ask(input: Vec<u8>, value: U256) -> Result<CallOutcome, CallError> {
    let request = TransactionRequest { value: Some(value), ..request(COMPUTE_PROOF, input) };
    Fixture::new().ask(request, CallOverrides::default())
}

fn answer(input: Vec<u8>) -> Bytes {
    ask(input, U256::ZERO).unwrap().output
}

fn input(op: u8, least_difficulty: U256, header: &[u8]) -> Vec<u8> {
    [&[op][..], &least_difficulty.to_be_bytes::<32>(), header].concat()
}

/// A sealed header with these changes.
fn sealed(change: impl FnOnce(&mut Header)) -> Header {
    let (mut block, senders) = TestChain::new(dev_spec()).build(Vec::new()).block.split();
    change(&mut block.header);
    seal(RecoveredBlock::new_sealed(block.seal_slow(), senders)).header().clone()
}

fn pow(header: &Header) -> U256 {
    let work = Work::new(seal_hash(header).0);
    U256::from_be_bytes(work.lottery(&header.mix_hash.0, &header.nonce.0))
}

#[test]
fn a_sealed_header_is_told_with_its_work_and_its_fields() {
    let header = sealed(|_| {});
    let rlp = alloy_rlp::encode(&header);
    let words: Vec<B256> =
        answer(input(1, header.difficulty, &rlp)).chunks(32).map(B256::from_slice).collect();
    let number = |number: u64| B256::from(U256::from(number));
    let expected = [
        number(1),
        B256::from(pow(&header)),
        number(1 << 22),
        header.beneficiary.into_word(),
        header.parent_hash,
        number(header.number),
        B256::from(header.difficulty),
        keccak256(&rlp),
    ];
    assert_eq!(words, expected);
    assert_eq!(keccak256(&rlp), header.hash_slow());
}

#[test]
fn no_changed_byte_of_a_header_passes() {
    let header = sealed(|_| {});
    let rlp = alloy_rlp::encode(&header);
    // The lottery of the unchanged header only just wins, so that no other one does by luck.
    let luck = U256::MAX / pow(&header) * U256::from(1_u64 << 22);
    assert_eq!(answer(input(1, luck, &rlp))[31], 1);
    assert!(Target::from_difficulty(luck).as_u256() >= pow(&header));
    for index in 0..rlp.len() {
        let mut changed = rlp.clone();
        changed[index] ^= 1;
        assert_eq!(answer(input(1, luck, &changed)), vec![0; 256], "byte {index}");
    }
}

#[test]
fn what_is_no_proof_is_answered_with_zeros_and_costs_the_same() {
    let header = sealed(|_| {});
    let (rlp, easy) = (alloy_rlp::encode(&header), U256::ONE);
    let harder = U256::MAX / pow(&header) * U256::from(1_u64 << 23);
    let long = [rlp.clone(), vec![0]].concat();
    let job = sealed(|header| header.extra_data = [[1; 1].as_slice(), &[7; 31]].concat().into());
    let wordy = sealed(|header| header.extra_data = vec![7; 33].into());
    let huge = sealed(|header| header.extra_data = vec![7; 1_024].into());
    let cases = [
        vec![],
        vec![1],
        input(1, easy, &[])[..32].to_vec(),
        input(1, easy, &[]),
        input(0, easy, &rlp),
        input(2, easy, &rlp),
        input(255, easy, &rlp),
        input(1, harder, &rlp),
        input(1, U256::MAX, &rlp),
        input(1, easy, &rlp[..rlp.len() - 1]),
        input(1, easy, &long),
        input(1, easy, &alloy_rlp::encode(&job)),
        input(1, easy, &alloy_rlp::encode(&wordy)),
        input(1, easy, &alloy_rlp::encode(&huge)),
        vec![0xff; 5_000],
    ];
    for input in cases {
        let zeros = input.iter().filter(|byte| **byte == 0).count();
        let data = u64::try_from(4 * zeros + 16 * (input.len() - zeros)).unwrap();
        // Data beyond what a call of this gas pays for has a floor. Source: EIP-7623.
        let tokens = u64::try_from(zeros + 4 * (input.len() - zeros)).unwrap();
        let outcome = ask(input, U256::ZERO).unwrap();
        assert_eq!(outcome.output, vec![0; 256]);
        assert_eq!(outcome.gas_used, 21_000 + (data + GAS).max(10 * tokens));
    }
}

#[test]
fn a_smallest_difficulty_of_zero_counts_as_one() {
    let header = sealed(|_| {});
    let rlp = alloy_rlp::encode(&header);
    assert_eq!(answer(input(1, U256::ZERO, &rlp)), answer(input(1, U256::ONE, &rlp)));
}

#[test]
fn coins_sent_along_are_refused() {
    let refused = ask(input(1, U256::ONE, &alloy_rlp::encode(sealed(|_| {}))), U256::ONE);
    let Err(CallError::Revert { output }) = refused else { panic!("{refused:?}") };
    assert_eq!(output, keccak256("ValueNotAccepted()")[..4]);
}

#[test]
fn the_precompile_has_a_name() {
    let fixture = Fixture::new();
    let named = precompile_addresses(&fixture.spec, &fixture.header());
    assert_eq!(named.get("ComputeProof"), Some(&COMPUTE_PROOF));
}
