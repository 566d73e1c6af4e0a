//! An adaptive card for a Teams workflow.
//!
//! Texts are runs of rich text blocks, which Teams does not read as Markdown.

use posture_core::notify::message::{Message, Section};
use posture_core::tone::Tone;
use posture_core::words;
use serde_json::{Value, json};

use super::{fitting, has_heading, more_lines, more_workspaces};

/// The most bytes that Teams takes, with a reserve for what it adds.
const MOST_BYTES: usize = 25_000;
/// What a client shows that draws no cards of this version. It is Markdown there, so no name is in it.
const FALLBACK: &str = "Posture sent a message that this app is too old to show.";

pub(crate) fn body(message: &Message, note: Option<&str>) -> Vec<u8> {
    fitting(message, MOST_BYTES, |message| card(message, note).to_string().into_bytes())
}

fn card(message: &Message, note: Option<&str>) -> Value {
    let mut blocks = vec![block(vec![bold(&message.title, "large")], "none")];
    blocks.extend(note.map(|note| block(vec![run(note, "warning")], "small")));
    for section in &message.sections {
        blocks.extend(of_section(message, section));
    }
    blocks.extend(more_workspaces(message).map(|text| block(vec![run(&text, "default")], "medium")));
    let open = message
        .url
        .iter()
        .map(|url| json!({ "type": "Action.OpenUrl", "title": words::OPEN_PAGE, "url": url }));
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "msteams": { "width": "Full" },
                "fallbackText": FALLBACK,
                "body": blocks,
                "actions": open.collect::<Vec<_>>(),
            },
        }],
    })
}

fn of_section(message: &Message, section: &Section) -> Vec<Value> {
    let mut blocks = Vec::new();
    if has_heading(message, section) {
        blocks.push(block(vec![bold(&section.heading, "medium")], "medium"));
    }
    for line in &section.lines {
        let mut title = bold(&line.title, "default");
        title["color"] = colour(line.news.tone()).into();
        if let Some(url) = &line.url {
            title["selectAction"] = json!({ "type": "Action.OpenUrl", "url": url });
        }
        blocks.push(block(vec![title], "small"));
        if !line.text.is_empty() {
            blocks.push(block(vec![run(&line.text, "default")], "none"));
        }
    }
    blocks.extend(more_lines(section).map(|text| block(vec![run(&text, "default")], "small")));
    let mut status = run(&section.status, "default");
    status["isSubtle"] = true.into();
    blocks.push(block(vec![status], "small"));
    blocks
}

fn colour(tone: Tone) -> &'static str {
    match tone {
        Tone::Critical | Tone::High => "attention",
        Tone::Medium => "warning",
        Tone::Low | Tone::Unknown => "default",
        Tone::Calm => "good",
    }
}

fn block(runs: Vec<Value>, spacing: &str) -> Value {
    json!({ "type": "RichTextBlock", "spacing": spacing, "inlines": runs })
}

fn run(text: &str, colour: &str) -> Value {
    json!({ "type": "TextRun", "text": text, "color": colour })
}

fn bold(text: &str, size: &str) -> Value {
    json!({ "type": "TextRun", "text": text, "weight": "bolder", "size": size })
}
