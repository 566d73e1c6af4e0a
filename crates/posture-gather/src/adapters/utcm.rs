//! Unified tenant configuration management: `configurationSnapshotJob` and its snapshot, as Microsoft Graph returns them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use posture_core::export::snapshot::{BackupItem, BackupSet, Text};
use serde_json::Value;

use super::shared::detection::first_json;
use super::shared::graph::{self, Page};
use super::shared::inventory::{failed_item, item, keep_newest_items, with_assignments};
use super::shared::values::{get, text, time};
use super::shared::{natural_key, news};
use crate::ids::Ids;
use crate::kind::Kind;
use crate::notes::quoted;
use crate::pace::Pace;
use crate::records::Gathered;
use crate::source::Source;
use crate::times;
use crate::tree::{Tree, is_json};

/// The row of the table of kinds.
pub const KIND: Kind = Kind {
    name: "utcm",
    title: "Microsoft 365 configuration snapshots",
    docs: "docs/gather/utcm.md",
    keys: &[],
    reads_history: false,
    gives_backups: true,
    names_tenants: true,
    detect: |tree, pace| Box::pin(detect(tree, pace)),
    gather: |source, gathered| Box::pin(gather(source, gathered)),
};

/// What the context of an answer with jobs, or with one, contains.
const JOB: &str = "configurationSnapshotJob";

/// A snapshot: the resources that a job captured.
struct Content {
    resources: Vec<Value>,
    id: String,
    path: String,
    is_used: bool,
}

fn is_job(value: &Value, page: &Page) -> bool {
    let is_typed = text(value, "@odata.type").is_some_and(|name| name.ends_with(".configurationSnapshotJob"));
    is_typed
        || (get(value, "status").is_some()
            && (get(value, "resourceLocation").is_some()
                || page.is_of(JOB)
                || (get(value, "completedDateTime").is_some() && get(value, "tenantId").is_some())))
}

fn is_content(value: &Value) -> bool {
    let resources = get(value, "resources").and_then(Value::as_array);
    get(value, "status").is_none() && resources.is_some_and(|all| all.iter().all(Value::is_object))
}

async fn detect(tree: &dyn Tree, pace: &dyn Pace) -> Option<String> {
    first_json(tree, pace, |_, document| {
        let is_known = graph::pages(document).iter().any(|page| {
            page.is_of(JOB)
                || page.entities.iter().any(|value| is_job(value, page) && get(value, "tenantId").is_some())
        });
        is_known.then_some("holds configuration snapshot jobs")
    })
    .await
}

/// What was found in the files.
#[derive(Default)]
struct Found {
    jobs: BTreeMap<String, Value>,
    contents: Vec<Content>,
    /// The last file with a page of jobs that another page follows.
    followed: Option<String>,
    /// Whether the last page of jobs is here.
    has_last_page: bool,
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
            Ok(document) => read(source, path, document, &mut found, gathered),
            Err(why) => news::unreadable(source, gathered, path, &why.to_string()),
        }
    }
    let Found { jobs, mut contents, followed, has_last_page } = found;
    records(source, jobs, &mut contents, gathered);
    if let Some(path) = followed.filter(|_| !has_last_page) {
        let message = "The list of jobs continues on a page that is not here. Follow @odata.nextLink until the last page.";
        gathered.notes.error("missing_page", Some(&path), message);
        let title = format!("A list of {} is incomplete", source.scope);
        news::signal_once(&mut gathered.records, "evidence_incomplete", "medium", title, message.to_owned());
    }
    for content in contents.iter().filter(|content| !content.is_used) {
        let message = "No job names this snapshot, so nothing says when it was made; it does not count.";
        gathered.notes.error("unmatched_snapshot", Some(&content.path), message);
    }
}

fn read(source: &Source<'_>, path: &str, document: Value, found: &mut Found, gathered: &mut Gathered) {
    let Found { jobs, contents, followed, has_last_page } = found;
    let (mut read, mut unknown) = (0, 0);
    for page in graph::pages(document) {
        if let Some(error) = &page.error {
            let why = format!("Microsoft Graph answered {}", quoted(error));
            news::unreadable(source, gathered, path, &why);
        }
        if page.is_of(JOB) {
            if page.has_next {
                *followed = Some(path.to_owned());
            } else {
                *has_last_page = true;
            }
        }
        for value in &page.entities {
            if is_job(value, &page) {
                match text(value, "id") {
                    Some(id) => {
                        let id = id.to_lowercase();
                        // The end of a job replaces its start.
                        let is_over =
                            jobs.get(&id).is_some_and(|known| time(known, "completedDateTime").is_some());
                        if !is_over || time(value, "completedDateTime").is_some() {
                            jobs.insert(id, value.clone());
                        }
                    }
                    None => gathered.notes.error("no_id", Some(path), "A job has no id; it was not read."),
                }
            } else if is_content(value) {
                let resources =
                    get(value, "resources").and_then(Value::as_array).cloned().unwrap_or_default();
                let id = text(value, "id").unwrap_or_default().to_lowercase();
                contents.push(Content { resources, id, path: path.to_owned(), is_used: false });
            } else {
                unknown += 1;
                continue;
            }
            read += 1;
        }
    }
    gathered.notes.info("read", Some(path), format!("Jobs and snapshots read: {read}."));
    if unknown > 0 {
        let message = format!("{unknown} entities are neither jobs nor snapshots and were not read.");
        gathered.notes.warning("unknown_entity", Some(path), message);
    }
}

fn records(
    source: &Source<'_>,
    jobs: BTreeMap<String, Value>,
    contents: &mut [Content],
    gathered: &mut Gathered,
) {
    let mut ids = Ids::default();
    let index = SnapshotIndex::of(contents);
    let mut owned: BTreeMap<String, Vec<BackupSet>> = BTreeMap::new();
    for (key, job) in jobs {
        let tenant_id = text(&job, "tenantId").unwrap_or_default();
        let is_other = source.external_id.is_some_and(|wanted| {
            wanted.len() == 36 && tenant_id.len() == 36 && !wanted.eq_ignore_ascii_case(tenant_id)
        });
        if is_other {
            let message = format!("The job {key} is of the tenant {tenant_id}; it was skipped.");
            gathered.notes.warning("other_tenant", None, message);
            continue;
        }
        let (id, _) = ids.claim("utcm job", &natural_key(source, &key));
        let location = text(&job, "resourceLocation").unwrap_or_default().to_lowercase();
        let content = index.place(contents, &key, &location).and_then(|at| contents.get_mut(at));
        let set = set(source, id, &key, &job, content, gathered);
        let word = if source.is_of_one_tenant() { "" } else { tenant_id };
        owned.entry(word.to_owned()).or_default().push(set);
    }
    for (tenant, mut sets) in owned {
        keep_newest_items(&mut sets);
        source.records_of(&tenant, gathered).sets.append(&mut sets);
    }
}

/// An index of the snapshots, so that none is compared with every job.
struct SnapshotIndex {
    /// The first snapshot with each id.
    by_id: HashMap<String, usize>,
    /// Those whose ids are not plain, which are compared one by one.
    odd: Vec<usize>,
    /// Those in files whose path has a run of letters and digits.
    by_run: HashMap<String, Vec<usize>>,
}

impl SnapshotIndex {
    fn of(contents: &[Content]) -> Self {
        let mut index = Self { by_id: HashMap::new(), odd: Vec::new(), by_run: HashMap::new() };
        for (place, content) in contents.iter().enumerate() {
            index.by_id.entry(content.id.clone()).or_insert(place);
            if !content.id.chars().all(|sign| is_of_id(sign, MARKS)) {
                index.odd.push(place);
            }
            let path = content.path.to_lowercase();
            for run in runs(&path, "").collect::<BTreeSet<_>>() {
                index.by_run.entry(run.to_owned()).or_default().push(place);
            }
        }
        index
    }

    /// Which snapshot is a job's: the one that it links to, else the one with its id, else the one in a file that has its id in the name.
    fn place(&self, contents: &[Content], key: &str, location: &str) -> Option<usize> {
        let is_linked =
            |place: &usize| contents.get(*place).is_some_and(|one| has_id(location, &one.id, MARKS));
        let plain = runs(location, MARKS).filter_map(|run| self.by_id.get(run).copied());
        let linked = plain.chain(self.odd.iter().copied()).filter(is_linked).min();
        let named = || {
            // The run that the fewest paths have.
            let candidates = runs(key, "").map(|run| self.by_run.get(run).map_or(&[][..], Vec::as_slice));
            let is_in_path = |place: &&usize| {
                contents.get(**place).is_some_and(|one| has_id(&one.path.to_lowercase(), key, ""))
            };
            candidates.min_by_key(|places| places.len())?.iter().find(is_in_path).copied()
        };
        linked.or_else(|| self.by_id.get(key).copied()).or_else(named)
    }
}

/// The marks that an id may have besides letters and digits.
const MARKS: &str = "-_";

fn is_of_id(sign: char, marks: &str) -> bool {
    sign.is_alphanumeric() || marks.contains(sign)
}

/// The parts of a text that have only letters, digits and these marks.
fn runs<'t>(text: &'t str, marks: &str) -> impl Iterator<Item = &'t str> {
    text.split(move |sign| !is_of_id(sign, marks)).filter(|run| !run.is_empty())
}

/// Whether a text has an id as a whole, not as a part of a longer one. Ids have letters, digits and these marks.
fn has_id(text: &str, id: &str, marks: &str) -> bool {
    let is_part = |next: Option<char>| next.is_some_and(|sign| is_of_id(sign, marks));
    !id.is_empty()
        && text.match_indices(id).any(|(at, _)| {
            !is_part(text[..at].chars().next_back()) && !is_part(text[at + id.len()..].chars().next())
        })
}

fn set(
    source: &Source<'_>,
    id: u64,
    key: &str,
    job: &Value,
    content: Option<&mut Content>,
    gathered: &mut Gathered,
) -> BackupSet {
    let written = text(job, "status").unwrap_or("not stated");
    let status: Text = match written.to_lowercase().as_str() {
        "succeeded" => "completed".into(),
        "partiallysuccessful" => "partial".into(),
        "failed" => "failed".into(),
        "running" => "running".into(),
        "notstarted" => "queued".into(),
        _ => written.to_owned().into(),
    };
    let completed_at = time(job, "completedDateTime");
    if completed_at.is_none() && matches!(&*status, "completed" | "partial") {
        let message = format!("The job {key} does not say when it was completed; it does not count.");
        gathered.notes.error("no_time", None, message);
    }
    let mut set = BackupSet {
        id,
        name: Some(text(job, "displayName").unwrap_or(key).to_owned().into()),
        scope: Some(source.scope.to_owned().into()),
        created_at: times::written(time(job, "createdDateTime")),
        completed_at: times::written(completed_at),
        ..BackupSet::default()
    };
    let errors: Vec<_> = get(job, "errorDetails")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|error| error.as_str().map_or_else(|| error.to_string(), ToOwned::to_owned))
        .collect();
    for error in &errors {
        gathered.notes.error("job_error", None, format!("The job {key} says {}.", quoted(error)));
    }
    match content {
        Some(content) => {
            content.is_used = true;
            let mut items: Vec<_> = content.resources.iter().map(resource).collect();
            items.extend(errors.iter().map(|error| failed_item("not stated", None, error)));
            let mut ids = Ids::default();
            for item in &mut items {
                let key =
                    [&item.policy_type, &item.display_name].map(|part| part.as_deref().unwrap_or_default());
                item.id = ids.claim("utcm item", &key.join("\n")).0;
            }
            requested(job, &items, key, gathered);
            set.items = Some(items);
        }
        None => {
            set.opaque = Some(true);
            if matches!(&*status, "completed" | "partial") {
                let message =
                    format!("The snapshot of the job {key} is not here, so its content is unknown.");
                gathered.notes.warning("no_content", None, message);
            }
        }
    }
    set.status = status;
    set
}

/// A type that was requested and of which the snapshot has no resource. The tenant may have none.
fn requested(job: &Value, items: &[BackupItem], key: &str, gathered: &mut Gathered) {
    for wanted in get(job, "resources").and_then(Value::as_array).into_iter().flatten() {
        let Some(wanted) = wanted.as_str() else { continue };
        let is_there = items
            .iter()
            .any(|item| item.policy_type.as_deref().is_some_and(|found| found.eq_ignore_ascii_case(wanted)));
        if !is_there {
            let message = format!("The snapshot of the job {key} has no resource of {}.", quoted(wanted));
            gathered.notes.info("type_without_resource", None, message);
        }
    }
}

fn resource(value: &Value) -> BackupItem {
    let nothing = Value::Null;
    let properties = get(value, "properties").unwrap_or(&nothing);
    let policy_type = text(value, "resourceType").unwrap_or("not stated");
    let name = text(value, "displayName").or_else(|| text(properties, "DisplayName"));
    let identifier = text(properties, "Id").or_else(|| text(properties, "Identity"));
    let item = item(policy_type, name, identifier);
    // Only Intune's resources have assignments.
    if !policy_type.to_lowercase().starts_with("microsoft.intune.") {
        return item;
    }
    if get(properties, "Assignments").is_some_and(Value::is_array) {
        with_assignments(item, "captured", None)
    } else {
        with_assignments(item, "unknown", Some("The resource does not say whether there were assignments."))
    }
}
