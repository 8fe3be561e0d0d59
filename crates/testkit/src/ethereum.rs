//! Plain Ethereum chains for tests.

use crate::TestChain;
use alloy_consensus::{
    Transaction as _,
    proofs::{calculate_ommers_root, calculate_withdrawals_root},
};
use alloy_eips::{eip2935, eip4788, eip4895::Withdrawal, eip7002, eip7251};
use alloy_hardforks::EthereumHardfork;
use alloy_primitives::Address;
use hanzo_chain::assemble;
use hanzo_evm::BlockBuilder;
use hanzo_state::root;
use hanzo_types::{ChainSpec, DEV_ACCOUNTS, Header, RecoveredTransaction, SealedBlock};
use reth_primitives_traits::Block as _;
use serde_json::{Value, json};
use std::sync::Arc;

/// Fields of `config` with the fork each belongs to, in order.
const FORK_FIELDS: [(EthereumHardfork, &str); 17] = [
    (EthereumHardfork::Homestead, "homesteadBlock"),
    (EthereumHardfork::Tangerine, "eip150Block"),
    (EthereumHardfork::SpuriousDragon, "eip155Block"),
    (EthereumHardfork::SpuriousDragon, "eip158Block"),
    (EthereumHardfork::Byzantium, "byzantiumBlock"),
    (EthereumHardfork::Constantinople, "constantinopleBlock"),
    (EthereumHardfork::Petersburg, "petersburgBlock"),
    (EthereumHardfork::Istanbul, "istanbulBlock"),
    (EthereumHardfork::MuirGlacier, "muirGlacierBlock"),
    (EthereumHardfork::Berlin, "berlinBlock"),
    (EthereumHardfork::London, "londonBlock"),
    (EthereumHardfork::Paris, "terminalTotalDifficulty"),
    (EthereumHardfork::Shanghai, "shanghaiTime"),
    (EthereumHardfork::Cancun, "cancunTime"),
    (EthereumHardfork::Prague, "pragueTime"),
    (EthereumHardfork::Osaka, "osakaTime"),
    (EthereumHardfork::Bpo1, "bpo1Time"),
];

/// Genesis file of a plain Ethereum chain on which every fork up to `newest` is in force from
/// block 0. The test mnemonic's accounts have 1000 coins each, and the system contracts are there.
#[must_use]
pub fn ethereum_genesis(newest: EthereumHardfork) -> Value {
    let mut config = json!({ "chainId": 1 });
    for (_, field) in FORK_FIELDS.into_iter().filter(|(fork, _)| *fork <= newest) {
        config[field] = 0.into();
    }
    let difficulty = if newest >= EthereumHardfork::Paris { "0x0" } else { "0x20000" };
    let mut alloc = json!({});
    for account in DEV_ACCOUNTS {
        alloc[account.to_string()] = json!({ "balance": "0x3635c9adc5dea00000" });
    }
    let contracts = [
        (eip4788::BEACON_ROOTS_ADDRESS, &eip4788::BEACON_ROOTS_CODE),
        (eip2935::HISTORY_STORAGE_ADDRESS, &eip2935::HISTORY_STORAGE_CODE),
        (
            eip7002::WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS,
            &eip7002::WITHDRAWAL_REQUEST_PREDEPLOY_CODE,
        ),
        (
            eip7251::CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS,
            &eip7251::CONSOLIDATION_REQUEST_PREDEPLOY_CODE,
        ),
    ];
    for (address, code) in contracts {
        alloc[address.to_string()] = json!({ "balance": "0x0", "nonce": "0x1", "code": code });
    }
    json!({
        "config": config,
        "difficulty": difficulty,
        "gasLimit": "0x1c9c380",
        "alloc": alloc,
    })
}

/// The chain of [`ethereum_genesis`] after `change`.
#[must_use]
pub fn ethereum_spec(newest: EthereumHardfork, change: impl FnOnce(&mut Value)) -> Arc<ChainSpec> {
    let mut genesis = ethereum_genesis(newest);
    change(&mut genesis);
    Arc::new(ChainSpec::from_genesis_json(genesis.to_string().as_bytes()).expect("genesis"))
}

/// What goes into a block of a plain Ethereum chain.
#[derive(Debug, Clone, Default)]
pub struct BlockPlan {
    /// Its transactions.
    pub transactions: Vec<RecoveredTransaction>,
    /// Its ommers, before the merge.
    pub ommers: Vec<Header>,
    /// Its withdrawals, from Shanghai on.
    pub withdrawals: Vec<Withdrawal>,
}

impl TestChain {
    /// Builds a block on the head of a plain Ethereum chain, twelve seconds after it.
    #[must_use]
    pub fn build_ethereum(&self, plan: BlockPlan) -> SealedBlock {
        let view = self.view();
        let parent = view.head();
        let consensus = self.consensus();
        let mut header = consensus.prepare(parent, parent.timestamp + 12, &*view).unwrap();
        header.beneficiary = Address::repeat_byte(0xcb);
        let BlockPlan { transactions, ommers, withdrawals } = plan;
        let blob_gas = transactions.iter().filter_map(|tx| tx.blob_gas_used()).sum();
        header.blob_gas_used = header.blob_gas_used.map(|_| blob_gas);
        let state = view.latest_state();
        let credited = header.withdrawals_root.map(|_| withdrawals.as_slice());
        let mut builder = BlockBuilder::new(&state, &header, parent, view.spec())
            .unwrap()
            .crediting(&ommers, credited);
        for transaction in &transactions {
            builder.push(transaction.as_recovered_ref()).unwrap();
        }
        let executed = builder.finish().unwrap();
        let state_root = root(&state, &executed.diff).unwrap();
        let (block, _) = assemble(header, transactions, executed, state_root);
        let mut block = block.into_block();
        block.header.ommers_hash = calculate_ommers_root(&ommers);
        let withdrawals_root = calculate_withdrawals_root(&withdrawals);
        block.header.withdrawals_root = block.header.withdrawals_root.map(|_| withdrawals_root);
        block.body.withdrawals = block.body.withdrawals.map(|_| withdrawals.into());
        block.body.ommers = ommers;
        block.seal_slow()
    }

    /// Builds and imports a block; it must become the head.
    pub fn extend_ethereum(&mut self, plan: BlockPlan) -> SealedBlock {
        let block = self.build_ethereum(plan);
        let _ = self.import_file_block(block.clone()).unwrap();
        assert_eq!(self.view().head().hash(), block.hash(), "it must be the head");
        block
    }
}
