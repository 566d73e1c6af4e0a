//! A tenant's records as its lists and detail pages show them: each beside what was decided about it.

use crate::admission::Evidence;
use crate::backup_health::{SkipReason, latest_relevant, skip_reason};
use crate::fit::Id;
use crate::policy::Frame;
use crate::quality::{BackupQuality, ItemFamily, item_families, quality};
use crate::reader::TenantText;
use crate::refusal::Refusal;
use crate::restore_attention::{RestoreResultAttention, attention, effective_at};
use crate::schedule::{ScheduleCause, causes, expected_at, is_watched};
use crate::snapshot::{BackupSchedule, BackupSet, Outcome, OutcomeClass, RestoreRun, Spanned};
use crate::tenant::{TenantReading, read, utf8};
use crate::timestamp::Timestamp;
use crate::vocabulary::{Word, vocabulary};

/// The records of one tenant that count. Sets and runs stand newest first, schedules by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantRecords {
    /// The tenant's environment, such as production.
    pub environment: Option<String>,
    /// The tenant's domain.
    pub domain: Option<String>,
    /// Backup sets.
    pub backup_sets: Vec<BackupSetRecord>,
    /// Backup schedules.
    pub schedules: Vec<ScheduleRecord>,
    /// Restore runs that are not deleted.
    pub restore_runs: Vec<RestoreRunRecord>,
    /// How many records were set aside.
    pub set_aside: usize,
}

/// What part a backup set plays in the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetRole {
    /// It alone governs.
    Latest,
    /// It would do, but a newer one governs.
    Older,
    /// It is no basis.
    Skipped(SkipReason),
}

/// A backup set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupSetRecord {
    /// Its identity.
    pub id: Id,
    /// Its name.
    pub name: Option<String>,
    /// Its status, as written.
    pub status: String,
    /// The part it plays.
    pub role: SetRole,
    /// When it was begun.
    pub created_at: Option<Timestamp>,
    /// When its capture completed.
    pub completed_at: Option<Timestamp>,
    /// Its age at the as-of instant, in whole seconds.
    pub age_seconds: Option<u64>,
    /// How good its content is; a fact of its own beside the capture's lifecycle.
    pub quality: BackupQuality,
    /// How many items it says it holds.
    pub item_count: Option<u64>,
    /// Its items, degraded ones first; `None` where they are not exported.
    pub items: Option<Vec<ItemRecord>>,
}

/// An item of a backup set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemRecord {
    /// Its identity.
    pub id: Id,
    /// The policy's name.
    pub display_name: Option<String>,
    /// The policy's identifier.
    pub policy_identifier: Option<String>,
    /// The policy's type.
    pub policy_type: Option<String>,
    /// The policy's platform.
    pub platform: Option<String>,
    /// When it was captured.
    pub captured_at: Option<Timestamp>,
    /// In what ways it falls short.
    pub families: Vec<ItemFamily>,
    /// Whether it is deleted and so does not count.
    pub is_deleted: bool,
}

/// A backup schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleRecord {
    /// Its identity.
    pub id: Id,
    /// Its name.
    pub name: Option<String>,
    /// Whether it is enabled and not deleted; only then is it judged.
    pub is_watched: bool,
    /// How often it runs, as written.
    pub frequency: String,
    /// When on the day.
    pub time_of_day: Option<String>,
    /// In which time zone.
    pub timezone: Option<String>,
    /// On which days, 1 (Monday) to 7.
    pub days_of_week: Vec<u8>,
    /// When it last ran, as stated.
    pub last_run_at: Option<Timestamp>,
    /// How it last ran, as written.
    pub last_run_status: Option<String>,
    /// When it says it runs next.
    pub next_run_at: Option<Timestamp>,
    /// When it was due, by what it did and plans; late beyond the grace.
    pub expected_at: Option<Timestamp>,
    /// Why it needs a look; `None` where schedules cannot be judged at the as-of instant.
    pub causes: Option<Vec<ScheduleCause>>,
}

/// A restore run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreRunRecord {
    /// What it has shown.
    pub attention: RestoreResultAttention,
    /// Its status, as written.
    pub status: String,
    /// Whether it only previews.
    pub is_dry_run: bool,
    /// The backup set it restores from.
    pub backup_set_id: Option<Id>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
    /// When it took effect, as far as that can be believed.
    pub effective_at: Option<Timestamp>,
    /// The status of its operation, as written.
    pub operation_status: Option<String>,
    /// The outcome of its operation, as written.
    pub operation_outcome: Option<String>,
    /// What came of each item, foundation and assignment, worst first.
    pub outcomes: Vec<OutcomeRecord>,
}

vocabulary! {
    /// What an outcome row is about.
    pub enum OutcomeGroup { Items = "items", Foundations = "foundations", Assignments = "assignments" }
}

/// What came of one item, foundation or assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutcomeRecord {
    /// What it is about.
    pub group: OutcomeGroup,
    /// What the word says.
    pub class: OutcomeClass,
    /// The word, as written.
    pub word: String,
    /// The policy type concerned.
    pub policy_type: Option<String>,
    /// The item's name.
    pub label: Option<String>,
    /// Why it came out so.
    pub reason: Option<String>,
}

/// The records of one tenant's text; `None` where the tenant is unreadable.
pub fn records(text: &TenantText, frame: &Frame) -> Result<Option<TenantRecords>, Refusal> {
    let utf8 = utf8(text)?;
    match read(text, utf8)? {
        TenantReading::Fits(evidence) => Ok(Some(of_evidence(&evidence, frame))),
        TenantReading::Unreadable(_) => Ok(None),
    }
}

fn of_evidence(evidence: &Evidence<'_>, frame: &Frame) -> TenantRecords {
    let tenant = &evidence.tenant;
    let latest = latest_relevant(tenant.backup_sets.iter().flatten(), frame).map(|set| set.id);
    let mut backup_sets: Vec<_> = tenant.backup_sets.iter().flatten().map(|set| backup_set(set, latest, frame)).collect();
    backup_sets.sort_by_key(|set| std::cmp::Reverse((set.completed_at.or(set.created_at), set.id)));
    let mut schedules: Vec<_> = tenant.backup_schedules.iter().flatten().map(|schedule| self::schedule(schedule, frame)).collect();
    schedules.sort_by_key(|schedule| schedule.id);
    let live = tenant.restore_runs.iter().flatten().filter(|run| !frame.is_deleted(run.deleted_at));
    let mut restore_runs: Vec<_> = live.map(|run| restore_run(run, frame)).collect();
    restore_runs.sort_by_key(|run| std::cmp::Reverse((run.effective_at.is_none(), run.effective_at, run.attention.restore_run_id)));
    TenantRecords {
        environment: tenant.environment.get().map(|text| text.clone().into_owned()),
        domain: tenant.domain.get().map(|text| text.clone().into_owned()),
        backup_sets,
        schedules,
        restore_runs,
        set_aside: evidence.set_aside.len(),
    }
}

fn backup_set(set: &BackupSet<'_>, latest: Option<Id>, frame: &Frame) -> BackupSetRecord {
    let role = match skip_reason(set, frame) {
        Some(reason) => SetRole::Skipped(reason),
        None if latest == Some(set.id) => SetRole::Latest,
        None => SetRole::Older,
    };
    let items = set.items.as_ref().map(|items| {
        let mut items: Vec<_> = items.iter().map(|item| self::item(item, frame)).collect();
        items.sort_by_key(|item| (item.is_deleted, std::cmp::Reverse(item.families.len()), item.id));
        items
    });
    BackupSetRecord {
        id: set.id,
        name: set.name.get().map(|name| name.clone().into_owned()),
        status: written(&set.status),
        role,
        created_at: set.created_at,
        completed_at: set.completed_at,
        age_seconds: set.completed_at.map(|at| frame.as_of.seconds_since(at)),
        quality: quality(set, frame),
        item_count: set.item_count,
        items,
    }
}

fn item(item: &Spanned<crate::snapshot::BackupItem<'_>>, frame: &Frame) -> ItemRecord {
    ItemRecord {
        id: item.id,
        display_name: item.display_name.get().map(|text| text.clone().into_owned()),
        policy_identifier: item.policy_identifier.get().map(|text| text.clone().into_owned()),
        policy_type: item.policy_type.as_ref().map(|text| text.clone().into_owned()),
        platform: item.platform.get().map(|text| text.clone().into_owned()),
        captured_at: item.captured_at.get().copied(),
        families: item_families(item).collect(),
        is_deleted: frame.is_deleted(item.deleted_at),
    }
}

fn schedule(schedule: &BackupSchedule<'_>, frame: &Frame) -> ScheduleRecord {
    let is_watched = is_watched(schedule, frame);
    let judged = || if is_watched { causes(schedule, frame) } else { Vec::new() };
    ScheduleRecord {
        id: schedule.id,
        name: schedule.name.get().map(|name| name.clone().into_owned()),
        is_watched,
        frequency: written(&schedule.frequency),
        time_of_day: schedule.time_of_day.get().map(|text| text.clone().into_owned()),
        timezone: schedule.timezone.get().map(|text| text.clone().into_owned()),
        days_of_week: schedule.days_of_week.get().map(|days| days.0.clone()).unwrap_or_default(),
        last_run_at: schedule.last_run_at,
        last_run_status: schedule.last_run_status.as_ref().map(written),
        next_run_at: schedule.next_run_at,
        expected_at: expected_at(schedule, frame),
        causes: frame.evaluates_schedules().then(judged),
    }
}

fn restore_run(run: &RestoreRun<'_>, frame: &Frame) -> RestoreRunRecord {
    let attention = attention(run, frame);
    let groups = run.results.iter().flat_map(|results| {
        [
            (OutcomeGroup::Items, &results.items),
            (OutcomeGroup::Foundations, &results.foundations),
            (OutcomeGroup::Assignments, &results.assignments),
        ]
    });
    let mut outcomes: Vec<_> = groups.flat_map(|(group, rows)| rows.iter().flatten().map(move |row| outcome(group, row))).collect();
    outcomes.sort_by_key(|outcome| weight(outcome.class));
    RestoreRunRecord {
        status: written(&run.status),
        is_dry_run: run.is_dry_run,
        backup_set_id: run.backup_set_id.get().copied(),
        created_at: run.created_at,
        started_at: run.started_at,
        completed_at: run.completed_at,
        effective_at: effective_at(run, attention.state, frame),
        operation_status: run.operation_run.as_ref().map(|operation| written(&operation.status)),
        operation_outcome: run.operation_run.as_ref().and_then(|operation| operation.outcome.as_ref()).map(written),
        outcomes,
        attention,
    }
}

fn outcome(group: OutcomeGroup, row: &Outcome<'_>) -> OutcomeRecord {
    OutcomeRecord {
        group,
        class: row.class,
        word: row.word.clone().into_owned(),
        policy_type: row.policy_type.as_ref().map(|text| text.clone().into_owned()),
        label: row.label.get().map(|text| text.clone().into_owned()),
        reason: row.reason.get().map(|text| text.clone().into_owned()),
    }
}

/// Worst first.
fn weight(class: OutcomeClass) -> u8 {
    match class {
        OutcomeClass::Failed => 0,
        OutcomeClass::Partial => 1,
        OutcomeClass::Unrecognised => 2,
        OutcomeClass::Skipped => 3,
        OutcomeClass::Applied => 4,
    }
}

/// A word as its document writes it, or as the contract does where it is known.
fn written<T: Copy + PartialEq + std::fmt::Display>(word: &Word<'_, T>) -> String {
    match word {
        Word::Known(member) => member.to_string(),
        Word::Unrecognised(word) => word.clone().into_owned(),
    }
}
