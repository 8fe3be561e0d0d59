//! Work that takes longer than an event may: decoding, checking, looking up.
//!
//! The core orders it as a [`Job`] and hears of it as a [`JobDone`]. A job reads the chain as it is when
//! it is done, and changes nothing but the pool.

mod assemble_block;
mod examine_block;
mod job;
mod own_transactions;
mod serve;
mod take_answer;
mod take_transactions;

pub use examine_block::Examined;
pub use job::{Answer, Job, JobDone, WrongAnswer};
pub use serve::serve;
pub use take_transactions::TakenTransactions;

use crate::{Now, relay::FetchedBlock};
use hanzo_chain::ChainView;
use hanzo_consensus::Consensus;
use hanzo_pool::Pool;
use std::sync::Arc;

/// Does the jobs of the network. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Worker {
    /// The rules of the chain.
    pub consensus: Arc<dyn Consensus>,
    /// Pending transactions.
    pub pool: Pool,
}

impl Worker {
    /// Does a job on the chain as of `view`. Takes milliseconds, reads the store, uses the rayon pool: never call it on an async
    /// worker.
    #[must_use]
    pub fn run(&self, job: Job, view: &ChainView, now: Now) -> JobDone {
        match job {
            Job::ExamineBlock { message, source, bytes } => {
                let examined = self.examine_block(&bytes, view, now);
                JobDone::ExaminedBlock { message, source, examined }
            }
            Job::TakeTransactions { message, source, bytes } => {
                let taken = self.take_transactions(&bytes);
                JobDone::TookTransactions { message, source, taken }
            }
            Job::TakeAnswer { token, peer, bytes } => {
                let answer = self.take_answer(&bytes);
                JobDone::TookAnswer { token, peer, answer }
            }
            Job::CheckHeaders { check, after, tip, headers } => {
                let anchor = (after, tip.map(|tip| *tip));
                let consensus = &*self.consensus;
                let checked =
                    crate::sync::check_headers(consensus, view, anchor, &headers, now.unix);
                JobDone::CheckedHeaders { check, checked }
            }
            Job::ListOwnTransactions => {
                JobDone::ListedOwnTransactions(self.own_transactions(view.next_base_fee()))
            }
            Job::Locate { token, peer } => {
                JobDone::Located { token, peer, locator: crate::sync::locator(view) }
            }
            Job::AssembleBlock { block, from, delivered } => {
                let assembly = self.assemble_block(&block, &delivered);
                JobDone::AssembledBlock { block, from, assembly }
            }
            Job::FindMissing { request, hashes } => {
                let missing = hashes.into_iter().filter(|hash| self.pool.get(*hash).is_none());
                JobDone::FoundMissing { request, missing: missing.collect() }
            }
            Job::TakePooled { peer, transactions } => {
                JobDone::TookPooled { peer, taken: self.take_pooled(&transactions) }
            }
            Job::Serve { channel, request, block } => {
                let incoming = block.as_ref().map(FetchedBlock::block);
                let response = serve(view, &self.pool, &request, incoming);
                JobDone::Served { channel, response: response.encode() }
            }
        }
    }
}
