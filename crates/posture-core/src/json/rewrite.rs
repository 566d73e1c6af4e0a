//! Rewrites JSON objects and arrays that have been read before. Kept parts stay as the exporter wrote them.

use std::ops::Range;

use serde::Serialize;

use crate::json::cursor::Cursor;
use crate::json::fault::Read;

/// The change to a member of an object.
pub(crate) enum Edit {
    Keep,
    Drop,
    Replace(String),
}

/// The members of an object after `edit`, which gets the key and the range of its value in `text`. A key that is not
/// Unicode text is dropped.
pub(crate) fn rewrite_object(
    text: &str,
    level: u32,
    mut edit: impl FnMut(&str, Range<usize>) -> Edit,
) -> Read<Vec<String>> {
    let mut members = Vec::new();
    let mut cursor = Cursor::new(text, level);
    cursor.object(|cursor, key| {
        let start = cursor.at();
        cursor.leap()?;
        let range = start..cursor.at();
        let value = &text[range.clone()];
        let Some(key) = key else { return Ok(()) };
        match edit(&key, range) {
            Edit::Keep => members.push(format!("{}:{value}", json(&key))),
            Edit::Replace(value) => members.push(format!("{}:{value}", json(&key))),
            Edit::Drop => {}
        }
        Ok(())
    })?;
    Ok(members)
}

/// Rewrites the array at an offset, or the object that is read as one. `edit` gets the range of each value in `text`.
/// `None` if the value is neither.
pub(crate) fn rewrite_values(
    text: &str,
    at: usize,
    level: u32,
    mut edit: impl FnMut(Range<usize>) -> String,
) -> Option<String> {
    let mut cursor = Cursor::new(text, level);
    cursor.return_to(at);
    let mut elements = Vec::new();
    let read = cursor.values(&mut |cursor, _| {
        cursor.next_byte();
        let start = cursor.at();
        cursor.leap()?;
        elements.push(edit(start..cursor.at()));
        Ok(())
    });
    read.ok().map(|()| array(&elements))
}

/// An object of serialised members.
pub(crate) fn object(members: &[String]) -> String {
    format!("{{{}}}", members.join(","))
}

/// An array of serialised elements.
pub(crate) fn array(elements: &[String]) -> String {
    format!("[{}]", elements.join(","))
}

/// Serialises a value that cannot fail: a number, a string or a simple composition of them.
pub(crate) fn json(value: &(impl Serialize + ?Sized)) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}
