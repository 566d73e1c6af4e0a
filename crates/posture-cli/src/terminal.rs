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

/// A message in which no argument is repeated that is an address and may hold a secret, whatever it was given as.
pub(crate) fn without_addresses(message: &str) -> String {
    let arguments = std::env::args_os().map(|argument| argument.to_string_lossy().into_owned());
    masked_in(message, arguments)
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

    #[test]
    fn a_page_in_ascii_has_a_mark_for_each_shape() {
        assert_eq!(ascii("■ ▲ ◆ ● ○ “a” 3–4…"), "# ^ * o - \"a\" 3-4~");
        assert_eq!(ascii("Łódź"), "\\u{141}\\u{f3}d\\u{17a}");
    }
}
