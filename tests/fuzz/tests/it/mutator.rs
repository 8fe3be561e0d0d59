//! Inputs near those that are kept.

use hanzo_testkit::Chance;

/// Bytes at which encodings change their minds: ends of ranges of RLP prefixes and of numbers, digits,
/// brackets and quotes.
const TELLING: [u8; 24] = [
    0x00, 0x01, 0x02, 0x7f, 0x80, 0x81, 0xa0, 0xb7, 0xb8, 0xbf, 0xc0, 0xc1, 0xf7, 0xf8, 0xfb, 0xff,
    b'"', b'0', b'9', b'[', b']', b'{', b'}', b'.',
];

/// Most changes of one input.
const MAX_CHANGES: usize = 4;

/// Makes inputs out of others by chance from a seed, so that a run can be repeated.
#[derive(Debug)]
pub(crate) struct Mutator {
    chance: Chance,
}

impl Mutator {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { chance: Chance::new(seed) }
    }

    /// A neighbour of one of the inputs; not more than some dozens of bytes longer.
    pub(crate) fn neighbour(&mut self, inputs: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = inputs[self.below(inputs.len())].clone();
        for _ in 0..=self.below(MAX_CHANGES) {
            self.change(&mut bytes, inputs);
        }
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>, inputs: &[Vec<u8>]) {
        let at = self.below(bytes.len() + 1);
        let telling = TELLING[self.below(TELLING.len())];
        match self.below(8) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, telling),
            2 => {
                let end = (at + self.below(8)).min(bytes.len());
                bytes.drain(at..end);
            }
            3 => {
                // A piece stands twice.
                let end = (at + self.below(40)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            4 => {
                // The rest is that of another input.
                let other = &inputs[self.below(inputs.len())];
                bytes.truncate(at);
                bytes.extend(&other[at.min(other.len())..]);
            }
            5 => self.at(bytes, |byte, _| *byte = byte.wrapping_add(1)),
            6 => self.at(bytes, |byte, chance| *byte ^= 1 << (chance % 8)),
            _ => self.at(bytes, |byte, _| *byte = telling),
        }
    }

    fn at(&mut self, bytes: &mut [u8], change: impl FnOnce(&mut u8, u64)) {
        let place = self.below(bytes.len().max(1));
        let chance = self.chance.bits();
        if let Some(byte) = bytes.get_mut(place) {
            change(byte, chance);
        }
    }

    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap();
        usize::try_from(self.chance.bits() % end).unwrap()
    }
}
