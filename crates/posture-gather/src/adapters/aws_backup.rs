//! AWS Backup: what `list-backup-jobs`, `list-restore-jobs` and `list-recovery-points-by-…` return. An account is a tenant, and each
//! resource is a scope.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use posture_core::export::snapshot::{BackupItem, BackupSet, Outcome, RestoreRun, Results, Text};
use serde_json::Value;

use super::shared::detection::first_json;
use super::shared::inventory::item;
use super::shared::owner::Owners;
use super::shared::values::{get, text, time};
use super::shared::{natural_key, news};
use crate::ids::Ids;
use crate::kind::Kind;
use crate::pace::Pace;
use crate::records::Gathered;
use crate::source::Source;
use crate::times;
use crate::tree::{Tree, is_json};

/// The row of the table of kinds.
pub const KIND: Kind = Kind {
    name: "aws-backup",
    title: "AWS Backup",
    docs: "docs/gather/aws-backup.md",
    keys: &[],
    reads_history: false,
    gives_backups: true,
    names_tenants: true,
    detect: |tree, pace| Box::pin(detect(tree, pace)),
    gather: |source, gathered| Box::pin(gather(source, gathered)),
};

/// Jobs by their id.
#[derive(Default)]
struct Found {
    backups: BTreeMap<String, Value>,
    restores: BTreeMap<String, Value>,
    /// Recovery points outlive the jobs that made them, which AWS lists for 30 days.
    points: BTreeMap<String, Value>,
}

fn jobs<'v>(value: &'v Value, key: &str) -> Option<&'v Vec<Value>> {
    get(value, key).and_then(Value::as_array)
}

async fn detect(tree: &dyn Tree, pace: &dyn Pace) -> Option<String> {
    let lists = ["BackupJobs", "RestoreJobs", "RecoveryPoints"];
    let is_known = |value: Value| lists.iter().any(|key| jobs(&value, key).is_some());
    first_json(tree, pace, |_, value| is_known(value).then_some("lists jobs of AWS Backup")).await
}

async fn gather(source: &Source<'_>, gathered: &mut Gathered) {
    let mut found = Found::default();
    for entry in source.tree.entries() {
        source.pause().await;
        let path = entry.path.as_str();
        if !is_json(entry.name()) {
            news::skipped(gathered, path, "it is not a .json file");
            continue;
        }
        match source.read_json(path).await {
            Ok(value) => found.read(source, path, value, gathered),
            Err(why) => news::unreadable(source, gathered, path, &why.to_string()),
        }
    }
    let made: BTreeSet<_> = found
        .backups
        .values()
        .filter_map(|job| text(job, "RecoveryPointArn"))
        .map(ToOwned::to_owned)
        .collect();
    let (listed, others): (BTreeMap<_, _>, BTreeMap<_, _>) =
        found.points.into_iter().partition(|(arn, _)| made.contains(arn));
    let all = found.backups.values().chain(found.restores.values()).chain(others.values());
    let words: BTreeSet<_> =
        all.map(account).filter(|word| !word.is_empty()).map(ToOwned::to_owned).collect();
    let owners = Owners::new(source, &words, gathered);
    let mut ids: HashMap<String, Ids> = HashMap::new();
    for (key, job) in found.backups.iter().chain(&others) {
        let account = account(job);
        // The recovery point is listed longer than its job, and both are one backup.
        let made = text(job, "RecoveryPointArn").unwrap_or(key);
        let (id, _) =
            ids.entry(account.to_owned()).or_default().claim("aws-backup job", &natural_key(source, made));
        // What a job made may be deleted since then.
        let point = text(job, "RecoveryPointArn").and_then(|arn| listed.get(arn));
        let gone = point.map(status).filter(|status| status == "archived");
        if gone.is_some() {
            let message =
                format!("The recovery point of the job {key} is deleted or expired; the job does not count.");
            gathered.notes.warning("point_gone", None, message);
        }
        let set = set(source, id, key, job, gone.unwrap_or_else(|| status(job)));
        if set.completed_at.is_none() && matches!(&*set.status, "completed" | "partial") {
            let message = format!("The job {key} does not say when it was completed; it does not count.");
            gathered.notes.error("no_time", None, message);
        }
        owners.records(source, account, gathered).sets.push(set);
    }
    for (key, job) in &found.restores {
        let account = account(job);
        let (id, _) =
            ids.entry(account.to_owned()).or_default().claim("aws-backup restore", &natural_key(source, key));
        owners.records(source, account, gathered).runs.push(run(id, job));
    }
}

impl Found {
    fn read(&mut self, source: &Source<'_>, path: &str, value: Value, gathered: &mut Gathered) {
        let answers = match value {
            Value::Array(answers) => answers,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                vec![value]
            }
        };
        let (mut read, mut is_list) = (0, false);
        for answer in &answers {
            let lists = [
                ("BackupJobs", "BackupJobId", &mut self.backups),
                ("RestoreJobs", "RestoreJobId", &mut self.restores),
                ("RecoveryPoints", "RecoveryPointArn", &mut self.points),
            ];
            for (list, id, kept) in lists {
                is_list |= jobs(answer, list).is_some();
                for job in jobs(answer, list).into_iter().flatten() {
                    let Some(key) = text(job, id) else {
                        gathered.notes.error(
                            "no_id",
                            Some(path),
                            format!("An entry of {list} has no {id}; it was not read."),
                        );
                        continue;
                    };
                    read += 1;
                    // The end of a job replaces its start.
                    let is_over = kept.get(key).is_some_and(|known| time(known, "CompletionDate").is_some());
                    if !is_over || time(job, "CompletionDate").is_some() {
                        kept.insert(key.to_owned(), job.clone());
                    }
                }
            }
            if get(answer, "NextToken").is_some() {
                let message =
                    "The list continues on a page that is not here. Run the command without --max-items.";
                gathered.notes.error("missing_page", Some(path), message);
                let title = format!("A list of {} is incomplete", source.scope);
                news::signal_once(
                    &mut gathered.records,
                    "evidence_incomplete",
                    "medium",
                    title,
                    message.into(),
                );
            }
        }
        gathered.notes.info("read", Some(path), format!("Jobs and recovery points read: {read}."));
        if !is_list {
            let why = "it lists neither backup jobs, restore jobs nor recovery points";
            news::skipped(gathered, path, why);
        }
    }
}

/// The account of a job; that of the vault for a recovery point, which does not state one.
fn account(job: &Value) -> &str {
    let of_vault = || text(job, "BackupVaultArn")?.split(':').nth(4);
    text(job, "AccountId").or_else(of_vault).unwrap_or_default()
}

fn resource(job: &Value) -> BackupItem {
    let arn = text(job, "ResourceArn");
    let name = text(job, "ResourceName").or_else(|| arn?.rsplit([':', '/']).next());
    item(text(job, "ResourceType").unwrap_or("not stated"), name, arn)
}

/// The status of the backup that a job made, or that a recovery point is.
fn status(job: &Value) -> Text {
    let written = text(job, "State").or_else(|| text(job, "Status")).unwrap_or("not stated");
    // A job that completed with issues has another message category than success.
    let has_issues = text(job, "MessageCategory").is_some_and(|word| !word.eq_ignore_ascii_case("SUCCESS"));
    match written.to_uppercase().as_str() {
        "CREATED" | "PENDING" => "queued".into(),
        "RUNNING" | "ABORTING" | "CREATING" => "running".into(),
        "COMPLETED" if has_issues => "partial".into(),
        // A continuous backup that was stopped can still be restored.
        "COMPLETED" | "AVAILABLE" | "STOPPED" => "completed".into(),
        "DELETING" => "archived".into(),
        // A recovery point expires at the end of its life; a job expires if it did not start in time.
        "EXPIRED" if text(job, "State").is_none() => "archived".into(),
        "PARTIAL" => "partial".into(),
        "ABORTED" | "EXPIRED" | "FAILED" => "failed".into(),
        _ => written.to_owned().into(),
    }
}

fn set(source: &Source<'_>, id: u64, key: &str, job: &Value, status: Text) -> BackupSet {
    let item = BackupItem { id: 1, ..resource(job) };
    let scope = text(job, "ResourceArn")
        .map_or_else(|| source.scope.to_owned(), |arn| format!("{}/{arn}", source.scope));
    BackupSet {
        id,
        name: Some(key.to_owned().into()),
        scope: Some(scope.into()),
        created_at: times::written(time(job, "CreationDate")),
        completed_at: times::written(time(job, "CompletionDate")),
        items: matches!(&*status, "completed" | "partial").then(|| vec![item]),
        opaque: (!matches!(&*status, "completed" | "partial")).then_some(true),
        status,
        ..BackupSet::default()
    }
}

fn run(id: u64, job: &Value) -> RestoreRun {
    let written = text(job, "Status").unwrap_or("not stated");
    let validation = text(job, "ValidationStatus").unwrap_or_default().to_uppercase();
    let has_created = text(job, "CreatedResourceArn").is_some();
    let word = written.to_uppercase();
    let status: Text = match word.as_str() {
        "PENDING" => "pending".into(),
        "RUNNING" => "running".into(),
        "COMPLETED" => "completed".into(),
        "FAILED" => "failed".into(),
        // It made a resource before it was stopped.
        "ABORTED" if has_created => "partial".into(),
        "ABORTED" => "aborted".into(),
        _ => written.to_owned().into(),
    };
    let outcome = match (word.as_str(), validation.as_str()) {
        ("FAILED", _) | ("COMPLETED", "FAILED") => Some("failed"),
        ("COMPLETED", "TIMED_OUT") => Some("partial"),
        ("COMPLETED", "" | "SUCCESSFUL" | "VALIDATING") => Some("applied"),
        ("COMPLETED", _) => Some("validation not recognised"),
        _ => None,
    };
    let owned = |text: &str| Text::from(text.to_owned());
    let row = outcome.map(|outcome| Outcome {
        outcome: outcome.into(),
        policy_type: text(job, "ResourceType").map(owned),
        label: text(job, "CreatedResourceArn").or_else(|| text(job, "RecoveryPointArn")).map(owned),
        reason: text(job, "ValidationStatusMessage").or_else(|| text(job, "StatusMessage")).map(owned),
    });
    RestoreRun {
        id,
        status,
        is_dry_run: false,
        results: Some(Results { items: row.into_iter().collect(), ..Results::default() }),
        created_at: times::written(time(job, "CreationDate")),
        completed_at: times::written(time(job, "CompletionDate")),
        ..RestoreRun::default()
    }
}
