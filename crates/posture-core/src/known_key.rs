//! The keys a record knows, compared eight bytes at once where they stand.

/// A key that a record knows, prepared for comparing where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KnownKey {
    pub(crate) text: &'static str,
    /// Its first eight bytes, or all and the quote behind them, and which of the eight these are.
    start: u64,
    mask: u64,
}

impl KnownKey {
    pub(crate) const fn new(text: &'static str) -> Self {
        let bytes = text.as_bytes();
        let (mut start, mut mask, mut at) = (0_u64, 0_u64, 0);
        while at < 8 && at <= bytes.len() {
            let byte = if at < bytes.len() { bytes[at] } else { b'"' };
            start |= (byte as u64) << (8 * at);
            mask |= 0xff << (8 * at);
            at += 1;
        }
        Self { text, start, mask }
    }

    /// Whether it stands at the beginning of `rest`, of which `start` is the first eight bytes, a quote behind it.
    #[inline]
    pub(crate) fn stands_at(&self, start: u64, rest: &[u8]) -> bool {
        let length = self.text.len();
        start & self.mask == self.start
            && (length < 8 || (rest.get(length) == Some(&b'"') && rest.get(8..length) == self.text.as_bytes().get(8..)))
    }
}
