//! One header's work, prepared.

use crate::{
    Kernel, PocError, Scratch, Seal, Target,
    lottery::{pow, seed},
    xof::Tag,
};
use alloy_primitives::{B256, U256};
use std::cell::RefCell;

thread_local! {
    /// Each checking thread keeps one scratch for its lifetime: 260 KiB instead of an allocation
    /// per header.
    static SCRATCH: RefCell<Scratch> = RefCell::new(Scratch::default());
}

/// One header's work: the key σ that defines its matrices. Source: proof-of-compute §3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    sigma: [u8; 32],
}

impl Work {
    /// Work of the header with this seal hash.
    #[must_use]
    pub fn new(seal_hash: B256) -> Self {
        Self { sigma: seed(&seal_hash.0) }
    }

    /// σ: the key of the header's matrices.
    #[must_use]
    pub const fn sigma(&self) -> &[u8; 32] {
        &self.sigma
    }

    /// Lottery number of a ticket.
    #[must_use]
    pub fn lottery(&self, mix: &[u8; 32], nonce: &[u8; 8]) -> [u8; 32] {
        pow(&self.sigma, mix, nonce)
    }

    /// Fold of the tile at a coordinate, recomputed from nothing.
    #[must_use]
    pub fn tile_mix(&self, row: u32, column: u32) -> [u8; 32] {
        SCRATCH
            .with_borrow_mut(|scratch| self.tile_mix_with(scratch, Kernel::detect(), row, column))
    }

    /// [`Self::tile_mix`] with the caller's memory and a kernel of its choice. A kernel that this
    /// processor lacks is replaced by the fastest it has.
    #[must_use]
    pub fn tile_mix_with(
        &self,
        scratch: &mut Scratch,
        kernel: Kernel,
        row: u32,
        column: u32,
    ) -> [u8; 32] {
        let kernel = kernel.or_supported();
        kernel.fill(&self.sigma, Tag::Row, row, &mut scratch.row);
        kernel.fill(&self.sigma, Tag::Column, column, &mut scratch.column);
        kernel.multiply(&scratch.row, &scratch.column, &mut scratch.tile);
        kernel.fold(&scratch.tile)
    }

    /// Checks a seal: the lottery first, which a random fake fails after one hash, then the tile.
    ///
    /// # Errors
    /// [`PocError::PowAboveTarget`] or [`PocError::MixMismatch`]. Source: proof-of-compute §3.5.
    pub fn check(&self, seal: &Seal, target: Target) -> Result<(), PocError> {
        SCRATCH.with_borrow_mut(|scratch| self.check_with(scratch, Kernel::detect(), seal, target))
    }

    /// [`Self::check`] with the caller's memory and a kernel of its choice.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn check_with(
        &self,
        scratch: &mut Scratch,
        kernel: Kernel,
        seal: &Seal,
        target: Target,
    ) -> Result<(), PocError> {
        let pow = self.lottery(&seal.mix, &seal.nonce);
        if !target.is_met_by(&pow) {
            return Err(PocError::PowAboveTarget {
                pow: U256::from_be_bytes(pow),
                target: target.as_u256(),
            });
        }
        let (row, column) = seal.coordinate();
        let computed = self.tile_mix_with(scratch, kernel, row, column);
        if computed == seal.mix {
            return Ok(());
        }
        Err(PocError::MixMismatch { claimed: seal.mix.into(), computed: computed.into() })
    }
}
