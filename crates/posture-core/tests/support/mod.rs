//! Random snapshots, and reports without their texts.
#![expect(clippy::expect_used, reason = "a test whose stage cannot be set fails")]

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use posture_core::{Form, Options, Refusal, Report, Timestamp};

/// 2026-11-20T08:00:00Z, the instant generated snapshots are exported at.
pub(crate) const EXPORTED_AT: i64 = 1_795_161_600;

pub(crate) fn timestamp(unix_seconds: i64) -> String {
    Timestamp::from_unix_seconds(unix_seconds).expect("within the calendar").to_string()
}

/// Instants around every threshold, relative to the export: mostly past, some just beyond the allowed skew.
fn instant() -> impl Strategy<Value = i64> {
    let thresholds = [0, 300, 301, -86_400, -86_401, -90_000, -91_800, -91_801, -608_400];
    prop_oneof![3 => -40 * 86_400_i64..0, 2 => select(thresholds.to_vec()), 1 => -3600_i64..7200]
        .prop_map(|offset| EXPORTED_AT + offset)
}

/// An instant, none, or rarely the zero value of some program.
fn maybe_instant() -> impl Strategy<Value = Value> {
    prop_oneof![
        30 => instant().prop_map(|at| json!(timestamp(at))),
        10 => Just(Value::Null),
        1 => Just(json!("0001-01-01T00:00:00Z")),
    ]
}

/// Mostly the unnamed scope.
fn scope() -> impl Strategy<Value = Value> {
    prop_oneof![3 => Just(Value::Null), 1 => Just(json!("")), 3 => word(&["intune", "entra"]).prop_map(|name| json!(name))]
}

/// An array, or the object that some exporters write in its place.
fn list(elements: impl Strategy<Value = Vec<Value>>) -> impl Strategy<Value = Value> {
    (elements, prop::bool::weighted(0.1)).prop_map(|(elements, is_object)| {
        if !is_object || elements.is_empty() {
            return json!(elements);
        }
        let members =
            elements.into_iter().enumerate().map(|(place, element)| (format!("{}", place * 3), element));
        Value::Object(members.collect())
    })
}

fn scope_rules() -> impl Strategy<Value = Value> {
    (option::of(12_u64..60), option::weighted(0.4, any::<bool>()), option::weighted(0.4, vec(word(&["mobileApp", "compliancePolicy", "other"]), 0..3)))
        .prop_map(|(hours, expected, types)| json!({ "freshness_hours": hours, "expected": expected, "expected_policy_types": types }))
}

/// Rules of some scopes, or none.
fn scopes() -> impl Strategy<Value = Value> {
    prop_oneof![
        2 => Just(Value::Null),
        1 => Just(json!([])),
        2 => prop::collection::btree_map(word(&["", "intune", "entra", "spare"]), scope_rules(), 0..3).prop_map(|scopes| json!(scopes)),
    ]
}

fn rules() -> impl Strategy<Value = Value> {
    (option::of(12_u64..60), option::of(0_u64..60), option::of(1_u64..40), scopes()).prop_map(|(freshness, grace, days, scopes)| {
        json!({ "freshness_hours": freshness, "schedule_grace_minutes": grace, "restore_evidence_days": days, "scopes": scopes })
    })
}

fn policy() -> impl Strategy<Value = Value> {
    (
        rules(),
        option::of(prop::collection::btree_map(word(&["weekly", "strict"]), rules(), 0..3)),
        option::of(0_u64..600),
    )
        .prop_map(|(mut policy, profiles, skew)| {
            policy["profiles"] = json!(profiles);
            policy["clock_skew_seconds"] = json!(skew);
            policy
        })
}

/// Mostly not deleted.
fn deletion() -> impl Strategy<Value = Value> {
    prop_oneof![5 => Just(Value::Null), 1 => instant().prop_map(|at| json!(timestamp(at)))]
}

fn word(words: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    select(words)
}

fn policy_type() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => word(&["deviceConfiguration", "compliancePolicy", "mobileApp"]).prop_map(|name| json!(name)),
        1 => Just(Value::Null)
    ]
}

fn metadata() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => Just(json!({})),
        1 => Just(Value::Null),
        1 => Just(json!([])),
        1 => Just(json!({ "source": "Metadata_Only" })),
        1 => Just(json!({ "warnings": ["captured METADATA-only"] })),
        1 => Just(json!({ "assignments_fetch_failed": true, "integrity_warning": "checksum" })),
        1 => Just(json!({ "has_orphaned_assignments": true, "integrity_warning": "  " })),
        1 => word(&["captured", "not_captured", "UNKNOWN"]).prop_map(|word| json!({ "assignment_capture": word })),
        1 => word(&["metadata only", "odd"]).prop_map(|word| json!({ "warnings": word, "assignment_capture_reason": "as it should be" })),
    ]
}

/// A value that is mostly right and sometimes an unfit detail.
fn detail() -> impl Strategy<Value = Value> {
    prop_oneof![12 => Just(json!("as it should be")), 1 => Just(json!(7)), 2 => Just(Value::Null)]
}

fn item() -> impl Strategy<Value = Value> {
    (policy_type(), metadata(), deletion(), detail(), option::weighted(0.05, Just(99_u64))).prop_map(
        |(policy_type, metadata, deleted_at, platform, backup_set_id)| {
            json!({ "policy_type": policy_type, "metadata": metadata, "deleted_at": deleted_at, "platform": platform, "backup_set_id": backup_set_id })
        },
    )
}

fn summary() -> impl Strategy<Value = Value> {
    (0_u64..4, 0_u64..3, 0_u64..2, option::of(0_u64..2), option::of(0_u64..2)).prop_map(
        |(total, degraded, metadata_only, of_type, unknown)| {
            json!({ "total_items": total, "degraded_items": degraded, "families": { "metadata_only": metadata_only },
                "unknowns": unknown.map(|count| json!({ "warnings_unread": count })),
                "policy_types": of_type.map(|count| json!({ "mobileApp": count })) })
        },
    )
}

fn backup_set() -> impl Strategy<Value = Value> {
    let status = word(&[
        "completed",
        "completed",
        "completed",
        "partial",
        "failed",
        "running",
        "queued",
        "archived",
        "Completed",
        "odd",
    ]);
    let content = (
        option::of(vec(item(), 0..4)),
        option::of(summary()),
        option::of(0_u64..6),
        option::weighted(0.3, any::<bool>()),
    );
    let confirmations = option::weighted(0.3, list(vec(instant().prop_map(|at| json!(timestamp(at))), 0..3)));
    (status, content, maybe_instant(), maybe_instant(), deletion(), detail(), scope(), confirmations).prop_map(
        |(status, (items, quality, item_count, opaque), created_at, completed_at, deleted_at, name, scope, confirmations)| {
            let items = items.map(numbered);
            json!({ "status": status, "items": items, "quality": quality, "item_count": item_count, "created_at": created_at,
                "completed_at": completed_at, "deleted_at": deleted_at, "name": name, "scope": scope, "opaque": opaque,
                "confirmations": confirmations })
        },
    )
}

fn schedule() -> impl Strategy<Value = Value> {
    let status = option::of(word(&["success", "completed", "running", "failed", "skipped", "odd"]));
    let days =
        prop_oneof![Just(Value::Null), vec(0_u64..8, 0..4).prop_map(|days| json!(days)), Just(json!(["1"]))];
    let minutes = prop_oneof![2 => Just(Value::Null), 2 => (1_u64..3000).prop_map(|minutes| json!(minutes)), 1 => Just(json!(0))];
    (any::<bool>(), word(&["daily", "weekly", "hourly", "Monthly", "interval"]), status, (days, minutes), (maybe_instant(), maybe_instant(), maybe_instant()), deletion())
        .prop_map(|(is_enabled, frequency, status, (days, minutes), (last, next, created), deleted_at)| {
            json!({ "is_enabled": is_enabled, "frequency": frequency, "interval_minutes": minutes, "last_run_status": status, "days_of_week": days, "last_run_at": last,
                "next_run_at": next, "created_at": created, "deleted_at": deleted_at })
        })
}

fn outcome() -> impl Strategy<Value = Value> {
    let word =
        word(&["applied", "created", "skipped", "failed", "partial", "manual_required", "odd", "Succeeded"]);
    (word, word_key(), policy_type(), detail()).prop_map(
        |(word, key, policy_type, label)| json!({ key: word, "policy_type": policy_type, "label": label }),
    )
}

fn word_key() -> impl Strategy<Value = &'static str> {
    word(&["outcome", "status", "decision"])
}

fn results() -> impl Strategy<Value = Value> {
    prop_oneof![
        2 => Just(Value::Null),
        1 => vec(outcome(), 0..3).prop_map(|rows| json!(rows)),
        3 => (vec(outcome(), 0..3), option::of(vec(outcome(), 0..2))).prop_map(|(items, assignments)| json!({ "items": items, "assignments": assignments })),
        3 => (option::of(list(vec(outcome(), 0..3))), option::of(counts()), option::of(prop::collection::btree_map(word(&["mobileApp", "other"]), counts(), 0..3)), option::weighted(0.2, Just(json!([1]))))
            .prop_map(|(items, counts, types, other)| json!({ "items": items, "counts": counts, "policy_types": types, "mappings": other })),
    ]
}

fn counts() -> impl Strategy<Value = Value> {
    (option::of(0_u64..3), option::of(0_u64..3), option::of(0_u64..2), option::of(0_u64..2)).prop_map(
        |(applied, failed, partial, skipped)| json!({ "applied": applied, "failed": failed, "partial": partial, "skipped": skipped }),
    )
}

fn operation() -> impl Strategy<Value = Value> {
    let outcome = option::of(word(&[
        "succeeded",
        "partially_succeeded",
        "failed",
        "blocked",
        "pending",
        "cancelled",
        "odd",
    ]));
    prop_oneof![
        2 => Just(Value::Null),
        2 => (word(&["queued", "running", "completed", "odd"]), outcome).prop_map(|(status, outcome)| json!({ "status": status, "outcome": outcome })),
    ]
}

fn restore_run() -> impl Strategy<Value = Value> {
    let status = word(&[
        "draft",
        "previewed",
        "pending",
        "queued",
        "running",
        "completed",
        "completed",
        "completed",
        "partial",
        "completed_with_errors",
        "failed",
        "canceled",
        "aborted",
        "odd",
    ]);
    let times = (maybe_instant(), maybe_instant(), maybe_instant());
    let non_applied = prop_oneof![4 => Just(json!([])), 1 => Just(json!({ "non_applied": 2 })), 1 => Just(json!({ "non_applied": [] }))];
    (status, prop::bool::weighted(0.2), results(), operation(), times, deletion(), non_applied).prop_map(
        |(status, is_dry_run, results, operation, (created, started, completed), deleted_at, metadata)| {
            json!({ "status": status, "is_dry_run": is_dry_run, "results": results, "operation_run": operation, "created_at": created,
                "started_at": started, "completed_at": completed, "deleted_at": deleted_at, "metadata": metadata })
        },
    )
}

fn signal() -> impl Strategy<Value = Value> {
    (word(&["governance", "operations", "alerts"]), word(&["critical", "high", "medium", "low"]), word(&["/a", "https://x.example", "//x"]))
        .prop_map(|(domain, urgency, url)| json!({ "domain": domain, "urgency": urgency, "url": url, "key": domain, "title": "A fact" }))
}

fn tenant() -> impl Strategy<Value = Value> {
    let status = word(&["active", "active", "active", "active", "active", "onboarding", "odd"]);
    let name = word(&["Adatum", "adatum", "Éclair", "Zürich", "Contoso"]);
    let records = (
        vec(backup_set(), 0..4),
        vec(schedule(), 0..3),
        vec(restore_run(), 0..4),
        option::weighted(0.2, vec(signal(), 0..2)),
    );
    let capabilities = option::weighted(0.2, Just(json!(["backup_sets.view"])));
    let rules = (option::weighted(0.4, word(&["weekly", "strict", "missing"])), scopes());
    (status, name, records, capabilities, detail(), option::weighted(0.05, Just(2_u64)), rules).prop_map(
        |(status, name, (sets, schedules, runs, signals), capabilities, domain, workspace_id, (profile, scopes))| {
            json!({ "status": status, "profile": profile, "scopes": scopes, "labels": ["as it should be"], "name": name, "backup_sets": numbered(sets), "backup_schedules": numbered(schedules),
                "restore_runs": numbered(runs), "signals": signals, "capabilities": capabilities, "domain": domain, "workspace_id": workspace_id })
        },
    )
}

/// Gives each record its place as its id.
fn numbered(records: Vec<Value>) -> Vec<Value> {
    let number = |(index, mut record): (usize, Value)| {
        record["id"] = json!(index + 1);
        record
    };
    records.into_iter().enumerate().map(number).collect()
}

/// A snapshot of a few tenants, each with an identity of its own.
pub(crate) fn snapshot() -> impl Strategy<Value = Value> {
    let policy = option::of(policy());
    (vec(tenant(), 0..4), policy).prop_map(|(tenants, policy)| {
        let mut tenants = numbered(tenants);
        for tenant in &mut tenants {
            tenant["external_id"] = json!(format!("tenant-{}", tenant["id"]));
        }
        json!({ "format": "recovery-posture/snapshot", "version": 1, "exported_at": timestamp(EXPORTED_AT),
            "workspace": { "id": 1, "name": "A workspace" }, "policy": policy, "checked_domains": ["alerts"], "tenants": tenants })
    })
}

/// A snapshot in which identities and records may also repeat, belong elsewhere, or not fit.
pub(crate) fn marred_snapshot() -> impl Strategy<Value = Value> {
    let mar = (0_usize..4, 0_usize..8);
    (snapshot(), vec(mar, 0..4)).prop_map(|(mut snapshot, mars)| {
        let Some(tenants) = snapshot["tenants"].as_array_mut().filter(|tenants| !tenants.is_empty()) else {
            return snapshot;
        };
        for (place, kind) in mars {
            let place = place % tenants.len();
            let again = tenants[place].clone();
            match kind {
                0 => tenants.push(again),
                1 => tenants[place]["id"] = json!("one"),
                2 => tenants[place]["status"] = json!(null),
                3 => repeat_first(&mut tenants[place]["backup_sets"]),
                4 => repeat_first(&mut tenants[place]["restore_runs"]),
                5 => belong_elsewhere(&mut tenants[place]["backup_sets"]),
                6 => belong_elsewhere(&mut tenants[place]["backup_schedules"]),
                _ => {
                    tenants[place]["backup_sets"] =
                        json!([{ "id": 1, "status": "completed", "completed_at": "yesterday" }])
                }
            }
        }
        snapshot
    })
}

fn repeat_first(records: &mut Value) {
    let first = records.get(0).cloned();
    if let (Some(records), Some(first)) = (records.as_array_mut(), first) {
        records.push(first);
    }
}

fn belong_elsewhere(records: &mut Value) {
    if let Some(first) = records.get_mut(0) {
        first["tenant_id"] = json!(4711);
    }
}

/// The report of a snapshot as of so many seconds from its export.
pub(crate) fn derive_at(snapshot: &Value, from_export: i64) -> Report {
    try_derive(snapshot.to_string().as_bytes(), Form::Json, from_export)
        .expect("generated snapshots are read")
}

pub(crate) fn try_derive(document: &[u8], form: Form, from_export: i64) -> Result<Report, Refusal> {
    let options = Options { as_of: Some(timestamp(EXPORTED_AT + from_export)), ..Options::default() };
    posture_core::derive(document, form, &options)
}
