//! From a tenant's text to the records that its pages show.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::id::Id;
use crate::policy::{Frame, hours};
use crate::reading::reader::TenantText;
use crate::reading::record_filter::Evidence;
use crate::reading::refusal::Refusal;
use crate::reading::snapshot::{
    BackupItem, BackupSchedule, BackupSet, Outcome, OutcomeClass, RestoreRun, Spanned,
};
use crate::report::model::RestoreResultAttention;
use crate::report::restore_attention::restore_attention;
use crate::report::tenant::{TenantReading, read, utf8};
use crate::report::tone;
use crate::sorting::{set_of, sort_by_key};
use crate::timestamp::Timestamp;
use crate::tone::Tone;
use crate::verdicts::quality::{item_families, item_unknowns, policy_types, quality};
use crate::verdicts::recovery_evidence::{attended_runs, latest_run, relevant_runs};
use crate::verdicts::restore_attention::{AttentionState, effective_at};
use crate::verdicts::rules::TenantFrame;
use crate::verdicts::schedule::{causes, expected_at, is_watched, last_run_at};
use crate::verdicts::scopes::{Scope, confirmed_at, scopes, skip_reason};
use crate::views::records::{
    BackupSetRecord, ItemRecord, OutcomeGroup, OutcomeRecord, RestoreRunRecord, RunRole, ScheduleRecord,
    SetRole, TenantRecords,
};
use crate::vocabulary::{Capability, LastRunStatus, Word};

/// The records of one tenant's text; `None` if the tenant is unreadable.
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
    let scopes: Vec<_> = scopes.iter().map(|scope| JudgedScope::new(scope, frame)).collect();
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
        backed_up_types: set_of(scopes.into_iter().flat_map(|scope| scope.policy_types)),
        backup_sets,
        schedules,
        restore_runs: restore_runs(evidence, frame),
        set_aside: evidence.set_aside.len(),
        closed: Capability::ALL.iter().copied().filter(|capability| !tenant.allows(*capability)).collect(),
        rules: frame.rules,
    }
}

/// A scope, with what each of its sets is compared with.
struct JudgedScope<'s, 't, 'a> {
    scope: &'s Scope<'t, 'a>,
    /// The id of the set that governs it.
    basis: Option<Id>,
    /// The policy types of that set, as far as they are known.
    policy_types: Vec<String>,
    /// Where the sets start that have a skip reason and are newer than that.
    newer: BTreeSet<usize>,
}

impl<'s, 't, 'a> JudgedScope<'s, 't, 'a> {
    fn new(scope: &'s Scope<'t, 'a>, frame: &Frame) -> Self {
        let basis = scope.basis(frame).0;
        let newer = set_of(scope.skipped(basis.as_ref()).map(|judged| judged.set.start));
        let types = basis.as_ref().and_then(|basis| policy_types(basis.set, frame));
        let policy_types = types.into_iter().flatten().map(str::to_owned).collect();
        Self { scope, basis: basis.map(|basis| basis.set.id), policy_types, newer }
    }
}

/// The scope that counts a set; `None` if it is left out.
fn scope_of<'j, 's, 't, 'a>(
    set: &BackupSet<'_>,
    scopes: &'j [JudgedScope<'s, 't, 'a>],
) -> Option<&'j JudgedScope<'s, 't, 'a>> {
    let place = scopes.binary_search_by(|judged| judged.scope.name.cmp(set.scope())).ok()?;
    scopes.get(place).filter(|judged| !judged.scope.sets.is_empty())
}

fn backup_set(
    set: &Spanned<BackupSet<'_>>,
    scope: Option<&JudgedScope<'_, '_, '_>>,
    text: &str,
    frame: &TenantFrame<'_>,
) -> BackupSetRecord {
    let rules = frame.scope(set.scope());
    let basis = scope.and_then(|scope| scope.basis);
    let role = match skip_reason(set, frame) {
        Some(reason) => SetRole::Skipped(reason),
        None if scope.is_none() => SetRole::LeftOut,
        None if basis == Some(set.id) => SetRole::Latest,
        None => SetRole::Older,
    };
    let items = set.items.as_ref().map(|items| {
        let mut items: Vec<_> = items.iter().map(|item| self::item(item, text, frame)).collect();
        sort_by_key(&mut items, |item| {
            let issues = (item.families.len(), item.unknowns.len());
            (item.is_deleted, std::cmp::Reverse(issues), item.id)
        });
        items
    });
    let quality = quality(set, &rules.expected_policy_types, frame);
    let confirmed_at = confirmed_at(set, frame);
    let fresh_from = confirmed_at.or(set.completed_at);
    let stale_at = fresh_from.map(|at| at.plus(hours(rules.freshness_hours)));
    let is_stale = stale_at.map(|at| frame.as_of > at);
    let is_newest = scope.is_some_and(|scope| scope.newer.contains(&set.start));
    let tone = match role {
        SetRole::Latest if is_stale == Some(true) => Tone::High,
        SetRole::Latest if quality.is_degraded() => Tone::Medium,
        SetRole::Latest => tone::quality(&quality),
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

fn item(item: &Spanned<BackupItem<'_>>, text: &str, frame: &Frame) -> ItemRecord {
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
    // A disabled or deleted schedule is never due.
    let is_due = is_watched && frame.evaluates_schedules();
    let expected_at = if is_due { expected_at(schedule, frame) } else { None };
    let judged = || if is_watched { causes(schedule, frame) } else { Vec::new() };
    ScheduleRecord {
        id: schedule.id,
        name: schedule.name.read(text).map(Cow::into_owned),
        is_watched,
        is_deleted: frame.is_deleted(schedule.deleted_at),
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
    let relevant = set_of(relevant.iter().map(|relevant| relevant.run.id));
    let role = |id, state| {
        if state == AttentionState::NotExecuted {
            RunRole::NotExecuted
        } else if latest == Some(id) {
            RunRole::Latest
        } else if relevant.contains(&id) {
            RunRole::Older
        } else {
            RunRole::AfterAsOf
        }
    };
    let mut runs: Vec<_> = attended
        .into_iter()
        .map(|one| {
            let (run, role) = (one.run, role(one.run.id, one.verdict.state));
            restore_run(run, restore_attention(one, frame), role, frame)
        })
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
        is_only_in_store: run.is_only_in_store(),
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

/// A word as the contract writes it if it is known, else as its document does.
fn written<T: Copy + PartialEq + std::fmt::Display>(word: &Word<'_, T>) -> String {
    match word {
        Word::Known(member) => member.to_string(),
        Word::Unrecognised(word) => word.clone().into_owned(),
    }
}
