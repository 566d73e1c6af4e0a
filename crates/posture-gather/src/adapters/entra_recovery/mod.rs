//! Microsoft Entra Backup and Recovery: the lists that Microsoft Graph returns.
//!
//! `directory/recovery/snapshots`, `directory/recovery/jobs` and `…/getFailedChanges`, as JSON files of one page or several. What a file
//! holds is recognised by its entities, not by its name.

mod jobs;
mod snapshots;

use std::collections::BTreeMap;

use serde_json::Value;

use super::shared::detection::first_json;
use super::shared::graph::{self, Page};
use super::shared::news;
use super::shared::values::{get, text};
use crate::kind::Kind;
use crate::pace::Pace;
use crate::records::Gathered;
use crate::source::Source;
use crate::tree::{Tree, is_json};

/// The row of the table of kinds.
pub const KIND: Kind = Kind {
    name: "entra-recovery",
    title: "Microsoft Entra Backup and Recovery",
    docs: "docs/gather/entra-recovery.md",
    keys: &[],
    reads_history: false,
    gives_backups: true,
    names_tenants: false,
    detect: |tree, pace| Box::pin(detect(tree, pace)),
    gather: |source, gathered| Box::pin(gather(source, gathered)),
};

/// What an entity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entity {
    Snapshot,
    Job,
    FailedChange,
}

fn entity(value: &Value, page: &Page) -> Option<Entity> {
    let written_type = text(value, "@odata.type").unwrap_or_default().to_lowercase();
    match written_type.rsplit('.').next() {
        Some("snapshot") => return Some(Entity::Snapshot),
        Some("recoveryjob" | "recoverypreviewjob" | "recoveryjobbase") => return Some(Entity::Job),
        Some("recoverychangeobjectbase") => return Some(Entity::FailedChange),
        _ => {}
    }
    let has = |key| get(value, key).is_some();
    if has("failureMessage")
        || has("recoveryAction")
        || (has("entityTypeName") && page.is_of("failedChanges"))
    {
        return Some(Entity::FailedChange);
    }
    let of_jobs = ["jobStartDateTime", "targetStateDateTime", "totalFailedChanges"];
    if of_jobs.into_iter().any(has) || (has("status") && page.is_of("jobs")) {
        return Some(Entity::Job);
    }
    let has_instant = || text(value, "id").and_then(snapshots::instant_in).is_some();
    let is_snapshot = has("totalChangedObjects") || page.is_of("recovery/snapshots") || has_instant();
    (is_snapshot && (has("createdDateTime") || has("id"))).then_some(Entity::Snapshot)
}

/// A list of Graph: it is whole if its last page is there.
#[derive(Debug, Default)]
struct Pages {
    is_complete: bool,
    path: String,
}

/// Everything read, by natural key, before it becomes records.
#[derive(Default)]
struct Found {
    snapshots: BTreeMap<String, Value>,
    jobs: BTreeMap<String, jobs::Job>,
    changes: BTreeMap<String, jobs::FailedChanges>,
    lists: BTreeMap<String, Pages>,
}

async fn detect(tree: &dyn Tree, pace: &dyn Pace) -> Option<String> {
    first_json(tree, pace, |_, document| {
        let is_known = graph::pages(document).iter().any(|page| {
            let is_recovery = page.is_of("directory/recovery") || page.is_of("entraRecoveryServices");
            let is_typed = page.entities.iter().any(|value| {
                text(value, "@odata.type").is_some_and(|name| name.contains("entraRecoveryServices"))
            });
            is_typed || is_recovery
        });
        is_known.then_some("holds entities of Microsoft Entra Backup and Recovery")
    })
    .await
}

/// The list that a page is of, by its context: the last page may have no entity.
fn list_of(page: &Page, path: &str) -> Option<String> {
    if page.is_of("failedChanges") {
        return Some(failed_changes(page, path));
    }
    let lists = [("recovery/snapshots", "snapshots"), ("recovery/jobs", "jobs")];
    lists.into_iter().find(|(words, _)| page.is_of(words)).map(|(_, list)| list.to_owned())
}

fn failed_changes(page: &Page, path: &str) -> String {
    format!("failed changes of the job {}", jobs::job_of(page, path))
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
        let document = source.read_json(path).await;
        match document {
            Ok(document) => read(source, path, document, &mut found, gathered),
            Err(why) => news::unreadable(source, gathered, path, &why.to_string()),
        }
    }
    let Found { snapshots, jobs, changes, lists } = found;
    let sets = snapshots::records(source, snapshots, gathered);
    jobs::records(source, jobs, changes, &sets, gathered);
    for (list, pages) in lists.into_iter().filter(|(_, pages)| !pages.is_complete) {
        let message = format!(
            "The {list} continue on a page that is not here. Follow @odata.nextLink until the last page."
        );
        gathered.notes.error("missing_page", Some(&pages.path), message.clone());
        news::signal_once(
            &mut gathered.records,
            "evidence_incomplete",
            "medium",
            format!("A list of {} is incomplete", source.scope),
            message,
        );
    }
}

fn read(source: &Source<'_>, path: &str, document: Value, found: &mut Found, gathered: &mut Gathered) {
    let mut read = 0;
    let mut unknown = 0;
    let pages = graph::pages(document);
    for page in pages {
        if let Some(error) = &page.error {
            let why = format!("Microsoft Graph answered {}", crate::notes::quoted(error));
            news::unreadable(source, gathered, path, &why);
        }
        let mut list = None;
        for value in &page.entities {
            let Some(kind) = entity(value, &page) else {
                unknown += 1;
                continue;
            };
            read += 1;
            list.get_or_insert_with(|| match kind {
                Entity::Snapshot => "snapshots".to_owned(),
                Entity::Job => "jobs".to_owned(),
                Entity::FailedChange => failed_changes(&page, path),
            });
            match kind {
                Entity::Snapshot => snapshots::add(path, value, &mut found.snapshots, gathered),
                Entity::Job => jobs::add(path, value, &page, &mut found.jobs, gathered),
                Entity::FailedChange => {
                    found.changes.entry(jobs::job_of(&page, path)).or_default().add(value, path);
                }
            }
        }
        if let Some(list) = list.or_else(|| list_of(&page, path)) {
            let pages = found.lists.entry(list).or_default();
            pages.is_complete |= !page.has_next;
            path.clone_into(&mut pages.path);
        }
    }
    gathered.notes.info("read", Some(path), format!("Entities read: {read}."));
    if unknown > 0 {
        let message = format!(
            "{unknown} entities are neither snapshots, nor jobs, nor failed changes, and were not read."
        );
        gathered.notes.warning("unknown_entity", Some(path), message);
    }
}
