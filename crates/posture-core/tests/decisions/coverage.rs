//! Which policy types executed restores have touched.

use rstest::rstest;
use serde_json::{Value, json};

use crate::evidence::{HOUR, ago, at, derived, run, set};

#[track_caller]
fn coverage(sets: Value, runs: Value) -> Value {
    derived(json!({ "backup_sets": sets, "restore_runs": runs }))["coverage"].clone()
}

fn row(outcome: &str, policy_type: &str) -> Value {
    json!({ "outcome": outcome, "policy_type": policy_type })
}

/// RE-7, RE-8: counts are summed over relevant runs and all three lists, by policy type.
#[test]
fn outcomes_are_summed_by_policy_type() {
    let first = json!({ "items": [row("applied", "b"), row("skipped", "a")], "foundations": [row("failed", "b")], "assignments": [row("partial", "c")] });
    let runs = json!([
        run(1, json!({ "results": first, "completed_at": ago(3 * HOUR) })),
        run(
            2,
            json!({ "results": [row("created", "b"), row("odd", "d"), { "outcome": "applied" }], "completed_at": ago(HOUR) })
        ),
        run(3, json!({ "results": [row("applied", "e")], "is_dry_run": true })),
        run(4, json!({ "results": [row("applied", "e")], "deleted_at": ago(1) })),
        run(5, json!({ "results": [row("applied", "e")], "completed_at": at(HOUR) })),
    ]);
    let entry = |policy_type: &str, counts: [u64; 4], last: Value| json!({ "policy_type": policy_type, "applied": counts[0], "failed": counts[1], "partial": counts[2], "skipped": counts[3], "last_applied_at": last });
    let expected = json!([
        entry("a", [0, 0, 0, 1], Value::Null),
        entry("b", [2, 1, 0, 0], ago(HOUR)),
        entry("c", [0, 0, 1, 0], Value::Null),
    ]);
    assert_eq!(coverage(json!([]), runs)["by_policy_type"], expected);
}

/// RE-8: a run that applied a type earlier says nothing of when it was last applied, whatever its id.
#[test]
fn the_last_application_is_the_latest_by_time() {
    let applied =
        |id: u64, age: i64| run(id, json!({ "results": [row("applied", "a")], "completed_at": ago(age) }));
    let coverage = coverage(json!([]), json!([applied(1, HOUR), applied(2, 3 * HOUR)]));
    assert_eq!(coverage["by_policy_type"][0]["last_applied_at"], ago(HOUR));
}

/// RE-9: the types of the latest sets of all scopes count together, each once.
#[test]
fn the_types_of_all_scopes_count_together() {
    let of = |id: u64, scope: &str, types: &[&str]| {
        let items: Vec<_> =
            types.iter().zip(1..).map(|(name, id)| json!({ "id": id, "policy_type": name })).collect();
        set(id, json!({ "scope": scope, "items": items }))
    };
    let sets = json!([
        of(1, "intune", &["a", "b"]),
        of(2, "entra", &["b", "c"]),
        set(3, json!({ "scope": "mail", "items": null, "opaque": true }))
    ]);
    let coverage =
        coverage(sets, json!([run(1, json!({ "results": [row("applied", "c"), row("applied", "d")] }))]));
    assert_eq!(
        (&coverage["backed_up_policy_types"], &coverage["covered_policy_types"]),
        (&json!(3), &json!(1))
    );
}

/// RE-11, RE-3: of two runs at the same instant, the one with the greater id decides about a type.
#[rstest]
#[case::resolved(["failed", "applied"], json!([]))]
#[case::unresolved(["applied", "failed"], json!(["a"]))]
fn of_two_runs_at_one_instant_the_greater_id_decides(#[case] outcomes: [&str; 2], #[case] unresolved: Value) {
    let [first, second] = outcomes.map(|outcome| json!([row(outcome, "a")]));
    let runs = json!([run(2, json!({ "results": second })), run(1, json!({ "results": first }))]);
    assert_eq!(coverage(json!([]), runs)["unresolved_policy_types"], unresolved);
}

/// RE-8, RE-9: however many types there are, each is summed once, is listed in the order of the names, and is found among those backed up.
#[rstest]
#[case::few(3)]
#[case::some_dozen(24)]
#[case::one_more(25)]
#[case::many(300)]
fn types_are_summed_however_many_there_are(#[case] types: u64) {
    // Not in the order of their names, and alike in more characters than are compared at once.
    let name = |number: u64| format!("deviceConfigurationPolicy{:03}", number * 7 % 1000);
    let rows = |outcome: &'static str| (0..types).rev().map(move |number| row(outcome, &name(number)));
    let results: Vec<_> = rows("applied").chain(rows("failed")).chain(rows("applied")).collect();
    let items: Vec<_> =
        (0..types).map(|number| json!({ "id": number + 1, "policy_type": name(number) })).collect();
    let coverage = coverage(
        json!([set(1, json!({ "items": items }))]),
        json!([run(1, json!({ "results": results, "completed_at": ago(HOUR) }))]),
    );
    let mut names: Vec<_> = (0..types).map(name).collect();
    names.sort_unstable();
    let listed = coverage["by_policy_type"].as_array().unwrap();
    let stated: Vec<_> = listed.iter().map(|entry| entry["policy_type"].as_str().unwrap()).collect();
    assert_eq!(stated, names);
    assert!(listed.iter().all(|entry| entry["applied"] == 2 && entry["failed"] == 1), "{listed:?}");
    assert_eq!(
        json!([coverage["backed_up_policy_types"], coverage["covered_policy_types"]]),
        json!([types, types])
    );
}

/// RE-8, RE-9: a run without a time applies, but says not when, and so covers nothing.
#[rstest]
#[case::with_a_time(json!({}), ago(HOUR), 1)]
#[case::without(json!({ "completed_at": null }), Value::Null, 0)]
#[case::failed_beyond_the_export(json!({ "status": "failed", "completed_at": at(HOUR) }), Value::Null, 0)]
fn the_last_application_needs_a_time(
    #[case] mut more: Value,
    #[case] last_applied_at: Value,
    #[case] covered: u64,
) {
    more["results"] = json!([row("applied", "a")]);
    let coverage = coverage(
        json!([set(1, json!({ "items": [{ "id": 1, "policy_type": "a" }] }))]),
        json!([run(1, more)]),
    );
    assert_eq!(coverage["by_policy_type"][0]["last_applied_at"], last_applied_at);
    assert_eq!(coverage["covered_policy_types"], covered);
}

/// RE-9: the types backed up are those of the latest relevant set.
#[rstest]
#[case::no_set(json!([]), json!([null, null]))]
#[case::items(json!([set(1, json!({ "items": [{ "id": 1, "policy_type": "a" }, { "id": 2, "policy_type": "b" }, { "id": 3, "policy_type": "b" }, { "id": 4 }] }))]), json!([2, 1]))]
#[case::deleted_items(json!([set(1, json!({ "items": [{ "id": 1, "policy_type": "a", "deleted_at": ago(1) }, { "id": 2 }] }))]), json!([0, 0]))]
#[case::older_set(json!([set(1, json!({ "items": [{ "id": 1, "policy_type": "a" }] })), set(2, json!({ "items": [{ "id": 1 }] }))]), json!([0, 0]))]
#[case::summary(json!([slim(json!({ "a": 2, "b": 0, "c": 1 }))]), json!([2, 1]))]
#[case::empty_summary(json!([slim(json!([]))]), json!([0, 0]))]
#[case::summary_without_types(json!([slim(Value::Null)]), json!([null, null]))]
#[case::neither(json!([set(1, json!({ "items": null }))]), json!([null, null]))]
fn the_types_backed_up_are_those_of_the_governing_set(#[case] sets: Value, #[case] expected: Value) {
    let coverage =
        coverage(sets, json!([run(1, json!({ "results": [row("applied", "a"), row("failed", "b")] }))]));
    assert_eq!(json!([coverage["backed_up_policy_types"], coverage["covered_policy_types"]]), expected);
}

fn slim(policy_types: Value) -> Value {
    set(
        1,
        json!({ "items": null, "quality": { "total_items": 3, "degraded_items": 0, "families": {}, "policy_types": policy_types } }),
    )
}
