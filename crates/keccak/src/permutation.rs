//! Keccak-f[1600], whatever a register holds. Source: FIPS 202 §3.

/// What the step ι adds to the first word in each round. Source: FIPS 202 §3.2.5.
pub(crate) const ROUND_CONSTANTS: [u64; 24] = [
    0x0000_0000_0000_0001,
    0x0000_0000_0000_8082,
    0x8000_0000_0000_808a,
    0x8000_0000_8000_8000,
    0x0000_0000_0000_808b,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8009,
    0x0000_0000_0000_008a,
    0x0000_0000_0000_0088,
    0x0000_0000_8000_8009,
    0x0000_0000_8000_000a,
    0x0000_0000_8000_808b,
    0x8000_0000_0000_008b,
    0x8000_0000_0000_8089,
    0x8000_0000_0000_8003,
    0x8000_0000_0000_8002,
    0x8000_0000_0000_0080,
    0x0000_0000_0000_800a,
    0x8000_0000_8000_000a,
    0x8000_0000_8000_8081,
    0x8000_0000_0000_8080,
    0x0000_0000_8000_0001,
    0x8000_0000_8000_8008,
];

/// Writes `fn permute(state: &mut [[$word; 5]; 5])` from what the place of the call has by the names `xor`, `parity`,
/// `chi`, `rotate` and `constant`, compiled for the instructions that are named.
///
/// A macro, since a function with a generic word would be compiled for other instructions than its caller.
macro_rules! keccak_f {
    ($word:ty, $features:literal) => {
        /// Keccak-f[1600]. The steps ρ and π are in the order in which χ reads its rows.
        #[target_feature(enable = $features)]
        fn permute(state: &mut [[$word; 5]; 5]) {
            // By value, so that the words stay in registers as far as there are enough.
            let mut a = *state;
            for round_constant in $crate::permutation::ROUND_CONSTANTS {
                let c = [
                    parity([a[0][0], a[1][0], a[2][0], a[3][0], a[4][0]]),
                    parity([a[0][1], a[1][1], a[2][1], a[3][1], a[4][1]]),
                    parity([a[0][2], a[1][2], a[2][2], a[3][2], a[4][2]]),
                    parity([a[0][3], a[1][3], a[2][3], a[3][3], a[4][3]]),
                    parity([a[0][4], a[1][4], a[2][4], a[3][4], a[4][4]]),
                ];
                // θ.
                let d = [
                    xor(c[4], rotate::<1, 63>(c[1])),
                    xor(c[0], rotate::<1, 63>(c[2])),
                    xor(c[1], rotate::<1, 63>(c[3])),
                    xor(c[2], rotate::<1, 63>(c[4])),
                    xor(c[3], rotate::<1, 63>(c[0])),
                ];
                let first = chi([
                    xor(a[0][0], d[0]),
                    rotate::<44, 20>(xor(a[1][1], d[1])),
                    rotate::<43, 21>(xor(a[2][2], d[2])),
                    rotate::<21, 43>(xor(a[3][3], d[3])),
                    rotate::<14, 50>(xor(a[4][4], d[4])),
                ]);
                let second = chi([
                    rotate::<28, 36>(xor(a[0][3], d[3])),
                    rotate::<20, 44>(xor(a[1][4], d[4])),
                    rotate::<3, 61>(xor(a[2][0], d[0])),
                    rotate::<45, 19>(xor(a[3][1], d[1])),
                    rotate::<61, 3>(xor(a[4][2], d[2])),
                ]);
                let third = chi([
                    rotate::<1, 63>(xor(a[0][1], d[1])),
                    rotate::<6, 58>(xor(a[1][2], d[2])),
                    rotate::<25, 39>(xor(a[2][3], d[3])),
                    rotate::<8, 56>(xor(a[3][4], d[4])),
                    rotate::<18, 46>(xor(a[4][0], d[0])),
                ]);
                let fourth = chi([
                    rotate::<27, 37>(xor(a[0][4], d[4])),
                    rotate::<36, 28>(xor(a[1][0], d[0])),
                    rotate::<10, 54>(xor(a[2][1], d[1])),
                    rotate::<15, 49>(xor(a[3][2], d[2])),
                    rotate::<56, 8>(xor(a[4][3], d[3])),
                ]);
                let fifth = chi([
                    rotate::<62, 2>(xor(a[0][2], d[2])),
                    rotate::<55, 9>(xor(a[1][3], d[3])),
                    rotate::<39, 25>(xor(a[2][4], d[4])),
                    rotate::<41, 23>(xor(a[3][0], d[0])),
                    rotate::<2, 62>(xor(a[4][1], d[1])),
                ]);
                a = [first, second, third, fourth, fifth];
                // ι.
                a[0][0] = xor(a[0][0], constant(round_constant));
            }
            *state = a;
        }
    };
}

pub(crate) use keccak_f;
