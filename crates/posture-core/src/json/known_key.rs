//! Compares the text at the cursor with the known keys of a record, sixteen bytes at a time.

/// Bytes compared at once.
const BLOCK_BYTES: usize = 16;

/// The bytes after a key.
const BEHIND: &[u8; 2] = b"\":";

/// A known key with the quote and colon after it, prepared for comparison.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KnownKey {
    pub(crate) text: &'static str,
    /// The first sixteen bytes, and a mask of those that the key uses.
    start: u128,
    mask: u128,
    /// The last sixteen bytes, for a key of more than sixteen.
    end: u128,
}

impl KnownKey {
    pub(crate) const fn new(text: &'static str) -> Self {
        let bytes = text.as_bytes();
        let length = bytes.len() + BEHIND.len();
        let (mut start, mut mask, mut end, mut at) = (0_u128, 0_u128, 0_u128, 0);
        while at < length {
            let byte = if at < bytes.len() { bytes[at] } else { BEHIND[at - bytes.len()] } as u128;
            if at < BLOCK_BYTES {
                start |= byte << (8 * at);
                mask |= 0xff << (8 * at);
            }
            end = (end >> 8) | (byte << 120);
            at += 1;
        }
        Self { text, start, mask, end }
    }

    /// The length of the key in the text, with both quotes and the colon.
    #[inline]
    pub(crate) fn written_bytes(&self) -> usize {
        "\"".len() + self.text.len() + BEHIND.len()
    }

    /// Whether `rest` starts with the key, a quote and a colon. `start` is the first sixteen bytes of `rest`.
    #[inline]
    pub(crate) fn is_at(&self, start: u128, rest: &[u8]) -> bool {
        let length = self.text.len() + BEHIND.len();
        if start & self.mask != self.start {
            return false;
        }
        if length <= BLOCK_BYTES {
            return true;
        }
        let end = rest
            .get(length - BLOCK_BYTES..length)
            .and_then(|end| end.first_chunk())
            .map(|end| u128::from_le_bytes(*end));
        let middle = BLOCK_BYTES..length - BLOCK_BYTES;
        // The bytes between the first and the last sixteen are compared directly.
        end == Some(self.end)
            && (length <= 2 * BLOCK_BYTES || rest.get(middle.clone()) == self.text.as_bytes().get(middle))
    }
}

/// The key that `rest` starts with, and its index. Keys from `likely` on are tried first.
#[inline(never)]
pub(crate) fn find<'k>(
    keys: &'k [KnownKey],
    likely: usize,
    start: u128,
    rest: &[u8],
) -> Option<(usize, &'k KnownKey)> {
    let keys = || keys.iter().enumerate();
    keys().skip(likely).chain(keys().take(likely)).find(|(_, key)| key.is_at(start, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_from_any_start_of_the_search() {
        let keys = ["id", "tenant_id", "created_at", "backup_schedules"].map(KnownKey::new);
        for likely in 0..=keys.len() {
            for (place, key) in keys.iter().enumerate() {
                let rest = format!("{}\":1,..............", key.text);
                let start = u128::from_le_bytes(*rest.as_bytes().first_chunk().unwrap());
                let found = find(&keys, likely, start, rest.as_bytes()).map(|(found, key)| (found, key.text));
                assert_eq!(found, Some((place, key.text)), "from {likely}");
            }
            let other = b"other\":1,.......";
            assert!(find(&keys, likely, u128::from_le_bytes(*other), other).is_none());
        }
    }

    #[test]
    fn a_key_matches_only_if_complete_with_quote_and_colon() {
        for length in 1..42 {
            let text: &'static str = &"abcdefghijklmnopqrstuvwxyz_0123456789ABCDEF"[..length];
            let key = KnownKey::new(text);
            let matches = |rest: &str| {
                let padded = format!("{rest}:1,..............");
                key.is_at(u128::from_le_bytes(*padded.as_bytes().first_chunk().unwrap()), padded.as_bytes())
            };
            assert!(matches(&format!("{text}\"")), "{text}");
            assert!(
                !matches(&format!("{text}x\"")) && !matches(&text[1..]) && !matches(&format!("{text}\" ")),
                "{text}"
            );
            for at in 0..length {
                let mut other = text.to_owned().into_bytes();
                other[at] = b'?';
                assert!(
                    !matches(&format!("{}\"", String::from_utf8(other).unwrap())),
                    "{text} changed at {at}"
                );
            }
        }
    }
}
