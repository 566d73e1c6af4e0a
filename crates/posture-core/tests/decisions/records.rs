//! A tenant's records as its lists and details show them.

use posture_core::reading::snapshot::OutcomeClass;
use posture_core::tone::Tone;
use posture_core::verdicts::coverage::{Coverage, PolicyTypeCoverage};
use posture_core::views::records::{RunRole, SetRole, TenantRecords, records};
use posture_core::vocabulary::Capability;
use posture_core::{Form, Id, Options, SnapshotReader, assess_tenant};
use rstest::rstest;
use serde_json::{Value, json};

use crate::evidence::{
    DAY, FRESHNESS, GRACE, HOUR, SKEW, ago, at, report_of_text, run, schedule, set, snapshot, tenant, with,
};

/// The records of one tenant with this in it, as of its export.
#[track_caller]
pub(crate) fn of(more: Value) -> TenantRecords {
    of_text(&snapshot(json!([tenant(1, more)])).to_string())
}

/// The records of the first tenant of a document, as of its export.
#[track_caller]
fn of_text(document: &str) -> TenantRecords {
    let mut reader = SnapshotReader::new(Form::Json, &Options::default()).expect("no option is refused");
    reader.push(document.as_bytes());
    reader.end();
    let text = reader.next_tenant().expect("it is read").expect("there is one");
    records(&text, &reader.frame().expect("the head is read")).expect("it is JSON").expect("it fits")
}

/// Id, role and tone of each set, in order.
#[track_caller]
fn sets(sets: Value) -> Vec<(u64, SetRole, Tone)> {
    of(json!({ "backup_sets": sets }))
        .backup_sets
        .iter()
        .map(|set| (set.id.get(), set.role, set.tone))
        .collect()
}

fn skipped(word: &str) -> SetRole {
    SetRole::Skipped(posture_core::verdicts::backup_health::SkipReason::from_word(word).expect("a reason"))
}

/// TR-1: a set of a scope that the rules leave out decides nothing.
#[test]
fn a_set_of_a_scope_that_is_left_out_says_so() {
    let unnamed = set(1, json!({ "scope": "" }));
    let found = of(
        json!({ "scopes": { "": { "expected": false } }, "backup_sets": [unnamed, set(2, json!({ "scope": "intune", "completed_at": ago(2 * HOUR) }))] }),
    );
    let shown: Vec<_> =
        found.backup_sets.iter().map(|set| (set.scope.as_deref(), set.role, set.tone)).collect();
    assert_eq!(
        shown,
        [(None, SetRole::LeftOut, Tone::Unknown), (Some("intune"), SetRole::Latest, Tone::Calm)]
    );
}

/// DB-30: types that only deleted items or older sets have are not in the list.
#[test]
fn types_never_restored_are_those_of_live_items_of_the_latest_sets() {
    let older = [json!({ "id": 1, "policy_type": "older" })];
    let items = json!([
        { "id": 1, "policy_type": "b" }, { "id": 2, "policy_type": "a" }, { "id": 3, "policy_type": "b" },
        { "id": 4, "policy_type": "tried" }, { "id": 5, "policy_type": "deleted", "deleted_at": ago(1) }, { "id": 6 },
    ]);
    let found = of(json!({ "backup_sets": [
        set(1, json!({ "items": older, "completed_at": ago(2 * HOUR) })), set(2, json!({ "items": items })),
    ] }));
    let tried = PolicyTypeCoverage {
        applied: 0,
        failed: 1,
        last_applied_at: None,
        partial: 0,
        policy_type: "tried".to_owned(),
        skipped: 0,
    };
    let mut coverage = Coverage {
        backed_up_policy_types: Some(3),
        by_policy_type: vec![tried],
        covered_policy_types: Some(0),
        unresolved_policy_types: Vec::new(),
    };
    assert_eq!(found.never_restored(&coverage).into_iter().collect::<Vec<_>>(), ["a", "b"]);
    // A summary's types count as items do.
    let types = json!({ "a": 2, "b": 0, "tried": 1 });
    let summary = json!({ "total_items": 3, "degraded_items": 0, "families": {}, "policy_types": types });
    let found = of(json!({ "backup_sets": [set(1, json!({ "items": null, "quality": summary }))] }));
    assert_eq!(found.never_restored(&coverage).into_iter().collect::<Vec<_>>(), ["a"]);
    coverage.by_policy_type.clear();
    assert_eq!(found.never_restored(&coverage).into_iter().collect::<Vec<_>>(), ["a", "tried"]);
}

/// TR-3: a schedule's mark is unknown if it is not watched or cannot be judged.
#[rstest]
#[case(json!({}), Tone::Calm)]
#[case(json!({ "last_run_status": "failed" }), Tone::Medium)]
#[case(json!({ "is_enabled": false }), Tone::Unknown)]
#[case(json!({ "is_enabled": false, "last_run_status": "failed" }), Tone::Unknown)]
fn a_schedule_has_one_mark(#[case] more: Value, #[case] tone: Tone) {
    let mut schedule = of(json!({ "backup_schedules": [schedule(1, more)] })).schedules.remove(0);
    assert_eq!(schedule.tone(), tone);
    schedule.causes = None;
    assert_eq!(schedule.tone(), Tone::Unknown, "it cannot be judged");
}

/// TR-1: newest first, with the part each plays; what is newer than the governing set stands out, what is older does not.
#[test]
fn sets_are_newest_first_with_their_roles_and_tones() {
    let found = sets(json!([
        set(1, json!({ "completed_at": ago(2 * HOUR) })),
        set(2, json!({ "status": "failed", "completed_at": ago(3 * HOUR) })),
        set(3, json!({})),
        set(4, json!({ "status": "failed", "completed_at": null, "created_at": ago(1) })),
        set(2_000, json!({ "status": "failed", "completed_at": ago(HOUR) })),
    ]));
    let failed = skipped("failed");
    let newer = sets(json!([set(1, json!({ "status": "failed" }))]))[0].2;
    assert_ne!(newer, Tone::Unknown);
    let expected = [
        (4, failed, newer),
        (2_000, failed, newer),
        (3, SetRole::Latest, Tone::Calm),
        (1, SetRole::Older, Tone::Unknown),
        (2, failed, Tone::Unknown),
    ];
    assert_eq!(found, expected);
}

/// TR-1: the governing set is shown by what is wrong with it, staleness before content.
#[rstest]
#[case(json!({}), Tone::Calm)]
#[case(json!({ "status": "partial" }), Tone::Medium)]
#[case(json!({ "items": [{ "id": 1, "metadata": { "assignment_capture": "unknown" } }] }), Tone::Unknown)]
#[case(json!({ "items": null, "opaque": true }), Tone::Unknown)]
#[case(json!({ "completed_at": ago(FRESHNESS) }), Tone::Calm)]
#[case(json!({ "completed_at": ago(FRESHNESS + 1) }), Tone::High)]
#[case(json!({ "completed_at": ago(FRESHNESS + 1), "status": "partial" }), Tone::High)]
fn the_governing_set_is_shown_by_what_is_wrong_with_it(#[case] more: Value, #[case] tone: Tone) {
    assert_eq!(sets(json!([set(1, more)])), [(1, SetRole::Latest, tone)]);
}

/// TR-2: live items before deleted ones, those with the most issues first, then by id.
#[test]
fn items_with_issues_come_first() {
    let both = json!({ "integrity_warning": true, "assignments_fetch_failed": true });
    let items = json!([
        { "id": 1, "deleted_at": ago(1), "metadata": both }, { "id": 5 }, { "id": 4 }, { "id": 3, "metadata": { "integrity_warning": "x" } },
        { "id": 2, "metadata": both }
    ]);
    let found = of(json!({ "backup_sets": [set(1, json!({ "items": items }))] }));
    let items = found.backup_sets[0].items.as_ref().expect("items");
    assert_eq!(
        items.iter().map(|item| (item.id.get(), item.families.len(), item.is_deleted)).collect::<Vec<_>>(),
        [(2, 2, false), (3, 1, false), (4, 0, false), (5, 0, false), (1, 2, true)]
    );
}

/// TR-3: schedules that need follow-up first, then those that are judged, then the rest; each by id.
#[test]
fn schedules_that_need_follow_up_come_first() {
    let schedules = json!([
        schedule(1, json!({ "is_enabled": false, "last_run_status": "failed" })),
        schedule(2, json!({})),
        schedule(3, json!({ "last_run_status": "failed" })),
        schedule(4, json!({ "deleted_at": ago(1) })),
    ]);
    let found = of(json!({ "backup_schedules": schedules }));
    assert_eq!(
        found.schedules.iter().map(|schedule| (schedule.id.get(), schedule.is_watched)).collect::<Vec<_>>(),
        [(3, true), (2, true), (1, false), (4, false)]
    );
    assert!(found.schedules[2].causes.as_ref().is_some_and(Vec::is_empty), "what is not judged has no cause");
}

/// TR-3: when a schedule turns overdue; never while a run is under way; and whether its last run is in the future.
#[rstest]
#[case::daily(json!({ "last_run_at": ago(HOUR) }), Some(24 * HOUR + GRACE), false)]
#[case::under_way(json!({ "last_run_status": "running" }), None, false)]
#[case::running_but_never_begun(json!({ "last_run_status": "running", "last_run_at": null, "next_run_at": at(DAY) }), Some(DAY + GRACE), false)]
#[case::within_the_skew(json!({ "last_run_at": at(SKEW), "next_run_at": at(DAY) }), Some(DAY + GRACE), false)]
#[case::ahead(json!({ "last_run_at": at(SKEW + 1), "next_run_at": at(DAY) }), Some(DAY + GRACE), true)]
#[case::never(json!({ "last_run_at": null, "next_run_at": at(DAY) }), Some(DAY + GRACE), false)]
fn a_schedule_says_when_it_turns_overdue(
    #[case] more: Value,
    #[case] overdue: Option<i64>,
    #[case] is_ahead: bool,
) {
    let found = of(json!({ "backup_schedules": [schedule(1, more)] }));
    let schedule = &found.schedules[0];
    let overdue = overdue.map(at);
    assert_eq!(schedule.overdue_at.map(|at| json!(at.to_string())), overdue);
    assert_eq!(schedule.last_run_is_ahead, is_ahead);
}

/// TR-4: runs newest first, those without a time before all, with the part each plays; deleted ones are gone.
#[test]
fn runs_are_newest_first_with_their_roles() {
    let runs = json!([
        run(1, json!({ "completed_at": ago(2 * HOUR) })),
        run(2, json!({})),
        run(3, json!({ "completed_at": at(DAY) })),
        run(4, json!({ "is_dry_run": true, "completed_at": ago(3 * HOUR) })),
        run(5, json!({ "deleted_at": ago(1) })),
    ]);
    let found = of(json!({ "restore_runs": runs }));
    let roles: Vec<_> =
        found.restore_runs.iter().map(|run| (run.attention.restore_run_id.get(), run.role)).collect();
    assert_eq!(
        roles,
        [(3, RunRole::AfterAsOf), (2, RunRole::Latest), (1, RunRole::Older), (4, RunRole::NotExecuted)]
    );
    let timeless =
        of(json!({ "restore_runs": [run(1, json!({})), run(2, json!({ "completed_at": null }))] }));
    assert_eq!(timeless.restore_runs[0].attention.restore_run_id.get(), 2);
}

/// GA-8: a store marks a run that its source no longer lists, and the mark changes no verdict.
#[test]
fn a_run_that_only_the_store_still_knows_says_so() {
    for (metadata, is_marked) in [
        (json!({ "only_in_store": true }), true),
        (json!({ "only_in_store": false }), false),
        (json!({ "only_in_store": "yes" }), false),
        (json!({ "non_applied": 1 }), false),
        (json!([]), false),
    ] {
        let found = of(json!({ "restore_runs": [run(1, json!({ "metadata": metadata }))] }));
        assert_eq!(found.restore_runs[0].is_only_in_store, is_marked, "{metadata}");
    }
}

/// GA-8: the contract does not define the mark, so it is read as an unknown key is: the last value counts, and none is invalid.
#[test]
fn the_mark_of_a_store_is_read_as_an_unknown_key() {
    for (metadata, is_marked) in [
        (r#"{"only_in_store":false,"only_in_store":true}"#, true),
        (r#"{"only_in_store":true,"only_in_store":"yes"}"#, false),
        (r#"{"only_in_store":{"a":1,"a":2},"non_applied":0}"#, false),
    ] {
        let run = run(1, json!({ "metadata": "@" }));
        let document = snapshot(json!([tenant(1, json!({ "restore_runs": [run] }))]));
        let text = document.to_string().replace("\"@\"", metadata);
        assert_eq!(report_of_text(&text, Form::Json, 0)["findings"], json!([]), "{metadata}");
        assert_eq!(of_text(&text).restore_runs[0].is_only_in_store, is_marked, "{metadata}");
    }
}

/// TR-5: outcomes the worst first, in the document's order within a class.
#[test]
fn outcomes_are_worst_first() {
    let rows =
        ["applied", "skipped", "odd", "partial", "failed", "error"].map(|word| json!({ "outcome": word }));
    let found = of(json!({ "restore_runs": [run(1, json!({ "results": rows }))] }));
    let outcomes: Vec<_> =
        found.restore_runs[0].outcomes.iter().map(|outcome| (outcome.word.as_str(), outcome.class)).collect();
    assert_eq!(
        outcomes,
        [
            ("failed", OutcomeClass::Failed),
            ("error", OutcomeClass::Failed),
            ("partial", OutcomeClass::Partial),
            ("odd", OutcomeClass::Unrecognised),
            ("skipped", OutcomeClass::Skipped),
            ("applied", OutcomeClass::Applied)
        ]
    );
}

/// TR-8: what may be opened, and records by their ids.
#[test]
fn records_are_found_by_id_and_closed_without_their_capability() {
    let found = of(
        json!({ "capabilities": ["restore_runs.view"], "backup_sets": [set(3, json!({})), set(4, json!({}))], "restore_runs": [run(5, json!({})), run(6, json!({}))] }),
    );
    let id = |id| Id::new(id).expect("an id");
    assert_eq!(
        Capability::ALL.iter().map(|capability| found.allows(*capability)).collect::<Vec<_>>(),
        [false, false, true]
    );
    assert_eq!(found.backup_set(id(3)).map(|set| set.id), Some(id(3)));
    assert_eq!(found.backup_set(id(5)), None);
    assert_eq!(found.restore_run(id(6)).map(|run| run.attention.restore_run_id), Some(id(6)));
    assert_eq!(found.restore_run(id(3)), None);
}

/// TR-1, SN-36: a status is shown as the contract writes it if it is known, else as its document does.
#[test]
fn a_status_is_shown_as_it_was_written() {
    let found = of(
        json!({ "backup_sets": [set(1, json!({ "status": "COMPLETED" })), set(2, json!({ "status": "Odd" }))] }),
    );
    let mut statuses: Vec<_> = found.backup_sets.iter().map(|set| set.status.as_str()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, ["Odd", "completed"]);
}

/// TR-9: an unreadable tenant has no records, and no id that could be read.
#[test]
fn an_unreadable_tenant_has_no_records() {
    let whole = tenant(2, json!({}));
    let document = snapshot(json!([with(tenant(1, json!({})), json!({ "name": 7 })), whole])).to_string();
    let mut reader = SnapshotReader::new(Form::Json, &Options::default()).expect("no option is refused");
    reader.push(document.as_bytes());
    reader.end();
    let mut read = Vec::new();
    while let Some(text) = reader.next_tenant().expect("it is read") {
        let frame = reader.frame().expect("the head is read");
        let id = assess_tenant(&text, &frame).expect("it is JSON").readable_id().map(Id::get);
        read.push((id, records(&text, &frame).expect("it is JSON").is_some()));
    }
    assert_eq!(read, [(None, false), (Some(2), true)]);
}
