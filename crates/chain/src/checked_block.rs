//! A block whose header, seal, body and signatures have been checked.

use crate::{ArrivedBlock, CheckedHeader, InvalidBlock};
use hanzo_consensus::{Consensus, SignatureRule};
use hanzo_types::{RecoveredBlock, SealedBlock, Transaction};
use rayon::prelude::*;
use reth_primitives_traits::SignerRecoverable as _;

/// From this many transactions on, senders are recovered on all cores. Recovery takes about 31 µs,
/// handing work to another thread a few; below the threshold the detour does not pay.
const PARALLEL_RECOVERY_TRANSACTIONS: usize = 30;

/// A block that passed every check which needs no parent: header, seal, body, signatures.
///
/// Holding one is the proof; [`CheckedBlock::check`] is its only constructor for foreign blocks.
#[derive(Debug, Clone)]
pub struct CheckedBlock(RecoveredBlock);

impl CheckedBlock {
    /// Checks a foreign block in isolation, cheap checks first.
    ///
    /// # Errors
    /// [`InvalidBlock`] with the first rule it breaks.
    pub fn check(block: SealedBlock, consensus: &dyn Consensus) -> Result<Self, InvalidBlock> {
        Self::check_arrived(block.into(), consensus)
    }

    /// Checks a foreign block, of which the header may have been checked before.
    pub(crate) fn check_arrived(
        arrived: ArrivedBlock,
        consensus: &dyn Consensus,
    ) -> Result<Self, InvalidBlock> {
        if !arrived.is_header_checked() {
            check_header(arrived.block(), consensus)?;
        }
        let block = arrived.into_block();
        consensus.check_body(&block)?;
        let transactions = &block.body().transactions;
        let rule = consensus.signature_rule(block.header());
        let recover = |(index, transaction): (usize, &Transaction)| {
            let signer = match rule {
                SignatureRule::LowS => transaction.recover_signer(),
                SignatureRule::AnyS => transaction.recover_signer_unchecked(),
            };
            signer.map_err(|_| InvalidBlock::Signature { index })
        };
        let senders = if transactions.len() < PARALLEL_RECOVERY_TRANSACTIONS {
            transactions.iter().enumerate().map(recover).collect::<Result<Vec<_>, _>>()?
        } else {
            transactions.par_iter().enumerate().map(recover).collect::<Result<Vec<_>, _>>()?
        };
        Ok(Self(RecoveredBlock::new_sealed(block, senders)))
    }

    /// Checks a block whose senders this node recovered before: one it built, or one it stored.
    ///
    /// # Errors
    /// [`InvalidBlock`] with the first rule it breaks.
    pub fn check_recovered(
        block: RecoveredBlock,
        consensus: &dyn Consensus,
    ) -> Result<Self, InvalidBlock> {
        check_header(block.sealed_block(), consensus)?;
        consensus.check_body(block.sealed_block())?;
        Ok(Self(block))
    }

    /// The block.
    #[must_use]
    pub const fn block(&self) -> &RecoveredBlock {
        &self.0
    }

    pub(crate) fn into_block(self) -> RecoveredBlock {
        self.0
    }
}

fn check_header(block: &SealedBlock, consensus: &dyn Consensus) -> Result<(), InvalidBlock> {
    Ok(CheckedHeader::check(block.sealed_header(), consensus).map(drop)?)
}
