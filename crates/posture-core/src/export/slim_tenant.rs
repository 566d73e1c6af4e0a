//! One tenant as the slim export has it: a record is left out, and a part of a record is cut, if no verdict from an instant on needs it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::Serialize;

use crate::export::snapshot::Counts as Numbers;
use crate::export::summary::Summary;
use crate::finding::FindingCode;
use crate::id::Id;
use crate::json::cursor::TENANT_LEVEL;
use crate::json::rewrite::{Edit, array, json, object, rewrite_object, rewrite_values};
use crate::key::Key;
use crate::policy::Frame;
use crate::reading::counts::Counts;
use crate::reading::record_filter::Evidence;
use crate::reading::snapshot::{BackupItem, BackupSchedule, BackupSet, RestoreRun, Spanned};
use crate::timestamp::Timestamp;
use crate::verdicts::quality::{
    ItemFamily, ItemSummary, ItemUnknown, item_families, item_summary, item_unknowns, size, stated_count,
};
use crate::verdicts::rules::TenantFrame;
use crate::verdicts::run_outcomes::{OutcomeCounts, run_outcomes};
use crate::verdicts::scope_health::scope_health;
use crate::verdicts::scopes::scopes;
use crate::vocabulary::{Frequency, RestoreRunStatus};

/// What a tenant states of itself; all of it stays.
const TENANT_KEYS: [&str; 12] = [
    "id",
    "workspace_id",
    "external_id",
    "name",
    "environment",
    "domain",
    "labels",
    "status",
    "profile",
    "scopes",
    "capabilities",
    "signals",
];

/// How much of a backup set verdicts need.
#[derive(Clone, Debug, Default)]
struct Need {
    /// All it holds, as it governs its scope.
    content: bool,
    /// These of its policy types, with how many items: the set that governs after it lacks them, or has far fewer.
    types: BTreeMap<String, u64>,
}

/// The tenant's text with what verdicts at and after `since` need.
pub(super) fn slim_tenant(evidence: &Evidence<'_>, text: &str, frame: &Frame, since: Timestamp) -> String {
    let at_since = Frame { as_of: since, ..frame.clone() };
    let frame = TenantFrame::new(&evidence.tenant, &at_since);
    let slimming = Slimming::new(evidence, text, &frame);
    let members = rewrite_object(text, TENANT_LEVEL, |key, value| match key {
        "backup_sets" => slimming.sets(value.start),
        "backup_schedules" => slimming.schedules(value.start),
        "restore_runs" => slimming.runs(value.start),
        _ if TENANT_KEYS.contains(&key) => Edit::Keep,
        _ => Edit::Drop,
    });
    members.map_or_else(|_| text.to_owned(), |members| object(&members))
}

struct Slimming<'s, 'a> {
    evidence: &'s Evidence<'a>,
    text: &'s str,
    /// At the instant from which on the result serves.
    frame: &'s TenantFrame<'s>,
    /// Offsets of what gives a finding, ascending.
    noticed: Vec<usize>,
    /// Ids that a set-aside duplicate repeats.
    repeated: BTreeSet<Id>,
}

impl<'s, 'a> Slimming<'s, 'a> {
    fn new(evidence: &'s Evidence<'a>, text: &'s str, frame: &'s TenantFrame<'s>) -> Self {
        let mut noticed: Vec<_> = evidence.notices(text, frame).into_iter().map(|notice| notice.at).collect();
        noticed.sort_unstable();
        let duplicates =
            evidence.set_aside.iter().filter(|one| one.cause.code() == FindingCode::DuplicateRecord);
        Self { evidence, text, frame, noticed, repeated: duplicates.map(|one| one.id).collect() }
    }

    /// Whether a record gives a finding, or something in it was set aside or is invalid.
    fn is_marred<T>(&self, record: &Spanned<T>) -> bool {
        let first = self.noticed.partition_point(|at| *at < record.start);
        self.noticed.get(first).is_some_and(|at| *at < record.end)
    }

    /// Whether something has happened at every instant from `since` on.
    fn is_past(&self, at: Option<Timestamp>) -> bool {
        at.is_some_and(|at| self.frame.has_happened(at))
    }

    /// Whether something happens at a later instant only.
    fn is_ahead(&self, at: Option<Timestamp>) -> bool {
        at.is_some_and(|at| !self.frame.has_happened(at) && !self.frame.is_after_export(at))
    }

    /// The records of a collection, each that counts as `cut` has it; `None` from it leaves the record out. What gives a finding, and what was
    /// set aside, passes unchanged.
    fn records<T>(
        &self,
        at: usize,
        records: &[Spanned<T>],
        id: impl Fn(&T) -> Id,
        cut: impl Fn(&Spanned<T>) -> Option<String>,
        cut_to_stay: impl Fn(&Spanned<T>) -> String,
    ) -> Edit {
        let counted: BTreeMap<usize, &Spanned<T>> =
            records.iter().map(|record| (record.start, record)).collect();
        let mut kept = Vec::new();
        let walked = rewrite_values(self.text, at, TENANT_LEVEL + 1, |place| {
            match counted.get(&place.start) {
                Some(record) if !self.is_marred(record) => match cut(record) {
                    Some(text) => kept.push(text),
                    None if self.repeated.contains(&id(record)) => kept.push(cut_to_stay(record)),
                    None => {}
                },
                Some(_) | None => kept.push(self.text[place].to_owned()),
            }
            String::new()
        });
        match walked {
            Some(_) if !kept.is_empty() => Edit::Replace(array(&kept)),
            Some(_) | None => Edit::Drop,
        }
    }

    /// The members of a record at a place that stay, and those that `edit` writes otherwise.
    fn members(&self, place: Range<usize>, edit: impl Fn(&str) -> Edit) -> Vec<String> {
        let members = rewrite_object(&self.text[place], TENANT_LEVEL + 2, |key, _| edit(key));
        members.unwrap_or_default()
    }

    fn sets(&self, at: usize) -> Edit {
        let needs = self.needs();
        let need = |set: &Spanned<BackupSet<'_>>| needs.get(&set.start);
        self.records(
            at,
            self.evidence.tenant.sets(),
            |set| set.id,
            |set| need(set).map(|need| self.set(set, need)),
            |set| self.set(set, &Need::default()),
        )
    }

    /// What is needed of each set, by its offset, at any instant from `since` on. Between two of the instants at which something of a set
    /// happens, the same sets count.
    fn needs(&self) -> BTreeMap<usize, Need> {
        let mut needs: BTreeMap<usize, Need> = BTreeMap::new();
        for as_of in self.instants() {
            let then = Frame { as_of, ..(**self.frame).clone() };
            let then = self.frame.at(&then);
            for scope in scopes(&self.evidence.tenant, &then) {
                let (basis, before) = scope.basis(&then);
                if let Some(basis) = basis {
                    needs.entry(basis.set.start).or_default().content = true;
                }
                if let Some(before) = before {
                    let health = scope_health(&scope, &then);
                    let vanished = health.vanished_policy_types.into_iter().map(|name| (name, 1));
                    let falls = health.falls.into_iter().map(|fall| (fall.policy_type, fall.from));
                    let types = &mut needs.entry(before.start).or_default().types;
                    for (name, count) in vanished.chain(falls) {
                        let needed = types.entry(name).or_default();
                        *needed = count.max(*needed);
                    }
                }
                for skipped in scope.skipped(basis.as_ref()) {
                    needs.entry(skipped.set.start).or_default();
                }
            }
        }
        needs
    }

    /// The first instant, and each later one at which something of a set happens.
    fn instants(&self) -> BTreeSet<Timestamp> {
        let of_set = |set: &Spanned<BackupSet<'_>>| {
            let mut times: Vec<_> = [set.completed_at, set.deleted_at].into_iter().flatten().collect();
            times.extend(set.confirmations.iter().flatten());
            times.extend(set.items().iter().filter_map(|item| item.deleted_at));
            times
        };
        let times = self.evidence.tenant.sets().iter().flat_map(of_set);
        let ahead = times.filter(|at| self.is_ahead(Some(*at)));
        let skew = self.frame.policy.clock_skew_seconds.cast_signed();
        ahead.map(|at| at.plus(-skew)).chain([self.frame.as_of]).collect()
    }

    /// A set, with its items summed up, or without its content.
    fn set(&self, set: &Spanned<BackupSet<'_>>, need: &Need) -> String {
        let rows_stay = set.items().iter().any(|item| self.is_ahead(item.deleted_at));
        let item_count = match need {
            _ if rows_stay => set.item_count,
            Need { content: true, .. } => stated_count(set, self.frame),
            Need { content: false, .. } => size(set, self.frame),
        };
        let quality = match (&set.items, &set.quality) {
            _ if rows_stay || (!need.content && need.types.is_empty()) => None,
            _ if !need.content => Some(json(&Summary {
                total_items: size(set, self.frame).unwrap_or_default(),
                degraded_items: 0,
                families: Counts::new(),
                unknowns: None,
                policy_types: Some(
                    need.types.iter().map(|(name, count)| (Key(name.clone()), *count)).collect(),
                ),
            })),
            (Some(_), _) => item_summary(set, self.frame).map(|summary| summary_of(&summary)),
            (None, Some(stated)) => {
                let counts = |counts: Option<Counts>| counts.map(above_zero);
                Some(json(&Summary {
                    total_items: stated.0.total_items,
                    degraded_items: stated.0.degraded_items,
                    families: above_zero(stated.0.families.0.by_name()),
                    unknowns: counts(stated.0.unknowns.as_ref().map(|unknowns| unknowns.0.by_name()))
                        .and_then(filled),
                    policy_types: counts(stated.0.policy_types.as_ref().map(|types| types.0.by_name())),
                }))
            }
            (None, None) => None,
        };
        let confirmations = if need.content { self.confirmations(set) } else { Vec::new() };
        let replace = |value: &Option<String>| value.clone().map_or(Edit::Drop, Edit::Replace);
        let item_count = item_count.map(|count| count.to_string());
        let confirmed = (!confirmations.is_empty()).then(|| json(&confirmations));
        let rows =
            rows_stay.then(|| array(&set.items().iter().map(|item| self.item(item)).collect::<Vec<_>>()));
        let has_neither = set.items.is_none() && set.quality.is_none();
        let mut written = BTreeSet::new();
        let mut members = rewrite_object(&self.text[set.start..set.end], TENANT_LEVEL + 2, |key, _| {
            match key {
                "item_count" | "quality" => {
                    written.insert(key.to_owned());
                }
                _ => {}
            }
            match key {
                "id" | "status" | "completed_at" => Edit::Keep,
                "scope" if !set.scope().is_empty() => Edit::Keep,
                "deleted_at" if set.deleted_at.is_some() => Edit::Keep,
                "created_at" if set.created_at.is_some() && set.completed_at.is_none() => Edit::Keep,
                "opaque" if has_neither && set.opaque == Some(true) && need.content => Edit::Keep,
                "confirmations" => replace(&confirmed),
                "items" => replace(&rows),
                "item_count" => replace(&item_count),
                "quality" => replace(&quality),
                _ => Edit::Drop,
            }
        })
        .unwrap_or_default();
        let added = [("item_count", item_count), ("quality", quality)];
        members.extend(
            added
                .into_iter()
                .filter(|(key, _)| !written.contains(*key))
                .filter_map(|(key, value)| Some(format!("{}:{}", json(key), value?))),
        );
        object(&members)
    }

    /// The confirmations of a set that decide: the latest at `since`, and all later ones.
    fn confirmations(&self, set: &BackupSet<'_>) -> Vec<String> {
        let later = set.confirmations.iter().flatten().copied().filter(|at| Some(*at) > set.completed_at);
        let (past, ahead): (BTreeSet<_>, BTreeSet<_>) = later.partition(|at| self.frame.has_happened(*at));
        past.into_iter().next_back().into_iter().chain(ahead).map(Timestamp::exact).collect()
    }

    /// An item, cut to what decides.
    fn item(&self, item: &Spanned<BackupItem<'_>>) -> String {
        #[derive(Serialize)]
        struct Metadata {
            #[serde(skip_serializing_if = "Option::is_none")]
            source: Option<ItemFamily>,
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            assignments_fetch_failed: bool,
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            has_orphaned_assignments: bool,
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            integrity_warning: bool,
            #[serde(skip_serializing_if = "Option::is_none")]
            assignment_capture: Option<&'static str>,
        }
        let families: Vec<_> = item_families(item).collect();
        let has = |family| families.contains(&family);
        // Warnings that are unread give a finding.
        let is_unknown = item_unknowns(item).any(|unknown| unknown == ItemUnknown::AssignmentsUnknown);
        let metadata = Metadata {
            source: has(ItemFamily::MetadataOnly).then_some(ItemFamily::MetadataOnly),
            assignments_fetch_failed: has(ItemFamily::AssignmentsFetchFailed),
            has_orphaned_assignments: has(ItemFamily::OrphanedAssignments),
            integrity_warning: has(ItemFamily::IntegrityWarning),
            assignment_capture: match has(ItemFamily::AssignmentsNotCaptured) {
                true => Some("not_captured"),
                false => is_unknown.then_some("unknown"),
            },
        };
        let is_plain = families.is_empty() && !is_unknown;
        let members = self.members(item.start..item.end, |key| match key {
            "id" => Edit::Keep,
            "policy_type" if item.policy_type.is_some() => Edit::Keep,
            "deleted_at" if item.deleted_at.is_some() => Edit::Keep,
            "metadata" if !is_plain => Edit::Replace(json(&metadata)),
            _ => Edit::Drop,
        });
        object(&members)
    }

    fn schedules(&self, at: usize) -> Edit {
        let cut = |schedule: &Spanned<BackupSchedule<'_>>| {
            (!self.is_past(schedule.deleted_at)).then(|| self.schedule(schedule))
        };
        let stays = |schedule: &Spanned<BackupSchedule<'_>>| self.schedule(schedule);
        self.records(at, self.evidence.tenant.schedules(), |schedule| schedule.id, cut, stays)
    }

    fn schedule(&self, schedule: &Spanned<BackupSchedule<'_>>) -> String {
        let is_judged = schedule.is_enabled;
        let ran = self.is_past(schedule.last_run_at);
        let members = self.members(schedule.start..schedule.end, |key| match key {
            "id" | "is_enabled" | "frequency" => Edit::Keep,
            "deleted_at" if schedule.deleted_at.is_some() => Edit::Keep,
            "interval_minutes" if schedule.frequency.is(Frequency::Interval) => Edit::Keep,
            "days_of_week" if is_judged && schedule.frequency.is(Frequency::Weekly) => Edit::Keep,
            "last_run_at" if is_judged && schedule.last_run_at.is_some() => Edit::Keep,
            "last_run_status" if is_judged && schedule.last_run_status.is_some() => Edit::Keep,
            "next_run_at" if is_judged && schedule.next_run_at.is_some() => Edit::Keep,
            "created_at" if is_judged && schedule.created_at.is_some() && !ran => Edit::Keep,
            _ => Edit::Drop,
        });
        object(&members)
    }

    fn runs(&self, at: usize) -> Edit {
        let cut = |run: &Spanned<RestoreRun<'_>>| (!self.is_past(run.deleted_at)).then(|| self.run(run));
        let stays = |run: &Spanned<RestoreRun<'_>>| self.run(run);
        self.records(at, self.evidence.tenant.runs(), |run| run.id, cut, stays)
    }

    fn run(&self, run: &Spanned<RestoreRun<'_>>) -> String {
        use RestoreRunStatus::{Pending, Queued, Running};
        let is_open = run.status.is_any(&[Pending, Queued, Running]);
        let results = results_of(run);
        let non_applied = run.non_applied().filter(|count| *count > 0);
        let operation = run.operation();
        let members =
            rewrite_object(&self.text[run.start..run.end], TENANT_LEVEL + 2, |key, value| match key {
                "id" | "status" | "is_dry_run" => Edit::Keep,
                "results" => results.clone().map_or(Edit::Drop, Edit::Replace),
                "metadata" => match non_applied {
                    Some(count) => Edit::Replace(format!(r#"{{"non_applied":{count}}}"#)),
                    None => Edit::Drop,
                },
                "operation_run" if operation.is_some() => {
                    let place = run.start + value.start..run.start + value.end;
                    Edit::Replace(object(&self.members(place, |key| match key {
                        "status" | "outcome" => Edit::Keep,
                        _ => Edit::Drop,
                    })))
                }
                "completed_at" if run.completed_at.is_some() => Edit::Keep,
                "deleted_at" if run.deleted_at.is_some() => Edit::Keep,
                "started_at" if run.started_at.is_some() && (is_open || run.completed_at.is_none()) => {
                    Edit::Keep
                }
                "created_at"
                    if run.created_at.is_some()
                        && (is_open || (run.completed_at.is_none() && run.started_at.is_none())) =>
                {
                    Edit::Keep
                }
                _ => Edit::Drop,
            });
        object(&members.unwrap_or_default())
    }
}

fn summary_of(summary: &ItemSummary) -> String {
    json(&Summary {
        total_items: summary.total_items,
        degraded_items: summary.degraded_items,
        families: summary.families.clone(),
        unknowns: filled(summary.unknowns.clone()),
        policy_types: Some(summary.policy_types.clone()),
    })
}

fn filled(counts: Counts) -> Option<Counts> {
    Some(counts).filter(|counts| !counts.is_empty())
}

fn above_zero(mut counts: Counts) -> Counts {
    counts.retain(|_, count| *count > 0);
    counts
}

/// A run's outcomes by kind and by policy type; `None` if none are on record.
fn results_of(run: &RestoreRun<'_>) -> Option<String> {
    #[derive(Serialize)]
    struct Stated<'r> {
        #[serde(skip_serializing_if = "Option::is_none")]
        counts: Option<Numbers>,
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        policy_types: BTreeMap<&'r str, Numbers>,
    }
    let numbers = |counts: &OutcomeCounts| {
        let some = |count: u64| Some(count).filter(|count| *count > 0);
        Numbers {
            applied: some(counts.applied),
            skipped: some(counts.skipped),
            failed: some(counts.failed),
            partial: some(counts.partial),
            unrecognised: some(counts.unrecognised),
        }
    };
    let outcomes = run_outcomes(run);
    if !outcomes.are_on_record {
        return None;
    }
    let types = outcomes.by_type.iter().filter(|(_, counts)| counts.total() > 0);
    let counts = match outcomes.counts.total() {
        // That the numbers are on record matters too.
        0 => Some(Numbers { applied: Some(0), ..numbers(&outcomes.counts) }),
        // The types say it all.
        _ if outcomes.counts == outcomes.of_types => None,
        _ => Some(numbers(&outcomes.counts)),
    };
    Some(json(&Stated {
        counts,
        policy_types: types.map(|(name, counts)| (name, numbers(counts))).collect(),
    }))
}
