//! Scans JSON text sixteen bytes at a time.

use wide::u8x16;

/// Bytes in one block.
pub(crate) const BLOCK_BYTES: usize = 64;

/// 64 bytes of JSON text. In every mask, bit n describes byte n.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block([u8x16; 4]);

impl Block {
    #[inline]
    pub(crate) fn of(bytes: &[u8; BLOCK_BYTES]) -> Self {
        let (lanes, _) = bytes.as_chunks::<16>();
        Self(std::array::from_fn(|place| u8x16::new(lanes[place])))
    }

    /// The mask of brackets and backslashes. It includes `|`, which the caller ignores.
    #[inline]
    pub(crate) fn brackets(self) -> u64 {
        // With bit 0x20 set they are consecutive characters from `{` on.
        places(self.0.map(|lane| {
            let place = (lane | u8x16::splat(0x20)) - u8x16::splat(b'{');
            place.min(u8x16::splat(b'}' - b'{')).simd_eq(place)
        }))
    }

    /// The mask of quotes.
    #[inline]
    pub(crate) fn quotes(self) -> u64 {
        places(self.quote_lanes())
    }

    /// Whether the number of quotes is odd.
    #[inline]
    pub(crate) fn has_odd_quotes(self) -> bool {
        let [a, b, c, d] = self.quote_lanes();
        (a ^ b ^ c ^ d).to_bitmask().count_ones() & 1 == 1
    }

    #[inline]
    fn quote_lanes(self) -> [u8x16; 4] {
        self.0.map(|lane| lane.simd_eq(u8x16::splat(b'"')))
    }
}

/// Bit n is set if byte n of the four lanes is.
fn places(lanes: [u8x16; 4]) -> u64 {
    lanes.into_iter().rev().fold(0, |bits, lane| bits << 16 | u64::from(lane.to_bitmask()))
}

/// Bit n is set if an odd number of bits is set up to and including bit n.
pub(crate) fn parity_so_far(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

/// The number of bytes before the first quote, backslash or control character.
#[inline]
pub(crate) fn plain_length(bytes: &[u8]) -> usize {
    let mut length = 0;
    while let Some(lane) = bytes[length..].first_chunk::<16>() {
        let lane = u8x16::new(*lane);
        let control = lane.min(u8x16::splat(0x1f)).simd_eq(lane);
        let ends = lane.simd_eq(u8x16::splat(b'"')) | lane.simd_eq(u8x16::splat(b'\\')) | control;
        let bits = ends.to_bitmask();
        if bits != 0 {
            return length + bits.trailing_zeros() as usize;
        }
        length += 16;
    }
    let rest = &bytes[length..];
    length + rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f)).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        /// PF-4
        #[test]
        fn plain_length_equals_a_byte_by_byte_search(text in r#"[ -~é]{0,40}["\\\u{0}-\u{1f}]?[ -~"\\]{0,40}"#) {
            let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
            let expected = text.as_bytes().iter().position(ends).unwrap_or(text.len());
            proptest::prop_assert_eq!(plain_length(text.as_bytes()), expected);
        }

        /// PF-4
        #[test]
        fn the_masks_of_a_block_find_every_quote_and_bracket_and_nothing_else(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), BLOCK_BYTES)) {
            let block = Block::of(bytes.first_chunk().unwrap());
            for (place, byte) in bytes.iter().enumerate() {
                let bit = |bits: u64| bits >> place & 1 == 1;
                proptest::prop_assert_eq!(bit(block.quotes()), *byte == b'"');
                proptest::prop_assert_eq!(bit(block.brackets()), b"{[}]\\|".contains(byte));
            }
            proptest::prop_assert_eq!(block.has_odd_quotes(), bytes.iter().filter(|byte| **byte == b'"').count() % 2 == 1);
        }
    }

    #[test]
    fn parity_turns_at_each_bit() {
        assert_eq!(parity_so_far(0b0010_0100), 0b0001_1100);
        assert_eq!(parity_so_far(1), u64::MAX);
    }
}
