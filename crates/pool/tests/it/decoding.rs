//! What `eth_sendRawTransaction` may be given.

use alloy_consensus::{SignableTransaction as _, TxEip1559, TxLegacy};
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{Signature, TxKind, U256};
use hanzo_pool::{PoolError, TransactionRules, decode_transaction};
use hanzo_testkit::{Fees, Signer, dev_spec};
use hanzo_types::{DEV_ACCOUNTS, Fault, RecoveredTransaction, Transaction};
use proptest::prelude::*;

/// Half of the order of secp256k1. Source: EIP-2.
const CURVE_ORDER: U256 = alloy_primitives::uint!(
    0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256
);

fn signer() -> Signer {
    Signer::dev(0, &dev_spec())
}

fn decode(bytes: &[u8]) -> Result<RecoveredTransaction, PoolError> {
    decode_transaction(bytes, &TransactionRules::of(&dev_spec()))
}

fn refusal(bytes: &[u8]) -> String {
    let error = decode(bytes).unwrap_err();
    assert_eq!(error.fault(), Fault::Peer);
    error.to_string()
}

fn unprotected(signature: Signature) -> Transaction {
    let transaction = TxLegacy {
        chain_id: None,
        nonce: 0,
        gas_price: 100_000_000_000,
        gas_limit: 100_000,
        to: TxKind::Create,
        value: U256::ZERO,
        input: Default::default(),
    };
    transaction.into_signed(signature).into()
}

#[test]
fn every_type_but_blobs_decodes_to_its_sender() {
    let signer = signer();
    for transaction in [
        signer.legacy(0, DEV_ACCOUNTS[1], Fees::default()),
        signer.access_list(0, DEV_ACCOUNTS[1], Default::default()),
        signer.transfer(0, DEV_ACCOUNTS[1], 1),
        signer.delegate(0, &signer, DEV_ACCOUNTS[1]),
    ] {
        let decoded = decode(&transaction.encoded_2718()).unwrap();
        assert_eq!(decoded, transaction);
        assert_eq!(decoded.signer(), signer.address());
    }
}

#[test]
fn a_blob_transaction_is_refused_in_plain_words() {
    let words = "transaction type not supported: blob transactions (type 3) are not supported on this chain";
    assert_eq!(refusal(&signer().blob(0, DEV_ACCOUNTS[1]).encoded_2718()), words);
    // Its network form, with the blobs, does not even get decoded.
    assert_eq!(refusal(&[3, 0xf8, 0x80]), words);
}

#[test]
fn an_unknown_type_is_refused_by_its_number() {
    for ty in [0_u8, 5, 0x7f, 0x80, 0xbf] {
        let words = format!("transaction type not supported: type {ty}");
        assert_eq!(refusal(&[ty, 0xc0]), words);
    }
}

#[test]
fn an_oversized_transaction_is_refused_before_it_is_decoded() {
    let words = "oversized data: transaction size 131073, limit 131072";
    assert_eq!(refusal(&vec![2; 131_073]), words);
}

#[test]
fn a_transaction_of_another_chain_is_refused_with_both_ids() {
    let transaction = signer().sign(TxEip1559 { chain_id: 424_242, ..TxEip1559::default() });
    let words = "invalid chain id for signer: have 424242 want 31337";
    assert_eq!(refusal(&transaction.encoded_2718()), words);
}

#[test]
fn a_transaction_without_a_chain_id_is_refused() {
    let words = "only replay-protected (EIP-155) transactions allowed over RPC";
    assert_eq!(refusal(&unprotected(Signature::test_signature()).encoded_2718()), words);
}

#[test]
fn a_signature_with_a_high_s_is_refused() {
    let transaction = signer().transfer(0, DEV_ACCOUNTS[1], 1);
    let Transaction::Eip1559(signed) = transaction.into_inner() else { panic!("type 2") };
    let (unsigned, low, _) = signed.into_parts();
    let high = Signature::new(low.r(), CURVE_ORDER - low.s(), !low.v());
    let malleated: Transaction = unsigned.into_signed(high).into();
    let words = "invalid sender: invalid transaction v, r, s values";
    assert_eq!(refusal(&malleated.encoded_2718()), words);
}

#[test]
fn bytes_that_are_no_transaction_are_refused() {
    for bytes in [&[][..], &[2], &[2, 0xc0], &[0xc0], &[0xf8], &[0xff; 40]] {
        let error = decode(bytes).unwrap_err();
        assert!(matches!(error, PoolError::Malformed { .. }), "{error}");
    }
    let mut trailing = signer().transfer(0, DEV_ACCOUNTS[1], 1).encoded_2718();
    trailing.push(0);
    assert!(matches!(decode(&trailing), Err(PoolError::Malformed { .. })));
}

proptest! {
    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes);
    }

    #[test]
    fn a_damaged_transaction_is_refused_or_has_another_hash(at in 0..100_usize, to in any::<u8>()) {
        let transaction = signer().transfer(0, DEV_ACCOUNTS[1], 1);
        let mut bytes = transaction.encoded_2718();
        let at = at % bytes.len();
        prop_assume!(bytes[at] != to);
        bytes[at] = to;
        if let Ok(decoded) = decode(&bytes) {
            prop_assert_ne!(decoded.tx_hash(), transaction.tx_hash());
        }
    }
}
