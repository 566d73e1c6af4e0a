//! A workspace day by day.

use serde_json::{Value, json};

use posture_core::verdicts::backup_health::BackupPosture;
use posture_core::verdicts::recovery_evidence::RecoveryState;
use posture_core::views::groups::GroupFilter;
use posture_core::views::trend::{Trend, TrendBuilder, tenant_trend, trend_instants};
use posture_core::views::trend_document::{trend_csv, trend_json};
use posture_core::{Form, Options, SnapshotReader, Timestamp, words};

use crate::evidence::{DAY, EXPORTED_AT, HOUR, ago, run, set, snapshot, tenant, with};

fn trend_of(document: &Value, days: u64, filter: GroupFilter) -> Trend {
    let mut reader = SnapshotReader::new(Form::Json, &Options::default()).expect("no option is out of range");
    reader.push(document.to_string().as_bytes());
    reader.end();
    let instants =
        trend_instants(Timestamp::from_unix_seconds(EXPORTED_AT).expect("within the calendar"), days);
    let mut builder = TrendBuilder::new(&instants, filter);
    reader
        .drain(|tenant, frame| {
            builder.add(tenant_trend(&tenant, frame, &instants)?);
            Ok::<_, posture_core::Refusal>(())
        })
        .expect("it is read");
    builder.finish(reader.finish().expect("it is read"))
}

fn nights(tenant_sets: &[(u64, i64)]) -> Value {
    json!(
        tenant_sets
            .iter()
            .map(|(id, seconds)| set(*id, json!({ "completed_at": ago(*seconds) })))
            .collect::<Vec<_>>()
    )
}

/// TN-1, TN-2: the same hour each day, oldest first; a day before a tenant's first record is not known.
#[test]
fn each_day_counts_the_tenants_in_each_state() {
    let document = snapshot(json!([
        tenant(1, json!({ "backup_sets": nights(&[(1, 3 * DAY + HOUR), (2, HOUR)]), "restore_runs": [] })),
        tenant(
            2,
            json!({ "backup_sets": [], "restore_runs": [run(1, json!({ "status": "failed", "completed_at": ago(DAY + HOUR) }))] })
        ),
        tenant(3, json!({ "status": "archived" })),
    ]));
    let trend = trend_of(&document, 4, GroupFilter::default());
    let written: Vec<_> = trend.days.iter().map(|day| day.at.to_string()).collect();
    assert_eq!(written[0], "2026-11-17T08:00:00Z");
    assert_eq!(written[3], "2026-11-20T08:00:00Z");
    let counted: Vec<_> = trend
        .days
        .iter()
        .map(|day| {
            let posture = |posture| day.posture(posture);
            let postures = (
                posture(BackupPosture::Absent),
                posture(BackupPosture::Stale),
                posture(BackupPosture::Healthy),
            );
            (postures, day.state(RecoveryState::Weakened), day.unknown_states)
        })
        .collect();
    assert_eq!(counted, [((0, 0, 1), 0, 1), ((0, 1, 0), 0, 1), ((1, 1, 0), 1, 0), ((1, 0, 1), 1, 0)]);
    assert_eq!((trend.tenants(), trend.not_evaluated), (2, 1));
}

/// TN-3: evidence that was reduced says nothing of the days before, and nothing good is drawn there.
#[test]
fn days_before_the_evidence_are_not_known() {
    let document = with(
        snapshot(json!([tenant(1, json!({ "backup_sets": nights(&[(1, 9 * DAY), (2, HOUR)]) }))])),
        json!({ "since": ago(DAY) }),
    );
    let trend = trend_of(&document, 4, GroupFilter::default());
    assert_eq!(trend.days.iter().map(|day| day.unknown_postures).collect::<Vec<_>>(), [1, 1, 0, 0]);
    assert_eq!(trend.unknown_days(), 2);
    assert!(words::trend_notes(&trend)[1].contains("starts at 2026-11-19 08:00 UTC"));
}

/// TN-4: as a file, and for some groups only.
#[test]
fn a_trend_is_written_for_the_tenants_of_a_group() {
    let document =
        snapshot(json!([tenant(1, json!({ "labels": ["north"] })), tenant(2, json!({ "backup_sets": [] }))]));
    let trend = trend_of(&document, 1, GroupFilter::of_query([("label[]", "north")]));
    assert_eq!((trend.tenants(), trend.filtered_out), (1, 1));
    let written: Value =
        serde_json::from_str(&trend_json(&trend).expect("it is written")).expect("it is JSON");
    assert_eq!(written["days"][0]["backup_posture"]["healthy"], 1);
    assert_eq!(written["notes"][0], words::PAST_LIMITS);
    let csv = trend_csv(&trend);
    assert_eq!(
        csv.lines().collect::<Vec<_>>(),
        [words::trend_columns().join(",").as_str(), "2026-11-20T08:00:00Z,0,0,0,1,0,0,0,1,0"]
    );
}

/// TN-2: content that the evidence no longer has is not known, and never a posture; a source that never has content is judged as it is.
#[test]
fn content_that_the_evidence_no_longer_has_is_not_known() {
    let set_of = |id, seconds, items: Value| set(id, json!({ "completed_at": ago(seconds), "items": items }));
    let nights = |latest: Value| json!([set_of(1, DAY + HOUR, Value::Null), set_of(2, HOUR, latest)]);
    let document = snapshot(json!([
        tenant(1, json!({ "backup_sets": nights(json!([{ "id": 1 }])) })),
        tenant(2, json!({ "backup_sets": nights(Value::Null) })),
    ]));
    let trend = trend_of(&document, 2, GroupFilter::default());
    let counted: Vec<_> = trend
        .days
        .iter()
        .map(|day| {
            (day.unknown_postures, day.posture(BackupPosture::Degraded), day.posture(BackupPosture::Healthy))
        })
        .collect();
    assert_eq!(counted, [(1, 1, 0), (0, 1, 1)]);
}
