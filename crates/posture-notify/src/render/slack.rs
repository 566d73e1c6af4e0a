//! Blocks for an incoming webhook of Slack.
//!
//! `&`, `<` and `>` are escaped and `verbatim` is set, so that no name becomes a link or mentions anyone.

use posture_core::notify::message::{Line, Message, Section};
use posture_core::words;
use serde_json::{Value, json};

use super::{fitting, has_heading, more_lines, more_workspaces};

/// The most bytes of a message, well within what Slack takes.
const MOST_BYTES: usize = 30_000;
/// The most units of UTF-16 of a header, which Slack refuses beyond 150 characters.
const HEADER: usize = 150;

pub(crate) fn body(message: &Message, note: Option<&str>) -> Vec<u8> {
    fitting(message, MOST_BYTES, |message| document(message, note).to_string().into_bytes())
}

fn document(message: &Message, note: Option<&str>) -> Value {
    let header = beginning(&message.title, HEADER);
    let mut blocks =
        vec![json!({ "type": "header", "text": { "type": "plain_text", "text": header, "emoji": false } })];
    blocks.extend(note.map(|note| marked(&escaped(note))));
    for section in &message.sections {
        blocks.extend(of_section(message, section));
    }
    blocks.extend(more_workspaces(message).map(|text| marked(&escaped(&text))));
    blocks.extend(message.url.iter().map(|url| marked(&link(url, words::OPEN_PAGE))));
    // What notifications on a phone show, and clients that draw no blocks.
    json!({ "text": escaped(&message.title), "unfurl_links": false, "unfurl_media": false, "blocks": blocks })
}

/// As much of a text as fits.
fn beginning(text: &str, most: usize) -> String {
    let mut room = most;
    let fits = |c: &char| room.checked_sub(c.len_utf16()).map(|left| room = left).is_some();
    text.chars().take_while(fits).collect()
}

fn of_section(message: &Message, section: &Section) -> Vec<Value> {
    let mut blocks = Vec::new();
    if has_heading(message, section) {
        blocks.push(marked(&format!("*{}*", escaped(&section.heading))));
    }
    blocks.extend(section.lines.iter().map(of_line));
    let status = more_lines(section).into_iter().chain([section.status.clone()]);
    let status: Vec<_> = status.map(|text| escaped(&text)).collect();
    let status = json!({ "type": "mrkdwn", "text": status.join("\n"), "verbatim": true });
    blocks.push(json!({ "type": "context", "elements": [status] }));
    blocks
}

fn of_line(line: &Line) -> Value {
    let title = line.url.as_ref().map_or_else(|| escaped(&line.title), |url| link(url, &line.title));
    let text = if line.text.is_empty() { String::new() } else { format!("\n{}", escaped(&line.text)) };
    marked(&format!("{title}{text}"))
}

fn marked(text: &str) -> Value {
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": text, "verbatim": true } })
}

fn link(url: &str, text: &str) -> String {
    format!("<{}|{}>", escaped(url), escaped(text).replace('|', "¦"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
