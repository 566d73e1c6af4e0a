//! Decodes the escapes of a JSON string.

use crate::json::fault::{Fault, Mismatch, Problem, Read};

/// Decodes a raw string; `at` is the offset of its first character.
pub(crate) fn unescape(raw: &str, at: usize) -> Read<String> {
    let first = memchr::memchr(b'\\', raw.as_bytes()).unwrap_or(raw.len());
    let mut text = String::with_capacity(raw.len());
    text.push_str(&raw[..first]);
    let mut rest = &raw[first..];
    while let Some(escape) = rest.strip_prefix('\\') {
        let offset = at + raw.len() - rest.len();
        let (character, after) = match escape.as_bytes().first() {
            Some(b'u') => unicode_escape(&escape[1..]).ok_or_else(|| {
                Box::new(Fault { at: offset, problem: Problem::Mismatch(Mismatch::LoneSurrogate) })
            })?,
            Some(b'b') => ('\u{8}', &escape[1..]),
            Some(b'f') => ('\u{c}', &escape[1..]),
            Some(b'n') => ('\n', &escape[1..]),
            Some(b'r') => ('\r', &escape[1..]),
            Some(b't') => ('\t', &escape[1..]),
            Some(other) => (char::from(*other), &escape[1..]),
            None => break,
        };
        text.push(character);
        let plain = memchr::memchr(b'\\', after.as_bytes()).unwrap_or(after.len());
        text.push_str(&after[..plain]);
        rest = &after[plain..];
    }
    Ok(text)
}

/// Decodes four hex digits, or a surrogate pair, and returns the character and the text after it.
fn unicode_escape(digits: &str) -> Option<(char, &str)> {
    let unit = |text: &str| u32::from_str_radix(text.get(..4)?, 16).ok();
    let high = unit(digits)?;
    let after = &digits[4..];
    if !(0xD800..0xDC00).contains(&high) {
        return Some((char::from_u32(high)?, after));
    }
    let low = unit(after.strip_prefix("\\u")?).filter(|low| (0xDC00..0xE000).contains(low))?;
    Some((char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))?, &after[6..]))
}
