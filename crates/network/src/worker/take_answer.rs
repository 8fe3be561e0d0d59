//! Taking a response apart.

use super::{Answer, Worker, WrongAnswer};
use crate::wire::Response;
use hanzo_types::{SealedBlock, SealedHeader, decode_block};
use rayon::prelude::*;
use reth_primitives_traits::Block as _;

impl Worker {
    /// Decodes a response. A block is only taken with the body that its header commits to, so that
    /// whoever delivered a wrong body is known at once, and no header is blamed for it.
    pub(super) fn take_answer(&self, bytes: &[u8]) -> Result<Answer, WrongAnswer> {
        Ok(match Response::decode(bytes)? {
            Response::Headers { after, headers } => {
                let headers = headers.into_par_iter().map(SealedHeader::seal_slow).collect();
                Answer::Headers { after, headers }
            }
            Response::Blocks(blocks) => {
                let blocks = blocks.par_iter().map(|encoded| self.take_block(encoded));
                Answer::Blocks(blocks.collect::<Result<_, _>>()?)
            }
            Response::BlockTransactions(transactions) => Answer::Transactions(transactions),
            Response::PoolHashes(hashes) => Answer::PoolHashes(hashes),
            Response::PooledTransactions(transactions) => Answer::Pooled(transactions),
            Response::Busy => Answer::Busy,
        })
    }

    fn take_block(&self, encoded: &[u8]) -> Result<SealedBlock, WrongAnswer> {
        let block = decode_block(encoded)?.seal_slow();
        self.consensus.check_body(&block).map_err(|reason| WrongAnswer::Body {
            number: block.number,
            hash: block.hash(),
            reason,
        })?;
        Ok(block)
    }
}
