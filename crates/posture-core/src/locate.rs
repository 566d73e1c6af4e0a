//! Paths of places in JSON text: `backup_sets[0].items[2].deleted_at`. Asked for only when something is wrong.

use crate::json::{Cursor, Kind, Read};

/// The path, below `base`, of the innermost value that holds each offset. `offsets` ascend; text that is no JSON gives `base`.
pub(crate) fn locate(text: &str, base: &str, offsets: &[usize]) -> Vec<String> {
    let mut paths = vec![base.to_owned(); offsets.len()];
    let mut cursor = Cursor::new(text, 1);
    if cursor.peek().is_ok() {
        let mut path = base.to_owned();
        // A grammar fault ends the walk; what was found until then stands.
        let _ends_early = descend(&mut cursor, &mut path, offsets, &mut paths);
    }
    paths
}

fn descend(cursor: &mut Cursor<'_>, path: &mut String, offsets: &[usize], paths: &mut [String]) -> Read<()> {
    let kind = cursor.peek()?;
    let start = cursor.at();
    let mut ahead = cursor.clone();
    ahead.skip()?;
    let first = offsets.partition_point(|&offset| offset < start);
    let last = offsets.partition_point(|&offset| offset < ahead.at());
    if first >= last {
        *cursor = ahead;
        return Ok(());
    }
    for place in &mut paths[first..last] {
        place.clone_from(path);
    }
    let length = path.len();
    match kind {
        Kind::Object => cursor.object(|cursor, key| {
            push_key(path, key.as_deref());
            let done = descend(cursor, path, offsets, paths);
            path.truncate(length);
            done
        }),
        Kind::Array => cursor.array(|cursor, index| {
            path.push_str(&format!("[{index}]"));
            let done = descend(cursor, path, offsets, paths);
            path.truncate(length);
            done
        }),
        Kind::String | Kind::Number | Kind::Bool | Kind::Null => cursor.skip(),
    }
}

fn push_key(path: &mut String, key: Option<&str>) {
    match key {
        Some(key) if !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') => {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(key);
        }
        Some(key) => path.push_str(&format!("[{key:?}]")),
        None => path.push_str("[?]"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_named_by_the_innermost_value_that_holds_it() {
        let text = r#"{"a":[1,{"b c":"x","d":2}],"e":3}"#;
        let at = |needle: &str| text.find(needle).unwrap();
        let offsets = [0, at("1"), at("\"x\""), at("2"), at("3")];
        assert_eq!(locate(text, "t[4]", &offsets), ["t[4]", "t[4].a[0]", "t[4].a[1][\"b c\"]", "t[4].a[1].d", "t[4].e"]);
    }
}
