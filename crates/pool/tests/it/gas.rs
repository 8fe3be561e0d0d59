//! The pool's least gas is the EVM's.

use alloy_consensus::{TxEip2930, TxEip7702};
use alloy_eips::eip2930::{AccessList, AccessListItem};
use alloy_primitives::{B256, Bytes, TxKind};
use hanzo_evm::{BlockBuilder, PushError};
use hanzo_pool::{Pool, PoolConfig, PoolError, TransactionOrigin, floor_data_gas, intrinsic_gas};
use hanzo_testkit::{Signer, TestChain, dev_spec};
use hanzo_types::{DEV_ACCOUNTS, RecoveredTransaction, Transaction};

/// A price above the first base fee.
const GAS_PRICE: u128 = 10_000_000_000;

fn with_access_list(signer: &Signer, to: TxKind, input: &[u8], gas: u64) -> RecoveredTransaction {
    let item = AccessListItem {
        address: DEV_ACCOUNTS[2],
        storage_keys: vec![B256::ZERO, B256::with_last_byte(1)],
    };
    signer.sign(TxEip2930 {
        chain_id: 31_337,
        gas_price: GAS_PRICE,
        gas_limit: gas,
        to,
        access_list: AccessList(vec![item]),
        input: Bytes::copy_from_slice(input),
        ..TxEip2930::default()
    })
}

fn with_authorization(signer: &Signer, gas: u64) -> RecoveredTransaction {
    let signed = signer.delegate(0, signer, DEV_ACCOUNTS[3]);
    let Transaction::Eip7702(signed) = signed.into_inner() else { panic!("type 4") };
    signer.sign(TxEip7702 { gas_limit: gas, ..signed.into_parts().0 })
}

/// Whether the EVM starts a transaction at all.
fn evm_starts(chain: &TestChain, transaction: &RecoveredTransaction) -> bool {
    let view = chain.view();
    let mut header = chain.consensus().prepare(view.head(), 0, &*view).unwrap();
    header.timestamp = view.head().timestamp + 1;
    let state = view.latest_state();
    let mut builder = BlockBuilder::new(&state, &header, view.head(), view.spec()).unwrap();
    match builder.push(transaction.as_recovered_ref()) {
        Ok(_) => true,
        Err(PushError::Invalid { reason }) => {
            assert!(reason.contains("gas"), "{reason}");
            false
        }
        Err(error) => panic!("{error}"),
    }
}

fn pool_takes(chain: &TestChain, transaction: RecoveredTransaction) -> bool {
    let pool = Pool::new(PoolConfig::default(), chain.view());
    match pool.add(transaction, TransactionOrigin::Local) {
        Ok(_) => true,
        Err(PoolError::IntrinsicGas { .. } | PoolError::FloorDataGas { .. }) => false,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn the_pool_takes_exactly_what_the_evm_starts() {
    let chain = TestChain::new(dev_spec());
    let alice = Signer::dev(0, chain.spec());
    let call = TxKind::Call(DEV_ACCOUNTS[1]);
    let mut mixed = vec![0; 700];
    mixed.extend([1; 333]);
    let inputs: [&[u8]; 4] = [&[], &[0; 33], &[0xff; 500], &mixed];
    let mut cases: Vec<Box<dyn Fn(u64) -> RecoveredTransaction>> = Vec::new();
    for input in inputs {
        for to in [call, TxKind::Create] {
            let alice = &alice;
            cases.push(Box::new(move |gas| with_access_list(alice, to, input, gas)));
        }
    }
    let signer = &alice;
    cases.push(Box::new(move |gas| with_authorization(signer, gas)));
    for case in cases {
        let sample = case(1_000_000);
        let least = intrinsic_gas(&sample).max(floor_data_gas(&sample));
        for (gas, is_enough) in [(least, true), (least - 1, false)] {
            assert_eq!(evm_starts(&chain, &case(gas)), is_enough, "EVM, gas {gas}");
            assert_eq!(pool_takes(&chain, case(gas)), is_enough, "pool, gas {gas}");
        }
    }
}
