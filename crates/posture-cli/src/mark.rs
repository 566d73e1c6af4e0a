//! Marks: a shape and a colour for each tone. The shape is enough if there is no colour.

use anstyle::{AnsiColor, Style};
use posture_core::tone::Tone;

/// The shape of a tone.
fn shape(tone: Tone) -> char {
    match tone {
        Tone::Critical => '■',
        Tone::High => '▲',
        Tone::Medium => '◆',
        Tone::Low => '●',
        Tone::Calm => '○',
        Tone::Unknown => '?',
    }
}

fn style(tone: Tone) -> Style {
    match tone {
        Tone::Critical => AnsiColor::Red.on_default().bold(),
        Tone::High => AnsiColor::Red.on_default(),
        Tone::Medium => AnsiColor::Yellow.on_default(),
        Tone::Low => AnsiColor::Cyan.on_default(),
        Tone::Calm => AnsiColor::Green.on_default(),
        Tone::Unknown => AnsiColor::Magenta.on_default(),
    }
}

/// A word after its tone's shape, in its colour.
pub(crate) fn marked(tone: Tone, word: &str) -> String {
    let style = style(tone);
    format!("{style}{} {word}{style:#}", shape(tone))
}
