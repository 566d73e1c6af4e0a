//! Blocks for an incoming webhook of Slack.
//!
//! Names are only in `plain_text`, which has no formatting, with `emoji` off, so that `:tada:` stays as it is. Slack's markup has no escape
//! for `*`, `_`, `~` and backticks, so all of it that is sent is a link with a caption of our own.

use posture_core::notify::message::{Line, Message, Section};
use posture_core::words;
use serde_json::{Value, json};

use super::{BREAK, fitting, has_heading, more_lines, more_workspaces};

/// The most bytes of a message, well within what Slack takes.
const MOST_BYTES: usize = 30_000;
/// The most units of UTF-16 of a header, which Slack refuses beyond 150 characters.
const HEADER: usize = 150;

pub(crate) fn body(message: &Message, note: Option<&str>) -> Vec<u8> {
    fitting(message, MOST_BYTES, |message| document(message, note).to_string().into_bytes())
}

fn document(message: &Message, note: Option<&str>) -> Value {
    let mut blocks = vec![header(&message.title)];
    blocks.extend(note.map(|note| section(note, None)));
    for section in &message.sections {
        blocks.extend(of_section(message, section));
    }
    blocks.extend(more_workspaces(message).map(|text| section(&text, None)));
    blocks.extend(message.url.iter().map(|url| json!({ "type": "section", "text": link(url) })));
    // What notifications on a phone show, and clients that draw no blocks.
    json!({
        "text": unformatted(&message.title),
        "mrkdwn": false,
        "unfurl_links": false,
        "unfurl_media": false,
        "blocks": blocks,
    })
}

/// As much of a text as fits once it is escaped.
fn beginning(text: &str, most: usize) -> String {
    let mut beginning = String::new();
    let mut room = most;
    for character in text.chars() {
        let shown = escaped(character.encode_utf8(&mut [0; 4]));
        let Some(left) = room.checked_sub(shown.encode_utf16().count()) else { break };
        beginning.push_str(&shown);
        room = left;
    }
    beginning
}

fn of_section(message: &Message, section: &Section) -> Vec<Value> {
    let mut blocks = Vec::new();
    if has_heading(message, section) {
        blocks.push(header(&section.heading));
    }
    blocks.extend(section.lines.iter().map(of_line));
    let status: Vec<_> = more_lines(section).into_iter().chain([section.status.clone()]).collect();
    blocks.push(json!({ "type": "context", "elements": [plain(&status.join("\n"))] }));
    blocks
}

fn of_line(line: &Line) -> Value {
    let text =
        if line.text.is_empty() { line.title.clone() } else { format!("{}\n{}", line.title, line.text) };
    section(&text, line.url.as_deref())
}

/// A block of at most 150 characters. Slack shows it in bold.
fn header(text: &str) -> Value {
    let text = beginning(text, HEADER);
    json!({ "type": "header", "text": { "type": "plain_text", "text": text, "emoji": false } })
}

/// A text, and a link below it.
fn section(text: &str, url: Option<&str>) -> Value {
    let mut section = json!({ "type": "section", "text": plain(text) });
    if let Some(url) = url {
        section["fields"] = json!([link(url)]);
    }
    section
}

fn plain(text: &str) -> Value {
    json!({ "type": "plain_text", "text": escaped(text), "emoji": false })
}

fn link(url: &str) -> Value {
    let text = format!("<{}|{}>", escaped(url), words::OPEN_PAGE);
    json!({ "type": "mrkdwn", "text": text, "verbatim": true })
}

/// Slack shows these three characters as they are only if they are escaped, in every text.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The text outside the blocks, which is markup for every client that ignores `mrkdwn`: a zero-width space on both sides of each character
/// that formats keeps it from beginning or ending anything. The text reads as before.
fn unformatted(text: &str) -> String {
    let mut unformatted = String::with_capacity(text.len());
    for (place, character) in text.char_indices() {
        let begins_a_line = place == 0 && matches!(character, '>' | '-' | '•' | '#');
        // A colon before a space ends no emoji that began without one next to it.
        let is_of_emoji = character == ':' && !text[place + 1..].starts_with(' ');
        if begins_a_line || is_of_emoji || matches!(character, '*' | '_' | '~' | '`') {
            unformatted.extend([BREAK, character, BREAK]);
        } else {
            unformatted.push(character);
        }
    }
    escaped(&unformatted)
}
