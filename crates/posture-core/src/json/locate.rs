//! Turns byte offsets in JSON text into paths such as `backup_sets[0].items[2].deleted_at`.
//!
//! Runs only when a finding needs a path.

use crate::invisible_chars;
use crate::json::cursor::{Cursor, Kind};
use crate::json::fault::{Mismatch, Read};

/// The path, below `base`, of the innermost value at each offset. `offsets` must ascend. Text that is not JSON gives
/// `base`.
pub(crate) fn locate(text: &str, base: &str, offsets: &[usize]) -> Vec<String> {
    let mut walk = Walk { offsets, paths: Vec::with_capacity(offsets.len()), path: base.to_owned() };
    // The walk ends at a syntax error or after the last path. Paths found before then are kept.
    let _ends_early = walk.value(&mut Cursor::new(text, 1));
    walk.path.truncate(base.len());
    walk.name_up_to(usize::MAX);
    walk.paths
}

/// The text of the invalid value at an offset, if it helps to quote it.
pub(crate) fn quoted<'t>(text: &'t str, at: usize, mismatch: &Mismatch) -> Option<&'t str> {
    match mismatch {
        Mismatch::Expected(_) | Mismatch::OutOfRange { .. } => {}
        Mismatch::Missing(_) | Mismatch::Twice(_) | Mismatch::LoneSurrogate => return None,
    }
    let mut cursor = Cursor::new(text, 1);
    cursor.return_to(at);
    cursor.leap().ok()?;
    text.get(at..cursor.at())
}

/// One walk through the text that finds a path for each offset in order.
struct Walk<'o> {
    offsets: &'o [usize],
    /// One path per offset, for the offsets passed so far.
    paths: Vec<String>,
    /// The path of the current value.
    path: String,
}

impl Walk<'_> {
    /// The next offset that has no path.
    fn next(&self) -> Option<usize> {
        self.offsets.get(self.paths.len()).copied()
    }

    /// Gives the current path to all offsets before `end` that have none.
    fn name_up_to(&mut self, end: usize) {
        while self.next().is_some_and(|offset| offset < end) {
            self.paths.push(self.path.clone());
        }
    }

    /// Walks through the value at the cursor.
    fn value(&mut self, cursor: &mut Cursor<'_>) -> Read<()> {
        if self.next().is_none() {
            return cursor.expected("nothing more");
        }
        let length = self.path.len();
        match cursor.peek()? {
            Kind::Object => cursor.object(|cursor, key| {
                self.name_up_to(cursor.at());
                push_key(&mut self.path, key.as_deref());
                let done = self.value(cursor);
                self.path.truncate(length);
                done
            })?,
            Kind::Array => cursor.array(|cursor, index| {
                self.name_up_to(cursor.at());
                let element = cursor.mark();
                cursor.leap()?;
                if self.next().is_some_and(|offset| offset >= cursor.at()) {
                    return Ok(());
                }
                cursor.reset(element);
                self.path.push_str(&format!("[{index}]"));
                let done = self.value(cursor);
                self.path.truncate(length);
                done
            })?,
            Kind::String | Kind::Number | Kind::Bool | Kind::Null => cursor.skip()?,
        }
        self.name_up_to(cursor.at());
        Ok(())
    }
}

fn push_key(path: &mut String, key: Option<&str>) {
    match key {
        Some(key)
            if !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') =>
        {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(key);
        }
        Some(key) => path.push_str(&["[", &invisible_chars::in_quotes(key), "]"].concat()),
        None => path.push_str("[?]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_without_an_offset_are_skipped_and_each_offset_gets_a_path() {
        let text = r#"{"a":[{"x":[0,1,2]},{"x":[3,{"y":4}],"z":5},[6],7],"b":[8]}"#;
        let at = |needle: &str| text.find(needle).unwrap();
        let named =
            |needles: &[&str]| locate(text, "", &needles.iter().map(|needle| at(needle)).collect::<Vec<_>>());
        assert_eq!(named(&["2"]), ["a[0].x[2]"]);
        assert_eq!(named(&["3", "4", "5"]), ["a[1].x[0]", "a[1].x[1].y", "a[1].z"]);
        assert_eq!(named(&["0", "6", "7", "8"]), ["a[0].x[0]", "a[2][0]", "a[3]", "b[0]"]);
        assert_eq!(named(&["}],\"z", "[8]}"]), ["a[1].x[1]", "b"]);
        assert_eq!(locate(text, "t", &[at("1"), text.len() + 9]), ["t.a[0].x[1]", "t"]);
    }

    #[test]
    fn an_offset_gets_the_path_of_its_innermost_value() {
        let text = r#"{"a":[1,{"b c":"x","d":2}],"e":3}"#;
        let at = |needle: &str| text.find(needle).unwrap();
        let offsets = [0, at("1"), at("\"x\""), at("2"), at("3")];
        assert_eq!(
            locate(text, "t[4]", &offsets),
            ["t[4]", "t[4].a[0]", "t[4].a[1][\"b c\"]", "t[4].a[1].d", "t[4].e"]
        );
    }
}
