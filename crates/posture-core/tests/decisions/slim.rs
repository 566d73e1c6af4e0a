//! The slim export.

use rstest::rstest;
use serde_json::{Value, json};

use posture_core::export::slim::{Slimmer, slim};
use posture_core::{Form, Options, RefusalKind, SnapshotReader, Timestamp};

use crate::evidence::{DAY, HOUR, ago, at, report, report_as_of, run, set, snapshot, tenant, with};

#[track_caller]
fn slimmed_since(tenants: Value, since: Option<&Value>) -> Value {
    let document = snapshot(tenants).to_string();
    let since = since.and_then(Value::as_str).and_then(Timestamp::parse);
    let bytes = slim(document.as_bytes(), Form::Json, since).expect("it is read");
    serde_json::from_slice(&bytes).expect("it is JSON")
}

#[track_caller]
fn slimmed(tenants: Value) -> Value {
    slimmed_since(tenants, None)
}

#[track_caller]
fn slim_tenant(more: Value) -> Value {
    slimmed(json!([tenant(1, more)]))["tenants"][0].clone()
}

fn ids(records: &Value) -> Vec<u64> {
    records.as_array().into_iter().flatten().filter_map(|record| record["id"].as_u64()).collect()
}

/// SL-3: the governing set keeps a summary of its items, and nothing that verdicts do not need.
#[test]
fn the_governing_set_keeps_a_summary() {
    let items = json!([
        { "id": 1, "policy_type": "a", "metadata": { "integrity_warning": true, "assignment_capture": "unknown" } },
        { "id": 2, "policy_type": "a" }, { "id": 3 }, { "id": 4, "deleted_at": ago(1) }
    ]);
    let slimmed = slim_tenant(
        json!({ "backup_sets": [set(1, json!({ "items": items, "item_count": 6, "name": "dropped", "quality": null, "created_at": ago(2 * HOUR) }))] }),
    );
    let expected = json!({ "id": 1, "status": "completed", "completed_at": ago(HOUR), "item_count": 5,
        "quality": { "total_items": 3, "degraded_items": 1, "families": { "integrity_warning": 1 }, "unknowns": { "assignments_unknown": 1 }, "policy_types": { "a": 2 } } });
    assert_eq!(slimmed["backup_sets"][0], expected);
}

/// SL-4: of a scope there remain the latest relevant set, the relevant one before it, and newer sets without their content.
#[test]
fn older_sets_are_left_out() {
    let of = |id: u64, age: i64, more: Value| set(id, with(json!({ "completed_at": ago(age) }), more));
    let sets = json!([
        of(1, 9 * HOUR, json!({})),
        of(2, 8 * HOUR, json!({ "status": "failed" })),
        of(3, 7 * HOUR, json!({})),
        of(4, 6 * HOUR, json!({})),
        of(5, 5 * HOUR, json!({ "status": "failed" })),
        of(6, 9 * HOUR, json!({ "scope": "entra", "status": "failed" })),
        of(7, 8 * HOUR, json!({ "scope": "entra", "status": "running" }))
    ]);
    let slimmed = slim_tenant(json!({ "backup_sets": sets }));
    assert_eq!(ids(&slimmed["backup_sets"]), [3, 4, 5, 6, 7]);
    let has_content: Vec<_> = slimmed["backup_sets"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|set| set["quality"].is_object())
        .collect();
    assert_eq!(has_content, [false, true, false, false, false]);
}

/// SL-4: of the set before it only the policy types that are gone are needed.
#[test]
fn the_set_before_keeps_the_types_that_are_gone() {
    let of = |id: u64, age: i64, types: &[&str]| {
        let items: Vec<_> =
            types.iter().zip(1..).map(|(name, id)| json!({ "id": id, "policy_type": name })).collect();
        set(id, json!({ "completed_at": ago(age), "items": items }))
    };
    let slimmed =
        slim_tenant(json!({ "backup_sets": [of(1, 2 * HOUR, &["a", "b", "c"]), of(2, HOUR, &["b"])] }));
    let kept = &slimmed["backup_sets"][0];
    assert_eq!(
        kept["quality"],
        json!({ "total_items": 3, "degraded_items": 0, "families": {}, "policy_types": { "a": 1, "c": 1 } })
    );
}

/// SL-4: of the set before it the policy types that fell by more than half are needed too, so that a slim snapshot names them.
#[test]
fn the_set_before_keeps_the_types_that_fell() {
    let of = |id: u64, age: i64, types: &[&str]| {
        let items: Vec<_> =
            types.iter().zip(1..).map(|(name, id)| json!({ "id": id, "policy_type": name })).collect();
        set(id, json!({ "completed_at": ago(age), "items": items }))
    };
    let whole = json!([tenant(
        1,
        json!({ "backup_sets": [of(1, 2 * HOUR, &["a", "a", "a", "b"]), of(2, HOUR, &["a", "b"])] })
    )]);
    let slimmed = slimmed(whole.clone());
    assert_eq!(slimmed["tenants"][0]["backup_sets"][0]["quality"]["policy_types"], json!({ "a": 3 }));
    let message =
        |document: &Value| report(document)["tenants"][0]["backup_health"]["supporting_message"].clone();
    assert_eq!(message(&slimmed), message(&snapshot(whole)));
}

/// SL-4: a set without its content states the greater of what it stated and what it showed.
#[rstest]
#[case::stated(json!({ "item_count": 6 }), 5)]
#[case::shown(json!({ "item_count": 0 }), 2)]
#[case::nothing_stated(json!({}), 2)]
fn a_set_without_its_content_states_how_much_it_holds(#[case] more: Value, #[case] count: u64) {
    let items = json!([{ "id": 1 }, { "id": 2 }, { "id": 3, "deleted_at": ago(1) }]);
    let newer = with(set(1, json!({ "status": "failed", "completed_at": ago(0), "items": items })), more);
    let slimmed = slim_tenant(json!({ "backup_sets": [newer, set(2, json!({}))] }));
    let set = &slimmed["backup_sets"][0];
    assert_eq!((&set["item_count"], set.get("items"), set.get("quality")), (&json!(count), None, None));
}

/// SL-3: while a deletion is in the future all rows stay, each cut to what decides, and the stated count is as it was.
#[test]
fn rows_stay_while_a_deletion_is_ahead() {
    let items = json!([{ "id": 1, "policy_type": "a", "display_name": "x" }, { "id": 2, "deleted_at": ago(HOUR / 2), "metadata": { "source": "metadata_only" } }]);
    let sets = json!([set(1, json!({ "item_count": 2, "items": items }))]);
    let slimmed = slimmed_since(json!([tenant(1, json!({ "backup_sets": sets }))]), Some(&ago(HOUR)));
    let kept = &slimmed["tenants"][0]["backup_sets"][0];
    assert_eq!(kept["item_count"], 2);
    assert_eq!(
        kept["items"],
        json!([{ "id": 1, "policy_type": "a" }, { "id": 2, "deleted_at": ago(HOUR / 2), "metadata": { "source": "metadata_only" } }])
    );
}

/// SL-5: outcome rows become numbers.
#[rstest]
#[case::rows(json!({ "items": [{ "status": "Applied", "policy_type": "a", "label": "x" }, { "outcome": "failed" }], "assignments": [] }),
    json!({ "counts": { "applied": 1, "failed": 1 }, "policy_types": { "a": { "applied": 1 } } }))]
#[case::numbers(json!({ "counts": { "applied": 7, "of_another": null }, "policy_types": { "a": { "skipped": 2 }, "b": { "failed": 0 } } }),
    json!({ "counts": { "applied": 7, "skipped": 2 }, "policy_types": { "a": { "skipped": 2 } } }))]
#[case::all_of_types(json!({ "items": [{ "outcome": "applied", "policy_type": "a" }] }), json!({ "policy_types": { "a": { "applied": 1 } } }))]
#[case::zeros(json!({ "counts": { "failed": 0 } }), json!({ "counts": { "applied": 0 } }))]
#[case::nothing(json!({ "items": [] }), Value::Null)]
fn outcome_rows_become_numbers(#[case] results: Value, #[case] expected: Value) {
    let slimmed = slim_tenant(json!({ "restore_runs": [run(1, json!({ "results": results }))] }));
    assert_eq!(slimmed["restore_runs"][0]["results"], expected);
}

/// SL-2: what was set aside, and records that give a finding or have something invalid in them, stay as they are.
#[rstest]
#[case::unfit_detail(json!({ "backup_sets": [set(1, json!({ "items": [{ "id": 1, "platform": 7 }] }))] }), "backup_sets")]
#[case::zero_time(json!({ "backup_sets": [set(1, json!({ "created_at": "0001-01-01T00:00:00Z", "name": "x" }))] }), "backup_sets")]
#[case::unrecognised(json!({ "backup_sets": [set(1, json!({ "status": "odd", "name": "x" }))] }), "backup_sets")]
#[case::item_set_aside(json!({ "backup_sets": [set(1, json!({ "items": [{ "id": 1 }, { "id": 1 }] }))] }), "backup_sets")]
#[case::set_set_aside(json!({ "backup_sets": [set(1, json!({ "tenant_id": 9 }))] }), "backup_sets")]
#[case::run_set_aside(json!({ "restore_runs": [run(1, json!({ "tenant_id": 9, "results": [{ "outcome": "applied", "label": "x" }] }))] }), "restore_runs")]
#[case::unfit_label(json!({ "restore_runs": [run(1, json!({ "results": [{ "outcome": "applied", "label": 7 }] }))] }), "restore_runs")]
#[case::unread_outcomes(json!({ "restore_runs": [run(1, json!({ "results": { "mappings": [1] } }))] }), "restore_runs")]
#[case::deleted_in_the_future(json!({ "restore_runs": [run(1, json!({ "completed_at": at(DAY), "deleted_at": ago(1), "results": [] }))] }), "restore_runs")]
fn a_record_with_a_fault_stays_as_it_is(#[case] more: Value, #[case] collection: &str) {
    assert_eq!(slim_tenant(more.clone())[collection], more[collection]);
}

/// SL-7: a kept record whose id a set-aside duplicate repeats stays, so that the duplicate is one still.
#[test]
fn the_record_that_a_duplicate_repeats_stays() {
    let old = set(1, json!({ "completed_at": ago(9 * HOUR) }));
    let sets = json!([old, set(2, json!({ "completed_at": ago(3 * HOUR) })), set(3, json!({})), old]);
    let slimmed = slim_tenant(json!({ "backup_sets": sets }));
    assert_eq!(ids(&slimmed["backup_sets"]), [1, 2, 3, 1]);
    assert_eq!(slimmed["backup_sets"][3], old);
}

/// SL-2: tenants that are not evaluated stay as they are.
#[test]
fn a_tenant_that_is_set_aside_stays_as_it_is() {
    let tenants = json!([tenant(1, json!({})), tenant(1, json!({ "name": "again" })), tenant(2, json!({ "status": "draft" })), tenant(3, json!({ "workspace_id": 8 })), { "id": 4, "name": [] }]);
    let slimmed = slimmed(tenants.clone());
    for index in 1..5 {
        assert_eq!(slimmed["tenants"][index], tenants[index]);
    }
}

/// SL-6: the result states from when on it serves; the later of two holds, and one after the export is an error.
#[test]
fn the_result_says_from_when_on_it_serves() {
    let document = snapshot(json!([]));
    let stated = |since: i64| {
        let since = Timestamp::parse(ago(since).as_str().expect("an instant"));
        slim(document.to_string().as_bytes(), Form::Json, since)
            .map(|bytes| serde_json::from_slice::<Value>(&bytes).expect("it is JSON"))
    };
    let day = stated(DAY).expect("it is slimmed");
    assert_eq!((&day["since"], &day["exported_at"]), (&ago(DAY), &document["exported_at"]));
    let again = |since: i64| {
        let since = Timestamp::parse(ago(since).as_str().expect("an instant"));
        let bytes = slim(day.to_string().as_bytes(), Form::Json, since).expect("it is slimmed");
        serde_json::from_slice::<Value>(&bytes).expect("it is JSON")["since"].clone()
    };
    assert_eq!((again(2 * DAY), again(HOUR)), (ago(DAY), ago(HOUR)));
    assert!(matches!(stated(-1).expect_err("after the export").kind, RefusalKind::SinceAfterExport { .. }));
}

/// SL-1: from the export on, the verdicts are the same, and so are the texts of backups.
#[rstest]
#[case(0)]
#[case(23 * HOUR)]
#[case(23 * HOUR + 1)]
#[case(400 * DAY)]
fn the_slim_export_gives_the_same_verdicts(#[case] as_of: i64) {
    let items = json!([{ "id": 1, "policy_type": "a", "metadata": { "warnings": ["metadata only"] } }, { "id": 2, "deleted_at": ago(1) }]);
    let sets = json!([
        set(1, json!({ "completed_at": ago(2 * HOUR) })),
        set(2, json!({ "items": items, "item_count": 9 })),
        set(3, json!({ "items": [], "completed_at": ago(0) }))
    ]);
    let runs =
        json!([run(1, json!({ "results": [{ "outcome": "applied", "policy_type": "a", "label": "x" }] }))]);
    let whole = snapshot(json!([tenant(1, json!({ "backup_sets": sets, "restore_runs": runs }))]));
    let slim: Value = slimmed(whole["tenants"].clone());
    let (whole, mut slim) = (report_as_of(&whole, as_of), report_as_of(&slim, as_of));
    for key in ["since", "evidence_from"] {
        slim[key] = whole[key].clone();
    }
    assert_eq!(whole, slim);
}

/// SL-2, SL-3, SL-5: of each record only what decides is left, whatever its list is written as.
#[test]
fn only_what_decides_is_left_of_a_record() {
    let sets = json!({
        "4": set(1, json!({ "scope": "", "deleted_at": null, "created_at": null, "opaque": true, "quality": { "total_items": 2, "degraded_items": 0, "families": { "x": 0 }, "unknowns": { "y": 0 }, "policy_types": { "a": 2, "b": 0 } }, "confirmations": [ago(HOUR / 2), ago(60), ago(2 * HOUR)], "items": null })),
        "7": set(2, json!({ "scope": "a", "opaque": true, "items": null, "name": "x" })),
        "9": set(3, json!({ "scope": "b", "opaque": false, "items": null, "deleted_at": at(HOUR), "created_at": ago(9 * HOUR) })),
        "10": set(4, json!({ "scope": "c", "status": "running", "completed_at": null, "created_at": ago(1), "items": null, "opaque": true })),
        "11": set(5, json!({ "scope": "d", "deleted_at": ago(1) })),
    });
    let schedule = |id: u64, more: Value| {
        let all = json!({ "id": id, "name": "x", "is_enabled": true, "frequency": "weekly", "interval_minutes": 5, "time_of_day": "x",
            "days_of_week": [1], "last_run_at": ago(HOUR), "last_run_status": "success", "next_run_at": at(HOUR), "created_at": ago(DAY), "deleted_at": null });
        with(all, more)
    };
    let schedules = json!([
        schedule(1, json!({})),
        schedule(
            2,
            json!({ "frequency": "interval", "last_run_at": null, "last_run_status": null, "next_run_at": null })
        ),
        schedule(3, json!({ "is_enabled": false })),
        schedule(4, json!({ "deleted_at": ago(1) })),
        schedule(6, json!({ "is_enabled": false, "last_run_at": null, "last_run_status": null })),
        schedule(
            5,
            json!({ "frequency": "daily", "deleted_at": at(HOUR), "created_at": null, "last_run_at": at(60) })
        ),
    ]);
    let timed = |id: u64, more: Value| {
        let all = json!({ "created_at": ago(3 * HOUR), "started_at": ago(2 * HOUR), "results": null, "metadata": {}, "operation_run": null, "backup_set_id": 1 });
        run(id, with(all, more))
    };
    let runs = json!([
        timed(
            1,
            json!({ "deleted_at": at(HOUR), "metadata": { "non_applied": 2, "x": 1 }, "operation_run": { "id": 1, "status": "completed", "outcome": null } })
        ),
        timed(2, json!({ "status": "running" })),
        timed(3, json!({ "status": "failed", "completed_at": null, "deleted_at": null })),
        timed(4, json!({ "status": "failed", "completed_at": null, "started_at": null })),
        timed(
            5,
            json!({ "status": "queued", "completed_at": null, "started_at": null, "metadata": { "non_applied": 0 } })
        ),
        timed(6, json!({ "deleted_at": ago(1) })),
    ]);
    let slimmed = slim_tenant(
        json!({ "backup_sets": sets, "backup_schedules": schedules, "restore_runs": runs, "signals": [], "capabilities": null, "other": 1 }),
    );
    let by_id = |records: &Value| {
        let mut records = records.as_array().cloned().unwrap_or_default();
        records.sort_by_key(|record| record["id"].as_u64());
        Value::Array(records)
    };
    let expected = json!([
        { "id": 1, "status": "completed", "completed_at": ago(HOUR), "confirmations": [ago(60)],
            "quality": { "total_items": 2, "degraded_items": 0, "families": {}, "policy_types": { "a": 2 } } },
        { "id": 2, "scope": "a", "status": "completed", "completed_at": ago(HOUR), "opaque": true },
        { "id": 3, "scope": "b", "status": "completed", "completed_at": ago(HOUR), "deleted_at": at(HOUR) },
        { "id": 4, "scope": "c", "status": "running", "completed_at": null, "created_at": ago(1) },
    ]);
    assert_eq!(by_id(&slimmed["backup_sets"]), expected);
    let expected = json!([
        { "id": 1, "is_enabled": true, "frequency": "weekly", "days_of_week": [1], "last_run_at": ago(HOUR), "last_run_status": "success", "next_run_at": at(HOUR) },
        { "id": 2, "is_enabled": true, "frequency": "interval", "interval_minutes": 5, "created_at": ago(DAY) },
        { "id": 3, "is_enabled": false, "frequency": "weekly" },
        { "id": 6, "is_enabled": false, "frequency": "weekly" },
        { "id": 5, "is_enabled": true, "frequency": "daily", "last_run_at": at(60), "last_run_status": "success", "next_run_at": at(HOUR), "deleted_at": at(HOUR) },
    ]);
    assert_eq!(slimmed["backup_schedules"], expected);
    let expected = json!([
        { "id": 1, "is_dry_run": false, "status": "completed", "completed_at": ago(HOUR), "deleted_at": at(HOUR),
            "metadata": { "non_applied": 2 }, "operation_run": { "status": "completed", "outcome": null } },
        { "id": 2, "is_dry_run": false, "status": "running", "created_at": ago(3 * HOUR), "started_at": ago(2 * HOUR), "completed_at": ago(HOUR) },
        { "id": 3, "is_dry_run": false, "status": "failed", "started_at": ago(2 * HOUR) },
        { "id": 4, "is_dry_run": false, "status": "failed", "created_at": ago(3 * HOUR) },
        { "id": 5, "is_dry_run": false, "status": "queued", "created_at": ago(3 * HOUR) },
    ]);
    assert_eq!(slimmed["restore_runs"], expected);
    let kept: Vec<_> = slimmed.as_object().into_iter().flat_map(|members| members.keys()).collect();
    assert!(!kept.contains(&&"other".to_owned()) && kept.contains(&&"signals".to_owned()), "{kept:?}");
}

/// SL-3: while a deletion is ahead, a row keeps its issues and what is unknown of it, and no text.
#[test]
fn a_row_that_stays_keeps_what_decides() {
    let items = json!([
        { "id": 1, "policy_type": null, "deleted_at": null, "metadata": { "warnings": ["Metadata-only"], "has_orphaned_assignments": true, "integrity_warning": "x" } },
        { "id": 2, "metadata": { "assignment_capture": "unknown", "assignments_fetch_failed": false } },
        { "id": 3, "metadata": { "assignment_capture": "not_captured", "assignments_fetch_failed": true } },
        { "id": 4, "metadata": { "assignment_capture": "captured", "integrity_warning": " " } },
        { "id": 5, "policy_type": "a", "deleted_at": ago(HOUR / 2) },
    ]);
    let sets = json!([set(1, json!({ "item_count": null, "items": items }))]);
    let slimmed = slimmed_since(json!([tenant(1, json!({ "backup_sets": sets }))]), Some(&ago(HOUR)));
    let expected = json!([
        { "id": 1, "metadata": { "source": "metadata_only", "has_orphaned_assignments": true, "integrity_warning": true } },
        { "id": 2, "metadata": { "assignment_capture": "unknown" } },
        { "id": 3, "metadata": { "assignments_fetch_failed": true, "assignment_capture": "not_captured" } },
        { "id": 4 },
        { "id": 5, "policy_type": "a", "deleted_at": ago(HOUR / 2) },
    ]);
    let kept = &slimmed["tenants"][0]["backup_sets"][0];
    assert_eq!((&kept["items"], kept.get("quality"), kept.get("item_count")), (&expected, None, None));
}

/// SL-4: the latest confirmation at `since` stays, and all later ones.
#[test]
fn the_confirmations_that_decide_stay() {
    let times = [9, 8, 7, 5, 3, 1].map(|hours| ago(hours * HOUR));
    let sets = json!([set(1, json!({ "completed_at": ago(8 * HOUR), "confirmations": times }))]);
    let kept = |since: i64| {
        let tenants = json!([tenant(1, json!({ "backup_sets": sets }))]);
        slimmed_since(tenants, Some(&ago(since)))["tenants"][0]["backup_sets"][0]["confirmations"].clone()
    };
    assert_eq!(kept(0), json!([ago(HOUR)]));
    assert_eq!(kept(4 * HOUR), json!([ago(5 * HOUR), ago(3 * HOUR), ago(HOUR)]));
    assert_eq!(kept(10 * HOUR), json!([ago(7 * HOUR), ago(5 * HOUR), ago(3 * HOUR), ago(HOUR)]));
}

/// SL-2, SL-7: a tenant that repeats either identity stays as it is, and a policy is stated once.
#[test]
fn an_identity_is_repeated_by_either_key() {
    let named =
        |id: u64, key: &str| tenant(id, json!({ "external_id": key, "environment": "x", "other": 1 }));
    let tenants = json!([named(1, "a"), named(1, "b"), named(2, "a"), named(3, "c")]);
    let slimmed = slimmed(tenants.clone());
    let is_whole = (0..4).map(|place| slimmed["tenants"][place] == tenants[place]);
    assert_eq!(is_whole.collect::<Vec<_>>(), [false, true, true, false]);
    assert_eq!(slimmed["policy"], json!({}));
    let policy = json!({ "freshness_hours": 9 });
    let bytes =
        slim(with(snapshot(json!([])), json!({ "policy": policy })).to_string().as_bytes(), Form::Json, None);
    let text = String::from_utf8(bytes.expect("it is read")).expect("it is text");
    assert_eq!(text.matches("\"policy\"").count(), 1, "{text}");
    assert!(text.contains(&policy.to_string()));
}

/// SL-6: an instant of the last century is refused, the first of this one is not.
#[test]
fn an_implausible_since_is_refused() {
    let since =
        |text: &str| slim(snapshot(json!([])).to_string().as_bytes(), Form::Json, Timestamp::parse(text));
    assert!(since("2000-01-01T00:00:00Z").is_ok());
    let refusal = since("1999-12-31T23:59:59Z").expect_err("it is refused");
    assert!(matches!(refusal.kind, RefusalKind::ImplausibleTimestamp(_)), "{refusal}");
}

/// SL-6: one tenant after another gives what the whole document does.
#[test]
fn a_slimmer_serves_from_its_instant() {
    let confirmed = json!({ "backup_sets": [set(1, json!({ "completed_at": ago(8 * HOUR), "confirmations": [ago(5 * HOUR), ago(HOUR)] }))] });
    let document = snapshot(json!([tenant(1, confirmed.clone())])).to_string();
    let mut reader = SnapshotReader::new(Form::Json, &Options::default()).expect("no option is refused");
    reader.push(document.as_bytes());
    reader.end();
    let text = reader.next_tenant().expect("it is read").expect("there is one");
    let at = ago(4 * HOUR).as_str().and_then(Timestamp::parse).expect("an instant");
    let one = Slimmer::since(at).tenant(&text, &reader.frame().expect("it is known")).expect("it is JSON");
    let whole = slimmed_since(json!([tenant(1, confirmed)]), Some(&ago(4 * HOUR)));
    assert_eq!(serde_json::from_str::<Value>(&one.text).expect("it is JSON"), whole["tenants"][0]);
}
