//! The configuration file. Errors never show a value from it.

use std::path::Path;

use anyhow::Context as _;
use posture_engine::input::read_small_text;

use super::args::{LIMIT, Stated};

pub(super) fn read(path: &Path) -> anyhow::Result<Stated> {
    let text = read_small_text(path)
        .with_context(|| format!("Failed to read the configuration {}", path.display()))?;
    toml::from_str(&text).map_err(|error| {
        anyhow::anyhow!("Failed to read {}: {}", path.display(), without_values(&error, &text))
    })
}

/// What is wrong with a configuration file: where, and which key, but no value, since any line may hold a password.
fn without_values(error: &toml::de::Error, text: &str) -> String {
    let mut message = String::new();
    let (unknown, rest) = match error.message().strip_prefix("unknown variant `") {
        Some(rest) => ("unknown word", rest.split_once('`').map_or("", |(_, rest)| rest)),
        None => ("", error.message()),
    };
    message.push_str(unknown);
    for (place, part) in rest.split('"').enumerate() {
        message.push_str(if place % 2 == 0 { part } else { "\"…\"" });
    }
    let message = message.trim().replace('\n', ", ").replace("a nonzero u32", LIMIT);
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
        ];
        for (text, place) in cases {
            let error = toml::from_str::<Stated>(&text).err().unwrap();
            let message = without_values(&error, &text);
            assert!(message.contains(place), "{text}: {message}");
            assert!(!message.contains("hunter2"), "{text}: {message}");
        }
    }
}
