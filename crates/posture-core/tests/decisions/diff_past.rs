//! How tenants changed between two instants of one export, of which only the dated records tell.

use rstest::rstest;
use serde_json::{Value, json};

use posture_core::compare::change::Change;
use posture_core::words;

use crate::diff::{as_of, compared, two_nights};
use crate::evidence::{DAY, HOUR, ago, run, schedule, set, snapshot, tenant};

/// How the only tenant of one export changed between a day before it and the export itself.
fn since_yesterday(more: Value) -> (Change, Change) {
    let document = snapshot(json!([tenant(1, more)]));
    let diff = compared(&as_of(&document, -DAY), &as_of(&document, 0));
    (diff.tenants[0].backup_health, diff.tenants[0].recovery_evidence)
}

/// A set of so many seconds ago whose only item has these metadata.
fn warned(id: u64, age: i64, metadata: Value) -> Value {
    set(id, json!({ "completed_at": ago(age), "items": [{ "id": 1, "metadata": metadata }] }))
}

/// CP-14: one export at two instants. Schedules have no past, a set that failed today did not count yesterday, and before its first record
/// nothing is known of a tenant.
#[rstest]
#[case::a_backup_each_night(json!({ "backup_sets": two_nights(json!({})) }), Change::Unchanged)]
#[case::it_went_stale(json!({ "backup_sets": [set(1, json!({ "completed_at": ago(DAY + HOUR) }))] }), Change::Worse)]
#[case::it_was_backed_up_again(
    json!({ "backup_sets": [set(1, json!({ "completed_at": ago(3 * DAY) })), set(2, json!({}))] }),
    Change::Better
)]
#[case::it_was_backed_up_again_with_content_that_is_known(
    json!({ "backup_sets": [set(1, json!({ "completed_at": ago(3 * DAY), "items": null })), set(2, json!({}))] }),
    Change::Better
)]
#[case::a_warning_can_be_read_now(
    json!({ "backup_sets": [warned(1, DAY + HOUR, json!({ "warnings": 7 })), warned(2, HOUR, json!({}))] }),
    Change::Better
)]
#[case::a_warning_cannot_be_read_now(
    json!({ "backup_sets": [warned(1, DAY + HOUR, json!({})), warned(2, HOUR, json!({ "warnings": 7 }))] }),
    Change::Worse
)]
#[case::a_warning_can_be_read_now_but_the_set_is_degraded(
    json!({ "backup_sets": [warned(1, DAY + HOUR, json!({ "source": "metadata_only", "warnings": 7 })),
        warned(2, HOUR, json!({ "source": "metadata_only" }))] }),
    Change::Unchanged
)]
#[case::a_newer_set_failed(
    json!({ "backup_sets": [set(1, json!({ "completed_at": ago(DAY + HOUR), "confirmations": [ago(2 * HOUR)] })),
        set(2, json!({ "status": "failed", "completed_at": null, "created_at": ago(HOUR) }))] }),
    Change::Worse
)]
#[case::a_failed_set_that_was_followed_by_a_good_one(
    json!({ "backup_sets": [set(1, json!({ "completed_at": ago(DAY + HOUR) })), set(3, json!({})),
        set(2, json!({ "status": "failed", "completed_at": null, "created_at": ago(2 * HOUR) }))] }),
    Change::Unchanged
)]
#[case::a_schedule_fails_now(
    json!({ "backup_sets": two_nights(json!({})), "backup_schedules": [schedule(1, json!({ "last_run_status": "failed" }))] }),
    Change::Unchanged
)]
#[case::the_content_of_the_former_backup_is_gone(
    json!({ "backup_sets": [set(1, json!({ "completed_at": ago(DAY + HOUR), "items": null })), set(2, json!({}))] }),
    Change::Unknown
)]
#[case::the_content_was_never_there(
    json!({ "backup_sets": [set(1, json!({ "completed_at": ago(DAY + HOUR), "items": null })), set(2, json!({ "items": null }))] }),
    Change::Unchanged
)]
#[case::its_first_backup(json!({ "backup_sets": [set(1, json!({}))], "restore_runs": [] }), Change::Unknown)]
#[case::never_a_record(json!({ "backup_sets": [], "restore_runs": [] }), Change::Unchanged)]
fn one_export_is_compared_by_its_dated_records(#[case] more: Value, #[case] expected: Change) {
    assert_eq!(since_yesterday(more).0, expected);
}

/// CP-14: restores.
#[test]
fn a_restore_that_failed_since_yesterday_is_worse() {
    let runs =
        json!([run(1, json!({ "completed_at": ago(2 * DAY) })), run(2, json!({ "status": "failed" }))]);
    let more = json!({ "backup_sets": two_nights(json!({})), "restore_runs": runs });
    assert_eq!(since_yesterday(more), (Change::Unchanged, Change::Worse));
}

/// CP-14: what is left out is said once, and what is unknown is counted.
#[test]
fn a_comparison_of_two_instants_says_what_it_leaves_out() {
    let document = snapshot(json!([tenant(1, json!({}))]));
    let (old, new) = (as_of(&document, -DAY), as_of(&document, 0));
    let notes = words::diff_notes(&compared(&old, &new), &old, &new);
    assert_eq!(notes[0], words::PAST_LIMITS);
    assert!(notes[1].starts_with("1 tenant cannot be compared"), "{notes:?}");
}
