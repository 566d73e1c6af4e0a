//! The configuration file. Errors never show a value from it.

use std::path::Path;

use anyhow::Context as _;
use posture_engine::input::read_small_text;

use super::args::{LIMIT, Stated};
use crate::remedy::unread;
use crate::toml_error::without_values;

pub(super) fn read(path: &Path) -> anyhow::Result<Stated> {
    let text = read_small_text(path)
        .map_err(|error| unread(&error))
        .with_context(|| format!("Failed to read the configuration {}", path.display()))?;
    toml::from_str(&text).map_err(|error| {
        let why = without_values(&error, &text).replace("a nonzero u32", LIMIT);
        anyhow::anyhow!("Failed to read {}: {why}", path.display())
    })
}

#[cfg(test)]
mod tests {
    use super::Stated;
    use crate::toml_error::without_values;

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
