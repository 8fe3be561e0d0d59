//! Runs a BlockchainTests case: every block through production import, in the order of arrival.

use crate::{
    BlockchainTest, CaseOutcome, FixtureBlock, ForkSchedule, Mismatch, NetworkError, Refusal,
    Verdict, genesis_of::chain_of, scratch_store::scratch_store, world_check::World,
};
use alloy_primitives::B256;
use hanzo_chain::{ChainTree, CheckedBlock, ImportError, Inserted, Origin, ReorgLimits};
use hanzo_consensus::{Consensus, engine_for};
use hanzo_store::Store;
use hanzo_types::{Fault, decode_block};
use reth_primitives_traits::Block as _;
use std::sync::Arc;

/// Seal engines of the fixtures. Plain Ethereum chains have no seal check here: with `Ethash` the
/// blocks carry a real seal, which is not looked at.
const SEAL_ENGINES: [&str; 2] = ["NoProof", "Ethash"];

/// Runs a case. What it refused as it should goes into `refusals`.
pub(crate) fn run(test: &BlockchainTest, refusals: &mut Vec<Refusal>) -> CaseOutcome {
    let forks: Result<ForkSchedule, NetworkError> = test.network.parse();
    let forks = match forks {
        Ok(forks) => forks,
        Err(error) => return CaseOutcome::Skipped { reason: error.to_string() },
    };
    if let Some(engine) = &test.seal_engine
        && !SEAL_ENGINES.contains(&engine.as_str())
    {
        return CaseOutcome::Skipped { reason: format!("unknown seal engine '{engine}'") };
    }
    match import_all(test, forks, refusals) {
        Ok(mismatches) => CaseOutcome::of(mismatches),
        Err(mismatch) => CaseOutcome::failed(mismatch),
    }
}

fn import_all(
    test: &BlockchainTest,
    forks: ForkSchedule,
    refusals: &mut Vec<Refusal>,
) -> Result<Vec<Mismatch>, Mismatch> {
    let spec = Arc::new(chain_of(test, forks)?);
    let store = scratch_store(&spec).map_err(|error| Mismatch::broken("the store", error))?;
    let consensus = engine_for(Arc::clone(&spec));
    // Fixtures have no clock: nothing in them was seen long ago.
    let (rules, limits) = (Arc::clone(&consensus), ReorgLimits::UNLIMITED);
    let mut tree = ChainTree::open_with(Arc::clone(&spec), rules, store.clone(), limits)
        .map_err(|error| Mismatch::broken("the chain", error))?;
    for (index, block) in test.blocks.iter().enumerate() {
        let what = format!("block {index} by arrival");
        let imported = import(block, &mut tree, &*consensus);
        match (block.verdict(&test.network), imported) {
            (Verdict::Valid, Ok(hash)) => check_hash(block, hash, &what)?,
            (Verdict::Valid, Err(refusal)) => {
                return Err(Mismatch::new(what, "valid", refusal.reason));
            }
            (Verdict::Refused(reason), Ok(hash)) => {
                let expected = format!("refused ({reason})");
                return Err(Mismatch::new(what, expected, format!("valid ({hash})")));
            }
            // A defect of ours is not a refusal, also where a refusal is right.
            (Verdict::Refused(reason), Err(refusal)) if refusal.fault == Fault::Local => {
                let expected = format!("refused ({reason})");
                return Err(Mismatch::new(what, expected, refusal.reason));
            }
            (Verdict::Refused(reason), Err(refusal)) => {
                let expected = reason.to_owned();
                refusals.push(Refusal { what, expected, found: refusal.reason });
            }
        }
    }
    check_end(test, tree, &store)
}

/// Why a block was refused.
struct Refused {
    reason: String,
    fault: Fault,
}

/// Decodes, checks and inserts a block as if a peer had sent it at the moment it was made: the
/// fixtures have no clock. Returns its hash.
fn import(
    block: &FixtureBlock,
    tree: &mut ChainTree,
    consensus: &dyn Consensus,
) -> Result<B256, Refused> {
    let undecodable = |reason: String| Refused { reason, fault: Fault::Peer };
    let decoded = decode_block(&block.rlp).map_err(|error| undecodable(error.to_string()))?;
    let sealed = decoded.seal_slow();
    let (number, hash, timestamp) = (sealed.number, sealed.hash(), sealed.timestamp);
    let refused = |error: ImportError| Refused { fault: error.fault(), reason: error.to_string() };
    let checked = CheckedBlock::check(sealed, consensus)
        .map_err(|reason| refused(ImportError::Invalid { number, hash, reason }))?;
    let parent = checked.block().parent_hash;
    match tree.insert(checked, Origin::Peer { now: timestamp }).map_err(refused)? {
        // It waits for its parent; the formats call that a refusal.
        Inserted::Orphan { .. } => {
            Err(refused(ImportError::UnknownParent { number, hash, parent }))
        }
        Inserted::Known
        | Inserted::Side
        | Inserted::Deferred
        | Inserted::Refused { .. }
        | Inserted::Head(_) => Ok(hash),
    }
}

fn check_hash(block: &FixtureBlock, hash: B256, what: &str) -> Result<(), Mismatch> {
    match block.hash {
        Some(stated) if stated != hash => {
            Err(Mismatch::new(format!("hash of {what}"), stated, hash))
        }
        Some(_) | None => Ok(()),
    }
}

/// The head is the one of the fixture, and so is everything on disk once its state is written.
fn check_end(
    test: &BlockchainTest,
    mut tree: ChainTree,
    store: &Store,
) -> Result<Vec<Mismatch>, Mismatch> {
    let head = tree.view().head().clone();
    let mut mismatches = Vec::new();
    if head.hash() != test.last_block_hash {
        let found = format!("{} (number {})", head.hash(), head.number);
        mismatches.push(Mismatch::new("lastblockhash", test.last_block_hash, found));
    }
    if let Some(root) = test.post_state_hash
        && root != head.state_root
    {
        mismatches.push(Mismatch::new("postStateHash", root, head.state_root));
    }
    // Without the list of accounts the head's hash stands for them: it contains the state root.
    let Some(expected) = &test.post_state else { return Ok(mismatches) };
    tree.persist_all().map_err(|error| Mismatch::broken("writing the state", error))?;
    let view = store.view();
    let world = World::read(&view).map_err(|error| Mismatch::broken("reading the state", error))?;
    let differences = world
        .compare(expected, &*view)
        .map_err(|error| Mismatch::broken("reading the state", error))?;
    mismatches.extend(differences);
    Ok(mismatches)
}
