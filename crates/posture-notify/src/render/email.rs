//! An e-mail in plain text.

use posture_core::Timestamp;
use posture_core::notify::message::{Message, MessageKind};
use posture_core::words;

use super::{BREAK, has_heading, more_lines, more_workspaces};

/// The subject line.
pub(crate) fn subject(message: &Message) -> String {
    format!("[Posture] {}", message.title)
}

/// The text.
pub(crate) fn text(message: &Message, note: Option<&str>) -> String {
    let mut lines = vec![unlinked(&message.title)];
    lines.extend(note.map(str::to_owned));
    for section in &message.sections {
        lines.push(String::new());
        if has_heading(message, section) {
            lines.push(unlinked(&section.heading));
        }
        for line in &section.lines {
            lines.push(format!("- {}", unlinked(&line.title)));
            if !line.text.is_empty() {
                lines.push(format!("  {}", unlinked(&line.text)));
            }
            lines.extend(line.url.iter().map(|url| format!("  {url}")));
        }
        lines.extend(more_lines(section));
        lines.push(unlinked(&section.status));
    }
    lines.extend(more_workspaces(message));
    lines.extend(message.url.iter().flat_map(|url| [String::new(), format!("{}: {url}", words::OPEN_PAGE)]));
    lines.push(String::new());
    lines.join("\r\n")
}

/// The text with a zero-width space wherever a mail program could take it for the start of a link or for the end of a host's name:
/// `https://`, `mailto:`, `www.example.org`, `\\\\server`. It reads as before. Only links of our own are left as they are.
fn unlinked(text: &str) -> String {
    let mut unlinked = String::with_capacity(text.len());
    let mut before = ' ';
    for (place, character) in text.char_indices() {
        unlinked.push(character);
        let after = text[place + character.len_utf8()..].chars().next().unwrap_or(' ');
        let is_link = match character {
            ':' => before.is_alphabetic() && !after.is_whitespace(),
            '.' => before.is_alphanumeric() && after.is_alphabetic(),
            '\\' | '/' => after == character,
            _ => false,
        };
        if is_link {
            unlinked.push(BREAK);
        }
        before = character;
    }
    unlinked
}

/// Mail programs show it, and filters can use it.
pub(crate) fn priority(message: &Message) -> Option<&'static str> {
    let is_worse = message.kind == MessageKind::News
        && message
            .sections
            .iter()
            .flat_map(|section| &section.lines)
            .any(|line| line.news.tone() == posture_core::tone::Tone::High);
    is_worse.then_some("high")
}

/// Seconds since 1970.
pub(crate) fn unix_seconds(at: Timestamp) -> u64 {
    u64::try_from(at.unix_seconds()).unwrap_or_default()
}
