//! An e-mail in plain text.

use posture_core::Timestamp;
use posture_core::notify::message::{Message, MessageKind};
use posture_core::words;

use super::{has_heading, more_lines, more_workspaces};

/// The subject line.
pub(crate) fn subject(message: &Message) -> String {
    format!("[Posture] {}", message.title)
}

/// The text.
pub(crate) fn text(message: &Message, note: Option<&str>) -> String {
    let mut lines = vec![message.title.clone()];
    lines.extend(note.map(str::to_owned));
    for section in &message.sections {
        lines.push(String::new());
        if has_heading(message, section) {
            lines.push(section.heading.clone());
        }
        for line in &section.lines {
            lines.push(format!("- {}", line.title));
            lines.extend(
                [&line.text].into_iter().filter(|text| !text.is_empty()).map(|text| format!("  {text}")),
            );
            lines.extend(line.url.iter().map(|url| format!("  {url}")));
        }
        lines.extend(more_lines(section));
        lines.push(section.status.clone());
    }
    lines.extend(more_workspaces(message));
    lines.extend(message.url.iter().flat_map(|url| [String::new(), format!("{}: {url}", words::OPEN_PAGE)]));
    lines.push(String::new());
    lines.join("\r\n")
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
