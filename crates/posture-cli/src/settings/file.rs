//! The configuration file. Errors never show a value from it.

use std::path::Path;

use anyhow::Context as _;
use posture_engine::input::read_small_text;

use super::args::{LIMIT, Stated};
use crate::remedy::unread;

/// How messages about a key begin, rather than about a value.
const OF_KEYS: [&str; 6] =
    ["unknown field", "duplicate field", "duplicate key", "missing field", "`tenants` is", "an element of"];

pub(super) fn read(path: &Path) -> anyhow::Result<Stated> {
    let text = read_small_text(path)
        .map_err(|error| unread(&error))
        .with_context(|| format!("Failed to read the configuration {}", path.display()))?;
    toml::from_str(&text).map_err(|error| {
        anyhow::anyhow!("Failed to read {}: {}", path.display(), without_values(&error, &text))
    })
}

/// What is wrong with a configuration file: where, and which key, but no value, since any line may hold a password.
fn without_values(error: &toml::de::Error, text: &str) -> String {
    let message = error.message().trim().replace('\n', ", ").replace("a nonzero u32", LIMIT);
    // The expected values are our own text. The value found comes before them, and may contain quotation marks.
    let (found, expected) = message
        .rsplit_once(", expected ")
        .map_or((&*message, None), |(found, expected)| (found, Some(expected)));
    let found = found.replacen("unknown variant", "unknown word", 1);
    let message =
        [&*without_quoted(&found)].into_iter().chain(expected).collect::<Vec<_>>().join(", expected ");
    let Some(before) = error.span().and_then(|span| text.get(..span.start)) else { return message };
    let (number, start) = (before.matches('\n').count() + 1, before.rfind('\n').map_or(0, |at| at + 1));
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let is_plain = |key: &&str| {
        key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    let key = line.split_once('=').map(|(key, _)| key.trim()).filter(is_plain);
    let key = key.filter(|key| !key.is_empty()).map(|key| format!(", {key}")).unwrap_or_default();
    format!("line {number}{key}: {message}")
}

/// A message without what it quotes, unless that is the name of a key.
fn without_quoted(message: &str) -> String {
    let is_quote = |sign: char| matches!(sign, '"' | '`');
    let (Some(start), Some(end)) = (message.find(is_quote), message.rfind(is_quote)) else {
        return message.to_owned();
    };
    let is_of_key = OF_KEYS.iter().any(|begins| message.starts_with(begins));
    let quoted = message.get(start + 1..end).unwrap_or_default();
    if is_of_key && quoted.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        return message.to_owned();
    }
    let (before, after) = (&message[..start], message.get(end + 1..).unwrap_or_default());
    format!("{before}\"…\"{after}")
}

#[cfg(test)]
mod tests {
    use super::{Stated, without_values};

    /// EP-25
    #[test]
    fn an_error_in_the_file_names_the_line_and_the_key_but_no_value() {
        let secret = "postgres://posture:hunter2@db.example/product";
        let cases = [
            (format!("listen = \"127.0.0.1:0\"\ndatabase-url = \"{secret}"), "line 2, database-url"),
            (format!("database-url = \"{secret}\" x"), "line 1, database-url"),
            (format!("database-url: \"{secret}\""), "line 1"),
            (format!("database-url = [\"{secret}\"]"), "line 1, database-url"),
            (format!("host = \"{secret}\""), "line 1, host"),
            (format!("auth = \"{secret}\""), "line 1, auth"),
            (format!("log-format = \"{secret}\""), "line 1, log-format"),
            (format!("concurrency = \"{secret}\""), "line 1, concurrency"),
            (format!("listen = \"{secret}\""), "line 1, listen"),
            (format!("auth = 'a`{secret}`'"), "line 1, auth"),
            (format!("listen = 'a\"{secret}\"b'"), "line 1, listen"),
            (format!("host = 'a\", expected \"{secret}'"), "line 1, host"),
            (format!("\"{secret}\" = 1"), "line 1: unknown field"),
            ("log = 42hunter2".to_owned(), "line 1, log"),
        ];
        for (text, place) in cases {
            let error = toml::from_str::<Stated>(&text).err().unwrap();
            let message = without_values(&error, &text);
            assert!(message.contains(place), "{text}: {message}");
            assert!(!message.contains("hunter2"), "{text}: {message}");
        }
        let number = toml::from_str::<Stated>("session-key-file = 4711").err().unwrap();
        let message = without_values(&number, "session-key-file = 4711");
        assert!(message.starts_with("line 1, session-key-file: invalid type: integer"), "{message}");
        assert!(!message.contains("4711"), "{message}");
    }
}
