//! Optional features of the contract that a share of the tenants uses: scopes, profiles and expected types, confirmations, content that is
//! partly unknown, other schedules, and restore runs that are stuck or only counted.

use std::collections::BTreeMap;

use posture_core::export::snapshot::{
    BackupItem, BackupSchedule, BackupSet, Counts, ItemMetadata, Outcome, Policy, QualitySummary, RestoreRun,
    Results, Rules, ScopeRules, Tenant, Text,
};

use crate::names::policy_kind;
use crate::plan::{Features, Plan};
use crate::rng::Rng;
use crate::tenant_history::id;
use crate::written::Writing;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The number of the first record that is added here, after those of thirty nights.
const FIRST: u64 = 900;
/// The scope of a second backup product.
const ENTRA: &str = "entra";

/// An optional feature that a tenant uses.
#[derive(Clone, Copy, Debug)]
enum Feature {
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
    VanishedTypes,
    NumberedKeys,
}

/// The features, with how many of 1,000 tenants use each.
const FEATURES: [(u64, Feature); 12] = [
    (40, Feature::Profile),
    (30, Feature::Scopes),
    (20, Feature::OpaqueScope),
    (10, Feature::UnknownTypes),
    (20, Feature::MissingTypes),
    (30, Feature::Schedules),
    (10, Feature::StuckRun),
    (20, Feature::CountedRun),
    (15, Feature::Labels),
    (15, Feature::Assignments),
    (5, Feature::VanishedTypes),
    (5, Feature::NumberedKeys),
];

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
        attention_limit: Some(10),
        profiles: BTreeMap::from([("gold".to_owned(), gold), ("weekly".to_owned(), weekly)]),
    }
}

/// Adds the optional feature that a tenant uses, if any. Returns how the tenant is written.
pub(crate) fn add(tenant: &mut Tenant, plan: &Plan, index: u64, rng: &mut Rng) -> Writing {
    let drawn = match plan.features {
        Features::Unused => None,
        Features::Share => drawn(rng.number(0..1_000)),
        Features::InTurn => in_turn(plan.seed.wrapping_add(index)),
    };
    let Some(feature) = drawn else { return Writing::Plain };
    match feature {
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
        Feature::VanishedTypes => add_vanished_types(tenant, plan, rng),
        Feature::NumberedKeys => {
            add_assignments(tenant, plan, rng);
            add_schedules(tenant, plan, rng);
            add_counted_run(tenant, plan, rng);
            return Writing::NumberedKeys;
        }
    }
    Writing::Plain
}

/// The feature of a tenant that drew this number, if it uses any.
fn drawn(mut number: u64) -> Option<Feature> {
    FEATURES.iter().find_map(|(share, feature)| match number.checked_sub(*share) {
        Some(rest) => {
            number = rest;
            None
        }
        None => Some(*feature),
    })
}

fn in_turn(number: u64) -> Option<Feature> {
    let place = usize::try_from(number % FEATURES.len() as u64).ok()?;
    FEATURES.get(place).map(|(_, feature)| *feature)
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
        quality: (!opaque).then(|| QualitySummary {
            total_items: count,
            policy_types: Some(BTreeMap::from([("conditionalAccessPolicy".into(), count)])),
            unknowns: BTreeMap::from([("assignments_unknown".into(), 3)]),
            ..QualitySummary::default()
        }),
        ..BackupSet::default()
    });
    let rules = ScopeRules { freshness_hours: Some(48), expected: Some(true), ..ScopeRules::default() };
    tenant.scopes.insert(ENTRA.to_owned(), rules);
}

/// A small set of another product that says of each item whether its assignments were captured.
pub(crate) fn add_assignments(tenant: &mut Tenant, plan: &Plan, rng: &mut Rng) {
    let completed = rng.seconds(HOUR..20 * HOUR);
    let other = rng.one_of(&["unknown", "not_captured"]);
    let items = ["captured", other, "captured"].into_iter().zip(1..).map(|(capture, number)| BackupItem {
        id: id(tenant, FIRST + number),
        policy_type: Some("mobileApp".into()),
        metadata: Some(ItemMetadata {
            snapshot_source: Some("graph".into()),
            assignment_capture: Some(capture.into()),
            assignment_capture_reason: (capture != "captured").then(|| "no_permission".into()),
            ..ItemMetadata::default()
        }),
        ..BackupItem::default()
    });
    let items: Vec<_> = items.collect();
    tenant.backup_sets.push(BackupSet {
        id: id(tenant, FIRST + 1),
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

/// Two small sets of another product: the newer one lacks a policy type of the older.
fn add_vanished_types(tenant: &mut Tenant, plan: &Plan, rng: &mut Rng) {
    let newest = rng.seconds(HOUR..20 * HOUR);
    let types = [&["mobileApp", "groupPolicyConfiguration"][..], &["mobileApp"]];
    for (types, number) in types.into_iter().zip(1..) {
        let count = types.len() as u64;
        tenant.backup_sets.push(BackupSet {
            id: id(tenant, FIRST + 1 + number),
            name: Some("Apps".into()),
            scope: Some("apps".into()),
            status: "completed".into(),
            item_count: Some(count),
            completed_at: Some(plan.ago(newest + if number == 1 { DAY } else { 0 }).into()),
            quality: Some(QualitySummary {
                total_items: count,
                policy_types: Some(types.iter().map(|name| (Text::from(*name), 1)).collect()),
                ..QualitySummary::default()
            }),
            ..BackupSet::default()
        });
    }
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

/// A run that was requested and never began.
fn add_stuck_run(tenant: &mut Tenant, plan: &Plan, rng: &mut Rng) {
    let age = rng.seconds(2 * DAY..6 * DAY);
    let run = RestoreRun { status: "queued".into(), completed_at: None, ..executed(tenant, plan, 1, age) };
    tenant.restore_runs.push(run);
}

/// A run that lists some outcomes and counts the rest by policy type, and a run of which only sums are on record.
/// Every other one leaves a type unresolved, and every other one counts an outcome in an unknown word.
fn add_counted_run(tenant: &mut Tenant, plan: &Plan, rng: &mut Rng) {
    let age = rng.seconds(5 * DAY..30 * DAY);
    let applied = Counts { applied: Some(rng.number(3..20)), ..Counts::default() };
    let failed = Counts { applied: Some(4), failed: Some(1), ..Counts::default() };
    let row = |outcome: &'static str, policy_type: &'static str| Outcome {
        outcome: outcome.into(),
        policy_type: Some(policy_type.into()),
        label: None,
        reason: None,
    };
    let (outcome, types) =
        if rng.number(0..2) == 0 { ("failed", failed) } else { ("applied", applied.clone()) };
    let typed = Results {
        items: vec![row(outcome, "conditionalAccessPolicy")],
        foundations: vec![row("created_copy", "notificationMessageTemplate")],
        policy_types: BTreeMap::from([("conditionalAccessPolicy".into(), types)]),
        ..Results::default()
    };
    let sums = Counts {
        skipped: Some(0),
        failed: Some(0),
        partial: Some(0),
        unrecognised: Some(rng.number(0..2)),
        ..applied
    };
    let counted = Results { counts: Some(sums), ..Results::default() };
    let typed = RestoreRun { results: Some(typed), ..executed(tenant, plan, 2, age) };
    let counted = RestoreRun { results: Some(counted), ..executed(tenant, plan, 3, age - DAY) };
    tenant.restore_runs.extend([typed, counted]);
}
