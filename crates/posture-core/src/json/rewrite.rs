//! Texts of JSON objects and arrays, read before, written again with some of their parts changed; what is kept stays as its exporter wrote it.

use std::ops::Range;

use serde::Serialize;

use crate::json::cursor::Cursor;
use crate::json::fault::Read;

/// What becomes of an object's member.
pub(crate) enum Edit {
    Keep,
    Drop,
    Replace(String),
}

/// The members of an object, each as it was written or as `edit` has it; `edit` gets the key and where its value stands in `text`.
/// A key that is no text is dropped.
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

/// The array at an offset of the text, or the values of the object that stands for one, each as `edit` has it; `edit` gets where the value
/// is in `text`. `None` if there is neither.
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

/// An object of members that are written already.
pub(crate) fn object(members: &[String]) -> String {
    format!("{{{}}}", members.join(","))
}

/// An array of elements that are written already.
pub(crate) fn array(elements: &[String]) -> String {
    format!("[{}]", elements.join(","))
}

/// A number or text, or a plain composition of them, which serde_json always writes.
pub(crate) fn json(value: &(impl Serialize + ?Sized)) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}
