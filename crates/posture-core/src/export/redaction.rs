//! A tenant as a viewer gets it who lacks capabilities: of a collection that is closed to them, only what the verdicts need.
//!
//! What is kept of a closed record is its ids, scope, states, flags, timestamps and counts, the quality summary, and outcome words with their
//! policy types. Everything else is left out, unknown keys included; an invalid detail is replaced by `false`, which is invalid too.
//! For every as-of instant the verdicts are those of the whole tenant: all pinned fields, but for which actions are disabled (contract,
//! sections 5 to 9).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use bytes::Bytes;
use serde::Serialize;

use crate::export::slim::open_document;
use crate::export::snapshot::Counts;
use crate::export::summary::Summary;
use crate::export::tenant_keys::TENANT_KEYS;
use crate::id::Id;
use crate::json::cursor::TENANT_LEVEL;
use crate::json::fault::Notice;
use crate::json::rewrite::{Edit, array, json, object, rewrite_object, rewrite_values};
use crate::reading::decode::ObjectOrEmpty;
use crate::reading::form::Form;
use crate::reading::reader::{Options, SnapshotReader, TenantText};
use crate::reading::record_filter::Evidence;
use crate::reading::refusal::{Position, Refusal};
use crate::reading::snapshot::{
    BackupItem, BackupSet, Outcome, QualitySummary, RestoreRun, Results, Spanned, StatedTypeOutcomes, Tenant,
};
use crate::report::tenant::{TenantReading, identity, read, utf8};
use crate::verdicts::quality::{ItemFamily, ItemUnknown, item_families, item_unknowns};
use crate::vocabulary::Capability;

/// What a viewer may open of one tenant.
pub type Capabilities = BTreeSet<Capability>;

/// Redacts the tenants of one snapshot for a viewer who lacks capabilities.
#[derive(Clone, Debug)]
pub struct Redactor(());

impl Redactor {
    /// For the tenants of a document with this head. Refused if the document would be.
    pub fn new(head: &str) -> Result<Self, Refusal> {
        let mut reader = SnapshotReader::new(Form::Json, &Options::default())?;
        reader.push(open_document(head).as_bytes());
        reader.push(b"]}");
        reader.finish().map(|_| Self(()))
    }

    /// A tenant's text for a viewer, whose capabilities are looked up by the tenant's id, if it can be read. It is unchanged for a viewer with
    /// all capabilities. Its `capabilities` then say what both the viewer and the export allow. Refused if the text is not JSON.
    pub fn redact(
        &self,
        text: Bytes,
        held: impl FnOnce(Option<Id>) -> Capabilities,
    ) -> Result<Bytes, Refusal> {
        let text = TenantText { index: 0, bytes: text, position: Position::START };
        let text_utf8 = utf8(&text)?;
        let closed = match read(&text, text_utf8)? {
            TenantReading::Fits(evidence) => {
                let held = held(Some(evidence.tenant.id));
                (!holds_all(&held)).then(|| redact_evidence(&evidence, text_utf8, &held))
            }
            TenantReading::Unreadable(fault) => {
                let held = held(identity(text_utf8).0);
                (!holds_all(&held)).then(|| redact_unreadable(text_utf8, fault.at, &held))
            }
        };
        Ok(closed.map_or(text.bytes, Bytes::from))
    }
}

fn holds_all(held: &Capabilities) -> bool {
    Capability::ALL.iter().all(|capability| held.contains(capability))
}

fn with_capabilities(mut members: Vec<String>, tenant: &Tenant<'_>, held: &Capabilities) -> String {
    let allowed: Vec<_> = held.iter().filter(|capability| tenant.allows(**capability)).collect();
    members.push(format!(r#""capabilities":{}"#, json(&allowed)));
    object(&members)
}

/// The collection a capability opens.
fn collection_of(capability: Capability) -> &'static str {
    match capability {
        Capability::BackupSetsView => "backup_sets",
        Capability::BackupSchedulesView => "backup_schedules",
        Capability::RestoreRunsView => "restore_runs",
    }
}

fn closed_collection(key: &str, held: &Capabilities) -> Option<Capability> {
    Capability::ALL
        .iter()
        .copied()
        .find(|capability| collection_of(*capability) == key && !held.contains(capability))
}

/// What every viewer may see of a tenant besides its records.
const OPEN_KEYS: [&str; 4] = ["signals", "backup_sets", "backup_schedules", "restore_runs"];

/// An unreadable tenant stays unreadable, and at the same place unless that place is removed.
fn redact_unreadable(text: &str, fault_at: usize, held: &Capabilities) -> String {
    const CLOSED: &str = r#""closed to this viewer""#;
    let members = rewrite_object(text, TENANT_LEVEL, |key, value| match closed_collection(key, held) {
        Some(_) if value.contains(&fault_at) => Edit::Replace(CLOSED.to_owned()),
        Some(_) => Edit::Replace("[]".to_owned()),
        None if TENANT_KEYS.contains(&key) || OPEN_KEYS.contains(&key) || key == "capabilities" => Edit::Keep,
        None => Edit::Drop,
    });
    members.map_or_else(|_| CLOSED.to_owned(), |members| object(&members))
}

fn redact_evidence(evidence: &Evidence<'_>, text: &str, held: &Capabilities) -> String {
    let redaction = Redaction { evidence, text };
    let members = rewrite_object(text, TENANT_LEVEL, |key, value| match closed_collection(key, held) {
        Some(_) if &text[value.clone()] == "null" => Edit::Keep,
        Some(Capability::BackupSetsView) => Edit::Replace(redaction.sets(value.start)),
        Some(Capability::BackupSchedulesView) => Edit::Replace(redaction.schedules(value.start)),
        Some(Capability::RestoreRunsView) => Edit::Replace(redaction.runs(value.start)),
        None if TENANT_KEYS.contains(&key) || OPEN_KEYS.contains(&key) => Edit::Keep,
        None => Edit::Drop,
    });
    with_capabilities(members.unwrap_or_default(), &evidence.tenant, held)
}

/// Which keys of a record are kept.
struct Kept {
    /// As they were written; what fits under them is an id, state, flag, timestamp or count.
    facts: &'static [&'static str],
    /// Written as `false` if they are invalid.
    details: &'static [&'static str],
}

const SET: Kept = Kept {
    facts: &[
        "id",
        "tenant_id",
        "scope",
        "status",
        "item_count",
        "created_at",
        "completed_at",
        "deleted_at",
        "confirmations",
        "opaque",
    ],
    details: &["name"],
};
const ITEM: Kept = Kept {
    facts: &["id", "tenant_id", "backup_set_id", "policy_type", "deleted_at"],
    details: &["policy_identifier", "platform", "display_name", "captured_at"],
};
const SCHEDULE: Kept = Kept {
    facts: &[
        "id",
        "tenant_id",
        "is_enabled",
        "frequency",
        "interval_minutes",
        "days_of_week",
        "last_run_at",
        "last_run_status",
        "next_run_at",
        "created_at",
        "deleted_at",
    ],
    details: &["name", "time_of_day", "timezone", "interval_minutes", "days_of_week"],
};
const RUN: Kept = Kept {
    facts: &[
        "id",
        "tenant_id",
        "status",
        "is_dry_run",
        "created_at",
        "started_at",
        "completed_at",
        "deleted_at",
    ],
    details: &["backup_set_id"],
};
const OPERATION: Kept = Kept { facts: &["status", "outcome"], details: &["id"] };
const OUTCOME: Kept = Kept { facts: &["policy_type"], details: &["label", "reason"] };

/// What is kept of a record that was set aside: what it claims to be, and what it must state to be read at all.
const SET_ASIDE: Kept = Kept {
    facts: &["id", "tenant_id", "backup_set_id", "status", "is_enabled", "frequency", "is_dry_run"],
    details: &[],
};

/// One tenant, redacted for a viewer.
struct Redaction<'c, 'a> {
    evidence: &'c Evidence<'a>,
    text: &'c str,
}

impl Redaction<'_, '_> {
    fn sets(&self, at: usize) -> String {
        self.records(at, self.evidence.tenant.sets().iter(), |set| self.set(set))
    }

    fn schedules(&self, at: usize) -> String {
        self.records(at, self.evidence.tenant.schedules().iter(), |schedule| {
            object(&self.kept(schedule.start..schedule.end, &SCHEDULE, |_, _| None))
        })
    }

    fn runs(&self, at: usize) -> String {
        self.records(at, self.evidence.tenant.runs().iter(), |run| self.run(run))
    }

    /// The array of records at an offset, each that counts by `close`, the others by what they claim to be.
    fn records<'r, T: 'r>(
        &self,
        at: usize,
        records: impl Iterator<Item = &'r Spanned<T>>,
        close: impl Fn(&'r Spanned<T>) -> String,
    ) -> String {
        let counted: BTreeMap<usize, &Spanned<T>> = records.map(|record| (record.start, record)).collect();
        let closed =
            rewrite_values(self.text, at, TENANT_LEVEL + 1, |place| match counted.get(&place.start) {
                Some(record) => close(record),
                None => object(&self.kept(place, &SET_ASIDE, |_, _| None)),
            });
        closed.unwrap_or_else(|| "[]".to_owned())
    }

    /// The members of an object that are kept, and those that `instead` replaces.
    fn kept(
        &self,
        place: Range<usize>,
        kept: &Kept,
        instead: impl Fn(&str, Range<usize>) -> Option<String>,
    ) -> Vec<String> {
        let start = place.start;
        let members = rewrite_object(&self.text[place], TENANT_LEVEL + 2, |key, value| {
            let value = start + value.start..start + value.end;
            match (instead(key, value.clone()), self.noticed(&value)) {
                (Some(written), _) => Edit::Replace(written),
                (None, Some(Notice::UnfitDetail(_))) if kept.details.contains(&key) => {
                    Edit::Replace("false".to_owned())
                }
                (None, Some(Notice::ImplausibleTimestamp(_))) if kept.details.contains(&key) => Edit::Keep,
                (None, _) if kept.facts.contains(&key) => Edit::Keep,
                (None, _) => Edit::Drop,
            }
        });
        members.unwrap_or_default()
    }

    /// The first thing noticed in this stretch of the text.
    fn noticed(&self, place: &Range<usize>) -> Option<&Notice> {
        let noticed = &self.evidence.noticed;
        let first = noticed.partition_point(|(at, _)| *at < place.start);
        noticed.get(first).filter(|(at, _)| *at < place.end).map(|(_, notice)| notice)
    }

    fn set(&self, set: &Spanned<BackupSet<'_>>) -> String {
        let items: BTreeMap<usize, &Spanned<BackupItem<'_>>> =
            set.items().iter().map(|item| (item.start, item)).collect();
        let written = |key: &str, value: Range<usize>| match (key, &set.items, &set.quality) {
            ("items", Some(_), _) => self.items(value.start, &items),
            // Next to items a summary decides nothing.
            ("quality", None, Some(stated)) => Some(stated_quality(&stated.0)),
            _ => None,
        };
        object(&self.kept(set.start..set.end, &SET, written))
    }

    fn items(&self, at: usize, items: &BTreeMap<usize, &Spanned<BackupItem<'_>>>) -> Option<String> {
        rewrite_values(self.text, at, TENANT_LEVEL + 3, |place| match items.get(&place.start) {
            Some(item) => self.item(item),
            None => object(&self.kept(place, &SET_ASIDE, |_, _| None)),
        })
    }

    /// An item without its names and reasons: flags say which issues it has and what is unknown.
    fn item(&self, item: &Spanned<BackupItem<'_>>) -> String {
        #[derive(Serialize)]
        struct Metadata {
            #[serde(skip_serializing_if = "Option::is_none")]
            source: Option<ItemFamily>,
            assignments_fetch_failed: bool,
            has_orphaned_assignments: bool,
            integrity_warning: bool,
            #[serde(skip_serializing_if = "Option::is_none")]
            assignment_capture: Option<&'static str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            assignment_capture_reason: Option<bool>,
            #[serde(skip_serializing_if = "Option::is_none")]
            warnings: Option<bool>,
        }
        let families: Vec<_> = item_families(item).collect();
        let has = |family| families.contains(&family);
        let written = |key: &str, _: Range<usize>| {
            let metadata = &item.metadata.as_ref().filter(|_| key == "metadata")?.0;
            let are_unread = item_unknowns(item).any(|unknown| unknown == ItemUnknown::WarningsUnread);
            Some(json(&Metadata {
                source: has(ItemFamily::MetadataOnly).then_some(ItemFamily::MetadataOnly),
                assignments_fetch_failed: has(ItemFamily::AssignmentsFetchFailed),
                has_orphaned_assignments: has(ItemFamily::OrphanedAssignments),
                integrity_warning: has(ItemFamily::IntegrityWarning),
                assignment_capture: metadata.assignment_capture.map(|stated| match stated.0 {
                    Some(capture) => capture.as_str(),
                    None => "unrecognised",
                }),
                assignment_capture_reason: metadata.assignment_capture_reason.is_unfit().then_some(false),
                warnings: are_unread.then_some(false),
            }))
        };
        object(&self.kept(item.start..item.end, &ITEM, written))
    }

    fn run(&self, run: &Spanned<RestoreRun<'_>>) -> String {
        let written = |key: &str, value: Range<usize>| match key {
            "results" => run.results.as_ref().map(|results| self.results(results)),
            "metadata" => Some(format!(r#"{{"non_applied":{}}}"#, run.non_applied()?)),
            "operation_run" if run.operation_run.is_some() => {
                Some(object(&self.kept(value, &OPERATION, |_, _| None)))
            }
            _ => None,
        };
        object(&self.kept(run.start..run.end, &RUN, written))
    }

    fn results(&self, results: &Results<'_>) -> String {
        let row = |row: &Spanned<Outcome<'_>>| {
            let mut members = vec![format!(r#""outcome":{}"#, json(&row.word))];
            members.extend(self.kept(row.start..row.end, &OUTCOME, |_, _| None));
            object(&members)
        };
        let groups = [
            ("items", &results.items),
            ("foundations", &results.foundations),
            ("assignments", &results.assignments),
        ];
        let rows = groups.iter().filter_map(|(name, rows)| {
            let rows: Vec<_> = rows.as_ref().filter(|rows| !rows.is_empty())?.iter().map(row).collect();
            Some(format!("{}:{}", json(name), array(&rows)))
        });
        let mut members: Vec<_> = rows.collect();
        members.extend(stated_outcomes(results));
        object(&members)
    }
}

/// The numbers that results state, as members; and that there is something that cannot be read, if it matters.
fn stated_outcomes(results: &Results<'_>) -> Vec<String> {
    let counts = results.counts.as_ref().map(|stated| format!(r#""counts":{}"#, json(&Counts::from(stated))));
    let types = results.policy_types.as_ref().map(|types| {
        let entry = |(name, stated): (&str, &ObjectOrEmpty<StatedTypeOutcomes>)| {
            format!("{}:{}", json(name), json(&Counts::from(&stated.0.0)))
        };
        format!(r#""policy_types":{}"#, object(&types.iter().map(entry).collect::<Vec<_>>()))
    });
    let unread = results.are_unread().then(|| r#""unread":[0]"#.to_owned());
    counts.into_iter().chain(types).chain(unread).collect()
}

/// A summary as it was given, without what is not part of one.
fn stated_quality(stated: &QualitySummary<'_>) -> String {
    json(&Summary {
        total_items: stated.total_items,
        degraded_items: stated.degraded_items,
        families: stated.families.0.by_name(),
        unknowns: stated.unknowns.as_ref().map(|unknowns| unknowns.0.by_name()),
        policy_types: stated.policy_types.as_ref().map(|types| types.0.by_name()),
    })
}
