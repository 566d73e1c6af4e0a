//! What holds for every two reports, and for every forecast.
#![expect(clippy::expect_used, reason = "a test whose stage cannot be set fails")]
#![expect(clippy::wildcard_enum_match_arm, reason = "of many causes, time brings three")]

mod support;

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use posture_core::compare::change::{Change, Family};
use posture_core::compare::diff::{Diffing, Place, diff};
use posture_core::policy::Frame;
use posture_core::verdicts::backup_health::BackupPosture;
use posture_core::verdicts::recovery_evidence::{RecoveryReason, RecoveryState};
use posture_core::verdicts::restore_attention::AttentionCause;
use posture_core::verdicts::schedule::ScheduleCause;
use posture_core::views::forecast::{LapseKind, forecast};
use posture_core::views::groups::GroupFilter;
use posture_core::views::trend::{TenantTrend, Trend, TrendBuilder, tenant_trend, trend_instants};
use posture_core::views::trend_steps::TrendSteps;
use posture_core::{Form, Id, Options, Refusal, Report, SnapshotReader, TenantReport, TenantText, Timestamp};
use support::{EXPORTED_AT, derive_at, marred_snapshot, snapshot, timestamp};

/// The ids that one side names.
fn named(report: &Report) -> BTreeSet<Id> {
    let evaluated = report.tenants.iter().map(|tenant| tenant.tenant_id);
    evaluated.chain(report.not_evaluated.iter().filter_map(|entry| entry.tenant_id)).collect()
}

fn trend_of(
    snapshot: &Value,
    instants: &[Timestamp],
    judge: impl Fn(&TenantText, &Frame) -> Result<TenantTrend, Refusal>,
) -> Trend {
    let mut reader = SnapshotReader::new(Form::Json, &Options::default()).expect("no option is out of range");
    reader.push(snapshot.to_string().as_bytes());
    reader.end();
    let mut builder = TrendBuilder::new(instants, GroupFilter::default(), None);
    reader
        .drain(|tenant, frame| {
            builder.add(judge(&tenant, frame)?);
            Ok::<_, Refusal>(())
        })
        .expect("it is read");
    builder.finish(reader.finish().expect("it is read"))
}

/// What the passage of time may change about a tenant.
fn turnable(tenant: &TenantReport) -> BTreeSet<(LapseKind, Id)> {
    let health = &tenant.backup_health;
    let stale = health.scopes.iter().filter(|scope| scope.is_stale());
    let stale =
        stale.filter_map(|scope| Some((LapseKind::LatestBackupStale, scope.latest_relevant_backup_set_id?)));
    let kind = |cause: &ScheduleCause| match cause {
        ScheduleCause::NeverRan => Some(LapseKind::ScheduleNeverRan),
        ScheduleCause::Overdue => Some(LapseKind::ScheduleOverdue),
        ScheduleCause::Stalled => Some(LapseKind::ScheduleStalled),
        ScheduleCause::LastRunNotSuccessful => None,
    };
    let schedules = health.schedule_follow_ups.iter();
    let schedules = schedules.flat_map(|schedule| {
        schedule.causes.iter().filter_map(kind).map(|kind| (kind, schedule.schedule_id))
    });
    let by_time = |cause: &AttentionCause| match cause {
        AttentionCause::RunStalled => Some(LapseKind::RestoreRunStalled),
        AttentionCause::StuckInQueue => Some(LapseKind::RestoreRunStuck),
        AttentionCause::OperationUnresolved => Some(LapseKind::OperationUnresolved),
        _ => None,
    };
    let runs = tenant
        .restore_attention
        .iter()
        .flat_map(|run| run.causes.iter().filter_map(by_time).map(|kind| (kind, run.restore_run_id)));
    let evidence = &tenant.recovery_evidence;
    let too_old =
        evidence.latest_relevant_restore_run_id.filter(|_| evidence.reason == RecoveryReason::HistoryTooOld);
    let too_old = too_old.map(|run| (LapseKind::RestoreTooOld, run));
    stale.chain(schedules).chain(runs).chain(too_old).collect()
}

/// What a report says of tenants, without the words and ages that pass with time.
fn verdicts(report: &Report) -> Vec<(BTreeSet<(LapseKind, Id)>, String)> {
    let rest = |tenant: &TenantReport| {
        let (health, evidence) = (&tenant.backup_health, &tenant.recovery_evidence);
        // That an operation goes on may end without another verdict, if the run's status is not recognised.
        let stays = |cause: &&AttentionCause| **cause != AttentionCause::InProgress;
        let states = tenant
            .restore_attention
            .iter()
            .map(|run| (run.restore_run_id, run.state, run.causes.iter().filter(stays).collect::<Vec<_>>()));
        let states: Vec<_> = states.collect();
        format!(
            "{:?} {:?} {:?} {:?} {states:?}",
            tenant.registry, health.reasons, health.skipped_sets, evidence.reason
        )
    };
    report.tenants.iter().map(|tenant| (turnable(tenant), rest(tenant))).collect()
}

/// Whether a tenant is degraded only because the content of its backups is unknown.
fn is_content_unknown(tenant: &TenantReport) -> bool {
    let health = &tenant.backup_health;
    let mut degraded = health.scopes.iter().filter(|scope| scope.posture == BackupPosture::Degraded);
    health.posture == BackupPosture::Degraded
        && degraded.all(|scope| {
            let families = scope.quality.iter().flat_map(|quality| quality.families.keys());
            families.map(|family| family.0.as_str()).eq(["quality_unknown"])
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    /// CP-9: the totals add up, whatever the two sides hold.
    #[test]
    fn every_tenant_of_either_side_has_exactly_one_change(old in marred_snapshot(), new in marred_snapshot(), seconds in -90_000_i64..90_000) {
        let (old, new) = (derive_at(&old, 0), derive_at(&new, seconds));
        let found = diff(&old, &new).expect("one workspace");
        let (before, after) = (named(&old), named(&new));
        prop_assert_eq!(found.tenants.len(), before.union(&after).count());
        for family in Family::ALL {
            let sum: u64 = Change::ALL.iter().map(|change| found.total(*family, *change)).sum();
            prop_assert_eq!(sum, found.tenants.len() as u64);
            prop_assert_eq!(found.total(*family, Change::New), after.difference(&before).count() as u64);
            prop_assert_eq!(found.total(*family, Change::Gone), before.difference(&after).count() as u64);
        }
        prop_assert_eq!(old.denominators.exported, before.len() as u64 + found.old_unmatched);
        prop_assert_eq!(new.denominators.exported, after.len() as u64 + found.new_unmatched);
    }

    /// A comparison in steps compares so many tenants in each, and finds the same.
    #[test]
    fn a_comparison_in_steps_is_that_of_the_whole(old in marred_snapshot(), new in marred_snapshot(), tenants in 1_usize..4) {
        let (old, new) = (derive_at(&old, 0), derive_at(&new, 0));
        let mut diffing = Diffing::start(&old, &new).expect("one workspace");
        let steps = std::iter::from_fn(|| diffing.step(tenants).then_some(())).count();
        let found = diffing.finish();
        prop_assert_eq!(steps, found.tenants.len().div_ceil(tenants));
        prop_assert_eq!(found, diff(&old, &new).expect("one workspace"));
    }

    /// CP-8: nothing is better both ways, and what is better one way is not better or unchanged the other.
    #[test]
    fn better_and_worse_are_opposites(old in marred_snapshot(), new in marred_snapshot()) {
        let (old, new) = (derive_at(&old, 0), derive_at(&new, 0));
        let (there, back) = (diff(&old, &new).expect("one workspace"), diff(&new, &old).expect("one workspace"));
        for (there, back) in there.tenants.iter().zip(&back.tenants) {
            for family in Family::ALL {
                let pair = (there.of(*family), back.of(*family));
                match pair {
                    (Change::Better, other) | (other, Change::Better) => prop_assert_eq!(other, Change::Worse),
                    (Change::Unchanged, other) | (other, Change::Unchanged) => prop_assert_eq!(other, Change::Unchanged),
                    (Change::New, other) | (other, Change::New) => prop_assert_eq!(other, Change::Gone),
                    _ => {}
                }
            }
        }
    }

    /// CP-6: a report compared with itself.
    #[test]
    fn a_report_compared_with_itself_is_unchanged(snapshot in marred_snapshot(), seconds in -90_000_i64..90_000) {
        let report = derive_at(&snapshot, seconds);
        let found = diff(&report, &report).expect("one workspace");
        prop_assert!(!found.is_worse());
        for tenant in &found.tenants {
            prop_assert_eq!((tenant.backup_health, tenant.recovery_evidence), (Change::Unchanged, Change::Unchanged));
            prop_assert_ne!(tenant.new, Place::NotExported);
        }
    }

    /// FC-5: what is forecast for an instant holds right after it and not at it, and nothing else changes in between.
    #[test]
    fn a_forecast_agrees_with_judging_at_its_instants(snapshot in snapshot(), seconds in 0_i64..90_000) {
        let now = derive_at(&snapshot, seconds);
        let ahead = forecast(&now, 24 * 8);
        prop_assert!(ahead.is_possible);
        let mut expected: Vec<_> = now.tenants.iter().map(|tenant| turnable(tenant)).collect();
        let mut last = verdicts(&now);
        let mut instants: Vec<_> = ahead.steps.iter().map(|step| step.lapse.after).collect();
        instants.dedup();
        for at in instants {
            let from_export = at.unix_seconds() - EXPORTED_AT;
            prop_assert_eq!(&verdicts(&derive_at(&snapshot, from_export)), &last, "nothing turns up to {}", at);
            for step in ahead.steps.iter().filter(|step| step.lapse.after == at) {
                let place = now.tenants.iter().position(|tenant| tenant.tenant_id == step.tenant.tenant_id).expect("it is there");
                prop_assert!(expected[place].insert((step.lapse.kind, step.lapse.record_id)), "it turns once");
            }
            let report = derive_at(&snapshot, from_export + 1);
            // A newer run that turns bad governs in place of one that was too old.
            for (tenant, expected) in report.tenants.iter().zip(&mut expected) {
                if tenant.recovery_evidence.overview_state == RecoveryState::Weakened {
                    expected.retain(|(kind, _)| *kind != LapseKind::RestoreTooOld);
                }
            }
            last = verdicts(&report);
            let turned: Vec<_> = last.iter().map(|(turned, _)| turned.clone()).collect();
            prop_assert_eq!(&turned, &expected, "after {}", at);
        }
        let end = ahead.until.unix_seconds() - EXPORTED_AT;
        prop_assert_eq!(verdicts(&derive_at(&snapshot, end)), last, "nothing turns behind the last");
    }

    /// WI-3: a longer window never makes more tenants stale, and the rest of the backup verdict stays.
    #[test]
    fn a_longer_window_makes_no_more_tenants_stale(snapshot in snapshot(), hours in 1_u64..60, more in 0_u64..60) {
        let under = |freshness_hours| {
            let options = Options { as_of: Some(timestamp(EXPORTED_AT)), freshness_hours: Some(freshness_hours), ..Options::default() };
            posture_core::derive(Value::to_string(&snapshot).as_bytes(), Form::Json, &options).expect("it is read")
        };
        let (short, long) = (under(hours), under(hours + more));
        for (short, long) in short.tenants.iter().zip(&long.tenants) {
            let reasons = |tenant: &TenantReport| -> BTreeSet<_> { tenant.backup_health.reasons.iter().copied().collect() };
            prop_assert!(reasons(long).is_subset(&reasons(short)));
        }
    }

    /// TN-5
    #[test]
    fn a_tenant_judged_day_by_day_in_steps_is_judged_alike(
        snapshot in marred_snapshot(), days in 1_u64..10, records in prop::collection::vec(0_usize..3, 0..40),
    ) {
        let instants = trend_instants(Timestamp::from_unix_seconds(EXPORTED_AT).expect("within the calendar"), days);
        let whole = trend_of(&snapshot, &instants, |tenant, frame| tenant_trend(tenant, frame, &instants));
        let in_steps = trend_of(&snapshot, &instants, |tenant, frame| {
            let mut steps = TrendSteps::start(tenant, frame, &instants);
            for records in &records {
                steps.step(*records)?;
            }
            steps.finish()
        });
        prop_assert_eq!(whole, in_steps);
    }

    /// TN-5: each day is the plain derivation of that instant, but for tenants that have no record yet.
    #[test]
    fn a_trend_is_the_plain_derivation_of_each_day(snapshot in marred_snapshot(), seconds in -90_000_i64..90_000, days in 1_u64..40) {
        let as_of = Timestamp::from_unix_seconds(EXPORTED_AT + seconds).expect("within the calendar");
        let instants = trend_instants(as_of, days);
        let trend = trend_of(&snapshot, &instants, |tenant, frame| tenant_trend(tenant, frame, &instants));
        let has_record: BTreeSet<Id> = {
            let at_export = derive_at(&snapshot, 0);
            at_export.tenants.iter().filter(|tenant| tenant.evidence_from.is_some()).map(|tenant| tenant.tenant_id).collect()
        };
        let content_unknown: BTreeSet<Id> = {
            let at_export = derive_at(&snapshot, 0);
            at_export.tenants.iter().filter(|tenant| is_content_unknown(tenant)).map(|tenant| tenant.tenant_id).collect()
        };
        for day in &trend.days {
            let plain = derive_at(&snapshot, day.at.unix_seconds() - EXPORTED_AT);
            let (known, unknown): (Vec<_>, Vec<_>) = plain
                .tenants
                .iter()
                .partition(|tenant| tenant.evidence_from.is_some() || !has_record.contains(&tenant.tenant_id));
            prop_assert_eq!(day.unknown_states, unknown.len() as u64, "{}", day.at);
            let judged: Vec<_> = known
                .iter()
                .filter(|tenant| !is_content_unknown(tenant) || content_unknown.contains(&tenant.tenant_id))
                .collect();
            prop_assert_eq!(day.unknown_postures, (plain.tenants.len() - judged.len()) as u64, "{}", day.at);
            for posture in BackupPosture::ALL {
                let tenants = judged.iter().filter(|tenant| tenant.backup_health.posture == *posture).count();
                prop_assert_eq!(day.posture(*posture), tenants as u64, "{} {}", day.at, posture);
            }
            for state in RecoveryState::ALL {
                let tenants = known.iter().filter(|tenant| tenant.recovery_evidence.overview_state == *state).count();
                prop_assert_eq!(day.state(*state), tenants as u64, "{} {}", day.at, state);
            }
            prop_assert_eq!(trend.not_evaluated, plain.not_evaluated.len() as u64);
        }
    }
}
