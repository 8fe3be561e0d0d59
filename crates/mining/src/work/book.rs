//! The templates that miners work on.

use super::{lease::RowLeases, package::TemplateId};
use crate::PendingBlock;
use alloy_primitives::{Address, B64, B256, U256};
use std::{collections::VecDeque, sync::Arc};

/// Templates of the head that a seal is taken for, at least; the oldest goes first. With many coinbases
/// there are two for each. Source: decision D-36.
const OPEN_TEMPLATES: usize = 64;

/// Templates of earlier heads that are remembered, to tell what is stale from what never was.
const STALE_TEMPLATES: usize = 256;

/// Seals that are remembered, to tell what comes twice.
const TAKEN_SEALS: usize = 256;

/// A template that is worked on.
#[derive(Debug)]
pub(super) struct OpenWork {
    pub(super) id: TemplateId,
    pub(super) template: Arc<PendingBlock>,
    pub(super) leases: RowLeases,
    /// Unix time, in seconds, at which it was built.
    pub(super) built_at: u64,
    /// Content of the pool that it was built from.
    pub(super) pool_version: u64,
    /// Difficulty of shares of its epoch, in multiply-accumulates.
    pub(super) share_difficulty: U256,
}

impl OpenWork {
    pub(super) fn coinbase(&self) -> Address {
        self.template.block().beneficiary
    }
}

/// What a miner names when it has found something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkName {
    /// The template.
    Template(TemplateId),
    /// What it was searched for.
    SealHash(B256),
}

/// What a name stands for.
#[derive(Debug)]
pub(super) enum Named {
    Open(Arc<OpenWork>),
    Stale(StaleWork),
    Unknown,
}

/// The templates that miners work on: those of the head, and what is left of earlier ones.
#[derive(Debug)]
pub(super) struct WorkBook {
    /// Templates of the head that are kept at most.
    capacity: usize,
    head: B256,
    next_id: u64,
    open: VecDeque<Arc<OpenWork>>,
    stale: VecDeque<StaleWork>,
    taken: VecDeque<TakenSeal>,
}

/// What is left of a template of an earlier head.
#[derive(Debug, Clone, Copy)]
pub(super) struct StaleWork {
    id: TemplateId,
    pub(super) seal_hash: B256,
    pub(super) parent: B256,
    pub(super) coinbase: Address,
}

#[derive(Debug)]
struct TakenSeal {
    seal_hash: B256,
    nonce: B64,
    block: B256,
}

impl WorkBook {
    /// An empty book for so many coinbases.
    pub(super) fn new(beneficiaries: usize) -> Self {
        Self {
            capacity: OPEN_TEMPLATES.max(beneficiaries.saturating_mul(2)),
            head: B256::ZERO,
            next_id: 0,
            open: VecDeque::new(),
            stale: VecDeque::new(),
            taken: VecDeque::new(),
        }
    }

    /// The chain's head is `head`: work on anything else is stale.
    pub(super) fn follow(&mut self, head: B256) {
        if self.head == head {
            return;
        }
        self.head = head;
        let parted: Vec<_> = self.open.drain(..).collect();
        for work in parted {
            self.retire(&work);
        }
    }

    /// Adds a template on the head and names it; `None` if it builds on another block. A template that
    /// was added before keeps its name and its leases.
    pub(super) fn add(
        &mut self,
        template: Arc<PendingBlock>,
        share_difficulty: U256,
        pool_version: u64,
        built_at: u64,
    ) -> Option<Arc<OpenWork>> {
        if template.parent().hash() != self.head {
            return None;
        }
        let seal_hash = template.seal_hash();
        if let Some(known) = self.open.iter().find(|work| work.template.seal_hash() == seal_hash) {
            return Some(Arc::clone(known));
        }
        self.next_id = self.next_id.saturating_add(1);
        let id = TemplateId(self.next_id);
        let leases = RowLeases::new();
        let work = OpenWork { id, template, leases, built_at, pool_version, share_difficulty };
        let work = Arc::new(work);
        self.open.push_back(Arc::clone(&work));
        if self.open.len() > self.capacity
            && let Some(oldest) = self.open.pop_front()
        {
            self.retire(&oldest);
        }
        Some(work)
    }

    /// The newest template that pays `coinbase`.
    pub(super) fn newest_for(&self, coinbase: Address) -> Option<Arc<OpenWork>> {
        self.open.iter().rev().find(|work| work.coinbase() == coinbase).cloned()
    }

    /// How many different coinbases are worked for.
    pub(super) fn beneficiaries(&self) -> usize {
        let mut coinbases: Vec<Address> = self.open.iter().map(|work| work.coinbase()).collect();
        coinbases.sort_unstable();
        coinbases.dedup();
        coinbases.len()
    }

    /// What `name` stands for.
    pub(super) fn find(&self, name: WorkName) -> Named {
        let is_it = |id, seal_hash| match name {
            WorkName::Template(named) => named == id,
            WorkName::SealHash(named) => named == seal_hash,
        };
        if let Some(work) = self.open.iter().find(|work| is_it(work.id, work.template.seal_hash()))
        {
            return Named::Open(Arc::clone(work));
        }
        let stale = self.stale.iter().find(|work| is_it(work.id, work.seal_hash));
        stale.copied().map_or(Named::Unknown, Named::Stale)
    }

    /// The block that this seal completed, if it was taken before.
    pub(super) fn taken(&self, seal_hash: B256, nonce: B64) -> Option<B256> {
        let is_it = |seal: &&TakenSeal| seal.seal_hash == seal_hash && seal.nonce == nonce;
        self.taken.iter().find(is_it).map(|seal| seal.block)
    }

    /// Remembers a seal that was taken.
    pub(super) fn take(&mut self, seal_hash: B256, nonce: B64, block: B256) {
        push_bounded(&mut self.taken, TakenSeal { seal_hash, nonce, block }, TAKEN_SEALS);
    }

    fn retire(&mut self, work: &OpenWork) {
        let stale = StaleWork {
            id: work.id,
            seal_hash: work.template.seal_hash(),
            parent: work.template.parent().hash(),
            coinbase: work.coinbase(),
        };
        push_bounded(&mut self.stale, stale, STALE_TEMPLATES);
    }
}

fn push_bounded<T>(list: &mut VecDeque<T>, item: T, limit: usize) {
    list.push_back(item);
    if list.len() > limit {
        list.pop_front();
    }
}
