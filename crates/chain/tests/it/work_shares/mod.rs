//! `ComputeMining` (A1102) on a chain: real seals, real blocks.

mod claims;
mod epochs;
mod refused;
mod submission;

use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use alloy_rpc_types_eth::{TransactionInput, TransactionRequest};
use alloy_sol_types::{SolCall, SolEvent, SolInterface, sol};
use hanzo_evm::{CallContext, CallError, CallOverrides, call};
use hanzo_poc::Work;
use hanzo_state::StateRead;
use hanzo_testkit::{Signer, TestChain, seal_at, spec_with};
use hanzo_types::{
    COMPUTE_MINING, ChainSpec, EpochField, Header, RecoveredTransaction, ShareEpoch, prev_randao,
    seal_hash,
};
use std::sync::Arc;

sol!(
    #[derive(Debug, PartialEq, Eq)]
    ComputeMining,
    "../../contracts/artifacts/ComputeMining.json"
);

use ComputeMining::{ComputeMiningErrors, ComputeMiningEvents, ShareAccepted};

/// Gas of a transaction of these tests.
const GAS: u64 = 5_000_000;

/// The difficulty of shares.
const SHARE_DIFFICULTY: u64 = 1 << 26;

/// A chain, and somebody who mines shares for it.
struct ShareChain {
    chain: TestChain,
    provider: Signer,
    nonce: u64,
}

impl ShareChain {
    /// On a chain whose blocks are as hard as shares.
    fn new() -> Self {
        Self::with(spec_with(|_| {}))
    }

    /// On a chain whose blocks are twice as hard as shares.
    fn hard() -> Self {
        Self::with(spec_with(|genesis| {
            genesis["difficulty"] = format!("{:#x}", 2 * SHARE_DIFFICULTY).into();
        }))
    }

    fn with(spec: Arc<ChainSpec>) -> Self {
        let provider = Signer::dev(0, &spec);
        Self { chain: TestChain::new(spec), provider, nonce: 0 }
    }

    fn mine(&mut self, transactions: Vec<RecoveredTransaction>) -> Header {
        self.chain.mine(transactions).header().clone()
    }

    /// Mines empty blocks up to this one.
    fn mine_to(&mut self, number: u64) {
        while self.chain.view().head().number < number {
            self.mine(Vec::new());
        }
    }

    /// A losing header of the next block that pays `provider`; `salt` tells one from another.
    fn share_of(&self, provider: Address, salt: u8) -> Header {
        let change = |header: &mut Header| {
            header.beneficiary = provider;
            header.extra_data = Bytes::from(vec![salt]);
        };
        let block = self.chain.build_with(Vec::new(), change).block;
        seal_at(block, U256::from(SHARE_DIFFICULTY)).header().clone()
    }

    fn share(&self, salt: u8) -> Header {
        self.share_of(self.provider.address(), salt)
    }

    /// Shares of the next block, in the order in which they are accepted.
    fn shares(&self, salts: std::ops::Range<u8>) -> Vec<Header> {
        let mut shares: Vec<Header> = salts.map(|salt| self.share(salt)).collect();
        shares.sort_by_key(pow);
        shares
    }

    /// A transaction of the provider.
    fn call<C: SolCall>(&mut self, call: &C) -> RecoveredTransaction {
        let input = Bytes::from(call.abi_encode());
        let transaction = self.provider.call(self.nonce, COMPUTE_MINING, U256::ZERO, input, GAS);
        self.nonce += 1;
        transaction
    }

    /// Mines a block with a call of the provider and returns what the contract logged. Panics if it
    /// fails.
    fn run<C: SolCall>(&mut self, call: &C) -> Vec<ComputeMiningEvents> {
        let transaction = self.call(call);
        let block = self.chain.mine(vec![transaction]);
        let receipts = self.chain.view().receipts(block.hash()).unwrap().unwrap();
        let receipt = receipts.last().unwrap();
        assert!(alloy_consensus::TxReceipt::status(receipt), "the call fails in a block");
        let logs = alloy_consensus::TxReceipt::logs(receipt);
        logs.iter()
            .map(|log| {
                assert_eq!(log.address, COMPUTE_MINING);
                alloy_sol_types::SolEventInterface::decode_log(log).unwrap().data
            })
            .collect()
    }

    /// What the call would return in the next block.
    fn ask_as<C: SolCall>(
        &self,
        from: Address,
        request: &C,
    ) -> Result<C::Return, ComputeMiningErrors> {
        let view = self.chain.view();
        let parent = view.head();
        let header = self.chain.consensus().prepare(parent, parent.timestamp + 1, &*view).unwrap();
        let state = view.latest_state();
        let context = CallContext {
            state: &state,
            header: &header,
            prev_randao: prev_randao(parent, header.number),
            spec: self.chain.spec(),
            gas_cap: 30_000_000,
        };
        let transaction = TransactionRequest {
            from: Some(from),
            to: Some(TxKind::Call(COMPUTE_MINING)),
            input: TransactionInput::new(request.abi_encode().into()),
            ..Default::default()
        };
        match call(context, transaction, CallOverrides::default()) {
            Ok(outcome) => Ok(C::abi_decode_returns(&outcome.output).unwrap()),
            Err(CallError::Revert { output }) => {
                Err(ComputeMiningErrors::abi_decode(&output).unwrap())
            }
            Err(other) => panic!("{other}"),
        }
    }

    fn ask<C: SolCall>(&self, request: &C) -> Result<C::Return, ComputeMiningErrors> {
        self.ask_as(self.provider.address(), request)
    }

    /// Why these are not accepted in the next block.
    fn refusal<'a>(&self, headers: impl IntoIterator<Item = &'a Header>) -> ComputeMiningErrors {
        let Err(error) = self.ask(&submission(headers)) else { panic!("they are accepted") };
        error
    }

    fn epoch(&self, epoch: u64, field: EpochField) -> U256 {
        let slot = ShareEpoch::new(epoch).slot(field);
        self.chain.view().latest_state().storage(COMPUTE_MINING, slot).unwrap()
    }

    fn balance(&self, address: Address) -> U256 {
        let account = self.chain.view().latest_state().account(address).unwrap();
        account.map_or(U256::ZERO, |account| account.balance)
    }

    fn account(&self, provider: Address, epoch: u64) -> (u64, bool) {
        let request = ComputeMining::accountsCall { provider, epoch: U256::from(epoch) };
        let account = self.ask(&request).unwrap();
        (account.shares, account.claimed)
    }
}

/// A header as it is submitted: canonical RLP.
fn rlp(header: &Header) -> Bytes {
    alloy_rlp::encode(header).into()
}

fn submission<'a>(
    headers: impl IntoIterator<Item = &'a Header>,
) -> ComputeMining::submitSharesCall {
    ComputeMining::submitSharesCall { headers: headers.into_iter().map(rlp).collect() }
}

fn pow(header: &Header) -> U256 {
    let work = Work::new(seal_hash(header).0);
    U256::from_be_bytes(work.lottery(&header.mix_hash.0, &header.nonce.0))
}

fn zero() -> U256 {
    U256::ZERO
}

fn accepted(header: &Header) -> ComputeMiningEvents {
    ComputeMiningEvents::ShareAccepted(ShareAccepted {
        provider: header.beneficiary,
        epoch: U256::from(ShareEpoch::of_block(header.number).number()),
        number: U256::from(header.number),
        headerHash: hash(header),
    })
}

fn hash(header: &Header) -> B256 {
    header.hash_slow()
}

#[test]
fn events_have_the_signatures_that_indexers_look_for() {
    let signatures = [
        ShareAccepted::SIGNATURE,
        ComputeMining::Claimed::SIGNATURE,
        ComputeMining::OperatorSet::SIGNATURE,
    ];
    let expected = [
        "ShareAccepted(address,uint256,uint256,bytes32)",
        "Claimed(address,uint256,uint256)",
        "OperatorSet(address,address)",
    ];
    assert_eq!(signatures, expected);
}
