//! Recovery jobs: restore runs, with the changes that failed.

use std::collections::BTreeMap;

use posture_core::export::snapshot::{Counts, Outcome, RestoreRun, Results, Text};
use serde_json::Value;

use super::snapshots::Sets;
use crate::adapters::shared::graph::Page;
use crate::adapters::shared::values::{count, get, sum, text, time};
use crate::adapters::shared::{natural_key, news};
use crate::ids::Ids;
use crate::notes::quoted;
use crate::records::Gathered;
use crate::source::Source;
use crate::times;
use crate::tree::{name_of, stem_and_extension};

/// How many failed changes of a job are listed; the rest are counted.
const LISTED: usize = 1000;

/// A job as Graph returns it.
pub(super) struct Job {
    value: Value,
    is_preview: bool,
}

/// The changes of a job that could not be applied.
#[derive(Default)]
pub(super) struct FailedChanges {
    rows: Vec<Outcome>,
    by_type: BTreeMap<String, u64>,
    total: u64,
    path: String,
}

impl FailedChanges {
    pub(super) fn add(&mut self, value: &Value, path: &str) {
        path.clone_into(&mut self.path);
        self.total = sum(self.total, 1);
        let policy_type = text(value, "entityTypeName");
        if let Some(policy_type) = policy_type {
            let count = self.by_type.entry(policy_type.to_owned()).or_default();
            *count = sum(*count, 1);
        }
        if self.rows.len() < LISTED {
            let owned = |text: &str| Text::from(text.to_owned());
            self.rows.push(Outcome {
                outcome: "failed".into(),
                policy_type: policy_type.map(owned),
                label: text(value, "displayName").or_else(|| text(value, "id")).map(owned),
                reason: text(value, "failureMessage").map(owned),
            });
        }
    }
}

/// The id of the job whose failed changes a page lists: from the page's context, else the id at the end of the file's name.
pub(super) fn job_of(page: &Page, path: &str) -> String {
    let context = page.context.to_lowercase();
    if let Some((_, rest)) = context.split_once("/recoveryjobs/") {
        let id = rest.split('/').next().unwrap_or_default();
        if !id.is_empty() {
            return id.to_owned();
        }
    }
    const UUID: usize = 36;
    let name = stem_and_extension(name_of(path)).0.to_lowercase();
    let is_uuid = |text: &str| {
        text.char_indices().all(|(at, char)| match at {
            8 | 13 | 18 | 23 => char == '-',
            _ => char.is_ascii_hexdigit(),
        })
    };
    let uuid = (0..name.len()).filter_map(|at| name.get(at..at + UUID)).find(|part| is_uuid(part));
    // As the collector script names its files: the id, and the number of the page.
    let after_prefix = || {
        let rest = name.strip_prefix("failed-changes-")?;
        let page = rest.rsplit_once('-').filter(|(_, page)| page.bytes().all(|byte| byte.is_ascii_digit()));
        Some(page.map_or(rest, |(id, _)| id))
    };
    uuid.or_else(after_prefix).unwrap_or(&name).to_owned()
}

/// Keeps a job under its id. A finished state of a job replaces an unfinished one, and a worse one a better one.
pub(super) fn add(
    path: &str,
    value: &Value,
    page: &Page,
    jobs: &mut BTreeMap<String, Job>,
    gathered: &mut Gathered,
) {
    let key = text(value, "id").or_else(|| text(value, "jobStartDateTime"));
    let Some(key) = key.map(str::to_lowercase) else {
        let message = "A recovery job has neither an id nor a start time, so it cannot be listed.";
        gathered.notes.error("no_id", Some(path), message);
        news::signal_once(
            &mut gathered.records,
            "restore_unnamed",
            "medium",
            "A recovery job has no id".into(),
            message.into(),
        );
        return;
    };
    let job = Job { is_preview: is_preview(value, page, path, gathered), value: value.clone() };
    match jobs.get_mut(&key) {
        Some(known) if known.rank() > job.rank() => {}
        Some(known) => *known = job,
        None => {
            jobs.insert(key, job);
        }
    }
}

fn is_preview(value: &Value, page: &Page, path: &str, gathered: &mut Gathered) -> bool {
    let written_type = text(value, "@odata.type").unwrap_or_default().to_lowercase();
    if written_type.ends_with(".recoverypreviewjob") {
        return true;
    }
    let is_recovery = written_type.ends_with(".recoveryjob")
        || get(value, "totalFailedChanges").is_some()
        || get(value, "totalObjectsModified").is_some();
    if !is_recovery && page.is_of("recoveryPreviewJobs") {
        return true;
    }
    if !is_recovery && !page.is_of("recoveryJobs") {
        let message = "A job does not say whether it is a preview; it counts as an executed restore.";
        gathered.notes.warning("unknown_job_type", Some(path), message);
    }
    false
}

impl Job {
    /// Unfinished first, then good news, then bad news.
    fn rank(&self) -> u8 {
        match text(&self.value, "status").unwrap_or_default().to_lowercase().as_str() {
            "successful" if count(&self.value, "totalFailedChanges") == Some(0) => 1,
            "failed" | "abandoned" | "successful" => 2,
            _ => 0,
        }
    }
}

pub(super) fn records(
    source: &Source<'_>,
    jobs: BTreeMap<String, Job>,
    mut changes: BTreeMap<String, FailedChanges>,
    sets: &Sets,
    gathered: &mut Gathered,
) {
    let mut ids = Ids::default();
    for (key, job) in jobs {
        let (id, is_own) = ids.claim("entra-recovery job", &natural_key(source, &key));
        if !is_own {
            gathered.notes.warning("id_collision", None, format!("The job {key} got the next free id."));
        }
        gathered.records.runs.push(run(id, &job, changes.remove(&key), sets));
    }
    for (job, changes) in changes {
        let message = format!(
            "Failed changes of the job {}, which is in none of the files: {}.",
            quoted(&job),
            changes.total
        );
        gathered.notes.error("unmatched_changes", Some(&changes.path), message.clone());
        let title = "Failed changes of a recovery job that is not listed";
        news::signal_once(&mut gathered.records, "restore_unmatched", "medium", title.into(), message);
    }
}

fn run(id: u64, job: &Job, changes: Option<FailedChanges>, sets: &Sets) -> RestoreRun {
    let value = &job.value;
    let failed = count(value, "totalFailedChanges");
    let (objects, links) = (count(value, "totalObjectsModified"), count(value, "totalLinksModified"));
    let applied = Option::zip(objects, links).map(|(objects, links)| sum(objects, links));
    let changed = objects.unwrap_or(0) > 0 || links.unwrap_or(0) > 0 || failed.unwrap_or(0) > 0;
    let status = status(text(value, "status").unwrap_or("not stated"), failed, changed);

    let mut results = Results::default();
    if !job.is_preview {
        // A number that Graph does not state is not 0. Unless the run is bad news anyway, a job without all its numbers becomes an
        // outcome that nobody can read.
        let is_known = applied.is_some() && failed.is_some();
        let is_bad = matches!(&*status, "completed_with_errors" | "partial");
        if is_known || is_bad {
            let applied = applied.or(objects).or(links);
            results.counts = Some(Counts { applied, failed, ..Counts::default() });
        } else if matches!(&*status, "completed" | "canceled") {
            results.unread.insert("recovery_job".into(), value.clone());
        }
        if let Some(changes) = changes {
            results.items = changes.rows;
            results.policy_types = changes
                .by_type
                .into_iter()
                .map(|(policy_type, failed)| {
                    (policy_type.into(), Counts { failed: Some(failed), ..Counts::default() })
                })
                .collect();
        }
    }
    let target = time(value, "targetStateDateTime");
    RestoreRun {
        id,
        backup_set_id: target.and_then(|at| sets.get(&at).copied()),
        status,
        is_dry_run: job.is_preview,
        results: (!job.is_preview).then_some(results),
        started_at: times::written(time(value, "jobStartDateTime")),
        completed_at: times::written(time(value, "jobCompletionDateTime")),
        ..RestoreRun::default()
    }
}

/// The contract's word for a status. A word that is not in Graph's reference stays as it is.
fn status(written: &str, failed: Option<u64>, changed: bool) -> Text {
    match written.to_lowercase().as_str() {
        "successful" if failed.is_some_and(|failed| failed > 0) => "completed_with_errors".into(),
        "successful" => "completed".into(),
        "failed" => "failed".into(),
        "abandoned" if changed => "partial".into(),
        "abandoned" => "canceled".into(),
        "running" | "initialized" | "calculating" | "loadingdata" => "running".into(),
        _ => written.to_owned().into(),
    }
}
