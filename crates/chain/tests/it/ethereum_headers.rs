//! A block of a plain Ethereum chain with one field of its header changed: what is said about it,
//! and that it leaves no trace.

use alloy_consensus::TxEip4844;
use alloy_eips::eip4895::Withdrawal;
use alloy_hardforks::EthereumHardfork as Fork;
use alloy_primitives::{Address, B64, B256, Bytes, U256, address};
use hanzo_chain::{Audit, ImportError, Inserted, audit};
use hanzo_testkit::{BlockPlan, Signer, TestChain, ethereum_spec, token};
use hanzo_types::{DEV_ACCOUNTS, Fault, Header, RecoveredTransaction, SealedBlock};
use reth_primitives_traits::Block as _;
use serde_json::json;

/// Stores number plus PREVRANDAO, so that gas does not depend on either: NUMBER PREVRANDAO ADD
/// PUSH0 SSTORE STOP.
const ORACLE_CODE: &str = "0x4344015f5500";
const ORACLE: Address = address!("0x000000000000000000000000000000000000c1e0");

/// Hash of nothing that there is.
const ONE: B256 = B256::repeat_byte(1);

const BLOB_GAS: u64 = 131_072;

/// A change of one field of a valid header, and what must be said about it: part of the refusal,
/// made from the valid header and the changed one.
type Case = (fn(&mut Header), fn(&Header, &Header) -> String);

/// A chain of three blocks, all persisted, and a valid fourth.
struct Scene {
    chain: TestChain,
    block: SealedBlock,
}

/// What a refused block must not change.
#[derive(Debug, PartialEq)]
struct Footprint {
    head: B256,
    durable_head: B256,
    audit: Audit,
    side_blocks: usize,
    deferred_blocks: usize,
}

impl Scene {
    /// Blocks of transfers at `fork`.
    fn plain(fork: Fork) -> Self {
        let mut chain = TestChain::new(ethereum_spec(fork, |_| {}));
        for nonce in 0..3 {
            chain.extend_ethereum(transfers(&chain, nonce));
        }
        let block = chain.build_ethereum(transfers(&chain, 3));
        chain.tree().persist_all().unwrap();
        Self { chain, block }
    }

    /// Blocks that have something of everything Osaka knows: logs, a blob, withdrawals, and a
    /// contract that reads PREVRANDAO.
    fn osaka() -> Self {
        let mut chain = TestChain::new(ethereum_spec(Fork::Osaka, |genesis| {
            genesis["alloc"][ORACLE.to_string()] = json!({ "balance": "0x0", "code": ORACLE_CODE });
        }));
        let alice = Signer::dev(0, chain.spec());
        chain.extend_ethereum(BlockPlan {
            transactions: vec![alice.create(0, token::creation_code(), 500_000)],
            ..Default::default()
        });
        for nonce in [1, 4] {
            chain.extend_ethereum(everything(&alice, nonce));
        }
        let block = chain.build_ethereum(everything(&alice, 7));
        chain.tree().persist_all().unwrap();
        Self { chain, block }
    }

    /// The block after `change`; its body stays.
    fn changed(&self, change: impl FnOnce(&mut Header)) -> SealedBlock {
        let mut block = self.block.clone().into_block();
        change(&mut block.header);
        block.seal_slow()
    }

    fn footprint(&mut self) -> Footprint {
        let view = self.chain.view();
        let stored = self.chain.tree().store().view();
        let consensus = self.chain.consensus();
        let audit = audit(self.chain.spec(), &**consensus, &stored, |_| {}).unwrap();
        let tip = stored.state_tip().unwrap();
        assert_eq!(audit.state_root, view.head().state_root);
        Footprint {
            head: view.head().hash(),
            durable_head: tip.hash,
            audit,
            side_blocks: self.chain.tree().side_blocks(),
            deferred_blocks: self.chain.tree().deferred_blocks(),
        }
    }

    /// Every case is refused as it says and leaves everything as it was, also on disk and after a
    /// restart; then the unchanged block is imported.
    fn refuses(&mut self, cases: &[Case]) {
        let before = self.footprint();
        for (index, (change, says)) in cases.iter().enumerate() {
            let wrong = self.changed(change);
            assert_ne!(wrong.hash(), self.block.hash(), "case {index} changes nothing");
            let words = says(self.block.header(), wrong.header());
            let error = self.chain.import_file_block(wrong.clone()).unwrap_err();
            let text = error.to_string();
            assert!(text.contains(&words), "case {index}: {words:?} is not in {text:?}");
            let named = format!("block {} ({})", wrong.number, wrong.hash());
            assert!(text.starts_with(&named), "case {index}: {named:?} does not begin {text:?}");
            let is_orphan = matches!(error, ImportError::UnknownParent { .. });
            let expected = if is_orphan { Fault::Transient } else { Fault::Peer };
            assert_eq!(error.fault(), expected, "{text}");
            assert_eq!(self.footprint(), before, "case {index}: {text}");
            let stored = self.chain.tree().store().view().header_by_hash(wrong.hash());
            assert!(stored.unwrap().is_none(), "case {index} was stored");
        }
        self.chain.reopen();
        assert_eq!(self.footprint(), before);
        self.goes_in();
    }

    /// The unchanged block becomes the head.
    fn goes_in(&mut self) {
        let inserted = self.chain.import_file_block(self.block.clone()).unwrap();
        assert!(matches!(inserted, Inserted::Head(_)), "{inserted:?}");
        self.chain.tree().persist_all().unwrap();
        assert_eq!(self.footprint().durable_head, self.block.hash());
    }
}

fn transfers(chain: &TestChain, nonce: u64) -> BlockPlan {
    let alice = Signer::dev(0, chain.spec());
    let fees = Default::default();
    let transaction = alice.legacy(nonce, DEV_ACCOUNTS[1], fees);
    let old = alloy_consensus::TxLegacy {
        chain_id: None,
        nonce,
        gas_price: 10_000_000_000,
        gas_limit: 21_000,
        to: DEV_ACCOUNTS[1].into(),
        value: U256::from(1),
        input: Bytes::new(),
    };
    let is_protected = chain.spec().fork_at(chain.view().head().header()) >= Fork::SpuriousDragon;
    let transaction = if is_protected { transaction } else { alice.sign(old) };
    BlockPlan { transactions: vec![transaction], ..Default::default() }
}

/// A transfer of the token, a call of the oracle, a blob, two withdrawals.
fn everything(alice: &Signer, nonce: u64) -> BlockPlan {
    let token = alice.address().create(0);
    let input = token::transfer_input(DEV_ACCOUNTS[1], U256::from(nonce));
    let withdrawal =
        Withdrawal { index: nonce, validator_index: 7, address: DEV_ACCOUNTS[2], amount: 3 };
    BlockPlan {
        transactions: vec![
            alice.call(nonce, token, U256::ZERO, input, 100_000),
            alice.call(nonce + 1, ORACLE, U256::ZERO, Bytes::new(), 100_000),
            blob(alice, nonce + 2),
        ],
        withdrawals: vec![withdrawal, Withdrawal { index: nonce + 1, ..withdrawal }],
        ..Default::default()
    }
}

fn blob(alice: &Signer, nonce: u64) -> RecoveredTransaction {
    let mut versioned_hash = B256::ZERO;
    versioned_hash.0[0] = 1;
    alice.sign(TxEip4844 {
        chain_id: 1,
        nonce,
        gas_limit: 21_000,
        max_fee_per_gas: 10_000_000_000,
        max_priority_fee_per_gas: 1_000_000_000,
        to: DEV_ACCOUNTS[1],
        value: U256::from(1),
        access_list: Default::default(),
        blob_versioned_hashes: vec![versioned_hash],
        max_fee_per_blob_gas: 1_000_000_000,
        input: Bytes::new(),
    })
}

/// The two sides of a comparison, as most refusals name them.
fn differs(field: &str, found: impl std::fmt::Display, expected: impl std::fmt::Display) -> String {
    format!("{field} is {found}, execution gives {expected}")
}

fn fixed(field: &str, found: impl std::fmt::Display, expected: impl std::fmt::Display) -> String {
    format!("header field {field} is {found}, must be {expected}")
}

fn absent(field: &str) -> String {
    fixed(field, "absent", "present")
}

/// What is said if only the state shows that a field is not the one the block was built with.
fn another_state(valid: &Header, _wrong: &Header) -> String {
    format!("state root is {}, execution gives 0x", valid.state_root)
}

/// The largest step of the gas limit. Source: Yellow Paper §4.4.4.
const fn step(valid: &Header) -> u64 {
    // The parent's limit is the same: builders steer to the genesis limit, which is reached.
    valid.gas_limit / 1_024 - 1
}

fn gas_limit(valid: &Header, wrong: &Header) -> String {
    let (limit, step) = (valid.gas_limit, step(valid));
    format!("gas limit is {}, allowed is {} to {}", wrong.gas_limit, limit - step, limit + step)
}

#[test]
fn each_commitment_that_is_wrong_is_refused_with_both_values() {
    let cases: [Case; 11] = [
        (
            |h| h.ommers_hash = ONE,
            |v, w| format!("sha3Uncles is {}, the body has {}", w.ommers_hash, v.ommers_hash),
        ),
        (|h| h.state_root = ONE, |v, w| differs("state root", w.state_root, v.state_root)),
        (
            |h| h.transactions_root = ONE,
            |v, w| {
                let (found, expected) = (w.transactions_root, v.transactions_root);
                format!("transactions root is {found}, the body has {expected}")
            },
        ),
        (
            |h| h.receipts_root = ONE,
            |v, w| differs("receipts root", w.receipts_root, v.receipts_root),
        ),
        (
            |h| h.logs_bloom.0[0] ^= 1,
            |v, w| {
                let (found, expected) = (w.logs_bloom.0[0], v.logs_bloom.0[0]);
                format!("logs bloom has {found:#04x} at byte 0, execution gives {expected:#04x}")
            },
        ),
        (
            |h| h.gas_used += 1,
            |v, w| format!("gas used is {}, execution used {}", w.gas_used, v.gas_used),
        ),
        (
            |h| h.gas_used -= 1,
            |v, w| format!("gas used is {}, execution used {}", w.gas_used, v.gas_used),
        ),
        (
            |h| h.withdrawals_root = Some(ONE),
            |v, _| {
                let expected = v.withdrawals_root.unwrap();
                format!("withdrawals root is {ONE}, the body has {expected}")
            },
        ),
        (
            |h| h.withdrawals_root = None,
            |v, _| {
                let expected = v.withdrawals_root.unwrap();
                format!("withdrawals root is absent, the body has {expected}")
            },
        ),
        (
            |h| h.requests_hash = Some(ONE),
            |v, _| differs("requests hash", ONE, v.requests_hash.unwrap()),
        ),
        (
            |h| h.blob_gas_used = Some(2 * BLOB_GAS),
            |_, _| format!("blob gas used is {}, the blobs use {BLOB_GAS}", 2 * BLOB_GAS),
        ),
    ];
    Scene::osaka().refuses(&cases);
}

#[test]
fn each_field_that_follows_from_the_parent_is_refused_with_both_values() {
    let cases: [Case; 16] = [
        (|h| h.parent_hash = ONE, |_, _| format!("has the unknown parent {ONE}")),
        (|h| h.number += 1, |v, w| format!("block number is {}, expected {}", w.number, v.number)),
        (|h| h.number -= 1, |v, w| format!("block number is {}, expected {}", w.number, v.number)),
        (
            |h| h.timestamp -= 12,
            |v, w| {
                format!("timestamp {} is not after the parent's {}", w.timestamp, v.timestamp - 12)
            },
        ),
        (
            |h| h.timestamp -= 13,
            |v, w| {
                format!("timestamp {} is not after the parent's {}", w.timestamp, v.timestamp - 12)
            },
        ),
        (|h| h.difficulty = U256::from(1), |_, _| "difficulty is 1, expected 0".to_owned()),
        (|h| h.gas_limit += step(h) + 1, gas_limit),
        (|h| h.gas_limit -= step(h) + 1, gas_limit),
        (|h| h.gas_limit = u64::MAX, gas_limit),
        (
            |h| h.gas_limit = h.gas_used - 1,
            |_, w| format!("gas used {} exceeds the gas limit {}", w.gas_used, w.gas_limit),
        ),
        (
            |h| h.gas_used = h.gas_limit + 1,
            |_, w| format!("gas used {} exceeds the gas limit {}", w.gas_used, w.gas_limit),
        ),
        (
            |h| h.base_fee_per_gas = h.base_fee_per_gas.map(|fee| fee + 1),
            |v, w| {
                let (found, expected) = (w.base_fee_per_gas.unwrap(), v.base_fee_per_gas.unwrap());
                format!("base fee is {found}, expected {expected}")
            },
        ),
        (
            |h| h.base_fee_per_gas = Some(0),
            |v, _| format!("base fee is 0, expected {}", v.base_fee_per_gas.unwrap()),
        ),
        (
            |h| h.base_fee_per_gas = None,
            |v, _| format!("base fee is absent, expected {}", v.base_fee_per_gas.unwrap()),
        ),
        (
            |h| h.excess_blob_gas = Some(BLOB_GAS),
            |v, _| {
                let expected = v.excess_blob_gas.unwrap();
                format!("excess blob gas is {BLOB_GAS}, expected {expected}")
            },
        ),
        (
            |h| h.extra_data = Bytes::from_static(&[0; 33]),
            |_, _| "extra data has 33 bytes, at most 32 are allowed".to_owned(),
        ),
    ];
    Scene::osaka().refuses(&cases);
}

#[test]
fn each_field_that_the_fork_fixes_requires_or_forbids_is_refused_by_its_name() {
    let cases: [Case; 7] = [
        (|h| h.nonce = B64::with_last_byte(1), |_, w| fixed("nonce", w.nonce, B64::ZERO)),
        (|h| h.blob_gas_used = None, |_, _| absent("blobGasUsed")),
        (|h| h.excess_blob_gas = None, |_, _| absent("excessBlobGas")),
        (|h| h.parent_beacon_block_root = None, |_, _| absent("parentBeaconBlockRoot")),
        (|h| h.requests_hash = None, |_, _| absent("requestsHash")),
        (
            |h| h.block_access_list_hash = Some(ONE),
            |_, _| fixed("blockAccessListHash", ONE, "absent"),
        ),
        (|h| h.slot_number = Some(7), |_, _| fixed("slotNumber", 7, "absent")),
    ];
    Scene::osaka().refuses(&cases);
}

/// Nothing prescribes these values; what they lead to is another state than the header has. The
/// tips go to the beneficiary, the oracle stores PREVRANDAO, and the system call of EIP-4788 stores
/// time and beacon root.
#[test]
fn a_free_field_that_execution_reads_is_refused_for_the_state_it_leads_to() {
    let cases: [Case; 4] = [
        (|h| h.beneficiary = Address::repeat_byte(7), another_state),
        (|h| h.mix_hash = ONE, another_state),
        (|h| h.parent_beacon_block_root = Some(ONE), another_state),
        (|h| h.timestamp += 1, another_state),
    ];
    Scene::osaka().refuses(&cases);
}

/// Of these fields only the hash depends here: extra data nobody reads, PREVRANDAO only who asks,
/// and there is no seal whose nonce could be checked.
#[test]
fn a_free_field_that_nothing_reads_makes_another_valid_block() {
    let extra_data: fn(&mut Header) = |h| h.extra_data = Bytes::from_static(&[7; 32]);
    let mix_hash: fn(&mut Header) = |h| h.mix_hash = ONE;
    let nonce: fn(&mut Header) = |h| h.nonce = B64::with_last_byte(1);
    for (fork, change) in [
        (Fork::Osaka, extra_data),
        (Fork::Osaka, mix_hash),
        (Fork::London, extra_data),
        (Fork::London, mix_hash),
        (Fork::London, nonce),
    ] {
        let mut scene = Scene::plain(fork);
        let sibling = scene.changed(change);
        assert_ne!(sibling.hash(), scene.block.hash());
        scene.goes_in();
        // Seen second, so it does not become the head.
        let beside = scene.chain.import_file_block(sibling.clone());
        assert!(!matches!(beside.unwrap(), Inserted::Head(_)), "{fork}");
        let mut other = Scene::plain(fork);
        let alone = other.chain.import_file_block(sibling).unwrap();
        assert!(matches!(alone, Inserted::Head(_)), "{fork}: {alone:?}");
    }
}

#[test]
fn a_parent_that_is_known_but_is_another_block_is_refused_for_the_number() {
    let mut scene = Scene::osaka();
    let before = scene.footprint();
    let grandparent = scene.chain.view().canonical_hash(2).unwrap().unwrap();
    let wrong = scene.changed(|header| header.parent_hash = grandparent);
    let error = scene.chain.import_file_block(wrong).unwrap_err().to_string();
    assert!(error.starts_with("block 4 (0x"), "{error}");
    assert!(error.ends_with("block number is 4, expected 3"), "{error}");
    assert_eq!(scene.footprint(), before);
    scene.goes_in();
}

/// At every fork before the merge: difficulty is a rule, ommers are part of the body, and the seal
/// is not looked at.
#[test]
fn each_field_of_a_mined_block_that_is_wrong_is_refused_with_both_values() {
    fn difficulty(valid: &Header, wrong: &Header) -> String {
        format!("difficulty is {}, expected {}", wrong.difficulty, valid.difficulty)
    }
    fn receipts(valid: &Header, wrong: &Header) -> String {
        differs("receipts root", wrong.receipts_root, valid.receipts_root)
    }
    let cases: [Case; 9] = [
        (|h| h.difficulty += U256::from(1), difficulty),
        (|h| h.difficulty -= U256::from(1), difficulty),
        (|h| h.difficulty = U256::ZERO, difficulty),
        (
            |h| h.ommers_hash = ONE,
            |v, w| format!("sha3Uncles is {}, the body has {}", w.ommers_hash, v.ommers_hash),
        ),
        (|h| h.state_root = ONE, |v, w| differs("state root", w.state_root, v.state_root)),
        (|h| h.receipts_root = ONE, receipts),
        (
            |h| h.gas_used += 1,
            |v, w| format!("gas used is {}, execution used {}", w.gas_used, v.gas_used),
        ),
        (|h| h.gas_limit += step(h) + 1, gas_limit),
        (
            |h| h.timestamp -= 12,
            |v, w| {
                format!("timestamp {} is not after the parent's {}", w.timestamp, v.timestamp - 12)
            },
        ),
    ];
    for fork in [Fork::Frontier, Fork::Homestead, Fork::Byzantium, Fork::Berlin, Fork::London] {
        // Before Byzantium a receipt holds the state after its transaction, tips included.
        let paid_elsewhere: Case = (
            |h| h.beneficiary = Address::repeat_byte(7),
            if fork < Fork::Byzantium {
                |v, _| format!("receipts root is {}, execution gives 0x", v.receipts_root)
            } else {
                another_state
            },
        );
        Scene::plain(fork).refuses(&[&cases[..], &[paid_elsewhere]].concat());
    }
}

/// Twelve seconds are just early enough for Frontier to raise the difficulty, and neither early nor
/// late for the formulas after it.
#[test]
fn the_time_of_a_mined_block_is_refused_by_its_difficulty() {
    for (fork, seconds) in [(Fork::Frontier, 13), (Fork::Homestead, 9), (Fork::Byzantium, 8)] {
        let mut scene = Scene::plain(fork);
        let wrong = scene.changed(|header| header.timestamp = header.timestamp - 12 + seconds);
        let error = scene.chain.import_file_block(wrong).unwrap_err().to_string();
        let found = scene.block.difficulty;
        assert!(error.contains(&format!("difficulty is {found}, expected ")), "{fork}: {error}");
        scene.goes_in();
    }
}

#[test]
fn a_field_of_a_later_fork_is_refused_before_it_by_its_name() {
    /// The fork that has a field, a change that adds it, and what names it. No two have the same
    /// value: a header that leaves out what comes before has the hash of the next one.
    type Addition = (Fork, fn(&mut Header), &'static str);
    let additions: [Addition; 6] = [
        (Fork::London, |h| h.base_fee_per_gas = Some(7), "header field baseFeePerGas is 7, must"),
        (Fork::Shanghai, |h| h.withdrawals_root = Some(ONE), "withdrawals root is 0x0101"),
        (Fork::Cancun, |h| h.blob_gas_used = Some(0), "header field blobGasUsed is 0, must"),
        (Fork::Cancun, |h| h.excess_blob_gas = Some(9), "header field excessBlobGas is 9, must"),
        (
            Fork::Cancun,
            |h| h.parent_beacon_block_root = Some(B256::repeat_byte(3)),
            "header field parentBeaconBlockRoot is 0x0303",
        ),
        (
            Fork::Prague,
            |h| h.requests_hash = Some(B256::repeat_byte(2)),
            "header field requestsHash is 0x0202",
        ),
    ];
    let forks =
        [Fork::Frontier, Fork::Berlin, Fork::London, Fork::Paris, Fork::Shanghai, Fork::Cancun];
    for fork in forks {
        let mut scene = Scene::plain(fork);
        let before = scene.footprint();
        for (since, change, words) in additions.iter().filter(|(since, ..)| *since > fork) {
            let wrong = scene.changed(change);
            let error = scene.chain.import_file_block(wrong).unwrap_err().to_string();
            assert!(error.starts_with("block 4 (0x"), "{error}");
            assert!(error.contains(words), "{since} at {fork}: {error}");
            assert_eq!(scene.footprint(), before, "{since} at {fork}");
        }
        scene.goes_in();
    }
}

/// A withdrawals root with the list it commits to, so that only the fork speaks against it.
#[test]
fn withdrawals_before_shanghai_and_their_absence_after_it_are_refused() {
    let mut before = Scene::plain(Fork::Paris);
    let mut block = before.block.clone().into_block();
    block.header.withdrawals_root = Some(alloy_consensus::constants::EMPTY_WITHDRAWALS);
    block.body.withdrawals = Some(Vec::new().into());
    let error = before.chain.import_file_block(block.seal_slow()).unwrap_err().to_string();
    assert!(error.contains("header field withdrawalsRoot is 0x"), "{error}");
    assert!(error.contains("must be absent"), "{error}");
    before.goes_in();

    let mut after = Scene::plain(Fork::Shanghai);
    let mut block = after.block.clone().into_block();
    block.header.withdrawals_root = None;
    block.body.withdrawals = None;
    let error = after.chain.import_file_block(block.seal_slow()).unwrap_err().to_string();
    assert!(error.contains(&absent("withdrawalsRoot")), "{error}");
    after.goes_in();
}
