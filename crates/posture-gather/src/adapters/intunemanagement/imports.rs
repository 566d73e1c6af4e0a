//! Bulk imports in the log: restore runs.

use posture_core::export::snapshot::{Outcome, RestoreRun, Results, Text};

use super::exports::is_this_tenant;
use super::items::policy_type_of_title;
use super::log::{Entry, Session, Work};
use crate::adapters::shared::natural_key;
use crate::ids::Ids;
use crate::records::Gathered;
use crate::source::Source;
use crate::times;

/// How many outcomes of an import are listed; more than that is a note.
const LISTED: usize = 10_000;

pub(super) fn records(source: &Source<'_>, sessions: &[Session], gathered: &mut Gathered) {
    let mut ids = Ids::default();
    for session in sessions.iter().filter(|session| session.work == Work::Import) {
        if !is_this_tenant(source, session) {
            let message = "An import into another tenant was skipped.";
            gathered.notes.info("other_tenant", Some(&session.path), message);
            continue;
        }
        let at = session.started_at.map(|at| at.to_string()).unwrap_or_default();
        let (id, _) =
            ids.claim("intunemanagement import", &natural_key(source, &format!("{at}\n{}", session.root)));
        let mut outcomes = outcomes(&session.entries);
        if outcomes.len() > LISTED {
            // Bad news first, so that none of it is cut.
            outcomes.sort_by_key(|outcome| matches!(&*outcome.outcome, "applied" | "skipped"));
            outcomes.truncate(LISTED);
            let message = format!("The import has more than {LISTED} outcomes; the rest are not listed.");
            gathered.notes.warning("outcomes_cut", Some(&session.path), message);
        }
        gathered.records.runs.push(RestoreRun {
            id,
            status: if session.finished_at.is_some() { "completed".into() } else { "running".into() },
            is_dry_run: false,
            results: Some(Results { items: outcomes, ..Results::default() }),
            started_at: times::written(session.started_at),
            completed_at: times::written(session.finished_at),
            ..RestoreRun::default()
        });
    }
}

/// The outcome of each object of an import. An object without an end in the log has an outcome that nothing recognises.
fn outcomes(entries: &[Entry]) -> Vec<Outcome> {
    let mut outcomes: Vec<Outcome> = Vec::new();
    let mut title = String::new();
    let mut open: Option<Outcome> = None;
    // How many outcomes there were after a request that failed.
    let mut failed_request = None;
    let owned = |text: &str| Text::from(text.to_owned());
    for entry in entries {
        let text = entry.text.trim();
        let row = |outcome: &'static str, label: &str| Outcome {
            outcome: outcome.into(),
            policy_type: Some(owned(policy_type_of_title(&title))),
            label: Some(owned(label)),
            reason: Some(owned(text)),
        };
        if let Some(written) = text.strip_prefix("Import ").and_then(|rest| rest.strip_suffix(" objects")) {
            outcomes.extend(open.take());
            written.clone_into(&mut title);
        } else if let Some(name) = text.strip_prefix(&format!("Import {title} object ")) {
            outcomes.extend(open.replace(row("no end in the log", name)));
        } else if let Some(name) = text.strip_prefix("Update ") {
            outcomes.extend(open.replace(row("no end in the log", name)));
        } else if text.contains(" object imported successfully") || text == "Object updated successfully" {
            let mut ended = open.take().unwrap_or_else(|| row("applied", text));
            ended.outcome = "applied".into();
            ended.reason = None;
            outcomes.push(ended);
        } else if text.ends_with("Object will not be imported")
            || text.ends_with("Object will not be imported or replaced")
            || text.ends_with("Skipping import")
        {
            outcomes.extend(open.take());
            outcomes.push(row("skipped", text));
        } else if entry.severity >= 3 || text.starts_with("Failed to import file") {
            // The tool reports one failure twice: the request, then the file.
            let is_repeated = text.starts_with("Failed to import file")
                && open.is_none()
                && failed_request.take() == Some(outcomes.len());
            if !is_repeated {
                let mut failed = open.take().unwrap_or_else(|| row("failed", text));
                failed.outcome = "failed".into();
                failed.reason = Some(owned(text));
                outcomes.push(failed);
                failed_request = text.starts_with("Failed to invoke").then_some(outcomes.len());
            }
        }
    }
    outcomes.extend(open);
    outcomes
}
