//! A chain that inputs are judged on.

use hanzo_chain::{ChainView, genesis_diff};
use hanzo_consensus::Consensus;
use hanzo_network::{Now, Worker};
use hanzo_pool::{Pool, PoolConfig};
use hanzo_testkit::{MemoryState, Signer, TestChain, dev_spec};
use hanzo_types::{ChainSpec, DEV_ACCOUNTS};
use std::{
    fs,
    sync::{Arc, LazyLock},
    time::Duration,
};

/// A few blocks of the dev chain. The same in every process, so that what an input does depends on
/// nothing but the input.
pub(crate) static CHAIN: LazyLock<Chain> = LazyLock::new(Chain::new);

/// The accounts of the dev chain in memory, for what needs a state and no chain.
pub(crate) static GENESIS_STATE: LazyLock<MemoryState> =
    LazyLock::new(|| MemoryState::new(genesis_diff(&CHAIN.spec)));

/// Blocks with a transaction each.
const BLOCKS: u64 = 3;

/// A chain that does not move.
pub(crate) struct Chain {
    pub(crate) spec: Arc<ChainSpec>,
    pub(crate) consensus: Arc<dyn Consensus>,
    pub(crate) view: Arc<ChainView>,
    pub(crate) worker: Worker,
    pub(crate) now: Now,
}

impl Chain {
    fn new() -> Self {
        let chain = new_chain();
        let (spec, consensus) = (Arc::clone(chain.spec()), Arc::clone(chain.consensus()));
        let view = chain.view();
        let pool = Pool::new(PoolConfig::default(), Arc::clone(&view));
        let worker = Worker { consensus: Arc::clone(&consensus), pool };
        // Two seconds after the head: the usual distance.
        let now = Now { elapsed: Duration::from_secs(60), unix: view.head().timestamp + 2 };
        // A fuzzer ends without dropping anything. The database keeps its files open and needs their
        // names no more.
        if let Some(folder) = chain.path().parent() {
            let _ = fs::remove_dir_all(folder);
        }
        Self { spec, consensus, view, worker, now }
    }
}

/// The same chain in the hands of the caller.
pub(crate) fn new_chain() -> TestChain {
    let mut chain = TestChain::new(dev_spec());
    let signer = Signer::dev(0, chain.spec());
    for nonce in 0..BLOCKS {
        chain.mine(vec![signer.transfer(nonce, DEV_ACCOUNTS[1], 1)]);
    }
    chain
}
