//! Text as a terminal may show it: what the evidence says never steers the terminal.

use posture_core::invisible_chars::is_unseen;

/// The text with every character that is not seen, controls and bidirectional formatting among them, shown as an escape.
pub(crate) fn escaped(text: &str) -> String {
    escape_all(text, |_| false)
}

/// The same for a text of several lines, whose breaks stay.
pub(crate) fn escaped_lines(text: &str) -> String {
    escape_all(text, |character| character == '\n')
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_steer_the_terminal_is_shown_instead() {
        assert_eq!(escaped("a\u{1b}[31mb\u{7}\r\n"), r"a\u{1b}[31mb\u{7}\r\n");
        assert_eq!(escaped("a\u{202e}b\u{2066}\u{9b}"), r"a\u{202e}b\u{2066}\u{9b}");
        assert_eq!(escaped("a\u{ad}b\u{e0041}"), r"a\u{ad}b\u{e0041}");
        assert_eq!(escaped("Łódź 株式会社 مجموعة"), "Łódź 株式会社 مجموعة");
        assert_eq!(escaped_lines("a\nb\r"), "a\nb\\r");
    }
}
