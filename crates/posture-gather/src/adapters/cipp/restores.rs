//! Restores: the lines that a task of New-CIPPRestore wrote.

use posture_core::Timestamp;
use posture_core::export::snapshot::{Counts, Outcome, RestoreRun, Results, Text};
use serde_json::Value;

use crate::adapters::shared::values::sum;
use crate::text::json_of;
use crate::times;

/// How deep a result may be nested: a list of details of lists of objects.
const DEEPEST: usize = 8;

/// The lines of a result: a text, the text of a JSON value, an object with `Results`, or a list of those.
pub(super) fn lines(value: &Value, depth: usize, found: &mut Vec<String>) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::String(text) => {
            let text = text.trim();
            match json_of(text) {
                Ok(parsed) if parsed.is_array() || parsed.is_object() => lines(&parsed, depth + 1, found),
                _ if text.is_empty() || text == "null" => {}
                _ => found.push(text.to_owned()),
            }
        }
        Value::Array(values) => values.iter().for_each(|value| lines(value, depth + 1, found)),
        Value::Object(object) => {
            for (key, value) in object {
                if ["results", "resulttext"].contains(&key.to_ascii_lowercase().as_str()) {
                    lines(value, depth + 1, found);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What a line says.
enum Line {
    Row(Outcome),
    /// The sum at the end of an area.
    Sum {
        applied: u64,
        failed: u64,
    },
}

fn line(text: &str) -> Line {
    // A line about a new user ends with the password.
    let text = text.split(" with temporary password").next().unwrap_or_default().trim();
    let lower = text.to_lowercase();
    if lower.starts_with("no items were restored") {
        return Line::Sum { applied: 0, failed: 0 };
    }
    if let Some(what) = lower.strip_prefix("restored:") {
        // "Restored: 2 Users, 1 Group from backup (1 items failed)"
        let what = what.split(" from backup").next().unwrap_or_default();
        let counts = what.split(',').filter_map(|part| part.split_whitespace().next()?.parse().ok());
        let applied = counts.fold(0, sum);
        let failed = lower
            .rsplit_once('(')
            .and_then(|(_, rest)| rest.strip_suffix(" items failed)")?.parse().ok())
            .unwrap_or(0);
        return Line::Sum { applied, failed };
    }
    let outcome = if lower.contains("already exists") && lower.contains("overwrite is disabled") {
        "skipped"
    } else if ["could not", "failed", "task failed", "task blocked"]
        .iter()
        .any(|word| lower.starts_with(word))
        || lower.contains("restore failed")
    {
        "failed"
    } else if lower.starts_with("restored ") || lower.contains(". restored ") {
        "applied"
    } else {
        "unrecognised line"
    };
    Line::Row(Outcome {
        outcome: outcome.into(),
        policy_type: policy_type(&lower).map(Text::from),
        label: None,
        reason: Some(text.to_owned().into()),
    })
}

/// The area that a line names. "Intune configuration" is not one: CIPP writes it for compliance policies too.
fn policy_type(lower: &str) -> Option<&'static str> {
    const AREAS: [(&str, &str); 9] = [
        ("conditional access", "ca"),
        ("intune compliance", "intunecompliance"),
        ("intune protection", "intuneprotection"),
        ("custom variable", "CippCustomVariables"),
        ("anti-spam", "antispam"),
        ("anti-phishing", "antiphishing"),
        ("webhook alerts", "CippWebhookAlerts"),
        ("scripted alerts", "CippScriptedAlerts"),
        ("the user ", "users"),
    ];
    AREAS.iter().find(|(words, _)| lower.contains(words)).map(|(_, area)| *area)
}

pub(super) fn run(
    id: u64,
    state: &str,
    written: Option<&[String]>,
    backup_set_id: Option<u64>,
    executed_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
) -> RestoreRun {
    let has_begun = executed_at.is_some();
    let status: Text = match state {
        "completed" => "completed".into(),
        "failed" | "failed - planned" => "failed".into(),
        "running" | "processing" => "running".into(),
        "pending" => "queued".into(),
        "planned" if !has_begun => "pending".into(),
        "planned" => "completed".into(),
        _ => state.to_owned().into(),
    };
    let mut results = Results::default();
    // Each area that is restored ends with a sum of its own.
    let (mut all_applied, mut all_failed) = (0, 0);
    // Before a task has run, its result is the word "Planned".
    let lines = written.unwrap_or_default().iter().filter(|line| !line.eq_ignore_ascii_case("planned"));
    let mut elsewhere = Vec::new();
    for text in lines {
        if text.to_lowercase().contains("details are available in the more info pane") {
            elsewhere.push(Value::from(text.clone()));
            continue;
        }
        match line(text) {
            Line::Row(row) => results.items.push(row),
            Line::Sum { applied, failed } => {
                (all_applied, all_failed) = (sum(all_applied, applied), sum(all_failed, failed));
            }
        }
    }
    if all_applied > 0 || all_failed > 0 {
        let counts = Counts { applied: Some(all_applied), failed: Some(all_failed), ..Counts::default() };
        results.counts = Some(counts);
    }
    let is_over = matches!(&*status, "completed");
    if results.items.is_empty() && results.counts.is_none() && is_over {
        // A restore that is over and says nothing is not a restore without problems.
        if elsewhere.is_empty() {
            let said = written.unwrap_or_default().first().map(String::as_str);
            elsewhere.push(said.unwrap_or("The task has no result lines.").into());
        }
        results.unread.insert("cipp_results".into(), Value::Array(elsewhere));
    }
    RestoreRun {
        id,
        backup_set_id,
        status,
        is_dry_run: false,
        results: Some(results),
        started_at: times::written(executed_at),
        completed_at: times::written(finished_at),
        ..RestoreRun::default()
    }
}
