//! Which sentence is said of which state. Words that claim more than the evidence shows would mislead an operator.

use posture_core::reading::snapshot::OutcomeClass;
use posture_core::report::model::Report;
use posture_core::tone::Tone;
use posture_core::views::records::{BackupSetRecord, ItemRecord, ScheduleRecord};
use posture_core::{Form, Options, Timestamp, derive, words};
use rstest::rstest;
use serde_json::{Value, json};

use crate::evidence::{
    DAY, EXPORTED_AT, FRESHNESS, HOUR, ago, derived, run, schedule, set, snapshot, tenant, tenant_as_of, with,
};
use crate::records;

#[track_caller]
fn report_at(more: Value, seconds: i64) -> Report {
    let as_of = Timestamp::from_unix_seconds(EXPORTED_AT + seconds).map(|at| at.to_string());
    let document = snapshot(json!([tenant(1, more)])).to_string();
    derive(document.as_bytes(), Form::Json, &Options { as_of, ..Options::default() }).expect("it is read")
}

fn sets(more: &[Value]) -> Value {
    json!({ "backup_sets": more })
}

fn metadata(metadata: Value) -> Value {
    json!({ "items": [{ "id": 1, "metadata": metadata }] })
}

fn failed(id: u64) -> Value {
    set(id, json!({ "status": "failed", "completed_at": ago(60) }))
}

/// WD-4, WD-2: only what may be called healthy is; anything else says why not.
#[rstest]
#[case::healthy(json!({}), "Backups are recent and healthy", "")]
#[case::newer_failed(sets(&[set(1, json!({})), failed(2)]), "Latest backup is recent; a newer backup failed or is empty", "a newer backup failed")]
#[case::unread(sets(&[set(1, metadata(json!({ "warnings": 7 })))]), "Latest backup is recent; some of its content is unknown", "some of its content is unknown")]
#[case::late(json!({ "backup_schedules": [schedule(1, json!({ "last_run_status": "failed" }))] }), "Latest backup is recent; a schedule needs follow-up", "recent backup")]
#[case::stale(sets(&[set(1, json!({ "completed_at": ago(2 * DAY) }))]), "Latest backup is stale: 48 h old", "no newer backup")]
#[case::stale_and_late(json!({ "backup_sets": [set(1, json!({ "completed_at": ago(2 * DAY) }))], "backup_schedules": [schedule(1, json!({ "last_run_status": "failed" }))] }),
    "Latest backup is stale: 48 h old", "1 schedule needs follow-up")]
#[case::stale_and_failed(sets(&[set(1, json!({ "completed_at": ago(2 * DAY) })), failed(2)]), "Latest backup is stale: 48 h old", "newest backup: failed")]
#[case::never(sets(&[]), "No usable backup", "never backed up")]
#[case::only_failed(sets(&[failed(1)]), "No usable backup", "newest backup: failed")]
#[case::degraded(sets(&[set(1, metadata(json!({ "has_orphaned_assignments": true })))]), "Latest backup is degraded", "1 item, ")]
#[case::unknown_content(sets(&[set(1, json!({ "items": null }))]), "Latest backup is degraded", "quality unknown")]
fn a_backup_is_called_what_it_is(#[case] more: Value, #[case] headline: &str, #[case] note: &str) {
    let report = report_at(more, 0);
    let health = &report.tenants[0].backup_health;
    assert_eq!(words::backup_headline(health), headline);
    let said = words::backup_note(health);
    assert!(said.starts_with(note) && said.is_empty() == note.is_empty(), "{said}");
}

/// WD-4: before the export, a recent backup is not called healthy, though nothing is known against it.
#[test]
fn a_backup_is_not_called_healthy_while_schedules_are_not_judged() {
    let report = report_at(sets(&[set(1, json!({ "completed_at": ago(DAY + HOUR) }))]), -DAY);
    let health = &report.tenants[0].backup_health;
    assert_eq!(words::backup_headline(health), "Latest backup is recent; schedules are not judged");
}

/// WD-1: what a run has shown, with its causes and its outcomes.
#[rstest]
#[case(json!({}), "Completed, and no follow-up is visible. 1 of 1 applied. ")]
#[case(json!({ "results": [{ "outcome": "applied" }, { "outcome": "failed" }] }), "Partly applied: ")]
#[case(json!({ "results": [{ "outcome": "applied" }, { "outcome": "failed" }, { "outcome": "failed" }] }), " 1 applied and 2 failed. ")]
#[case(json!({ "results": [{ "outcome": "applied" }, { "outcome": "skipped" }, { "outcome": "odd" }] }), " 1 applied, 1 skipped and 1 unrecognised. ")]
#[case(json!({ "results": null }), " Its outcomes are not on record. ")]
#[case(json!({ "results": { "counts": { "failed": 0 } } }), " No outcomes counted. ")]
#[case(json!({ "status": "running", "completed_at": null, "started_at": ago(60) }), "Not finished: ")]
#[case(json!({ "is_dry_run": true }), "Not executed: ")]
fn a_restore_run_says_what_it_has_shown(#[case] more: Value, #[case] said: &str) {
    let summary =
        derived(json!({ "restore_runs": [run(1, more)] }))["restore_attention"][0]["summary"].to_string();
    assert!(summary.contains(said), "{summary}");
}

/// WD-1: a summary names restores that are stuck or unresolved, and only those.
#[test]
fn a_summary_names_open_restores() {
    let summary =
        |runs: Value| derived(json!({ "restore_runs": runs }))["recovery_evidence"]["summary"].to_string();
    let (waits, failed) = ("Waiting in a queue", "Failed or only partly applied, and not restored since: a.");
    let queued = run(
        2,
        json!({ "status": "queued", "results": null, "completed_at": null, "started_at": null, "created_at": ago(3 * DAY) }),
    );
    let of_type = |name: &str| {
        run(
            2,
            json!({ "completed_at": ago(2 * HOUR), "results": [{ "outcome": "failed", "policy_type": name }, { "outcome": "applied" }] }),
        )
    };
    let calm = summary(json!([run(1, json!({}))]));
    assert!(!calm.contains(waits) && !calm.contains("not restored since"), "{calm}");
    let stuck = summary(json!([run(1, json!({})), queued]));
    assert!(
        stuck.contains(waits) && stuck.contains("restore run 2") && !stuck.contains("not restored since"),
        "{stuck}"
    );
    let unresolved = summary(json!([run(1, json!({})), of_type("a")]));
    assert!(unresolved.contains(failed) && !unresolved.contains(waits), "{unresolved}");
    let nameless = summary(json!([run(1, json!({})), of_type("")]));
    assert!(nameless.contains("not restored since: a policy type without a name."), "{nameless}");
}

/// TR-2: recency and content of a set, in words. A set without items is not called good.
#[rstest]
#[case(json!({}), "Within the window", "60 min old, fresh for 23 h more (24 h window).", "None degraded", "0 of 1", "")]
#[case(json!({ "completed_at": ago(FRESHNESS + HOUR) }), "Beyond the window", "25 h 0 min old, 60 min over the 24 h window.", "None degraded", "0 of 1", "")]
#[case(json!({ "status": "running", "completed_at": null }), "Not completed", "It has not completed, so it has no age.", "None degraded", "0 of 1", "")]
#[case(json!({ "completed_at": ago(-HOUR) }), "After the as-of instant", "It completed after the as-of instant, so it has no age yet.", "None degraded", "0 of 1", "")]
#[case(json!({ "items": null }), "Within the window", "60 min old, fresh for 23 h more (24 h window).", "Unknown", "unknown", "")]
#[case(json!({ "items": [] }), "Within the window", "60 min old. It is not usable, so it does not count as fresh.", "No items", "0 of 0", "")]
#[case(json!({ "status": "failed" }), "Within the window", "60 min old. It is not usable, so it does not count as fresh.", "None degraded", "0 of 1", "")]
#[case(metadata(json!({ "has_orphaned_assignments": true })), "Within the window", "60 min old, fresh for 23 h more (24 h window).", "Degraded", "1 of 1", "(1)")]
fn a_set_is_described(
    #[case] more: Value,
    #[case] recency: &str,
    #[case] age: &str,
    #[case] quality: &str,
    #[case] degraded: &str,
    #[case] families: &str,
) {
    let records = records::of(sets(&[set(1, more)]));
    let set: &BackupSetRecord = &records.backup_sets[0];
    assert_eq!((words::recency_badge(set), words::recency_sentence(set).as_str()), (recency, age));
    assert_eq!(
        (words::quality_badge(&set.quality), words::degraded_of(&set.quality).as_str()),
        (quality, degraded)
    );
    assert!(set.is_usable() || ![set.recency_tone(), set.content_tone()].contains(&Tone::Calm));
    let said = words::families_sentence(&set.quality);
    assert!(said.ends_with(families) && said.is_empty() == families.is_empty(), "{said}");
}

/// TR-2: what is unknown about a set, and about each of its items, is said next to its issues.
#[test]
fn a_set_says_which_of_its_content_is_unknown() {
    let unread = json!({ "warnings": 7, "assignment_capture": "unknown" });
    let items = json!([
        { "id": 1 },
        { "id": 2, "metadata": unread },
        { "id": 3, "metadata": { "assignment_capture": "unknown" } },
    ]);
    let records = records::of(sets(&[set(1, json!({ "items": items }))]));
    let set = &records.backup_sets[0];
    assert_eq!(words::quality_badge(&set.quality), "Partly unknown");
    assert_eq!(words::unknowns_sentence(&set.quality), "assignments of 2 items and warnings of 1 item");
    assert_eq!(
        words::content_sentence(&set.quality),
        "unknown: assignments of 2 items and warnings of 1 item"
    );
    let told = |item: &ItemRecord| {
        let badges: Vec<_> =
            item.unknowns.iter().map(|unknown| words::item_unknown_badge(*unknown)).collect();
        (item.id.get(), badges)
    };
    let told: Vec<_> = set.items.iter().flatten().map(told).collect();
    let [assignments, warnings] = ["assignments unknown", "warnings unreadable"];
    assert_eq!(told, [(2, vec![assignments, warnings]), (3, vec![assignments]), (1, vec![])]);
}

/// TR-3: a schedule's mark and why it has it.
#[rstest]
#[case(json!({}), "No follow-up", "")]
#[case(json!({ "is_enabled": false }), "Disabled", "never due")]
#[case(json!({ "is_enabled": false, "last_run_status": "failed" }), "Disabled", "never due")]
#[case(json!({ "deleted_at": ago(1) }), "Deleted", "never due")]
fn a_schedule_says_why_it_has_its_mark(#[case] more: Value, #[case] mark: &str, #[case] why: &str) {
    let mut records = records::of(json!({ "backup_schedules": [schedule(1, more)] }));
    let schedule: &mut ScheduleRecord = &mut records.schedules[0];
    assert_eq!((words::schedule_mark(schedule), words::schedule_mark_reason(schedule).as_str()), (mark, why));
    if mark == "No follow-up" {
        schedule.causes = None;
        assert_eq!(words::schedule_mark(schedule), "Not judged");
        assert_eq!(words::schedule_mark_reason(schedule), "only its current state is known");
    }
}

/// TR-3: one that failed needs follow-up, and a weekly one names its days.
#[test]
fn a_schedule_that_failed_needs_follow_up() {
    let weekly =
        |days: Value| json!({ "frequency": "weekly", "days_of_week": days, "last_run_status": "failed" });
    let records = records::of(json!({ "backup_schedules": [schedule(1, weekly(json!([1, 4])))] }));
    let one = &records.schedules[0];
    assert_eq!(
        (words::schedule_mark(one), words::cadence(one).as_str()),
        ("Follow-up", "Weekly on Mon and Thu")
    );
    assert!(!words::schedule_mark_reason(one).is_empty());
    let records = records::of(json!({ "backup_schedules": [schedule(1, weekly(json!([])))] }));
    assert_eq!(words::cadence(&records.schedules[0]), "Weekly, day unknown");
    assert_eq!(words::status_word("completed_with_errors"), "completed with errors");
    assert_eq!(words::status_word("Completed_With"), "Completed_With");
    assert_eq!(words::outcome_class_label(OutcomeClass::Applied), "Applied");
}

/// WD-1: a tolerance of nothing is not "less than a minute".
#[test]
fn no_grace_and_no_skew_are_none_at_all() {
    let under = |grace: u64, skew: u64| {
        let policy = json!({ "schedule_grace_minutes": grace, "clock_skew_seconds": skew });
        let document = with(snapshot(json!([tenant(1, json!({}))])), json!({ "policy": policy })).to_string();
        let report = derive(document.as_bytes(), Form::Json, &Options::default()).expect("it is read");
        let policy = words::policy_sentence(&report.policy);
        (policy, words::grace_sentence(&report.tenants[0].rules))
    };
    let (policy, grace) = under(0, 0);
    assert!(policy.ends_with("schedules may not be late; clocks may not be fast"), "{policy}");
    assert_eq!(grace, "It is overdue right after it was expected.");
    let (policy, grace) = under(5, 300);
    assert!(policy.ends_with("schedules may be 5 min late; clocks may be 5 min fast"), "{policy}");
    assert_eq!(grace, "It is overdue 5 min after it was expected.");
}

/// SN-26: what an unrecognised word means for the verdict differs between a status and an outcome.
#[test]
fn an_unrecognised_outcome_needs_follow_up() {
    let odd = run(1, json!({ "results": [{ "outcome": "shrugged" }] }));
    let report = report_at(json!({ "restore_runs": [odd] }), 0);
    assert_eq!(
        report.findings[0].message,
        "The restore outcome \"shrugged\" is not recognised, so its run needs follow-up."
    );
}

/// WD-1: the trace says how a verdict becomes healthy, and when it changes.
#[test]
fn the_trace_says_how_to_become_healthy() {
    let report = |more| report_at(more, 0);
    let needed = |report: &Report| words::why_healthy(&report.tenants[0].backup_health);
    let changes = |report: &Report| words::why_changes(&report.tenants[0].backup_health);
    let healthy = report(json!({}));
    assert_eq!(needed(&healthy), "Nothing to do.");
    assert_eq!(changes(&healthy), "Goes stale after 2026-11-21 07:00 UTC if no backup completes.");
    let stale = report(sets(&[set(1, json!({ "completed_at": ago(2 * DAY) })), failed(2)]));
    assert_eq!(
        needed(&stale),
        "Needed: a backup completes within the window with no missing and no degraded items."
    );
    assert_eq!(changes(&stale), "Stays stale; stale since 2026-11-19 08:00 UTC.");
    assert_eq!(changes(&report(sets(&[]))), "Stays absent until a backup completes.");
    let scopes = json!({ "b": { "expected": true } });
    let in_scope = |id, scope: &str, age: i64| set(id, json!({ "scope": scope, "completed_at": ago(age) }));
    let other_absent = json!({ "scopes": scopes, "backup_sets": [in_scope(1, "a", HOUR)] });
    let of_other = "Another scope goes stale after 2026-11-21 07:00 UTC if no backup of it completes.";
    assert_eq!(changes(&report(other_absent)), format!("Stays absent until a backup completes. {of_other}"));
    assert_eq!(
        changes(&report(sets(&[in_scope(1, "a", HOUR), in_scope(2, "b", 2 * DAY)]))),
        format!("Stays stale; stale since 2026-11-19 08:00 UTC. {of_other}")
    );
    let newer_failed = report(sets(&[set(1, json!({})), failed(2)]));
    assert_eq!(needed(&newer_failed), "Needed: a newer backup completes with content.");
    let unread = report(sets(&[set(1, metadata(json!({ "warnings": 7 })))]));
    assert_eq!(needed(&unread), "Needed: the export states the content that is unknown now.");
    let at = |seconds| Timestamp::from_unix_seconds(EXPORTED_AT + seconds).unwrap();
    let labels = [1, 0, -1].map(|seconds| words::stale_label(at(seconds), at(0)));
    assert_eq!(labels, ["Goes stale", "Goes stale", "Stale since"]);
    let late = tenant_as_of(sets(&[set(1, json!({ "completed_at": ago(2 * DAY) }))]), DAY);
    assert_eq!(late["backup_health"]["headline"], "Latest backup is stale: 3 days old");
}
