//! Text as other tools write it: UTF-8 with or without a byte-order mark, or UTF-16.

use serde_json::Value;

use crate::notes::quoted;
use crate::pace::{self, Pace, WithoutPauses};
use crate::read_error::ReadError;

/// How many units of UTF-16 are read between two offers to pause.
const SLICE: usize = 1 << 16;
/// How many values a JSON text may have. Each takes tens of bytes of memory, however few it takes in the file.
const MOST_VALUES: usize = if cfg!(test) { 5_000 } else { 2_000_000 };
/// How the file begins that Git LFS leaves in place of one that was not fetched.
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// Why a file gave no text or no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// It could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It is neither UTF-8 nor UTF-16.
    #[error("it is neither UTF-8 nor UTF-16; save it as UTF-8")]
    Encoding,
    /// Git LFS has the file, and it was not fetched.
    #[error("it is only a pointer of Git LFS; run `git lfs pull`")]
    LfsPointer,
    /// It has no text.
    #[error("it is empty")]
    Empty,
    /// It is not JSON.
    #[error("it is not JSON: {0}")]
    Json(String),
    /// It has more values than are read.
    #[error("it has more than {MOST_VALUES} values; split it")]
    TooManyValues,
    /// It is not YAML.
    #[error("it is not YAML: {0}")]
    Yaml(String),
}

/// The text of a file. A byte-order mark is removed; line endings stay as they are.
///
/// UTF-16 is recognised by its byte-order mark, or by the zero bytes of ASCII text without one.
pub fn decode(bytes: Vec<u8>) -> Result<String, TextError> {
    pace::run(decode_in_slices(&WithoutPauses, bytes))
}

/// Like [`decode`], with pauses if a text of UTF-16 is long.
pub(crate) async fn decode_in_slices(pace: &dyn Pace, bytes: Vec<u8>) -> Result<String, TextError> {
    match bytes.as_slice() {
        pointer if pointer.starts_with(LFS_POINTER) => Err(TextError::LfsPointer),
        [0xff, 0xfe, rest @ ..] => utf16(pace, rest, u16::from_le_bytes).await,
        [0xfe, 0xff, rest @ ..] => utf16(pace, rest, u16::from_be_bytes).await,
        [0xef, 0xbb, 0xbf, rest @ ..] => {
            str::from_utf8(rest).map(ToOwned::to_owned).map_err(|_| TextError::Encoding)
        }
        [first, 0, ..] if *first != 0 => utf16(pace, &bytes, u16::from_le_bytes).await,
        [0, first, ..] if *first != 0 => utf16(pace, &bytes, u16::from_be_bytes).await,
        _ => String::from_utf8(bytes).map_err(|_| TextError::Encoding),
    }
}

async fn utf16(pace: &dyn Pace, bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, TextError> {
    let (units, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(TextError::Encoding);
    }
    let mut text = String::with_capacity(units.len());
    let units = units.iter().map(|bytes| unit(*bytes));
    for (read, char) in char::decode_utf16(units).enumerate() {
        text.push(char.map_err(|_| TextError::Encoding)?);
        if read % SLICE == SLICE - 1
            && let Some(pause) = pace.in_file()
        {
            pause.await;
        }
    }
    Ok(text)
}

/// The JSON value of a file.
pub fn json(bytes: Vec<u8>) -> Result<Value, TextError> {
    json_of(&decode(bytes)?)
}

/// The JSON value of a text.
pub fn json_of(text: &str) -> Result<Value, TextError> {
    check_values(text)?;
    /// So many characters tell a program's message from data.
    const SHOWN: usize = 40;
    serde_json::from_str(text).map_err(|error| {
        let start = text.trim_start();
        let why = error.to_string();
        if start.is_empty() {
            TextError::Empty
        } else if !start.starts_with(['{', '[', '"']) {
            let line: String = start.lines().next().unwrap_or_default().chars().take(SHOWN).collect();
            TextError::Json(format!("it begins with {}", quoted(&line)))
        } else if why.starts_with("trailing characters") {
            TextError::Json(format!("{why}; write each value to a file of its own"))
        } else {
            TextError::Json(why)
        }
    })
}

/// Checks that a text has not too many values, by what separates them.
pub(crate) fn check_values(text: &str) -> Result<(), TextError> {
    let is_separator = |byte: &&u8| matches!(byte, b',' | b'[' | b'{');
    let is_possible = text.len() > MOST_VALUES;
    if is_possible && text.as_bytes().iter().filter(is_separator).count() > MOST_VALUES {
        return Err(TextError::TooManyValues);
    }
    Ok(())
}

/// The value of a YAML file, as JSON would write it.
pub fn yaml(bytes: Vec<u8>) -> Result<Value, TextError> {
    yaml_of(&decode(bytes)?)
}

/// The value of a YAML text.
pub fn yaml_of(text: &str) -> Result<Value, TextError> {
    serde_saphyr::from_str(text)
        .map_err(|error| TextError::Yaml(error.to_string().lines().next().unwrap_or_default().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_of(text: &str, mark: bool, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        let text = if mark { format!("\u{feff}{text}") } else { text.to_owned() };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn every_encoding_that_tools_write_is_read() {
        let text = "{\"name\": \"Zürich\"}\r\n";
        let mut marked = vec![0xef, 0xbb, 0xbf];
        marked.extend(text.as_bytes());
        for bytes in [
            text.as_bytes().to_vec(),
            marked,
            utf16_of(text, true, u16::to_le_bytes),
            utf16_of(text, true, u16::to_be_bytes),
            utf16_of(text, false, u16::to_le_bytes),
            utf16_of(text, false, u16::to_be_bytes),
        ] {
            assert_eq!(decode(bytes).as_deref(), Ok(text));
        }
    }

    #[test]
    fn other_bytes_are_not_text() {
        for bytes in [vec![0xc3], vec![0xff, 0xfe, 0x41], vec![0xff, 0xfe, 0x00, 0xd8], b"Z\xfcrich".to_vec()]
        {
            assert_eq!(decode(bytes), Err(TextError::Encoding));
        }
    }

    #[test]
    fn a_pointer_of_git_lfs_is_not_the_file() {
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n".to_vec();
        assert_eq!(decode(pointer), Err(TextError::LfsPointer));
    }

    #[test]
    fn text_that_is_not_json_is_shown() {
        for (text, why) in [
            ("", "it is empty"),
            (" \r\n", "it is empty"),
            (
                "Fatal: wrong password or no key found\n",
                "it is not JSON: it begins with \"Fatal: wrong password or no key found\"",
            ),
            ("\n<!DOCTYPE html>\n<html>", "it is not JSON: it begins with \"<!DOCTYPE html>\""),
            (
                "{} {}",
                "it is not JSON: trailing characters at line 1 column 4; write each value to a file of its own",
            ),
            ("{\"a\": ", "it is not JSON: EOF while parsing a value at line 1 column 6"),
        ] {
            assert_eq!(json_of(text).unwrap_err().to_string(), why, "{text:?}");
        }
    }

    /// GA-9
    #[test]
    fn a_text_of_very_many_values_is_not_read() {
        for value in ["[]", "{}", "0"] {
            let many = |count: usize| format!("[{}]", vec![value; count].join(","));
            assert_eq!(json_of(&many(MOST_VALUES + 1)), Err(TextError::TooManyValues), "{value}");
            assert!(json_of(&many(MOST_VALUES / 3)).is_ok(), "{value}");
        }
    }

    #[test]
    fn an_empty_file_is_empty_text() {
        assert_eq!(decode(Vec::new()).as_deref(), Ok(""));
        assert_eq!(decode(vec![0xef, 0xbb, 0xbf]).as_deref(), Ok(""));
    }
}
