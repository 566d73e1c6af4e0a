//! The keys a record knows, compared sixteen bytes at once where they stand.

/// How many bytes are compared at once.
const BLOCK_BYTES: usize = 16;

/// What stands behind a key.
const BEHIND: &[u8; 2] = b"\":";

/// A key that a record knows, with the quote and the colon behind it prepared for comparing where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KnownKey {
    pub(crate) text: &'static str,
    /// The first sixteen bytes, or all, and which of the sixteen these are.
    start: u128,
    mask: u128,
    /// Of more than sixteen the last sixteen.
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

    /// How many bytes it takes where it stands, with its quotes and the colon.
    #[inline]
    pub(crate) fn written_bytes(&self) -> usize {
        "\"".len() + self.text.len() + BEHIND.len()
    }

    /// Whether it stands at the beginning of `rest`, of which `start` is the first sixteen bytes, with a quote and a colon behind it.
    #[inline]
    pub(crate) fn stands_at(&self, start: u128, rest: &[u8]) -> bool {
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
        // What neither sixteen bytes reach is compared as it is.
        end == Some(self.end)
            && (length <= 2 * BLOCK_BYTES || rest.get(middle.clone()) == self.text.as_bytes().get(middle))
    }
}

/// The place of the key that stands at the beginning of `rest`, and the key: one from `likely` on, or else one before.
#[inline(never)]
pub(crate) fn find<'k>(
    keys: &'k [KnownKey],
    likely: usize,
    start: u128,
    rest: &[u8],
) -> Option<(usize, &'k KnownKey)> {
    let keys = || keys.iter().enumerate();
    keys().skip(likely).chain(keys().take(likely)).find(|(_, key)| key.stands_at(start, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_wherever_the_search_begins() {
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
    fn a_key_stands_where_all_of_it_a_quote_and_a_colon_stand() {
        for length in 1..42 {
            let text: &'static str = &"abcdefghijklmnopqrstuvwxyz_0123456789ABCDEF"[..length];
            let key = KnownKey::new(text);
            let stands = |rest: &str| {
                let padded = format!("{rest}:1,..............");
                key.stands_at(
                    u128::from_le_bytes(*padded.as_bytes().first_chunk().unwrap()),
                    padded.as_bytes(),
                )
            };
            assert!(stands(&format!("{text}\"")), "{text}");
            assert!(
                !stands(&format!("{text}x\"")) && !stands(&text[1..]) && !stands(&format!("{text}\" ")),
                "{text}"
            );
            for at in 0..length {
                let mut other = text.to_owned().into_bytes();
                other[at] = b'?';
                assert!(
                    !stands(&format!("{}\"", String::from_utf8(other).unwrap())),
                    "{text} changed at {at}"
                );
            }
        }
    }
}
