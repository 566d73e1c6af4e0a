//! Keys that a document chooses, such as the names of profiles, in the order of canonical JSON.

use serde::Serialize;

/// A key of a document's own choosing, ordered by UTF-16 code units as canonical JSON orders keys (RFC 8785).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Key(pub String);

impl Ord for Key {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        // Bytes and code units order alike where the first that differ do not both begin a character from U+E000 on.
        let differing = self.0.bytes().zip(other.0.bytes()).find(|(one, another)| one != another);
        match differing {
            Some((one, another)) if one.min(another) >= 0xee => {
                self.0.encode_utf16().cmp(other.0.encode_utf16())
            }
            Some((one, another)) => one.cmp(&another),
            None => self.0.len().cmp(&other.0.len()),
        }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
