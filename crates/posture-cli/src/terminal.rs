//! Text as a terminal may show it: text from the evidence never controls the terminal.

use std::io::{self, Write as _};

use posture_core::invisible_chars::is_unseen;

/// Replaces every invisible character, controls and bidirectional formatting included, by an escape.
pub(crate) fn escaped(text: &str) -> String {
    escape_all(text, |_| false)
}

/// The same for a text of several lines: line breaks stay.
pub(crate) fn escaped_lines(text: &str) -> String {
    escape_all(text, |character| character == '\n')
}

/// Prints a warning on standard error. If that is closed, nobody reads it.
pub(crate) fn warn(message: &str) {
    to_stderr("warning", message);
}

/// Prints an error on standard error. If that is closed, only the exit code is left.
pub(crate) fn report_error(message: &str) {
    to_stderr("error", message);
}

fn to_stderr(severity: &str, message: &str) {
    let _unread = writeln!(io::stderr(), "{severity}: {}", escaped_lines(&without_addresses(message)));
}

/// A message without the secrets of addresses: arguments, settings of the environment, and passwords from anywhere else.
pub(crate) fn without_addresses(message: &str) -> String {
    let settings = std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("POSTURE_"));
    let values = std::env::args_os().chain(settings.map(|(_, value)| value));
    without_passwords(&masked_in(message, values.map(|value| value.to_string_lossy().into_owned())))
}

/// A message without the passwords of addresses, which may be from a file. An address ends with white space.
fn without_passwords(message: &str) -> String {
    let mut parts = message.split("://");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(char::is_whitespace).unwrap_or(part.len());
        let (address, rest) = part.split_at(end);
        let credentials = address.rsplit_once('@');
        match credentials.and_then(|(user, place)| Some((user.split_once(':')?.0, place))) {
            Some((user, place)) => shown.extend(["://", user, ":***@", place, rest]),
            None => shown.extend(["://", part]),
        }
    }
    shown
}

fn masked_in(message: &str, arguments: impl Iterator<Item = String>) -> String {
    let mut shown = message.to_owned();
    for argument in arguments {
        // Of `--option=VALUE`, the value.
        let value = argument.split_once('=').filter(|(option, _)| option.starts_with('-'));
        let value = value.map_or(argument.as_str(), |(_, value)| value);
        // Before the name of a file with an address.
        let value = value.trim_start_matches('@');
        if let Some(masked) = masked_address(value) {
            shown = shown.replace(value, &masked);
        }
    }
    shown
}

/// An address without what may be secret in it: the user, the path and the parameters. `None` if it has none of these.
pub(crate) fn masked_address(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let is_scheme = |sign: u8| sign.is_ascii_alphanumeric() || matches!(sign, b'+' | b'-' | b'.');
    let (user, place) = rest.rsplit_once('@').map_or(("", rest), |(_, place)| ("***@", place));
    let host = place.split(['/', '?', '#']).next().unwrap_or_default();
    let is_whole = user.is_empty() && place.trim_end_matches('/').len() == host.len();
    let masked = format!("{scheme}://{user}{host}{}", if place.len() > host.len() { "/***" } else { "" });
    (scheme.bytes().all(is_scheme) && !is_whole).then_some(masked)
}

fn escape_all(text: &str, stays: fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_unseen(character) && !stays(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Whether the locale's characters are UTF-8. Only Unix has locales in the environment.
#[expect(clippy::disallowed_methods, reason = "the environment has the terminal's encoding")]
pub(crate) fn is_utf8() -> bool {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
    let locale = names.into_iter().find(|value| !value.is_empty()).unwrap_or_default().to_ascii_lowercase();
    !cfg!(unix) || locale.contains("utf-8") || locale.contains("utf8")
}

/// A page for a terminal that shows only ASCII. Each of our own marks stays one column wide.
pub(crate) fn ascii(page: &str) -> String {
    let mut shown = String::with_capacity(page.len());
    for character in page.chars() {
        match character {
            '■' => shown.push('#'),
            '▲' => shown.push('^'),
            '◆' => shown.push('*'),
            '●' => shown.push('o'),
            '○' | '–' | '—' | '·' => shown.push('-'),
            '…' => shown.push('~'),
            '“' | '”' => shown.push('"'),
            '‘' | '’' => shown.push('\''),
            other if other.is_ascii() => shown.push(other),
            other => shown.extend(other.escape_unicode()),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown_as_escapes() {
        assert_eq!(escaped("a\u{1b}[31mb\u{7}\r\n"), r"a\u{1b}[31mb\u{7}\r\n");
        assert_eq!(escaped("a\u{202e}b\u{2066}\u{9b}"), r"a\u{202e}b\u{2066}\u{9b}");
        assert_eq!(escaped("a\u{ad}b\u{e0041}"), r"a\u{ad}b\u{e0041}");
        assert_eq!(escaped("Łódź 株式会社 مجموعة"), "Łódź 株式会社 مجموعة");
        assert_eq!(escaped_lines("a\nb\r"), "a\nb\\r");
    }

    /// CL-14, EP-31: an address in the wrong place is not printed with the password or the path that makes it a secret.
    #[test]
    fn an_argument_that_is_an_address_is_masked_in_messages() {
        let arguments = [
            "serve",
            "postgres://u:hunter2@db.example/product",
            "--stor=https://hooks.slack.com/services/hunter2",
            "https://posture.example.org/",
            "report.json",
        ];
        let message = arguments.map(|argument| format!("'{argument}' is wrong")).join("; ");
        let shown = masked_in(&message, arguments.map(str::to_owned).into_iter());
        assert_eq!(
            shown,
            "'serve' is wrong; 'postgres://***@db.example/***' is wrong; \
             '--stor=https://hooks.slack.com/***' is wrong; 'https://posture.example.org/' is wrong; \
             'report.json' is wrong"
        );
    }

    /// CL-14, EP-31
    #[test]
    fn no_message_has_the_password_of_an_address() {
        let cases = [
            ("Failed to read \"a://u:hun@ter2@b/c\": d@e", "Failed to read \"a://u:***@b/c\": d@e"),
            ("a://b/c, d://:hunter2@e.", "a://b/c, d://:***@e."),
            ("Write it as a://USER@HOST: b@c", "Write it as a://USER@HOST: b@c"),
            ("a", "a"),
        ];
        for (message, shown) in cases {
            assert_eq!(without_passwords(message), shown);
        }
    }

    #[test]
    fn a_page_in_ascii_has_a_mark_for_each_shape() {
        assert_eq!(ascii("■ ▲ ◆ ● ○ “a” 3–4…"), "# ^ * o - \"a\" 3-4~");
        assert_eq!(ascii("Łódź"), "\\u{141}\\u{f3}d\\u{17a}");
    }
}
