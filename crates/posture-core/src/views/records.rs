//! A tenant's records as its lists and detail pages show them: each beside what was decided about it.

use std::borrow::Cow;

use crate::policy::{Frame, hours};
use crate::reading::decode::Id;
use crate::reading::reader::TenantText;
use crate::reading::record_filter::Evidence;
use crate::reading::refusal::Refusal;
use crate::reading::snapshot::{BackupSchedule, BackupSet, Outcome, OutcomeClass, RestoreRun, Spanned};
use crate::report::tenant::{TenantReading, read, utf8};
use crate::sorting::sort_by_key;
use crate::timestamp::Timestamp;
use crate::tone::{self, Tone};
use crate::verdicts::quality::{
    BackupQuality, ItemFamily, ItemUnknown, item_families, item_unknowns, quality,
};
use crate::verdicts::recovery_evidence::{attended_runs, latest_run, relevant_runs};
use crate::verdicts::restore_attention::{AttentionState, RestoreResultAttention, effective_at};
use crate::verdicts::rules::{Rules, TenantFrame};
use crate::verdicts::schedule::{ScheduleCause, causes, expected_at, is_watched, last_run_at};
use crate::verdicts::scopes::{Scope, SkipReason, confirmed_at, scopes, skip_reason};
use crate::vocabulary::{Capability, LastRunStatus, Word, vocabulary};

/// The records of one tenant that count. Sets and runs stand newest first; schedules that need a look before the others, then by id.
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
    /// What the viewer may not open.
    pub closed: Vec<Capability>,
    /// The rules the tenant is judged under.
    pub rules: Rules,
}

impl TenantRecords {
    /// Whether the viewer may open the records this capability is for.
    pub fn allows(&self, capability: Capability) -> bool {
        !self.closed.contains(&capability)
    }

    /// The backup set with this id.
    pub fn backup_set(&self, id: Id) -> Option<&BackupSetRecord> {
        self.backup_sets.iter().find(|set| set.id == id)
    }

    /// The restore run with this id.
    pub fn restore_run(&self, id: Id) -> Option<&RestoreRunRecord> {
        self.restore_runs.iter().find(|run| run.attention.restore_run_id == id)
    }
}

/// What part a backup set plays in the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetRole {
    /// It alone governs.
    Latest,
    /// It would do, but a newer one governs.
    Older,
    /// It is not relevant.
    Skipped(SkipReason),
    /// Its scope is left out by the rules, so it decides nothing.
    LeftOut,
}

/// A backup set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupSetRecord {
    /// Its identity.
    pub id: Id,
    /// Its scope; `None` for the unnamed one.
    pub scope: Option<String>,
    /// Hours a completed backup of its scope stays fresh.
    pub freshness_hours: u64,
    /// When a later run last found exactly its content.
    pub confirmed_at: Option<Timestamp>,
    /// Its name.
    pub name: Option<String>,
    /// Its status, as written.
    pub status: String,
    /// The part it plays.
    pub role: SetRole,
    /// How that part is shown: what governs by what is wrong with it, what is no basis only where it is newer than that.
    pub tone: Tone,
    /// When it was begun.
    pub created_at: Option<Timestamp>,
    /// When its capture completed.
    pub completed_at: Option<Timestamp>,
    /// Its age at the as-of instant, in whole seconds.
    pub age_seconds: Option<u64>,
    /// Whether it is older than the freshness window; `None` where it has not completed.
    pub is_stale: Option<bool>,
    /// When it grows older than the freshness window.
    pub stale_at: Option<Timestamp>,
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
    /// What is unknown about it.
    pub unknowns: Vec<ItemUnknown>,
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
    /// Minutes from one run to the next, if it runs in intervals and says so.
    pub interval_minutes: Option<u64>,
    /// When on the day.
    pub time_of_day: Option<String>,
    /// In which time zone.
    pub timezone: Option<String>,
    /// On which days, 1 (Monday) to 7.
    pub days_of_week: Vec<u8>,
    /// When it last ran, as stated.
    pub last_run_at: Option<Timestamp>,
    /// Whether that instant lies in the future, and so counts for nothing.
    pub last_run_is_ahead: bool,
    /// How it last ran, as written.
    pub last_run_status: Option<String>,
    /// When it says it runs next.
    pub next_run_at: Option<Timestamp>,
    /// When it was due, by what it did and plans; late beyond the grace. `None` where schedules cannot be judged at the as-of instant.
    pub expected_at: Option<Timestamp>,
    /// When it turns overdue: the grace after that; `None` while a run is under way.
    pub overdue_at: Option<Timestamp>,
    /// Why it needs a look; `None` where schedules cannot be judged at the as-of instant.
    pub causes: Option<Vec<ScheduleCause>>,
}

/// What part a restore run plays in the recovery evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunRole {
    /// It alone governs.
    Latest,
    /// It counts as history, but a newer one governs.
    Older,
    /// It was not executed and shows nothing.
    NotExecuted,
    /// It took effect after the as-of instant.
    AfterAsOf,
}

/// A restore run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoreRunRecord {
    /// What it has shown.
    pub attention: RestoreResultAttention,
    /// The part it plays.
    pub role: RunRole,
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
    /// How much it says was not applied.
    pub non_applied: Option<u64>,
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
        TenantReading::Fits(evidence) => Ok(Some(of_evidence(&evidence, utf8, frame))),
        TenantReading::Unreadable(_) => Ok(None),
    }
}

fn of_evidence(evidence: &Evidence<'_>, text: &str, frame: &Frame) -> TenantRecords {
    let tenant = &evidence.tenant;
    let frame = &TenantFrame::new(tenant, frame);
    let scopes = scopes(tenant, frame);
    let mut backup_sets: Vec<_> =
        tenant.sets().iter().map(|set| backup_set(set, scope_of(set, &scopes), text, frame)).collect();
    sort_by_key(&mut backup_sets, |set| std::cmp::Reverse((set.completed_at.or(set.created_at), set.id)));
    let mut schedules: Vec<_> =
        tenant.schedules().iter().map(|schedule| self::schedule(schedule, text, frame)).collect();
    sort_by_key(&mut schedules, |schedule| {
        (schedule.causes.as_ref().is_none_or(Vec::is_empty), !schedule.is_watched, schedule.id)
    });
    TenantRecords {
        environment: tenant.environment.get().map(|text| text.clone().into_owned()),
        domain: tenant.domain.get().map(|text| text.clone().into_owned()),
        backup_sets,
        schedules,
        restore_runs: restore_runs(evidence, frame),
        set_aside: evidence.set_aside.len(),
        closed: Capability::ALL.iter().copied().filter(|capability| !tenant.allows(*capability)).collect(),
        rules: frame.rules,
    }
}

/// The scope that counts a set; `None` if it is left out.
fn scope_of<'s, 't, 'a>(
    set: &Spanned<BackupSet<'_>>,
    scopes: &'s [Scope<'t, 'a>],
) -> Option<&'s Scope<'t, 'a>> {
    scopes.iter().find(|scope| scope.sets.iter().any(|judged| judged.set.start == set.start))
}

fn backup_set(
    set: &Spanned<BackupSet<'_>>,
    scope: Option<&Scope<'_, '_>>,
    text: &str,
    frame: &TenantFrame<'_>,
) -> BackupSetRecord {
    let rules = frame.scope(set.scope());
    let basis = scope.and_then(|scope| scope.basis(frame).0);
    let role = match skip_reason(set, frame) {
        Some(reason) => SetRole::Skipped(reason),
        None if scope.is_none() => SetRole::LeftOut,
        None if basis.is_some_and(|basis| basis.set.id == set.id) => SetRole::Latest,
        None => SetRole::Older,
    };
    let items = set.items.as_ref().map(|items| {
        let mut items: Vec<_> = items.iter().map(|item| self::item(item, text, frame)).collect();
        sort_by_key(&mut items, |item| (item.is_deleted, std::cmp::Reverse(item.families.len()), item.id));
        items
    });
    let quality = quality(set, &rules.expected_policy_types, frame);
    let confirmed_at = confirmed_at(set, frame);
    let fresh_from = confirmed_at.or(set.completed_at);
    let stale_at = fresh_from.map(|at| at.plus(hours(rules.freshness_hours)));
    let is_stale = stale_at.map(|at| frame.as_of > at);
    let is_newest =
        scope.is_some_and(|scope| scope.skipped(basis.as_ref()).any(|judged| judged.set.start == set.start));
    let tone = match role {
        SetRole::Latest if is_stale == Some(true) => Tone::High,
        SetRole::Latest if quality.is_degraded() => Tone::Medium,
        SetRole::Latest => Tone::Calm,
        SetRole::Skipped(reason) if is_newest => tone::skipped(reason),
        SetRole::Skipped(_) | SetRole::Older | SetRole::LeftOut => Tone::Unknown,
    };
    BackupSetRecord {
        id: set.id,
        scope: set.scope.as_ref().filter(|scope| !scope.is_empty()).map(|scope| scope.clone().into_owned()),
        freshness_hours: rules.freshness_hours,
        confirmed_at,
        name: set.name.read(text).map(Cow::into_owned),
        status: written(&set.status),
        role,
        tone,
        created_at: set.created_at,
        completed_at: set.completed_at,
        age_seconds: fresh_from.map(|at| frame.as_of.seconds_since(at)),
        is_stale,
        stale_at: stale_at.and_then(Timestamp::expressible),
        quality,
        item_count: set.item_count,
        items,
    }
}

fn item(item: &Spanned<crate::reading::snapshot::BackupItem<'_>>, text: &str, frame: &Frame) -> ItemRecord {
    ItemRecord {
        id: item.id,
        display_name: item.display_name.read(text).map(Cow::into_owned),
        policy_identifier: item.policy_identifier.read(text).map(Cow::into_owned),
        policy_type: item.policy_type.as_ref().map(|text| text.clone().into_owned()),
        platform: item.platform.read(text).map(Cow::into_owned),
        captured_at: item.captured_at.read(text),
        families: item_families(item).collect(),
        unknowns: item_unknowns(item).collect(),
        is_deleted: frame.is_deleted(item.deleted_at),
    }
}

fn schedule(schedule: &BackupSchedule<'_>, text: &str, frame: &TenantFrame<'_>) -> ScheduleRecord {
    let is_watched = is_watched(schedule, frame);
    let is_under_way = last_run_at(schedule, frame).is_some()
        && schedule.last_run_status.as_ref().is_some_and(|status| status.is(LastRunStatus::Running));
    let expected_at = if frame.evaluates_schedules() { expected_at(schedule, frame) } else { None };
    let judged = || if is_watched { causes(schedule, frame) } else { Vec::new() };
    ScheduleRecord {
        id: schedule.id,
        name: schedule.name.read(text).map(Cow::into_owned),
        is_watched,
        frequency: written(&schedule.frequency),
        interval_minutes: schedule.interval_minutes.get().map(|minutes| minutes.0),
        time_of_day: schedule.time_of_day.read(text).map(Cow::into_owned),
        timezone: schedule.timezone.read(text).map(Cow::into_owned),
        days_of_week: schedule.days_of_week.get().map(|days| days.0.clone()).unwrap_or_default(),
        last_run_at: schedule.last_run_at,
        last_run_is_ahead: schedule.last_run_at.is_some() && last_run_at(schedule, frame).is_none(),
        last_run_status: schedule.last_run_status.as_ref().map(written),
        next_run_at: schedule.next_run_at,
        expected_at: expected_at.and_then(Timestamp::expressible),
        overdue_at: expected_at
            .filter(|_| !is_under_way)
            .and_then(|at| at.plus(frame.rules.grace_seconds()).expressible()),
        causes: frame.evaluates_schedules().then(judged),
    }
}

fn restore_runs(evidence: &Evidence<'_>, frame: &TenantFrame<'_>) -> Vec<RestoreRunRecord> {
    let attended = attended_runs(&evidence.tenant, frame);
    let relevant = relevant_runs(&attended, frame);
    let latest = latest_run(&relevant).map(|latest| latest.run.id);
    let role = |id, state| {
        if state == AttentionState::NotExecuted {
            RunRole::NotExecuted
        } else if latest == Some(id) {
            RunRole::Latest
        } else if relevant.iter().any(|relevant| relevant.run.id == id) {
            RunRole::Older
        } else {
            RunRole::AfterAsOf
        }
    };
    let mut runs: Vec<_> = attended
        .iter()
        .map(|one| restore_run(one.run, one.attention.clone(), role(one.run.id, one.attention.state), frame))
        .collect();
    sort_by_key(&mut runs, |run| {
        std::cmp::Reverse((run.effective_at.is_none(), run.effective_at, run.attention.restore_run_id))
    });
    runs
}

fn restore_run(
    run: &RestoreRun<'_>,
    attention: RestoreResultAttention,
    role: RunRole,
    frame: &Frame,
) -> RestoreRunRecord {
    let groups = run.results.iter().flat_map(|results| {
        [
            (OutcomeGroup::Items, &results.items),
            (OutcomeGroup::Foundations, &results.foundations),
            (OutcomeGroup::Assignments, &results.assignments),
        ]
    });
    let mut outcomes: Vec<_> =
        groups.flat_map(|(group, rows)| rows.iter().flatten().map(move |row| outcome(group, row))).collect();
    sort_by_key(&mut outcomes, |outcome| weight(outcome.class));
    RestoreRunRecord {
        role,
        status: written(&run.status),
        is_dry_run: run.is_dry_run,
        backup_set_id: run.backup_set_id.get().copied(),
        created_at: run.created_at,
        started_at: run.started_at,
        completed_at: run.completed_at,
        effective_at: effective_at(run, attention.state, frame),
        operation_status: run.operation().map(|operation| written(&operation.status)),
        operation_outcome: run.operation().and_then(|operation| operation.outcome.as_ref()).map(written),
        non_applied: run.non_applied(),
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
