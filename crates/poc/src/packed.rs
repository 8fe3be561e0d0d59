//! Strips prepared for many multiplications.

use crate::{
    Kernel, Work,
    shape::{Strip, TILE_MACS, TILE_ROWS, Tile},
    spare::SpareStrips,
    xof::Tag,
};
use std::fmt;

/// A row strip as the mining kernel wants it.
pub(crate) struct RowStrip(Box<Strip>);

/// A column strip as the mining kernel wants it, with what the offset of A adds to each column.
pub(crate) struct ColumnStrip {
    entries: Box<Strip>,
    #[cfg_attr(not(target_arch = "x86_64"), expect(dead_code, reason = "zero there"))]
    corrections: [i32; TILE_ROWS],
}

impl RowStrip {
    pub(crate) fn generate(
        kernel: Kernel,
        work: &Work,
        index: u32,
        spare: &mut SpareStrips,
    ) -> Self {
        let mut strip = spare.take();
        kernel.fill(work.sigma(), Tag::Row, index, &mut strip);
        if kernel == Kernel::Avx512Vnni {
            // vpdpbusd wants A unsigned: add 128.
            for entry in &mut strip.0 {
                *entry ^= i8::MIN;
            }
        }
        Self(strip)
    }

    /// The memory, to be used again.
    pub(crate) fn into_strip(self) -> Box<Strip> {
        self.0
    }
}

impl ColumnStrip {
    pub(crate) fn generate(
        kernel: Kernel,
        work: &Work,
        index: u32,
        spare: &mut SpareStrips,
    ) -> Self {
        let mut entries = spare.take();
        kernel.fill(work.sigma(), Tag::Column, index, &mut entries);
        match kernel {
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx512Vnni => {
                let mut packed = spare.take();
                let corrections = outer_product::pack_checked(&entries, &mut packed);
                spare.put([entries]);
                Self { entries: packed, corrections }
            }
            Kernel::Portable | Kernel::Avx2 => Self { entries, corrections: [0; TILE_ROWS] },
            #[cfg(not(target_arch = "x86_64"))]
            Kernel::Avx512Vnni => Self { entries, corrections: [0; TILE_ROWS] },
        }
    }

    /// The memory, to be used again.
    pub(crate) fn into_strip(self) -> Box<Strip> {
        self.entries
    }
}

/// A · Bᵀ of two prepared strips, exact.
pub(crate) fn multiply(kernel: Kernel, row: &RowStrip, column: &ColumnStrip, tile: &mut Tile) {
    match kernel {
        #[cfg(target_arch = "x86_64")]
        Kernel::Avx512Vnni => outer_product::multiply_checked(row, column, tile),
        Kernel::Portable | Kernel::Avx2 => kernel.multiply(&row.0, &column.entries, tile),
        #[cfg(not(target_arch = "x86_64"))]
        Kernel::Avx512Vnni => kernel.multiply(&row.0, &column.entries, tile),
    }
}

/// The outer-product kernel: the accumulators are the tile itself, so nothing is summed across
/// lanes. B is packed so that one register holds four entries of each of sixteen columns.
#[cfg(target_arch = "x86_64")]
mod outer_product {
    #![expect(unsafe_code, reason = "vector instructions")]
    #![expect(clippy::arithmetic_side_effects, reason = "indices below 131 072; |C| ≤ 2^26")]
    #![expect(clippy::indexing_slicing, reason = "fixed-size arrays and constant bounds")]
    #![expect(
        clippy::needless_range_loop,
        reason = "register blocks are indexed by row and column"
    )]

    use super::{ColumnStrip, RowStrip};
    use crate::shape::{STRIP_DEPTH, Strip, TILE_ROWS, Tile};
    use std::arch::x86_64::{
        __m512i, _mm512_dpbusd_epi32, _mm512_loadu_si512, _mm512_set1_epi32, _mm512_setzero_si512,
        _mm512_storeu_si512, _mm512_sub_epi32,
    };

    /// Rows of the register block: 8 · 2 accumulators, 2 operands of B, 1 of A.
    const ROWS: usize = 8;

    /// Entries of one column in a register lane.
    const GROUP: usize = 4;

    /// Bytes of B per group: four entries of thirty-two columns.
    const GROUP_BYTES: usize = GROUP * TILE_ROWS;

    /// Entries of one column that are packed in one go: those of a cache line, so that what is written
    /// meanwhile, 2 KiB, stays in the first cache too.
    const LINE: usize = 64;

    pub(super) fn pack_checked(strip: &Strip, packed: &mut Strip) -> [i32; TILE_ROWS] {
        // SAFETY: the kernel was chosen by `Kernel::or_supported`: AVX-512 VNNI was detected.
        unsafe { pack(strip, packed) }
    }

    /// Packs B as [depth / 4][column][4] and sums its columns, times 128.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    fn pack(strip: &Strip, packed: &mut Strip) -> [i32; TILE_ROWS] {
        let mut corrections = [0i32; TILE_ROWS];
        let lines = packed.0.chunks_exact_mut(LINE * TILE_ROWS);
        for (line, to) in lines.enumerate() {
            for column in 0..TILE_ROWS {
                let at = column * STRIP_DEPTH + line * LINE;
                let entries = &strip.0[at..at + LINE];
                let sum: i32 = entries.iter().map(|entry| i32::from(*entry)).sum();
                corrections[column] += sum << 7;
                let from = entries.chunks_exact(GROUP);
                for (four, group) in from.zip(to.chunks_exact_mut(GROUP_BYTES)) {
                    group[column * GROUP..(column + 1) * GROUP].copy_from_slice(four);
                }
            }
        }
        corrections
    }

    pub(super) fn multiply_checked(row: &RowStrip, column: &ColumnStrip, tile: &mut Tile) {
        // SAFETY: the kernel was chosen by `Kernel::or_supported`: AVX-512 VNNI was detected.
        unsafe { multiply(row, column, tile) }
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    fn multiply(row: &RowStrip, column: &ColumnStrip, tile: &mut Tile) {
        let left: &[i8] = &row.0.0;
        let right: &[i8] = &column.entries.0;
        let low = load_words(&column.corrections[..16]);
        let high = load_words(&column.corrections[16..]);
        for first in (0..TILE_ROWS).step_by(ROWS) {
            let mut sums = [[_mm512_setzero_si512(); 2]; ROWS];
            for (group, b) in right.chunks_exact(GROUP_BYTES).enumerate() {
                // SAFETY: `b` has 128 bytes and the loads need no alignment.
                let (b0, b1) = unsafe {
                    (
                        _mm512_loadu_si512(b.as_ptr().cast()),
                        _mm512_loadu_si512(b.as_ptr().add(64).cast()),
                    )
                };
                for r in 0..ROWS {
                    // SAFETY: row ≤ 31 and group ≤ 1023: four bytes lie inside the strip.
                    let a = unsafe {
                        let at = (first + r) * STRIP_DEPTH + group * GROUP;
                        left.as_ptr().add(at).cast::<i32>().read_unaligned()
                    };
                    let a = _mm512_set1_epi32(a);
                    sums[r][0] = _mm512_dpbusd_epi32(sums[r][0], a, b0);
                    sums[r][1] = _mm512_dpbusd_epi32(sums[r][1], a, b1);
                }
            }
            for r in 0..ROWS {
                let at = (first + r) * TILE_ROWS;
                store_words(&mut tile.0[at..at + 16], _mm512_sub_epi32(sums[r][0], low));
                store_words(&mut tile.0[at + 16..at + 32], _mm512_sub_epi32(sums[r][1], high));
            }
        }
    }

    #[target_feature(enable = "avx512f")]
    fn load_words(words: &[i32]) -> __m512i {
        let words: &[i32; 16] = words.try_into().unwrap_or(&[0; 16]);
        // SAFETY: sixteen words; the load needs no alignment.
        unsafe { _mm512_loadu_si512(words.as_ptr().cast()) }
    }

    #[target_feature(enable = "avx512f")]
    fn store_words(words: &mut [i32], value: __m512i) {
        if let Ok(words) = <&mut [i32; 16]>::try_from(words) {
            // SAFETY: sixteen words; the store needs no alignment.
            unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), value) }
        }
    }
}

/// The multiplication alone, on prepared strips: what a search is measured against (D-42).
pub struct BareMultiplication {
    kernel: Kernel,
    rows: Vec<RowStrip>,
    columns: Vec<ColumnStrip>,
    tile: Tile,
}

impl fmt::Debug for BareMultiplication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BareMultiplication")
            .field("kernel", &self.kernel)
            .field("side", &self.rows.len())
            .finish_non_exhaustive()
    }
}

impl BareMultiplication {
    /// Prepares `side` strips of each matrix.
    #[must_use]
    pub fn new(kernel: Kernel, work: &Work, side: u32) -> Self {
        let kernel = kernel.or_supported();
        let mut spare = SpareStrips::default();
        let mut row = |index| RowStrip::generate(kernel, work, index, &mut spare);
        let rows = (0..side).map(&mut row).collect();
        let mut column = |index| ColumnStrip::generate(kernel, work, index, &mut spare);
        let columns = (0..side).map(&mut column).collect();
        Self { kernel, rows, columns, tile: Tile::ZERO }
    }

    /// Multiplies every pair of strips, row by row. Returns the multiply-accumulates
    /// done and a value that depends on every tile, so that nothing is optimised away.
    pub fn run(&mut self) -> (u64, i32) {
        let mut macs = 0_u64;
        let mut witness = 0_i32;
        for row in &self.rows {
            for column in &self.columns {
                multiply(self.kernel, row, column, &mut self.tile);
                macs = macs.saturating_add(TILE_MACS);
                witness ^= self.tile.0.first().copied().unwrap_or(0);
            }
        }
        (macs, witness)
    }
}
