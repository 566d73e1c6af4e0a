//! JSON of a large file, read in slices, so that a page with one thread stays responsive.
//!
//! It reads the structure only; serde_json reads every key, string and number. If anything is wrong, serde_json reads the whole text, so
//! the result and the error are always its own.

use serde_json::{Map, Value};

use crate::pace::Pace;
use crate::text::{self, TextError};
use crate::tree::Tree;

/// A shorter text is read at once.
const SHORT: usize = 1 << 18;
/// How many bytes are read between two offers to pause.
const SLICE: usize = 1 << 16;
/// serde_json's own limit.
const DEEPEST: usize = 127;

/// A value that is still open.
enum Open {
    Array(Vec<Value>),
    Object(Map<String, Value>, Option<String>),
}

/// The value of a file of a tree; `None` if it cannot be read.
pub(crate) async fn of_file(pace: &dyn Pace, tree: &dyn Tree, path: &str) -> Option<Value> {
    let text = text::decode_in_slices(pace, tree.read(path).ok()?).await.ok()?;
    value(pace, &text).await.ok()
}

/// The value of a text.
pub(crate) async fn value(pace: &dyn Pace, text: &str) -> Result<Value, TextError> {
    text::check_values(text)?;
    if text.len() >= SHORT
        && let Some(value) = read(pace, text).await
    {
        return Ok(value);
    }
    text::json_of(text)
}

/// The value, or `None` if the text is not JSON or too deep.
async fn read(pace: &dyn Pace, text: &str) -> Option<Value> {
    let bytes = text.as_bytes();
    let mut open: Vec<Open> = Vec::new();
    let (mut at, mut paused_at) = (0, 0);
    loop {
        if at - paused_at >= SLICE {
            paused_at = at;
            if let Some(pause) = pace.in_file() {
                pause.await;
            }
        }
        at = after_space(bytes, at);
        let mut ended = match bytes.get(at)? {
            b'[' | b'{' if open.len() >= DEEPEST => return None,
            b'[' => {
                at = after_space(bytes, at + 1);
                if bytes.get(at) != Some(&b']') {
                    open.push(Open::Array(Vec::new()));
                    continue;
                }
                at += 1;
                Value::Array(Vec::new())
            }
            b'{' => {
                at = after_space(bytes, at + 1);
                if bytes.get(at) != Some(&b'}') {
                    let key;
                    (key, at) = key_at(text, at)?;
                    open.push(Open::Object(Map::new(), Some(key)));
                    continue;
                }
                at += 1;
                Value::Object(Map::new())
            }
            _ => {
                let end = leaf_end(bytes, at);
                let leaf = serde_json::from_str(text.get(at..end)?).ok()?;
                at = end;
                leaf
            }
        };
        // A value ended; so may the values around it.
        loop {
            at = after_space(bytes, at);
            let Some(innermost) = open.last_mut() else {
                return (at == bytes.len()).then_some(ended);
            };
            let next = *bytes.get(at)?;
            at += 1;
            match (innermost, next) {
                (Open::Array(values), b',' | b']') => values.push(ended),
                (Open::Object(members, key), b',' | b'}') => {
                    members.insert(key.take()?, ended);
                    if next == b',' {
                        let next_key;
                        (next_key, at) = key_at(text, after_space(bytes, at))?;
                        *key = Some(next_key);
                    }
                }
                _ => return None,
            }
            if next == b',' {
                break;
            }
            ended = match open.pop()? {
                Open::Array(values) => Value::Array(values),
                Open::Object(members, _) => Value::Object(members),
            };
        }
    }
}

fn after_space(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}

/// A key, and the place after its colon.
fn key_at(text: &str, at: usize) -> Option<(String, usize)> {
    let bytes = text.as_bytes();
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let end = leaf_end(bytes, at);
    let key = serde_json::from_str(text.get(at..end)?).ok()?;
    let colon = after_space(bytes, end);
    (bytes.get(colon) == Some(&b':')).then_some((key, colon + 1))
}

/// Where a string, number or word ends.
fn leaf_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    if rest.first() != Some(&b'"') {
        let is_end = |byte: &u8| matches!(byte, b',' | b']' | b'}' | b':' | b' ' | b'\t' | b'\n' | b'\r');
        return at + rest.iter().position(is_end).unwrap_or(rest.len());
    }
    let mut is_escaped = false;
    for (index, byte) in rest.iter().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + index + 1,
            _ => {}
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pace::{self, WithoutPauses};

    fn read_sliced(text: &str) -> Option<Value> {
        pace::run(read(&WithoutPauses, text))
    }

    #[test]
    fn texts_that_are_not_json_are_not_read() {
        for text in [
            "",
            " ",
            "{",
            "}",
            "[1",
            "[1,]",
            "[,1]",
            "{\"a\"}",
            "{\"a\":1,}",
            "{\"a\" 1}",
            "{a:1}",
            "1 2",
            "[1 2]",
            "tru",
            "\"a",
            "{\"a\":1]",
            "[1}",
            "01",
            "+1",
            "[\"\\x\"]",
            "\u{feff}1",
            "nul",
            "[1],",
            "{\"a\":}",
            ":",
        ] {
            assert_eq!(read_sliced(text), None, "{text}");
            assert!(text::json_of(text).is_err(), "{text}");
        }
        assert_eq!(read_sliced(&"[".repeat(200)), None);
    }

    #[test]
    fn the_last_of_two_equal_keys_counts() {
        let text = "{ \"a\" : 1 , \"b\":[ ] , \"\\u0061\":{ } }";
        assert_eq!(read_sliced(text), text::json_of(text).ok());
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 60, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((".{0,4}", inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_value_is_read_as_serde_json_reads_it(value in any_value(), pretty in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            prop_assert_eq!(read_sliced(&text), text::json_of(&text).ok());
        }

        #[test]
        fn the_same_text_is_accepted_as_by_serde_json(text in "[\\[\\]{}:,\" 0-9a-e\\\\.-]{0,24}") {
            prop_assert_eq!(read_sliced(&text), text::json_of(&text).ok());
        }
    }
}
