//! Judging a block announcement before it is passed on.

use super::Worker;
use crate::{
    Now,
    relay::AnnouncedBlock,
    wire::{BlockAnnouncement, WireError},
};
use alloy_primitives::B256;
use hanzo_chain::ChainView;
use hanzo_consensus::{Ancestors as _, Arrival, ConsensusError};
use hanzo_types::{Fault, MIN_TRANSACTION_GAS, SealedHeader};

/// What a block announcement is worth.
#[derive(Debug)]
pub enum Examined {
    /// It is no announcement.
    Malformed(WireError),
    /// The header breaks a rule.
    Invalid {
        /// Number of the block.
        number: u64,
        /// Hash of the block.
        hash: B256,
        /// Which rule.
        reason: ConsensusError,
    },
    /// This node has the block.
    Known(B256),
    /// This node does not know its parent, so that it cannot judge it.
    UnknownParent {
        /// Number of the block.
        number: u64,
        /// Hash of the block.
        hash: B256,
    },
    /// It may be judged later: it comes from the future.
    Early {
        /// Hash of the block.
        hash: B256,
    },
    /// This node failed to judge it.
    Local(ConsensusError),
    /// Every rule that needs no body holds, and work was done for it.
    Good(Box<AnnouncedBlock>),
}

impl Worker {
    /// Judges an announcement, cheap checks first; nothing is looked up for what has no valid form, and
    /// no seal is checked for what has no known parent.
    pub(super) fn examine_block(&self, bytes: &[u8], view: &ChainView, now: Now) -> Examined {
        let announcement = match BlockAnnouncement::decode(bytes) {
            Ok(announcement) => announcement,
            Err(error) => return Examined::Malformed(error),
        };
        if let Err(error) = check_gas(&announcement) {
            return Examined::Malformed(error);
        }
        let header = SealedHeader::seal_slow(announcement.header);
        match self.check_announced(&header, view, now) {
            Ok(Standing::New) => {
                let transactions = announcement.transactions;
                Examined::Good(Box::new(AnnouncedBlock { header, transactions }))
            }
            Ok(Standing::Known) => Examined::Known(header.hash()),
            Ok(Standing::UnknownParent) => {
                Examined::UnknownParent { number: header.number, hash: header.hash() }
            }
            Err(reason) => match reason.fault() {
                Fault::Peer => {
                    Examined::Invalid { number: header.number, hash: header.hash(), reason }
                }
                Fault::Transient => Examined::Early { hash: header.hash() },
                Fault::Local => Examined::Local(reason),
            },
        }
    }

    fn check_announced(
        &self,
        header: &SealedHeader,
        view: &ChainView,
        now: Now,
    ) -> Result<Standing, ConsensusError> {
        self.consensus.check_header(header)?;
        if view.header(header.hash())?.is_some() {
            return Ok(Standing::Known);
        }
        let Some(parent) = view.header(header.parent_hash)? else {
            return Ok(Standing::UnknownParent);
        };
        let arrival = Arrival::FromPeer { now: now.unix };
        self.consensus.check_in_context(header, &parent, view, arrival)?;
        self.consensus.check_seal(header)?;
        Ok(Standing::New)
    }
}

/// Refuses more hashes than the gas of the block pays for. Every node that passes an announcement on has checked
/// it, and whoever makes one up cannot make others look for a megabyte of them.
fn check_gas(announcement: &BlockAnnouncement) -> Result<(), WireError> {
    let (what, found) = ("the transactions of an announcement", announcement.transactions.len());
    let paid = announcement.header.gas_used / MIN_TRANSACTION_GAS;
    let max = usize::try_from(paid).unwrap_or(usize::MAX);
    if found > max { Err(WireError::TooMany { what, found, max }) } else { Ok(()) }
}

/// Where a header stands.
enum Standing {
    New,
    Known,
    UnknownParent,
}
