//! A message in the form of each channel. Names come from the evidence and are shown as they are: nothing in them is markup.

pub(crate) mod email;
pub(crate) mod json;
pub(crate) mod slack;
pub(crate) mod teams;

use posture_core::notify::message::{Message, Section};
use posture_core::words;

/// The zero-width space: it separates characters that a channel would take for markup or a link, and is not seen.
const BREAK: char = '\u{200b}';

/// What follows a section's lines, if some were left out.
fn more_lines(section: &Section) -> Option<String> {
    (section.more_lines > 0).then(|| words::more_lines(section.more_lines))
}

/// What follows the sections, if some were left out.
fn more_workspaces(message: &Message) -> Option<String> {
    (message.more_workspaces > 0).then(|| words::more_workspaces(message.more_workspaces))
}

/// Whether a section's heading says more than the title. A workspace can be without a name, and no channel takes an empty heading.
fn has_heading(message: &Message, section: &Section) -> bool {
    let is_in_title = message.sections.len() == 1 && message.title.starts_with(&section.heading);
    !section.heading.is_empty() && !is_in_title
}

/// The message without its last line, or without its last workspace if no line is left, so that it fits.
fn shorter(message: &Message) -> Option<Message> {
    let mut shorter = message.clone();
    if let Some(section) = shorter.sections.iter_mut().rev().find(|section| !section.lines.is_empty()) {
        section.lines.pop();
        section.more_lines += 1;
    } else {
        shorter.sections.pop()?;
        shorter.more_workspaces += 1;
    }
    Some(shorter)
}

/// The longest form of a message that has at most this many bytes.
fn fitting(message: &Message, most: usize, render: impl Fn(&Message) -> Vec<u8>) -> Vec<u8> {
    let mut bytes = render(message);
    let mut fitting = message.clone();
    while bytes.len() > most {
        let Some(next) = shorter(&fitting) else { break };
        bytes = render(&next);
        fitting = next;
    }
    bytes
}
