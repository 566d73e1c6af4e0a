//! Finds the end of a JSON value from its quotes and brackets.
//!
//! The grammar is not checked here. The value has been read already, or will be.

use crate::json::scan::{BLOCK_BYTES, Block, parity_so_far, plain_length};

/// The length of the value at the start of `bytes`, or of all `bytes` if the value does not end in them.
pub(crate) fn length(bytes: &[u8]) -> usize {
    bytes.first().map_or(0, |first| Extent::beginning(*first).take(bytes))
}

/// The position of the next byte relative to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    within: Within,
    /// Open brackets.
    open: usize,
}

/// The part of a value that the next byte belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    /// Outside strings, in an object or array or before the first bracket.
    Brackets,
    /// In a string.
    String { escaped: bool },
    /// In a literal or number.
    Scalar,
    /// After the value.
    End,
}

impl Extent {
    /// The state before a value that begins with this byte.
    pub(crate) fn beginning(byte: u8) -> Self {
        Self {
            within: if matches!(byte, b'{' | b'[' | b'"') { Within::Brackets } else { Within::Scalar },
            open: 0,
        }
    }

    /// Whether the value is complete.
    pub(crate) fn is_at_end(self) -> bool {
        self.within == Within::End
    }

    /// Consumes the bytes that belong to the value and returns their number.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> usize {
        let mut taken = 0;
        while taken < bytes.len() && !self.is_at_end() {
            taken += self.take_blocks(&bytes[taken..]);
            // Byte by byte up to the first bracket, in a short block, and in a block with a backslash.
            let stretch = bytes.len().min(taken + if self.open == 0 { 1 } else { BLOCK_BYTES });
            while taken < stretch && !self.is_at_end() {
                taken += usize::from(self.takes(bytes[taken]));
            }
        }
        taken
    }

    /// Consumes a byte and returns whether it belongs to the value. The byte after a literal or number does not.
    fn takes(&mut self, byte: u8) -> bool {
        let ends_unless = |goes_on, within| if goes_on { within } else { Within::End };
        self.within = match (self.within, byte) {
            (Within::Scalar, b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t') | (Within::End, _) => {
                self.within = Within::End;
                return false;
            }
            (Within::String { escaped: true }, _) => Within::String { escaped: false },
            (Within::String { escaped: false }, b'"') => ends_unless(self.open > 0, Within::Brackets),
            (Within::String { escaped: false }, b'\\') => Within::String { escaped: true },
            (Within::Brackets, b'"') => Within::String { escaped: false },
            (Within::Brackets, b'{' | b'[') => {
                self.open += 1;
                Within::Brackets
            }
            (Within::Brackets, b'}' | b']') => {
                self.open = self.open.saturating_sub(1);
                ends_unless(self.open > 0, Within::Brackets)
            }
            (within @ (Within::String { escaped: false } | Within::Scalar | Within::Brackets), _) => within,
        };
        true
    }

    /// Consumes whole blocks, up to a block with a backslash or the end of the value, and returns the number of
    /// bytes. Of a string outside brackets it consumes the plain characters.
    fn take_blocks(&mut self, bytes: &[u8]) -> usize {
        // All bits are set if the block begins inside a string.
        let mut carried = match self.within {
            Within::Brackets if self.open > 0 => 0,
            Within::String { escaped: false } if self.open > 0 => u64::MAX,
            Within::String { escaped: false } => return plain_length(bytes),
            Within::Brackets | Within::String { .. } | Within::Scalar | Within::End => return 0,
        };
        let mut taken = 0;
        for bytes in bytes.as_chunks().0 {
            let block = Block::of(bytes);
            let mut brackets = block.brackets();
            if brackets == 0 {
                carried ^= if block.has_odd_quotes() { u64::MAX } else { 0 };
                taken += BLOCK_BYTES;
                continue;
            }
            let in_string = parity_so_far(block.quotes()) ^ carried;
            let mut open = self.open;
            while brackets != 0 {
                let place = brackets.trailing_zeros() as usize;
                let is_outside = in_string >> place & 1 == 0;
                match bytes[place] {
                    b'{' | b'[' if is_outside => open += 1,
                    b'}' | b']' if is_outside && open == 1 => {
                        *self = Self { within: Within::End, open: 0 };
                        return taken + place + 1;
                    }
                    b'}' | b']' if is_outside => open -= 1,
                    b'\\' => {
                        self.within = Within::carried(carried);
                        return taken;
                    }
                    _ => {}
                }
                brackets &= brackets - 1;
            }
            self.open = open;
            carried = (in_string.cast_signed() >> 63).cast_unsigned();
            taken += BLOCK_BYTES;
        }
        self.within = Within::carried(carried);
        taken
    }
}

impl Within {
    /// In a string if all bits are set, else among brackets.
    fn carried(bits: u64) -> Self {
        if bits == 0 { Self::Brackets } else { Self::String { escaped: false } }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    /// Values that make the end hard to find: brackets, quotes and backslashes in strings, and blocks without any.
    fn value() -> impl Strategy<Value = Value> {
        let text = r#"([ -~]{0,9}|[\[\]{}"\\]{0,9}|[a-z]{60,140})"#;
        let scalar = prop_oneof![
            text.prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            Just(Value::Null),
            Just(Value::Bool(true))
        ];
        scalar.prop_recursive(5, 40, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                prop::collection::vec((text, inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// PF-4
        #[test]
        fn the_end_is_the_same_as_the_readers(value in value(), is_pretty: bool, after in "([,}\\] ].{0,80})?") {
            let text = if is_pretty { format!("{value:#}") } else { value.to_string() };
            prop_assert_eq!(length(format!("{text}{after}").as_bytes()), text.len());
        }

        #[test]
        fn the_chunk_boundaries_do_not_matter(value in value(), cuts in prop::collection::vec(0_usize..400, 0..5)) {
            let text = format!("{value},");
            let mut extent = Extent::beginning(text.as_bytes()[0]);
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(text.len())).chain([0, text.len()]).collect();
            cuts.sort_unstable();
            let taken: usize = cuts.array_windows().map(|[from, to]| extent.take(&text.as_bytes()[*from..*to])).sum();
            prop_assert!(extent.is_at_end());
            prop_assert_eq!(taken, text.len() - 1);
        }
    }

    #[test]
    fn a_value_without_an_end_takes_all_bytes() {
        for text in ["", "[1,2", "{\"a\":\"", "\"abc", "\"a\\", "12"] {
            assert_eq!(length(text.as_bytes()), text.len(), "{text}");
        }
    }
}
