//! A node of the simulation.

use crate::faults::Fault;
use alloy_primitives::{Address, B256, Bytes};
use hanzo_chain::{ArrivedBlock, CanonObserver as _, CanonUpdate, CheckedBlock, Inserted, Origin};
use hanzo_network::{
    CoreConfig, FetchedBlock, ImportVerdict, NetworkCore, Now, PeerHead, PeerId, PeerLimits,
    Standing, Status, Worker,
};
use hanzo_pool::{Pool, PoolConfig, PooledTransaction};
use hanzo_testkit::{TestChain, seal};
use hanzo_types::{ChainSpec, Fault as Blame, RecoveredBlock};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use tokio::sync::broadcast;

/// Most transactions of a block.
const BLOCK_TRANSACTIONS: usize = 20;

/// A node of the simulation.
pub(crate) struct SimNode {
    pub(crate) index: usize,
    pub(crate) fault: Fault,
    pub(crate) chain: TestChain,
    pub(crate) pool: Pool,
    pub(crate) promoted: broadcast::Receiver<Arc<PooledTransaction>>,
    pub(crate) core: NetworkCore,
    pub(crate) worker: Worker,
    /// Nodes that it stays connected to.
    pub(crate) friends: BTreeSet<usize>,
    /// Who is connected.
    pub(crate) links: BTreeSet<usize>,
    /// Gossip that it has seen.
    pub(crate) seen: BTreeSet<B256>,
    /// Gossip that waits for a verdict, requests of others that wait for an answer, by name.
    pub(crate) messages: BTreeMap<u64, (hanzo_network::Topic, Bytes)>,
    pub(crate) questions: BTreeMap<u64, (usize, hanzo_network::Token)>,
}

/// The id of the node with this number.
pub(crate) fn peer_id(index: usize) -> PeerId {
    let mut bytes = [0x12; 34];
    bytes[1] = 32;
    bytes[2..10].copy_from_slice(&u64::try_from(index).unwrap().to_be_bytes());
    PeerId::from_bytes(&bytes).unwrap()
}

impl SimNode {
    pub(crate) fn new(
        index: usize,
        fault: Fault,
        spec: &Arc<ChainSpec>,
        friends: BTreeSet<usize>,
    ) -> Self {
        let chain = TestChain::new(Arc::clone(spec));
        let (pool, core, worker) = parts(&chain, index);
        let promoted = pool.subscribe();
        let mut node = Self {
            index,
            fault,
            chain,
            pool,
            promoted,
            core,
            worker,
            friends,
            links: BTreeSet::new(),
            seen: BTreeSet::new(),
            messages: BTreeMap::new(),
            questions: BTreeMap::new(),
        };
        node.name_friends();
        node
    }

    fn name_friends(&mut self) {
        for friend in &self.friends {
            let address = "/ip4/127.0.0.1/tcp/1".parse().unwrap();
            self.core.name_peer(peer_id(*friend), Some(address), Standing::Static);
        }
    }

    /// Loses what is in memory, as in a crash. `nowhere` is a chain to hold on to meanwhile: the database
    /// can be opened again when nobody looks at it.
    pub(crate) fn restart(&mut self, nowhere: &TestChain) {
        (self.pool, self.core, self.worker) = parts(nowhere, self.index);
        self.chain.reopen();
        (self.pool, self.core, self.worker) = parts(&self.chain, self.index);
        self.promoted = self.pool.subscribe();
        self.links.clear();
        self.messages.clear();
        self.questions.clear();
        self.name_friends();
    }

    pub(crate) fn status(&self) -> Status {
        Status::of(&self.chain.view(), "sim")
    }

    /// Finds a block of what the pool has.
    pub(crate) fn mine(&mut self, now: Now) -> (RecoveredBlock, Arc<CanonUpdate>) {
        let view = self.chain.view();
        let mut best = self.pool.best(view.next_base_fee());
        let mut transactions = Vec::new();
        while let Some(pooled) = best.next().filter(|_| transactions.len() < BLOCK_TRANSACTIONS) {
            transactions.push(pooled.transaction.clone());
        }
        let coinbase = Address::with_last_byte(u8::try_from(self.index + 1).unwrap());
        let timestamp = now.unix.max(view.head().timestamp + 1);
        let built = self.chain.build_with(transactions, |header| {
            header.beneficiary = coinbase;
            header.timestamp = timestamp;
        });
        let block = seal(built.block);
        let inserted = self.chain.import_mined(block.clone(), built.prebuilt).unwrap();
        let Inserted::Head(update) = inserted else { panic!("not the head: {inserted:?}") };
        self.pool.on_canon_update(&update);
        (block, update)
    }

    /// Imports an announced block.
    pub(crate) fn import(
        &mut self,
        fetched: FetchedBlock,
        now: Now,
    ) -> (ImportVerdict, Option<Arc<CanonUpdate>>) {
        let consensus = Arc::clone(&self.worker.consensus);
        let checked = match fetched {
            FetchedBlock::Recovered(block) => {
                CheckedBlock::check_recovered(Arc::unwrap_or_clone(block), &*consensus)
            }
            FetchedBlock::Sealed(block) => {
                CheckedBlock::check(Arc::unwrap_or_clone(block), &*consensus)
            }
        };
        let Ok(checked) = checked else { return (ImportVerdict::Invalid, None) };
        match self.chain.tree().insert(checked, Origin::Peer { now: now.unix }) {
            Ok(Inserted::Head(update)) => {
                self.pool.on_canon_update(&update);
                (ImportVerdict::Done, Some(update))
            }
            Ok(_) => (ImportVerdict::Done, None),
            Err(error) => (verdict(error.fault()), None),
        }
    }

    /// Imports blocks of the synchronisation.
    pub(crate) fn import_segment(
        &mut self,
        blocks: Vec<ArrivedBlock>,
        now: Now,
    ) -> (ImportVerdict, Option<Arc<CanonUpdate>>) {
        let origin = Origin::Peer { now: now.unix };
        let import = self.chain.tree().insert_segment(blocks, &origin);
        if let Some(update) = &import.update {
            self.pool.on_canon_update(update);
        }
        let refused = import.refusal.map(|error| verdict(error.fault()));
        (refused.unwrap_or(ImportVerdict::Done), import.update)
    }
}

fn verdict(blame: Blame) -> ImportVerdict {
    match blame {
        Blame::Peer => ImportVerdict::Invalid,
        Blame::Transient => ImportVerdict::NotNow,
        Blame::Local => panic!("a node failed"),
    }
}

fn parts(chain: &TestChain, index: usize) -> (Pool, NetworkCore, Worker) {
    let view = chain.view();
    let pool = Pool::new(PoolConfig::default(), Arc::clone(&view));
    let seed = u64::try_from(index).unwrap();
    let config = CoreConfig { limits: PeerLimits::default(), seed };
    let core = NetworkCore::new(&config, Arc::clone(view.spec()), PeerHead::of(&view), &[]);
    let worker = Worker { consensus: Arc::clone(chain.consensus()), pool: pool.clone() };
    (pool, core, worker)
}
