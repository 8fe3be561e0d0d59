//! The blocks that are imported and synchronised.

use alloy_primitives::{Address, U256};
use hanzo_testkit::{Signer, TestChain, seal, token};
use hanzo_types::{ChainSpec, RecoveredTransaction};
use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
    sync::Arc,
};

/// Accounts that send: all of the test mnemonic that the genesis file pays.
const SENDERS: u32 = 10;

/// Transactions of a block: two transfers to new accounts, two of tokens to new holders, one call that
/// fails.
const MIX: u64 = 5;

/// Gas of a token transfer to a new holder, and some.
const TOKEN_GAS: u64 = 120_000;

/// Writes a chain of so many blocks, one after the other in RLP. Returns how many transactions they have.
pub(crate) fn write(path: &Path, spec: &Arc<ChainSpec>, blocks: u64) -> u64 {
    let mut chain = TestChain::new(Arc::clone(spec));
    let mut file = BufWriter::new(File::create(path).unwrap());
    let mut traffic = Traffic::new(spec);
    let interval = spec.hanzo_rules().unwrap().config().target_block_time;
    let mut transactions = 0;
    for number in 1..=blocks {
        let body = if number == 1 { traffic.deployments() } else { traffic.next() };
        transactions += u64::try_from(body.len()).unwrap();
        // At the target interval the difficulty stays what it is.
        let timestamp = chain.view().head().timestamp + interval;
        let built = chain.build_with(body, |header| header.timestamp = timestamp);
        let block = seal(built.block);
        file.write_all(&alloy_rlp::encode(block.sealed_block())).unwrap();
        let _ = chain.import_mined(block, built.prebuilt).unwrap();
    }
    file.flush().unwrap();
    transactions
}

/// What users do.
struct Traffic {
    senders: Vec<Signer>,
    /// The token of each sender.
    tokens: Vec<Address>,
    nonces: Vec<u64>,
    turn: u64,
}

impl Traffic {
    fn new(spec: &ChainSpec) -> Self {
        let senders: Vec<_> = (0..SENDERS).map(|index| Signer::dev(index, spec)).collect();
        let tokens = senders.iter().map(|sender| sender.address().create(0)).collect();
        let nonces = vec![0; senders.len()];
        Self { senders, tokens, nonces, turn: 0 }
    }

    /// Every sender makes a token.
    fn deployments(&mut self) -> Vec<RecoveredTransaction> {
        let create = |sender: &Signer| sender.create(0, token::creation_code(), 500_000);
        self.nonces.fill(1);
        self.senders.iter().map(create).collect()
    }

    /// What the next block has.
    fn next(&mut self) -> Vec<RecoveredTransaction> {
        (0..MIX).map(|kind| self.transaction(kind)).collect()
    }

    fn transaction(&mut self, kind: u64) -> RecoveredTransaction {
        self.turn += 1;
        let index = usize::try_from(self.turn % u64::from(SENDERS)).unwrap();
        let (sender, token) = (&self.senders[index], self.tokens[index]);
        let nonce = self.nonces[index];
        self.nonces[index] += 1;
        let new = Address::left_padding_from(&(1 << 40 | self.turn).to_be_bytes());
        match kind {
            0 | 1 => sender.transfer(nonce, new, 1),
            2 | 3 => {
                let input = token::transfer_input(new, U256::from(1));
                sender.call(nonce, token, U256::ZERO, input, TOKEN_GAS)
            }
            _ => {
                let input = token::transfer_input(new, U256::MAX);
                sender.call(nonce, token, U256::ZERO, input, TOKEN_GAS)
            }
        }
    }
}
