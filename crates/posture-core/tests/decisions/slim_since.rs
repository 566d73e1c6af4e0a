//! The slim export that serves from an instant before its export on.

use posture_core::export::slim::slim;
use posture_core::{Form, Timestamp};
use serde_json::{Value, json};

use crate::evidence::{HOUR, ago, at, report_as_of, schedule, set, snapshot, tenant};

/// The only tenant of a slim export that serves from so many seconds before its export on.
#[track_caller]
fn slimmed(more: Value, since: i64) -> Value {
    let since = ago(since).as_str().and_then(Timestamp::parse);
    let document = snapshot(json!([tenant(1, more)])).to_string();
    let bytes = slim(document.as_bytes(), Form::Json, since).expect("it is read");
    serde_json::from_slice::<Value>(&bytes).expect("it is JSON")["tenants"][0].clone()
}

/// SL-3: a set that governs for a moment only, as the clock may be ahead, keeps its content.
#[test]
fn a_set_that_governs_for_minutes_keeps_its_content() {
    let completed = |id: u64, seconds: i64| set(id, json!({ "completed_at": at(seconds) }));
    let sets = json!([completed(1, -3 * HOUR), completed(2, -HOUR), completed(3, 400 - HOUR)]);
    let kept = slimmed(json!({ "backup_sets": sets }), 2 * HOUR)["backup_sets"].clone();
    let has_content = kept.as_array().into_iter().flatten().map(|set| set["quality"]["families"].is_object());
    assert_eq!(has_content.collect::<Vec<_>>(), [true, true, true], "{kept}");
}

/// SL-3: while a deletion is ahead, a set states the count that it had.
#[test]
fn the_stated_count_stays_as_long_as_the_rows_do() {
    let deleted = |id: u64, age: i64| json!({ "id": id, "deleted_at": ago(age) });
    let items = json!([{ "id": 1 }, deleted(2, 3 * HOUR), deleted(3, 60)]);
    let sets = json!([set(1, json!({ "completed_at": ago(4 * HOUR), "item_count": 7, "items": items }))]);
    let kept = slimmed(json!({ "backup_sets": sets }), HOUR)["backup_sets"][0].clone();
    assert_eq!((&kept["item_count"], kept["items"].as_array().map(Vec::len)), (&json!(7), Some(3)));
}

/// SL-2: a collection without a record that matters is left out.
#[test]
fn a_collection_that_is_empty_is_left_out() {
    let deleted = schedule(1, json!({ "deleted_at": ago(1) }));
    for schedules in [json!([]), json!([deleted])] {
        let kept = slimmed(json!({ "backup_schedules": schedules, "restore_runs": [] }), 0);
        assert_eq!((kept.get("backup_schedules"), kept.get("restore_runs")), (None, None), "{kept}");
    }
}

/// SL-3: a set states its count and its quality once.
#[test]
fn a_stated_count_and_quality_are_replaced() {
    let stated = json!({ "item_count": 9, "quality": { "total_items": 2, "degraded_items": 0, "families": {} }, "items": null });
    let document = snapshot(json!([tenant(1, json!({ "backup_sets": [set(1, stated)] }))])).to_string();
    let text =
        String::from_utf8(slim(document.as_bytes(), Form::Json, None).expect("it is read")).expect("text");
    for key in ["\"item_count\"", "\"quality\""] {
        assert_eq!(text.matches(key).count(), 1, "{text}");
    }
}

/// SL-9, SL-1: a set a minute for days. Verdicts at any instant are those of the whole.
#[test]
fn very_many_sets_of_a_scope_all_stay_and_give_the_same_verdicts() {
    const SETS: i64 = 4_000;
    let sets: Vec<_> = (1..=SETS)
        .map(|id| {
            let items = json!([{ "id": 1, "policy_type": if id % 7 == 0 { "apps" } else { "scripts" } }]);
            let status = if id % 5 == 0 { "failed" } else { "completed" };
            set(id.unsigned_abs(), json!({ "completed_at": ago(60 * id), "status": status, "items": items }))
        })
        .collect();
    let whole = snapshot(json!([tenant(1, json!({ "backup_sets": sets }))]));
    let since = ago(60 * SETS).as_str().and_then(Timestamp::parse);
    let bytes = slim(whole.to_string().as_bytes(), Form::Json, since).expect("it is read");
    let slim: Value = serde_json::from_slice(&bytes).expect("it is JSON");
    let kept = slim["tenants"][0]["backup_sets"].as_array().expect("a list");
    assert_eq!(kept.len(), sets.len());
    assert!(kept.iter().all(|set| set["quality"]["total_items"] == 1));
    for minutes in [0, 1, 5, 6, 7, 8, 35, 1_000, SETS - 1] {
        let [one, other] =
            [&whole, &slim].map(|document| report_as_of(document, -60 * minutes)["tenants"].clone());
        let health = |tenants: &Value| tenants[0]["backup_health"].clone();
        assert_eq!(health(&one), health(&other), "{minutes} minutes before the export");
    }
}

/// SL-4: what happens in one scope says nothing of the sets of another.
#[test]
fn of_very_many_scopes_only_what_is_needed_stays() {
    let sets: Vec<_> = (0..3_000_i64)
        .map(|n| {
            let more =
                json!({ "scope": format!("s{}", n / 4), "completed_at": ago(HOUR * (1 + n % 4) + n % 60) });
            set(n.unsigned_abs() + 1, more)
        })
        .collect();
    let kept = slimmed(json!({ "backup_sets": sets }), 90 * 60);
    assert_eq!(kept["backup_sets"].as_array().map(Vec::len), Some(2_250), "three of each scope's four");
}
