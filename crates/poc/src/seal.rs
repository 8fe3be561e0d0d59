//! The two header fields that prove the work.

/// The seal of a header: `nonce` is the tile's coordinate, `mix` the fold of its entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Seal {
    /// Header field `nonce`: be32(row strip) ‖ be32(column strip).
    pub nonce: [u8; 8],
    /// Header field `mixHash`.
    pub mix: [u8; 32],
}

impl Seal {
    /// Row strip and column strip that the nonce names.
    #[must_use]
    pub const fn coordinate(&self) -> (u32, u32) {
        let [a, b, c, d, e, f, g, h] = self.nonce;
        (u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]))
    }

    /// The nonce of a coordinate.
    #[must_use]
    pub const fn nonce_of(row: u32, column: u32) -> [u8; 8] {
        let [a, b, c, d] = row.to_be_bytes();
        let [e, f, g, h] = column.to_be_bytes();
        [a, b, c, d, e, f, g, h]
    }
}
