//! What a share of the tenants uses of the contract's second edition: scopes, profiles and expected types, confirmations, content that is
//! partly unknown, other schedules, and restore runs that are stuck or only counted.

use std::collections::BTreeMap;

use posture_core::export::snapshot::{
    BackupItem, BackupSchedule, BackupSet, Counts, ItemMetadata, Policy, RestoreRun, Results, Rules,
    ScopeRules, Tenant, Text,
};

use crate::names::policy_kind;
use crate::plan::Plan;
use crate::rng::Rng;
use crate::tenant_history::id;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The number of the first record that is added here, after those of thirty nights.
const FIRST: u64 = 900;
/// The scope of a second backup product.
const ENTRA: &str = "entra";

/// What a tenant uses of the second edition.
#[derive(Clone, Copy, Debug)]
enum Feature {
    Nothing,
    Profile,
    Scopes,
    OpaqueScope,
    UnknownTypes,
    MissingTypes,
    Schedules,
    StuckRun,
    CountedRun,
    Labels,
    Assignments,
}

/// The rules of a workspace with two profiles.
pub(crate) fn policy() -> Policy {
    let expected = ScopeRules { expected: Some(true), freshness_hours: Some(30), ..ScopeRules::default() };
    let gold = Rules {
        freshness_hours: Some(26),
        schedule_grace_minutes: Some(60),
        restore_evidence_days: Some(180),
        scopes: BTreeMap::from([(String::new(), expected)]),
    };
    let weekly = Rules { freshness_hours: Some(8 * 24), ..Rules::default() };
    let ignored = ScopeRules { expected: Some(false), ..ScopeRules::default() };
    Policy {
        rules: Rules { scopes: BTreeMap::from([("test".to_owned(), ignored)]), ..Rules::default() },
        clock_skew_seconds: Some(120),
        attention_limit: None,
        profiles: BTreeMap::from([("gold".to_owned(), gold), ("weekly".to_owned(), weekly)]),
    }
}

/// Adds what a tenant uses of the second edition, if it uses any of it.
pub(crate) fn add(tenant: &mut Tenant, plan: &Plan, rng: &mut Rng) {
    let feature = rng.weighted(
        &[
            (78, Feature::Nothing),
            (4, Feature::Profile),
            (3, Feature::Scopes),
            (2, Feature::OpaqueScope),
            (1, Feature::UnknownTypes),
            (2, Feature::MissingTypes),
            (3, Feature::Schedules),
            (1, Feature::StuckRun),
            (2, Feature::CountedRun),
            (2, Feature::Labels),
            (2, Feature::Assignments),
        ],
        Feature::Nothing,
    );
    match feature {
        Feature::Nothing => {}
        Feature::Profile => tenant.profile = Some(rng.one_of(&["gold", "weekly"]).into()),
        Feature::Scopes => add_scope(tenant, plan, false, rng),
        Feature::OpaqueScope => add_scope(tenant, plan, true, rng),
        Feature::UnknownTypes => {
            add_scope(tenant, plan, true, rng);
            expect(tenant, ENTRA, "conditionalAccessPolicy");
        }
        Feature::MissingTypes => expect(tenant, "", "authorizationPolicy"),
        Feature::Schedules => add_schedules(tenant, plan, rng),
        Feature::StuckRun => add_stuck_run(tenant, plan, rng),
        Feature::CountedRun => add_counted_run(tenant, plan, rng),
        Feature::Labels => tenant.labels = Some(vec!["gold contract".into(), "emea".into()]),
        Feature::Assignments => add_assignments(tenant, plan, rng),
    }
}

/// A set of another product, days old and found unchanged since; what is in it is counted, or not shown at all.
fn add_scope(tenant: &mut Tenant, plan: &Plan, opaque: bool, rng: &mut Rng) {
    let completed = rng.seconds(3 * DAY..9 * DAY);
    let unchanged = (1..=2).map(|nights| plan.ago(completed - nights * DAY).into());
    let last = rng.in_ten_thousand(8_000).then(|| plan.ago(rng.seconds(HOUR..20 * HOUR)).into());
    let count = rng.number(20..60);
    tenant.backup_sets.push(BackupSet {
        id: id(tenant, FIRST),
        tenant_id: Some(tenant.id),
        name: Some("Directory".into()),
        scope: Some(ENTRA.into()),
        status: "completed".into(),
        item_count: Some(count),
        created_at: Some(plan.ago(completed + 10 * MINUTE).into()),
        completed_at: Some(plan.ago(completed).into()),
        confirmations: unchanged.chain(last).collect(),
        opaque: opaque.then_some(true),
        quality: (!opaque).then(|| posture_core::export::snapshot::QualitySummary {
            total_items: count,
            policy_types: Some(BTreeMap::from([("conditionalAccessPolicy".into(), count)])),
            unknowns: BTreeMap::from([("assignments_unknown".into(), 3)]),
            ..Default::default()
        }),
        ..BackupSet::default()
    });
    let rules = ScopeRules { freshness_hours: Some(48), expected: Some(true), ..ScopeRules::default() };
    tenant.scopes.insert(ENTRA.to_owned(), rules);
}

/// A small set of another product that says of each item whether its assignments were captured.
fn add_assignments(tenant: &mut Tenant, plan: &Plan, rng: &mut Rng) {
    let completed = rng.seconds(HOUR..20 * HOUR);
    let captures = [&["captured", "unknown"][..], &["captured", "not_captured"], &["captured"]];
    let items = rng.one_of(&captures).iter().zip(1..).map(|(capture, number)| BackupItem {
        id: id(tenant, FIRST + number),
        policy_type: Some("mobileApp".into()),
        metadata: Some(ItemMetadata {
            assignment_capture: Some((*capture).into()),
            assignment_capture_reason: (*capture != "captured").then(|| "no_permission".into()),
            ..ItemMetadata::default()
        }),
        ..BackupItem::default()
    });
    let items: Vec<_> = items.collect();
    tenant.backup_sets.push(BackupSet {
        id: id(tenant, FIRST),
        tenant_id: Some(tenant.id),
        name: Some("Apps".into()),
        scope: Some("apps".into()),
        status: "completed".into(),
        item_count: Some(items.len() as u64),
        completed_at: Some(plan.ago(completed).into()),
        items: Some(items),
        ..BackupSet::default()
    });
}

fn expect(tenant: &mut Tenant, scope: &str, policy_type: &'static str) {
    let rules = tenant.scopes.entry(scope.to_owned()).or_default();
    rules.expected_policy_types = Some(vec![policy_kind(0).0.into(), policy_type.into()]);
}

/// A schedule of every other frequency.
fn add_schedules(tenant: &mut Tenant, plan: &Plan, rng: &mut Rng) {
    let ran = rng.seconds(HOUR..5 * HOUR);
    let base = BackupSchedule {
        tenant_id: Some(tenant.id),
        is_enabled: true,
        last_run_at: Some(plan.ago(ran).into()),
        last_run_status: Some("success".into()),
        created_at: Some(plan.ago(200 * DAY).into()),
        ..BackupSchedule::default()
    };
    let every_six_hours = BackupSchedule {
        id: id(tenant, FIRST),
        name: Some("Every six hours".into()),
        frequency: "interval".into(),
        interval_minutes: Some(360),
        ..base.clone()
    };
    let monthly = BackupSchedule {
        id: id(tenant, FIRST + 1),
        name: Some("Archive".into()),
        frequency: "monthly".into(),
        last_run_at: Some(plan.ago(rng.seconds(2 * DAY..40 * DAY)).into()),
        ..base.clone()
    };
    let weekdays = BackupSchedule {
        id: id(tenant, FIRST + 2),
        name: Some("Weekdays".into()),
        frequency: "weekly".into(),
        days_of_week: vec![1, 2, 3, 4, 5],
        ..base
    };
    tenant.backup_schedules.extend([every_six_hours, monthly, weekdays]);
}

fn executed(tenant: &Tenant, plan: &Plan, number: u64, age: i64) -> RestoreRun {
    RestoreRun {
        id: id(tenant, FIRST + number),
        tenant_id: Some(tenant.id),
        status: "completed".into(),
        created_at: Some(plan.ago(age + HOUR).into()),
        completed_at: Some(plan.ago(age).into()),
        ..RestoreRun::default()
    }
}

/// A run that was asked for and never began.
fn add_stuck_run(tenant: &mut Tenant, plan: &Plan, rng: &mut Rng) {
    let age = rng.seconds(2 * DAY..6 * DAY);
    let run = RestoreRun { status: "queued".into(), completed_at: None, ..executed(tenant, plan, 1, age) };
    tenant.restore_runs.push(run);
}

/// A run whose outcomes are counted and not listed, by kind or by policy type; every other one leaves a type unresolved.
fn add_counted_run(tenant: &mut Tenant, plan: &Plan, rng: &mut Rng) {
    let age = rng.seconds(5 * DAY..30 * DAY);
    let applied = Counts { applied: Some(rng.number(3..20)), ..Counts::default() };
    let failed = Counts { applied: Some(4), failed: Some(1), ..Counts::default() };
    let types: BTreeMap<Text, Counts> = match rng.number(0..2) {
        0 => BTreeMap::from([("conditionalAccessPolicy".into(), failed)]),
        _ => BTreeMap::from([("conditionalAccessPolicy".into(), applied.clone())]),
    };
    let typed = Results { policy_types: types, ..Results::default() };
    let counted = Results { counts: Some(applied), ..Results::default() };
    let typed = RestoreRun { results: Some(typed), ..executed(tenant, plan, 2, age) };
    let counted = RestoreRun { results: Some(counted), ..executed(tenant, plan, 3, age - DAY) };
    tenant.restore_runs.extend([typed, counted]);
}
