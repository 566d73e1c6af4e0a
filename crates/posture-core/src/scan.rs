//! Looking through text sixteen bytes at a time.

use wide::u8x16;

/// How many bytes a [`Block`] is about.
pub(crate) const BLOCK_BYTES: usize = 64;

/// Where the characters stand that divide JSON text, in 64 bytes of it: bit n is byte n.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub(crate) quotes: u64,
    /// Every bracket, and `Y`, `y`, `_` and DEL, which no JSON has outside strings.
    pub(crate) brackets: u64,
    pub(crate) has_backslash: bool,
}

impl Block {
    #[inline]
    pub(crate) fn of(bytes: &[u8; BLOCK_BYTES]) -> Self {
        let lanes = lanes(bytes);
        let backslashes = lanes.map(|lane| lane.simd_eq(u8x16::splat(b'\\')));
        Self {
            quotes: places(lanes.map(|lane| lane.simd_eq(u8x16::splat(b'"')))),
            brackets: places(lanes.map(|lane| (lane | u8x16::splat(0x26)).simd_eq(u8x16::splat(0x7f)))),
            has_backslash: backslashes.into_iter().fold(u8x16::ZERO, |all, one| all | one).any(),
        }
    }
}

/// Where `{` and `[`, and where `}` and `]` stand in 64 bytes, in strings too.
pub(crate) fn brackets(bytes: &[u8; BLOCK_BYTES]) -> (u64, u64) {
    // Bit 0x20 alone tells `{` from `[` and `}` from `]`.
    let folded = lanes(bytes).map(|lane| lane | u8x16::splat(0x20));
    (places(folded.map(|lane| lane.simd_eq(u8x16::splat(b'{')))), places(folded.map(|lane| lane.simd_eq(u8x16::splat(b'}')))))
}

fn lanes(bytes: &[u8; BLOCK_BYTES]) -> [u8x16; 4] {
    let (lanes, _) = bytes.as_chunks::<16>();
    std::array::from_fn(|place| u8x16::new(lanes[place]))
}

/// Bit n says whether byte n of the four lanes is set.
fn places(lanes: [u8x16; 4]) -> u64 {
    lanes.into_iter().rev().fold(0, |bits, lane| bits << 16 | u64::from(lane.to_bitmask()))
}

/// Bit n says whether an odd number of bits is set up to and including n.
pub(crate) fn parity_so_far(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

/// How many bytes stand before the first quote, backslash or control character.
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
        #[test]
        fn a_plain_stretch_ends_where_a_byte_by_byte_look_ends(text in r#"[ -~é]{0,40}["\\\u{0}-\u{1f}]?[ -~"\\]{0,40}"#) {
            let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
            let expected = text.as_bytes().iter().position(ends).unwrap_or(text.len());
            proptest::prop_assert_eq!(plain_length(text.as_bytes()), expected);
        }

        #[test]
        fn a_block_names_each_dividing_character_and_nothing_else(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), BLOCK_BYTES)) {
            let block = Block::of(bytes.first_chunk().unwrap());
            let (opening, closing) = brackets(bytes.first_chunk().unwrap());
            for (place, byte) in bytes.iter().enumerate() {
                let bit = |bits: u64| bits >> place & 1 == 1;
                proptest::prop_assert_eq!(bit(block.quotes), *byte == b'"');
                proptest::prop_assert_eq!(bit(block.brackets), b"{[}]Yy_\x7f".contains(byte));
                proptest::prop_assert_eq!(bit(opening), matches!(byte, b'{' | b'['));
                proptest::prop_assert_eq!(bit(closing), matches!(byte, b'}' | b']'));
            }
            proptest::prop_assert_eq!(block.has_backslash, bytes.contains(&b'\\'));
        }
    }

    #[test]
    fn parity_turns_at_each_bit() {
        assert_eq!(parity_so_far(0b0010_0100), 0b0001_1100);
        assert_eq!(parity_so_far(1), u64::MAX);
    }
}
