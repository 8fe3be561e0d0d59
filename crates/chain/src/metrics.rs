//! What the chain thread measures. docs/metrics.md lists it.

use crate::{CanonUpdate, ChainTree, ExecutedBlock, ImportError, Inserted, tree::CanonChange};
use hanzo_state::RootWork;
use metrics::{
    Counter, Gauge, Histogram, counter, describe_counter, describe_gauge, describe_histogram,
    gauge, histogram,
};
use std::sync::Arc;

/// What the chain thread measures. Made once: recording is an atomic operation, and nothing at all
/// if nobody asked for metrics.
#[derive(Debug)]
pub(crate) struct ChainMetrics {
    imports: Imports,
    canonical: Canonical,
    sizes: Sizes,
    pub(crate) import_seconds: Histogram,
    pub(crate) execution_seconds: Histogram,
    pub(crate) root_seconds: Histogram,
    root_nodes_read: Counter,
    root_nodes_hashed: Counter,
    pub(crate) block_write_seconds: Histogram,
    pub(crate) commit_seconds: Histogram,
    pub(crate) commit_wait_seconds: Histogram,
    pub(crate) committed_blocks: Counter,
    pub(crate) refused_reorgs: Counter,
    pub(crate) stale_blocks: Counter,
}

/// Imported blocks by what became of them.
#[derive(Debug)]
struct Imports {
    head: Counter,
    side: Counter,
    deferred: Counter,
    orphan: Counter,
    known: Counter,
    too_deep: Counter,
    invalid: Counter,
    failed: Counter,
}

/// How the canonical chain moves.
#[derive(Debug)]
struct Canonical {
    blocks: Counter,
    transactions: Counter,
    gas: Counter,
    reverted_blocks: Counter,
    reorganisations: Counter,
    reorganisation_depth: Histogram,
    head_number: Gauge,
    head_timestamp: Gauge,
    waiting_reorganisations: Gauge,
    waiting_depth: Gauge,
}

/// How many blocks are kept, and for what.
#[derive(Debug)]
struct Sizes {
    unpersisted: Gauge,
    side: Gauge,
    deferred: Gauge,
    orphan: Gauge,
    queued: Gauge,
}

impl ChainMetrics {
    pub(crate) fn register() -> Self {
        let read = "Stored trie nodes read to compute state roots at import.";
        let hashed = "Trie nodes hashed to compute state roots at import.";
        let refused = "Heavier chains that were not followed because they displace too much.";
        let committed = "Canonical blocks whose state was committed to disk.";
        let stale = "Valid blocks that have lost for good against the canonical chain.";
        Self {
            imports: Imports::register(),
            canonical: Canonical::register(),
            sizes: Sizes::register(),
            import_seconds: seconds(
                "hanzo_chain_import_seconds",
                "Time to import a block, from the queue to the verdict.",
            ),
            execution_seconds: seconds(
                "hanzo_chain_execution_seconds",
                "Time to execute a block at import; blocks built here are not executed again.",
            ),
            root_seconds: seconds(
                "hanzo_chain_root_seconds",
                "Time to compute the state root of a block executed at import.",
            ),
            root_nodes_read: count("hanzo_chain_root_nodes_read_total", read),
            root_nodes_hashed: count("hanzo_chain_root_nodes_hashed_total", hashed),
            block_write_seconds: seconds(
                "hanzo_chain_block_write_seconds",
                "Time to make a valid block durable; own blocks wait for the disk.",
            ),
            commit_seconds: seconds(
                "hanzo_chain_commit_seconds",
                "Time to commit the state of a run of canonical blocks.",
            ),
            commit_wait_seconds: seconds(
                "hanzo_chain_commit_wait_seconds",
                "Time that the import of a block waited for the commit of older ones to end.",
            ),
            committed_blocks: count("hanzo_chain_committed_blocks_total", committed),
            refused_reorgs: count("hanzo_chain_refused_reorganisations_total", refused),
            stale_blocks: count("hanzo_chain_stale_blocks_total", stale),
        }
    }

    /// Counts an import by its verdict.
    pub(crate) fn imported(&self, verdict: &Result<Inserted, ImportError>) {
        let imports = &self.imports;
        let counter = match verdict {
            Ok(Inserted::Head(update)) => {
                self.canonical.moved(&update.reverted, &update.adopted);
                &imports.head
            }
            Ok(Inserted::Side) => &imports.side,
            // Both are kept with the blocks that wait.
            Ok(Inserted::Deferred) => &imports.deferred,
            Ok(Inserted::Refused { .. }) => &imports.too_deep,
            Ok(Inserted::Orphan { .. }) => &imports.orphan,
            Ok(Inserted::Known) => &imports.known,
            Err(error) => imports.refused(error),
        };
        counter.increment(1);
    }

    /// Counts a block that extended the head in the pipeline.
    pub(crate) fn extended(&self, block: &ExecutedBlock) {
        self.imports.head.increment(1);
        self.canonical.adopted(block);
    }

    /// Counts a block that the pipeline refused.
    pub(crate) fn refused(&self, error: &ImportError) {
        self.imports.refused(error).increment(1);
    }

    /// Counts a change of the canonical chain that no import caused.
    pub(crate) fn updated(&self, update: &CanonUpdate) {
        self.canonical.moved(&update.reverted, &update.adopted);
    }

    /// Counts a change of the canonical chain.
    pub(crate) fn moved(&self, change: &CanonChange) {
        self.canonical.moved(&change.reverted, &change.adopted);
    }

    /// Counts the work of one state root.
    pub(crate) fn root_computed(&self, work: RootWork) {
        self.root_nodes_read.increment(work.nodes_read);
        self.root_nodes_hashed.increment(work.nodes_hashed);
    }

    /// Notes where the chain stands, with `queued` blocks waiting for the chain thread.
    pub(crate) fn observe(&self, tree: &ChainTree, queued: usize) {
        let head = tree.head();
        self.canonical.head_number.set(head.number as f64);
        self.canonical.head_timestamp.set(head.timestamp as f64);
        let waiting = tree.refused_reorgs();
        let deepest = waiting.iter().map(|reorg| reorg.depth).max().unwrap_or_default();
        self.canonical.waiting_reorganisations.set(waiting.len() as f64);
        self.canonical.waiting_depth.set(deepest as f64);
        self.sizes.unpersisted.set(tree.unpersisted_blocks() as f64);
        self.sizes.side.set(tree.side_blocks() as f64);
        self.sizes.deferred.set(tree.deferred_blocks() as f64);
        self.sizes.orphan.set(tree.orphans() as f64);
        self.sizes.queued.set(queued as f64);
    }
}

impl Imports {
    fn register() -> Self {
        let name = "hanzo_chain_imported_blocks_total";
        describe_counter!(name, "Blocks that went through import, by what became of them.");
        let outcome = |outcome: &'static str| counter!(name, "outcome" => outcome);
        Self {
            head: outcome("head"),
            side: outcome("side"),
            deferred: outcome("deferred"),
            orphan: outcome("orphan"),
            known: outcome("known"),
            too_deep: outcome("refused"),
            invalid: outcome("invalid"),
            failed: outcome("failed"),
        }
    }

    /// The counter for a block that was not imported.
    const fn refused(&self, error: &ImportError) -> &Counter {
        match error {
            ImportError::Invalid { .. } => &self.invalid,
            // It is kept, too.
            ImportError::BelowHistory { .. } => &self.deferred,
            ImportError::UnknownParent { .. }
            | ImportError::Busy { .. }
            | ImportError::Stopped
            | ImportError::Store(_)
            | ImportError::State(_)
            | ImportError::Readoption(_) => &self.failed,
        }
    }
}

impl Canonical {
    fn register() -> Self {
        let depth = "hanzo_chain_reorganisation_depth_blocks";
        describe_histogram!(depth, "Canonical blocks that a reorganisation displaced.");
        Self {
            blocks: count("hanzo_chain_adopted_blocks_total", "Blocks that became canonical."),
            transactions: count(
                "hanzo_chain_adopted_transactions_total",
                "Transactions of blocks that became canonical.",
            ),
            gas: count(
                "hanzo_chain_adopted_gas_total",
                "Gas used by blocks that became canonical.",
            ),
            reverted_blocks: count(
                "hanzo_chain_reverted_blocks_total",
                "Blocks that reorganisations displaced.",
            ),
            reorganisations: count(
                "hanzo_chain_reorganisations_total",
                "Changes of the head that displaced at least one block.",
            ),
            reorganisation_depth: histogram!(depth),
            head_number: level("hanzo_chain_head_number", "Number of the head."),
            head_timestamp: level(
                "hanzo_chain_head_timestamp_seconds",
                "Timestamp of the head, as Unix time.",
            ),
            waiting_reorganisations: level(
                "hanzo_chain_waiting_reorganisations",
                "Heavier chains that wait for the operator's decision; more than none is an alarm.",
            ),
            waiting_depth: level(
                "hanzo_chain_waiting_reorganisation_depth_blocks",
                "Canonical blocks that the deepest of them would displace.",
            ),
        }
    }

    fn moved(&self, reverted: &[Arc<ExecutedBlock>], adopted: &[Arc<ExecutedBlock>]) {
        for block in adopted {
            self.adopted(block);
        }
        if !reverted.is_empty() {
            self.reverted_blocks.increment(whole(reverted.len()));
            self.reorganisations.increment(1);
            self.reorganisation_depth.record(reverted.len() as f64);
        }
    }

    fn adopted(&self, block: &ExecutedBlock) {
        self.blocks.increment(1);
        self.transactions.increment(whole(block.receipts().len()));
        self.gas.increment(block.block().gas_used);
    }
}

impl Sizes {
    fn register() -> Self {
        Self {
            unpersisted: level(
                "hanzo_chain_unpersisted_blocks",
                "Canonical blocks above the persisted base: what a crash would re-execute.",
            ),
            side: level(
                "hanzo_chain_side_blocks",
                "Executed blocks in memory beside the canonical chain.",
            ),
            deferred: level(
                "hanzo_chain_deferred_blocks",
                "Unexecuted blocks that wait for their branch to become the heaviest.",
            ),
            orphan: level("hanzo_chain_orphan_blocks", "Blocks that wait for their parent."),
            queued: level(
                "hanzo_chain_import_queue_blocks",
                "Blocks that waited for the chain thread when it took the last one.",
            ),
        }
    }
}

fn count(name: &'static str, description: &'static str) -> Counter {
    describe_counter!(name, description);
    counter!(name)
}

fn level(name: &'static str, description: &'static str) -> Gauge {
    describe_gauge!(name, description);
    gauge!(name)
}

fn seconds(name: &'static str, description: &'static str) -> Histogram {
    describe_histogram!(name, description);
    histogram!(name)
}

fn whole(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
