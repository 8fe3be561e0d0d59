//! The sizes that the protocol fixes. Source: proof-of-compute §3.

/// Rows of A and columns of B in one tile.
pub const TILE_ROWS: usize = 32;

/// Length of a row of A or a column of B, in int8 entries.
pub const STRIP_DEPTH: usize = 4096;

/// Bytes of one strip: 32 rows (or columns) of 4 096 entries.
pub const STRIP_BYTES: usize = 131_072;

/// Multiply-accumulates of one tile: 32 · 32 · 4 096 = 2^22.
pub const TILE_MACS: u64 = 1 << 22;

/// Smallest difficulty a block may have, in expected multiply-accumulates: 16 tiles.
pub const MIN_DIFFICULTY: u64 = 1 << 26;

/// Entries of a tile.
pub(crate) const TILE_ENTRIES: usize = 1024;

/// One strip: row-major for A, column-contiguous for B; 64-byte aligned for vector loads.
#[derive(Clone)]
#[repr(C, align(64))]
pub(crate) struct Strip(pub(crate) [i8; STRIP_BYTES]);

/// The exact int32 entries of a tile, row-major.
#[derive(Clone)]
#[repr(C, align(64))]
pub(crate) struct Tile(pub(crate) [i32; TILE_ENTRIES]);

impl Tile {
    pub(crate) const ZERO: Self = Self([0; TILE_ENTRIES]);
}

impl Strip {
    /// A zero strip on the heap, never on the stack.
    pub(crate) fn boxed() -> Box<Self> {
        let mut strips = vec![Self([0; STRIP_BYTES])];
        strips.pop().map_or_else(|| Box::new(Self([0; STRIP_BYTES])), Box::new)
    }

    /// The entries as the bytes of a stream.
    #[cfg(any(test, target_arch = "x86_64"))]
    #[expect(
        unsafe_code,
        reason = "the standard library has no safe view of signed bytes as unsigned ones"
    )]
    pub(crate) const fn bytes_mut(&mut self) -> &mut [u8; STRIP_BYTES] {
        let entries: *mut [i8; STRIP_BYTES] = &raw mut self.0;
        // SAFETY: int8 and bytes have the same size and alignment, each bit pattern is a value of both, and the
        // reference borrows the strip as long as it lives.
        unsafe { &mut *entries.cast::<[u8; STRIP_BYTES]>() }
    }
}
