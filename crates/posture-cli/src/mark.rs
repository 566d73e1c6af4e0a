//! Marks: a shape and a colour for each tone. The shape says it alone where there is no colour.

use anstyle::{AnsiColor, Style};
use posture_core::finding::Severity;
use posture_core::recovery_evidence::RecoveryEvidence;
use posture_core::restore_attention::Tone;

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

/// A word behind its tone's shape, in its colour.
pub(crate) fn marked(tone: Tone, word: &str) -> String {
    let style = style(tone);
    format!("{style}{} {word}{style:#}", shape(tone))
}

/// The tone of a tenant's recovery evidence.
pub(crate) fn recovery_tone(evidence: &RecoveryEvidence) -> Tone {
    evidence.reason.urgency().map_or(Tone::Calm, Tone::from)
}

/// The tone of a finding.
pub(crate) fn severity_tone(severity: Severity) -> Tone {
    match severity {
        Severity::Error => Tone::Critical,
        Severity::Warning => Tone::Medium,
        Severity::Info => Tone::Low,
    }
}
