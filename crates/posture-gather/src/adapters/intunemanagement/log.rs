//! The log in CMTrace form: bulk exports, bulk imports, and jobs that could not sign in.

use posture_core::Timestamp;

use crate::adapters::shared::folder_time::{date_in, local};
use crate::adapters::shared::news;
use crate::records::Gathered;
use crate::source::Source;
use crate::times;
use crate::tree::{name_of, stem_and_extension};

/// What a session did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    Export,
    Import,
    /// The job ended before it could sign in.
    NotSignedIn,
}

/// One run of the tool, as its log tells it.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) work: Work,
    pub(super) started_at: Option<Timestamp>,
    pub(super) finished_at: Option<Timestamp>,
    /// The root folder of an export or import, with `/` between its parts.
    pub(super) root: String,
    /// The tenant's id, if the log says which one was signed in to.
    pub(super) tenant_id: Option<String>,
    /// The name of the organisation that was signed in to.
    pub(super) organisation: Option<String>,
    pub(super) entries: Vec<Entry>,
    pub(super) path: String,
}

impl Session {
    /// What tells the root folder from others: its last part with a date, else its last part.
    pub(super) fn folder(&self) -> &str {
        let root = self.root.trim_end_matches('/');
        root.rsplit('/').find(|part| date_in(part).is_some()).unwrap_or(name_of(root))
    }

    /// The part of a name that an export was limited to.
    pub(super) fn name_filter(&self) -> Option<&str> {
        self.entries.iter().find_map(|entry| entry.text.trim().strip_prefix("Name filter: "))
    }
}

/// One entry of the log.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) text: String,
    at: Option<Timestamp>,
    /// 1 is information, 2 a warning, 3 an error.
    pub(super) severity: u8,
}

/// How many entries of a session are kept. A session with more exports a hundred thousand objects.
const LONGEST: usize = 200_000;

/// How the line starts that says that a silent job ended with an error.
const ENDED: &str = "Failed to trigger silent batch job";

/// The sessions of all logs, in order.
pub(super) async fn sessions(source: &Source<'_>, gathered: &mut Gathered) -> Vec<Session> {
    let mut sessions = Vec::new();
    let is_log = |name: &str| {
        let (stem, extension) = stem_and_extension(name);
        stem.to_lowercase().starts_with("cloudapipowershellmanagement")
            && matches!(extension.as_str(), "log" | "lo_")
    };
    // The tool renames a full log to .lo_, so that one is the older.
    let mut logs: Vec<_> = source.tree.entries().iter().filter(|entry| is_log(entry.name())).collect();
    logs.sort_by_key(|entry| (!entry.path.ends_with('_'), entry.path.as_str()));
    for entry in logs {
        let path = entry.path.as_str();
        match source.read_text(path).await {
            Ok(text) => {
                let before = sessions.len();
                cut(source, path, &text, &mut sessions);
                let message = format!("Exports and imports read: {}.", sessions.len() - before);
                gathered.notes.info("read", Some(path), message);
            }
            // Nothing else says which objects an export failed on.
            Err(why) => news::unreadable(source, gathered, path, &why.to_string()),
        }
    }
    // Several machines may have a log each.
    sessions.sort_by_key(|session| session.started_at);
    sessions
}

fn cut(source: &Source<'_>, path: &str, text: &str, sessions: &mut Vec<Session>) {
    let mut open: Option<Session> = None;
    let (mut tenant_id, mut organisation): (Option<String>, Option<String>) = (None, None);
    let session = |work, entry: &Entry, tenant_id: &Option<String>, organisation: &Option<String>| Session {
        work,
        started_at: entry.at,
        finished_at: None,
        root: String::new(),
        tenant_id: tenant_id.clone(),
        organisation: organisation.clone(),
        entries: Vec::new(),
        path: path.to_owned(),
    };
    for entry in entries(source, text) {
        let line = entry.text.trim();
        let starts = match line {
            "Start bulk export" => Some(Work::Export),
            "Start bulk import" => Some(Work::Import),
            // A job that ends in the middle is an export that did not finish.
            _ if line.starts_with(ENDED) && open.is_some() => None,
            _ if is_refusal(line) => Some(Work::NotSignedIn),
            _ => None,
        };
        if let Some(work) = starts {
            sessions.extend(open.take());
            let mut next = session(work, &entry, &tenant_id, &organisation);
            if work == Work::NotSignedIn {
                next.entries.push(entry);
                sessions.push(next);
            } else {
                open = Some(next);
            }
            continue;
        }
        if let Some(tenant) = line.strip_prefix("Successfully authenticated to tenant: ") {
            let (name, id) = tenant.rsplit_once('(').unwrap_or(("", tenant));
            tenant_id = Some(id.trim_end_matches(')').trim().to_owned());
            organisation = Some(name.trim().to_owned()).filter(|name| !name.is_empty());
            sessions.extend(open.take());
            continue;
        }
        let Some(current) = &mut open else { continue };
        let root = ["Export root folder:", "Import root folder:"]
            .into_iter()
            .find_map(|label| line.strip_prefix(label));
        if let Some(root) = root {
            current.root = root.trim().replace('\\', "/");
        } else if matches!(line, "Bulk export finished" | "Bulk import finished") {
            current.finished_at = entry.at.or(current.started_at);
            sessions.extend(open.take());
        } else if current.entries.len() < LONGEST {
            current.entries.push(entry);
        }
    }
    sessions.extend(open);
}

/// Whether a line says that a silent job ended before it did anything.
fn is_refusal(line: &str) -> bool {
    const REFUSALS: [&str; 6] = [
        ENDED,
        "Not authenticated. Batch job will be skipped",
        "SilentBatchFile ",
        "Tenant Id is missing.",
        "App Id is missing.",
        "Secret or Certificate must be specified.",
    ];
    REFUSALS.iter().any(|refusal| line.starts_with(refusal))
}

/// The entries of a log: `<![LOG[text]LOG]!><time="HH:mm:ss…" date="MM-dd-yyyy" … type="1" …>`. A text may have several lines.
fn entries<'t>(source: &'t Source<'_>, text: &'t str) -> impl Iterator<Item = Entry> + 't {
    text.split("<![LOG[").skip(1).filter_map(|rest| {
        let (text, attributes) = rest.split_once("]LOG]!>")?;
        let attribute = |name: &str| {
            let (_, rest) = attributes.split_once(&format!("{name}=\""))?;
            rest.split_once('"').map(|(value, _)| value)
        };
        let severity = attribute("type").and_then(|severity| severity.parse().ok()).unwrap_or(1);
        let at = attribute("date").zip(attribute("time")).and_then(|(date, time)| instant(date, time));
        Some(Entry { text: text.to_owned(), at: at.map(|at| local(source, at)), severity })
    })
}

fn instant(date: &str, time: &str) -> Option<Timestamp> {
    let numbers = |text: &str, separator| -> Option<[u32; 3]> {
        let parts: Option<Vec<_>> = text.split(separator).map(|part| part.parse().ok()).collect();
        parts?.try_into().ok()
    };
    let [month, day, year] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(time.get(..8)?, ':')?;
    times::utc(year, month, day, hour, minute, second)
}
