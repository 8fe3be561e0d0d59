//! Ten epochs of a network in which one provider finds shares only: real blocks, real books, real
//! claims; only who finds what is drawn by chance.

use alloy_primitives::{Address, B256, TxKind, U256, keccak256};
use alloy_rpc_types_eth::{TransactionInput, TransactionRequest};
use alloy_sol_types::{SolCall, SolValue, sol};
use hanzo_chain::genesis_diff;
use hanzo_consensus::expected_difficulty;
use hanzo_evm::{BlockBuilder, CallContext, CallOverrides, call};
use hanzo_state::{Change, StateDiff, StateRead};
use hanzo_testkit::{Chance, MemoryState};
use hanzo_types::{
    COMPUTE_MINING, ChainSpec, EpochField, Header, SHARE_EPOCH_BLOCKS, ShareEpoch, prev_randao,
};
use std::sync::Arc;

sol!(ComputeMining, "../../contracts/artifacts/ComputeMining.json");

const EPOCHS: u64 = 10;

/// Part of the network's rate.
const PART: f64 = 0.01;

/// Multiply-accumulates per second of all: a block every six seconds at the difficulty of genesis.
const RATE: f64 = (1_u64 << 41) as f64 / 6.0;

const PROVIDER: Address = Address::repeat_byte(0x51);
const OTHERS: Address = Address::repeat_byte(0x99);

struct Net {
    spec: Arc<ChainSpec>,
    state: MemoryState,
    parent: Header,
    grandparent: Option<Header>,
    chance: Chance,
    now: f64,
}

impl Net {
    fn new() -> Self {
        let genesis = include_bytes!("../../../../genesis/testnet.json");
        let spec = Arc::new(ChainSpec::from_genesis_json(genesis).unwrap());
        let state = MemoryState::new(genesis_diff(&spec));
        let parent = spec.genesis_header().header().clone();
        Self { spec, state, parent, grandparent: None, chance: Chance::new(36_962), now: 0.0 }
    }

    /// A block, and the shares that were found meanwhile.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds")]
    fn block(&mut self) {
        let config = self.spec.hanzo_rules().unwrap().config();
        let difficulty = expected_difficulty(
            config,
            self.spec.genesis().difficulty,
            &self.parent,
            self.grandparent.as_ref(),
        );
        let time = self.chance.wait(macs(difficulty) / RATE);
        self.now += time;
        let stamp = self.spec.genesis_header().timestamp + self.now as u64;
        let header = Header {
            number: self.parent.number + 1,
            timestamp: stamp.max(self.parent.timestamp + 1),
            difficulty,
            ..self.child()
        };
        let builder = BlockBuilder::new(&self.state, &header, &self.parent, &self.spec).unwrap();
        let executed = builder.finish().unwrap();
        self.state.apply(&executed.diff);
        self.count_shares(header.number, time);
        self.grandparent = Some(std::mem::replace(&mut self.parent, header));
    }

    fn child(&self) -> Header {
        Header {
            number: self.parent.number + 1,
            timestamp: self.parent.timestamp + 1,
            parent_hash: B256::with_last_byte(1),
            beneficiary: OTHERS,
            gas_limit: self.parent.gas_limit,
            base_fee_per_gas: Some(1_000_000_000),
            parent_beacon_block_root: Some(B256::with_last_byte(1)),
            excess_blob_gas: Some(0),
            ..Header::default()
        }
    }

    /// Enters what was found in `seconds` as the contract does when it is shown shares.
    fn count_shares(&mut self, number: u64, seconds: f64) {
        let epoch = ShareEpoch::of_block(number);
        let difficulty = macs(self.storage(epoch.slot(EpochField::ShareDifficulty)));
        let mut all = 0;
        for (who, part) in [(PROVIDER, PART), (OTHERS, 1.0 - PART)] {
            let found = self.chance.count(part * RATE * seconds / difficulty);
            self.add(shares_slot(who, epoch), found);
            all += found;
        }
        self.add(epoch.slot(EpochField::Shares), all);
    }

    fn storage(&self, slot: U256) -> U256 {
        self.state.storage(COMPUTE_MINING, slot).unwrap()
    }

    fn add(&mut self, slot: U256, count: u64) {
        let before = self.storage(slot);
        let after = before + U256::from(count);
        let mut diff = StateDiff::default();
        let slots = [(slot, Change { before, after })].into_iter().collect();
        diff.storage.insert(COMPUTE_MINING, slots);
        if before != after {
            self.state.apply(&diff);
        }
    }

    /// What the contract would pay in the next block.
    fn claim(&self, provider: Address, epoch: u64) -> U256 {
        let header = self.child();
        let context = CallContext {
            state: &self.state,
            header: &header,
            prev_randao: prev_randao(&self.parent, header.number),
            spec: &self.spec,
            gas_cap: 10_000_000,
        };
        let claim = ComputeMining::claimForCall { provider, epoch: U256::from(epoch) };
        let request = TransactionRequest {
            to: Some(TxKind::Call(COMPUTE_MINING)),
            input: TransactionInput::new(claim.abi_encode().into()),
            ..Default::default()
        };
        let paid = call(context, request, CallOverrides::default()).unwrap();
        ComputeMining::claimForCall::abi_decode_returns(&paid.output).unwrap()
    }
}

/// `accounts[provider][epoch]`, where the shares are in the low bits.
fn shares_slot(provider: Address, epoch: ShareEpoch) -> U256 {
    let outer = keccak256((provider, U256::from(1)).abi_encode());
    keccak256((U256::from(epoch.number()), outer).abi_encode()).into()
}

fn macs(difficulty: U256) -> f64 {
    f64::from(difficulty)
}

fn ai(wei: U256) -> f64 {
    f64::from(wei) / 1e18
}

#[test]
fn a_provider_with_one_percent_of_the_rate_gets_one_percent_of_the_pools() {
    let mut net = Net::new();
    // Until the shares of the tenth epoch can be paid.
    let last = ShareEpoch::new(EPOCHS - 1).first_claim() - 1;
    let mut shares = 0;
    while net.parent.number < last {
        net.block();
    }
    let (mut paid, mut pools) = (U256::ZERO, U256::ZERO);
    for epoch in 0..EPOCHS {
        let pool = net.storage(ShareEpoch::new(epoch).slot(EpochField::Pool));
        let [ours, theirs] = [PROVIDER, OTHERS].map(|who| net.claim(who, epoch));
        assert!(pool - ours - theirs < U256::from(2), "all but the rest of the division is paid");
        paid += ours;
        pools += pool;
        shares += net.storage(ShareEpoch::new(epoch).slot(EpochField::Shares)).to::<u64>();
    }
    let part = ai(paid) / ai(pools);
    let shares_of_a_block = shares as f64 / (EPOCHS * SHARE_EPOCH_BLOCKS) as f64;
    println!(
        "{EPOCHS} epochs: {shares_of_a_block:.1} shares a block, pools {:.0} AI, 1 % is paid {:.0} AI = {:.3} %",
        ai(pools),
        ai(paid),
        100.0 * part
    );
    assert!((part / PART - 1.0).abs() < 0.1, "{part}");
    assert!((shares_of_a_block / 32.0 - 1.0).abs() < 0.1, "{shares_of_a_block}");
}
