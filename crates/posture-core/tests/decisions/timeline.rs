//! A tenant's last thirty days.

use posture_core::tone::Tone;
use posture_core::views::timeline::{Lane, TIMELINE_DAYS, Timeline, timeline};
use posture_core::{Form, Options, SnapshotReader, derive, views::records::records, words};
use serde_json::{Value, json};

use crate::evidence::{DAY, HOUR, ago, at, run, schedule, set, snapshot, tenant};

/// The timeline of one tenant with this in it, as of its export.
#[track_caller]
fn of(more: Value) -> Timeline {
    let document = snapshot(json!([tenant(1, more)])).to_string();
    let report = derive(document.as_bytes(), Form::Json, &Options::default()).expect("it is read");
    let mut reader = SnapshotReader::new(Form::Json, &Options::default()).expect("no option is refused");
    reader.push(document.as_bytes());
    reader.end();
    let text = reader.next_tenant().expect("it is read").expect("there is one");
    let frame = reader.frame().expect("the head is read");
    let records = records(&text, &frame).expect("it is JSON").expect("it fits");
    timeline(&records, &report.tenants[0].backup_health.scopes, &frame)
}

fn from_export(at: posture_core::Timestamp) -> i64 {
    at.unix_seconds() - crate::evidence::EXPORTED_AT
}

/// TR-10: what happened in thirty days, each with its lane, tone and words.
#[test]
fn a_timeline_has_what_happened_in_order() {
    let content = |metadata: Value| json!([{ "id": 1, "metadata": metadata }]);
    let of_sets =
        |id, age, more: Value| set(id, crate::evidence::with(json!({ "completed_at": ago(age) }), more));
    let found = of(json!({
        "backup_sets": [
            of_sets(1, 30 * DAY + 1, json!({})),
            of_sets(2, 30 * DAY, json!({ "name": "Nightly" })),
            of_sets(3, 20 * DAY, json!({ "items": content(json!({ "assignments_fetch_failed": true })) })),
            of_sets(4, 10 * DAY, json!({ "items": null })),
            set(5, json!({ "status": "failed", "completed_at": null, "created_at": ago(9 * DAY) })),
            set(6, json!({ "status": "failed", "completed_at": null })),
            of_sets(7, -60, json!({})),
        ],
        "backup_schedules": [
            schedule(1, json!({ "last_run_at": ago(HOUR), "last_run_status": "failed" })),
            schedule(2, json!({ "last_run_at": null, "last_run_status": null })),
            schedule(3, json!({ "is_enabled": false, "last_run_at": ago(2 * HOUR), "last_run_status": null })),
        ],
        "restore_runs": [run(1, json!({ "status": "failed" })), run(2, json!({ "completed_at": ago(40 * DAY) }))],
    }));
    let events: Vec<_> = found
        .events
        .iter()
        .map(|event| (from_export(event.at), event.lane, event.id.get(), event.tone, event.label.as_str()))
        .collect();
    let failed =
        posture_core::report::tone::skipped(posture_core::verdicts::backup_health::SkipReason::Failed);
    let sets = Lane::BackupSets;
    let expected = [
        (-30 * DAY, sets, 2, Tone::Calm, "Backup set 2 (Nightly): completed"),
        (-20 * DAY, sets, 3, Tone::Medium, "Backup set 3: completed, degraded"),
        (-10 * DAY, sets, 4, Tone::Unknown, "Backup set 4: completed, content unknown"),
        (-9 * DAY, sets, 5, failed, "Backup set 5: failed"),
        (-2 * HOUR, Lane::ScheduleRuns, 3, Tone::Unknown, "Schedule 3: last run, status not stated"),
        (-HOUR, Lane::ScheduleRuns, 1, Tone::Medium, "Schedule 1: last run, failed"),
        (-HOUR, Lane::Restores, 1, Tone::Critical, "Restore run 1: failed"),
    ];
    assert_eq!(events, expected);
}

/// TR-10: a place on the picture is a share of the thirty days.
#[test]
fn an_instant_has_its_place_between_the_first_and_the_last() {
    let found = of(json!({}));
    assert_eq!((from_export(found.from), from_export(found.to)), (-TIMELINE_DAYS * DAY, 0));
    let place =
        |seconds: i64| found.place(at(seconds).as_str().and_then(posture_core::Timestamp::parse).unwrap());
    assert_eq!([-30 * DAY, -15 * DAY, -6 * DAY, 0].map(place), [0, 50_000, 80_000, 100_000]);
}

/// TR-10: each window of the scopes once, the longest first.
#[test]
fn the_windows_of_scopes_are_the_longest_first() {
    let rules = json!({ "a": { "freshness_hours": 48 }, "b": { "freshness_hours": 2 }, "c": { "freshness_hours": 48 } });
    let sets: Vec<_> =
        ["a", "b", "c"].iter().zip(1..).map(|(scope, id)| set(id, json!({ "scope": scope }))).collect();
    let found = of(json!({ "scopes": rules, "backup_sets": sets }));
    let windows = found.windows.iter();
    let windows: Vec<_> = windows
        .map(|window| {
            let scopes = window.scopes.iter().map(|scope| scope.as_deref().unwrap_or_default());
            (window.hours, from_export(window.from), scopes.collect::<Vec<_>>())
        })
        .collect();
    assert_eq!(windows, [(48, -48 * HOUR, vec!["a", "c"]), (2, -2 * HOUR, vec!["b"])]);
}

/// TR-10: the time without a usable backup is named: since the oldest stale one, or all of it.
#[test]
fn the_time_without_a_backup_is_named() {
    let gap =
        |sets: Value| of(json!({ "backup_sets": sets })).gap.map(|gap| (from_export(gap.from), gap.label));
    let completed =
        |id: u64, scope: &str, age: i64| set(id, json!({ "scope": scope, "completed_at": ago(age) }));
    assert_eq!(gap(json!([set(1, json!({}))])), None);
    assert_eq!(gap(json!([])), Some((-30 * DAY, words::NO_USABLE_BACKUP.to_owned())));
    assert_eq!(
        gap(json!([set(1, json!({ "status": "failed" }))])),
        Some((-30 * DAY, words::NO_USABLE_BACKUP.to_owned()))
    );
    let confirmed = json!([set(1, json!({ "completed_at": ago(9 * DAY), "confirmations": [ago(2 * DAY)] }))]);
    assert_eq!(gap(confirmed), Some((-2 * DAY, "no backup for 48 h".to_owned())));
    let stale = json!([completed(1, "a", HOUR), completed(2, "b", 3 * DAY), completed(3, "c", 6 * DAY)]);
    assert_eq!(gap(stale), Some((-6 * DAY, "no backup for 6 days".to_owned())));
}
