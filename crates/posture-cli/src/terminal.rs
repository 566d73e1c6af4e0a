//! Text as a terminal may show it: what the evidence says never steers the terminal.

/// The text with every control and bidirectional formatting character shown as an escape.
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
        if steers(character) && !stays(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Control characters, line and paragraph separators, and marks that reorder or hide what stands beside them.
fn steers(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_steer_the_terminal_is_shown_instead() {
        assert_eq!(escaped("a\u{1b}[31mb\u{7}\r\n"), r"a\u{1b}[31mb\u{7}\r\n");
        assert_eq!(escaped("a\u{202e}b\u{2066}\u{9b}"), r"a\u{202e}b\u{2066}\u{9b}");
        assert_eq!(escaped("Łódź 株式会社 مجموعة"), "Łódź 株式会社 مجموعة");
        assert_eq!(escaped_lines("a\nb\r"), "a\nb\\r");
    }
}
