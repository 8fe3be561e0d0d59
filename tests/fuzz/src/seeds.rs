//! Inputs to begin with: golden bytes and pieces of a real chain.

mod text;

use crate::chain::{CHAIN, new_chain};
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{Address, Bytes, U256, hex};
use hanzo_network::{BlockAnnouncement, PeerRecord, Request, Response, Status, TransactionBatch};
use hanzo_state::{Account, Change, StateDiff, TrieDiff, root};
use hanzo_testkit::{Fees, MemoryState, Signer};
use hanzo_types::{RecoveredBlock, RecoveredTransaction};

/// An input to begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seed {
    /// Name of the target.
    pub target: &'static str,
    /// Name of the file.
    pub name: &'static str,
    /// The input.
    pub bytes: Vec<u8>,
}

fn seed(target: &'static str, name: &'static str, bytes: impl Into<Vec<u8>>) -> Seed {
    Seed { target, name, bytes: bytes.into() }
}

/// Every input that the corpus begins with. The same in every process.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    let mut seeds = text::seeds();
    let (block, next) = blocks();
    seeds.extend(messages(&block, &next));
    seeds.extend(consensus_objects(&block));
    seeds.extend(rows(&block));
    seeds.extend(tries());
    seeds.extend(execution(&block));
    seeds
}

/// The head of the chain, which has a transaction, and a block that it does not know yet.
fn blocks() -> (RecoveredBlock, RecoveredBlock) {
    let mut chain = new_chain();
    let head = chain.view().head().hash();
    let block = chain.view().block_by_hash(head).expect("it can be read");
    let block = RecoveredBlock::clone(&block.expect("it is there"));
    let next = chain.mine(transactions());
    (block, next)
}

/// A transaction of every type that the chain takes.
fn transactions() -> Vec<RecoveredTransaction> {
    let (signer, other) = (Signer::dev(1, &CHAIN.spec), Signer::dev(2, &CHAIN.spec));
    let to = Address::repeat_byte(0x22);
    vec![
        signer.legacy(0, to, Fees::default()),
        signer.access_list(1, to, Default::default()),
        signer.transfer(2, to, 1),
        signer.delegate(3, &other, to),
    ]
}

fn messages(block: &RecoveredBlock, next: &RecoveredBlock) -> Vec<Seed> {
    let head = block.hash();
    let genesis = CHAIN.spec.genesis_hash();
    let encoded: Vec<Bytes> =
        transactions().iter().map(|transaction| transaction.encoded_2718().into()).collect();
    let announce = |block: &RecoveredBlock| {
        alloy_rlp::encode(BlockAnnouncement::of(block.sealed_block()).expect("few transactions"))
    };
    let batch = TransactionBatch::split(encoded.clone());
    let batch = alloy_rlp::encode(batch.first().expect("transactions"));
    let golden_status = hex!(
        "f862829061a01111111111111111111111111111111111111111111111111111111111111111"
        "840102030480" "8203e8a02222222222222222222222222222222222222222222222222222222222222222"
        "86010000000000" "8c68616e7a6f2f76302e312e30"
    );
    let headers = Response::Headers { after: genesis, headers: vec![block.header().clone()] };
    let answer = Response::Blocks(vec![
        alloy_rlp::encode(block.sealed_block()).into(),
        alloy_rlp::encode(next.sealed_block()).into(),
    ]);
    vec![
        seed("status", "golden", golden_status),
        seed("status", "of_this_chain", alloy_rlp::encode(Status::of(&CHAIN.view, "hanzo/v0.1.0"))),
        seed(
            "request",
            "headers",
            Request::Headers { locator: vec![head, genesis], limit: 512 }.encode(),
        ),
        seed("request", "blocks", Request::Blocks { hashes: vec![head] }.encode()),
        seed(
            "request",
            "transactions",
            Request::BlockTransactions { block: head, positions: vec![0] }.encode(),
        ),
        seed("request", "pool", Request::PoolHashes.encode()),
        seed("request", "pooled", Request::PooledTransactions { hashes: vec![head] }.encode()),
        seed("response", "headers", headers.encode()),
        seed("response", "pool", Response::PoolHashes(vec![head]).encode()),
        seed("response", "pooled", Response::PooledTransactions(encoded.clone()).encode()),
        seed(
            "response",
            "blocks",
            Response::Blocks(vec![hex!("c1").into(), hex!("c2").into()]).encode(),
        ),
        seed("response", "transactions", Response::BlockTransactions(encoded).encode()),
        seed("response", "busy", Response::Busy.encode()),
        seed("announcement", "with_a_transaction", announce(block)),
        seed("transaction_batch", "of_every_type", batch.clone()),
        seed("peer_answer", "headers", headers.encode()),
        seed("peer_answer", "blocks", answer.encode()),
        seed("peer_block", "known", announce(block)),
        seed("peer_block", "new", announce(next)),
        seed("peer_transactions", "of_every_type", batch),
        seed(
            "peer_record",
            "an_address",
            alloy_rlp::encode(PeerRecord::new(
                &["/ip4/203.0.113.7/tcp/30303".parse().expect("an address")],
                1_800_000_000,
                0,
            )),
        ),
    ]
}

fn consensus_objects(block: &RecoveredBlock) -> Vec<Seed> {
    let encoded = alloy_rlp::encode(block.sealed_block());
    let genesis = alloy_rlp::encode(CHAIN.spec.genesis_block());
    let mut all = vec![
        seed("block", "with_a_transaction", encoded.clone()),
        seed("block", "genesis", genesis.clone()),
        seed("block_file", "two_blocks", [genesis, encoded].concat()),
        // Three bytes of a list of 63 MiB.
        seed("block_file", "length_that_lies", hex!("fb03f00000 010203")),
        seed("header", "sealed", alloy_rlp::encode(block.header())),
        seed("header", "genesis", alloy_rlp::encode(CHAIN.spec.genesis_header().header())),
    ];
    let names = ["legacy", "access_list", "dynamic_fee", "delegation"];
    for (name, transaction) in names.into_iter().zip(transactions()) {
        all.push(seed("transaction", name, transaction.encoded_2718()));
    }
    all
}

/// A row as `stored_row` takes it. Tables have the numbers of their places in `Table::ALL`.
fn row(name: &'static str, table: u8, key: &[u8], value: &[u8]) -> Seed {
    let key_bytes = u8::try_from(key.len()).expect("a short key");
    seed("stored_row", name, [&[table, key_bytes], key, value].concat())
}

fn rows(block: &RecoveredBlock) -> Vec<Seed> {
    let (address, hash) = ([0x11; 20], [0xab; 32]);
    let number = 0x0102_u64.to_be_bytes();
    let of_block = [number.as_slice(), &hash].concat();
    let slot = [address.as_slice(), &U256::from(7).to_be_bytes::<32>()].concat();
    let mut body = 1_u32.to_be_bytes().to_vec();
    body.extend(block.senders()[0]);
    alloy_rlp::Encodable::encode(block.body(), &mut body);
    let receipts = CHAIN.view.receipts(block.hash()).expect("they can be read");
    let receipts = alloy_rlp::encode(receipts.expect("they are there").as_ref());
    let touched = hex!(
        "00000001" "1111111111111111111111111111111111111111"
        "1111111111111111111111111111111111111111" "00000002"
        "0000000000000000000000000000000000000000000000000000000000000001"
        "0000000000000000000000000000000000000000000000000000000000000002"
    );
    let history = [address.as_slice(), &number].concat();
    let slot_history = [slot.as_slice(), &number].concat();
    let account =
        hex!("82 00 0100 cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc");
    vec![
        row("meta_schema", 0, b"schema_version", &[0, 0, 0, 1]),
        row("meta_identity", 0, b"identity", &[&0x7a69_u64.to_be_bytes()[..], &hash].concat()),
        row("meta_tip", 0, b"state_tip", &of_block),
        row("meta_arrival", 0, b"next_arrival", &number),
        row("block_number", 1, &hash, &number),
        row("header", 2, &of_block, &alloy_rlp::encode(block.header())),
        row("body", 3, &of_block, &body),
        row("weight", 4, &of_block, &[&hash[..], &number].concat()),
        row("receipts", 5, &of_block, &receipts),
        row("canonical", 6, &number, &hash),
        row("position", 7, &hash, &[number, number].concat()),
        row("account", 8, &address, &hex!("01 04 01 01020304")),
        row("contract", 8, &address, &account),
        row("slot", 9, &slot, &[1, 0]),
        row("code", 10, &hash, &[0x60, 0x00]),
        row("account_history", 13, &history, &account),
        row("storage_history", 14, &slot_history, &[]),
        row("touched", 15, &number, &touched),
    ]
}

/// Tries as `trie_nodes` takes them: one with two slots, one with many accounts, and none.
fn tries() -> Vec<Seed> {
    let account = Address::repeat_byte(0x11);
    let diff = |accounts: u64| {
        let mut diff = StateDiff::default();
        let after = Some(Account { nonce: 1, balance: U256::from(5), ..Account::default() });
        let others = (1..accounts).map(|number| Address::left_padding_from(&number.to_be_bytes()));
        for address in others.chain([account]) {
            diff.accounts.insert(address, Change { before: None, after });
        }
        let slots = diff.storage.entry(account).or_default();
        slots.insert(U256::ZERO, Change { before: U256::ZERO, after: U256::from(1) });
        slots.insert(U256::from(1), Change { before: U256::ZERO, after: U256::MAX });
        diff
    };
    let trie = |accounts| {
        let changed = root(&MemoryState::default(), &diff(accounts));
        encode_nodes(&changed.expect("nothing to read").trie)
    };
    vec![
        seed("trie_nodes", "one_account", trie(1)),
        seed("trie_nodes", "forty_accounts", trie(40)),
        seed("trie_nodes", "empty", Vec::new()),
    ]
}

fn encode_nodes(trie: &TrieDiff) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut put = |owner: u8, path: &hanzo_state::NodePath, node: Option<&Bytes>| {
        let Some(node) = node else { return };
        bytes.extend([owner, u8::try_from(path.len()).expect("at most 64 nibbles")]);
        bytes.extend(path.to_vec());
        bytes.extend(u16::try_from(node.len()).expect("a node").to_be_bytes());
        bytes.extend(node);
    };
    for (path, node) in trie.account_nodes_sorted() {
        put(0, &path, node);
    }
    for (_, path, node) in trie.storage_nodes_sorted() {
        put(1, &path, node);
    }
    bytes
}

fn execution(block: &RecoveredBlock) -> Vec<Seed> {
    let words = |which: u8, signature: &str, words: &[u64]| {
        let mut input = vec![which];
        input.extend(&alloy_primitives::keccak256(signature)[..4]);
        words.iter().for_each(|word| input.extend(U256::from(*word).to_be_bytes::<32>()));
        input
    };
    let purchase = "purchaseReturn(uint256,uint256,uint32,uint256)";
    let question = [&[1_u8, 1][..], &[0; 32], &alloy_rlp::encode(block.header())].concat();
    vec![
        seed(
            "precompile",
            "purchase_return",
            words(0, purchase, &[1 << 40, 1 << 30, 500_000, 1 << 20]),
        ),
        seed("precompile", "domain", words(0, "domain()", &[])),
        seed("precompile", "compute_proof", question),
        seed("precompile", "exp_wad", words(2, "expWad(int256)", &[1_000_000_000])),
        seed("precompile", "mint", words(3, "mint(address,uint256)", &[0xca, 1])),
        seed("precompile", "transfer", words(3, "transfer(address,address,uint256)", &[1, 2, 0])),
        seed("deposit_log", "layout", deposit_event()),
    ]
}

/// The data of an event with the layout of EIP-6110.
fn deposit_event() -> Vec<u8> {
    let fields: [(usize, usize); 5] = [(160, 48), (256, 32), (320, 8), (384, 96), (512, 8)];
    let mut data = vec![0; 576];
    for (index, (offset, length)) in fields.into_iter().enumerate() {
        let word = |value: usize| U256::from(value).to_be_bytes::<32>();
        data[index * 32..][..32].copy_from_slice(&word(offset));
        data[offset..][..32].copy_from_slice(&word(length));
        data[offset + 32..][..length].fill(0x11 * u8::try_from(index + 1).expect("five"));
    }
    data
}
