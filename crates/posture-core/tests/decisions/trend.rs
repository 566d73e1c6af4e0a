//! A workspace day by day.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use posture_core::export::csv::Separator;
use posture_core::export::trend_csv::trend_csv;
use posture_core::verdicts::backup_health::BackupPosture;
use posture_core::verdicts::recovery_evidence::RecoveryState;
use posture_core::views::groups::{GroupBy, GroupFilter};
use posture_core::views::trend::{MOST_TREND_GROUPS, Trend, TrendBuilder, tenant_trend, trend_instants};
use posture_core::views::trend_document::trend_json;
use posture_core::{Form, Options, SnapshotReader, Timestamp, words};

use crate::evidence::{DAY, EXPORTED_AT, HOUR, SKEW, ago, report_as_of, run, set, snapshot, tenant, with};

fn trend_of(document: &Value, days: u64, filter: GroupFilter) -> Trend {
    trend_by(document, days, filter, None)
}

fn trend_by(document: &Value, days: u64, filter: GroupFilter, group_by: Option<GroupBy>) -> Trend {
    let instants =
        trend_instants(Timestamp::from_unix_seconds(EXPORTED_AT).expect("within the calendar"), days);
    trend_at(&document.to_string(), &instants, filter, group_by)
}

fn trend_at(document: &str, instants: &[Timestamp], filter: GroupFilter, group_by: Option<GroupBy>) -> Trend {
    let mut reader = SnapshotReader::new(Form::Json, &Options::default()).expect("no option is out of range");
    reader.push(document.as_bytes());
    reader.end();
    let mut builder = TrendBuilder::new(instants, filter, group_by);
    reader
        .drain(|tenant, frame| {
            builder.add(tenant_trend(&tenant, frame, instants)?);
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

/// TN-5: a verdict of the trend changes at the second at which the derivation's does, whatever changes it.
#[test]
fn a_trend_changes_at_the_second_at_which_the_verdict_does() {
    let [first, second, confirmed, deleted, failed] =
        [9 * DAY, 6 * DAY, 4 * DAY + 12 * HOUR, 3 * DAY, 8 * DAY];
    let [other, next, running] = [7 * DAY + 14 * HOUR, 5 * DAY + 6 * HOUR, 4 * DAY - 5 * HOUR];
    let items = json!([
        { "id": 1, "policy_type": "a", "metadata": { "source": "metadata_only" }, "deleted_at": ago(6 * DAY - 2 * HOUR) },
        { "id": 2, "policy_type": "a" }
    ]);
    let in_scope = |scope: &str, id: u64, age: i64, more: Value| {
        set(id, with(json!({ "scope": scope, "completed_at": ago(age) }), more))
    };
    let sets = json!([
        in_scope("a", 1, first, json!({})),
        in_scope(
            "a",
            2,
            second,
            json!({ "confirmations": [ago(confirmed)], "items": items, "item_count": 2 })
        ),
        in_scope("a", 3, deleted + HOUR, json!({ "deleted_at": ago(deleted) })),
        in_scope("b", 4, other, json!({})),
        in_scope("b", 5, next, json!({ "confirmations": [ago(4 * DAY)] })),
    ]);
    let at = |age: i64| json!({ "created_at": ago(age), "started_at": ago(age), "completed_at": ago(age) });
    let runs = json!([
        run(1, with(at(failed), json!({ "status": "failed", "deleted_at": ago(7 * DAY) }))),
        run(2, at(first)),
        run(
            3,
            with(
                at(running),
                json!({ "status": "running", "completed_at": null, "results": null, "deleted_at": ago(2 * DAY) })
            )
        ),
    ]);
    let tenant = tenant(1, json!({ "backup_sets": sets, "restore_runs": runs, "backup_schedules": [] }));
    let scopes = json!({ "a": { "freshness_hours": 30 }, "b": { "freshness_hours": 50 } });
    let policy = json!({ "freshness_hours": 20, "restore_evidence_days": 5, "scopes": scopes });
    let document = with(snapshot(json!([tenant])), json!({ "policy": policy }));
    let events = [
        first,
        second,
        confirmed,
        deleted,
        deleted + HOUR,
        failed,
        other,
        next,
        running,
        6 * DAY - 2 * HOUR,
        7 * DAY,
        4 * DAY,
        2 * DAY,
    ];
    let after = [-SKEW, 0, SKEW, 20 * HOUR, 30 * HOUR, 50 * HOUR, 5 * DAY];
    let around = |at: i64| [at - 1, at, at + 1];
    let seconds = events.iter().flat_map(|event| after.map(|after| after - event)).flat_map(around);
    let seconds: BTreeSet<i64> = seconds.filter(|at| *at <= 0 && *at > -first).collect();
    let instants: Vec<_> = seconds
        .iter()
        .map(|at| Timestamp::from_unix_seconds(EXPORTED_AT + at).expect("within the calendar"))
        .collect();
    let trend = trend_at(&document.to_string(), &instants, GroupFilter::default(), None);
    let mut seen = BTreeSet::new();
    for (day, at) in trend.days.iter().zip(seconds) {
        let report = report_as_of(&document, at);
        let tenant = &report["tenants"][0];
        let posture = BackupPosture::ALL.iter().find(|posture| day.posture(**posture) == 1);
        let state = RecoveryState::ALL.iter().find(|state| day.state(**state) == 1);
        let told = (posture.map(|posture| posture.as_str()), state.map(|state| state.as_str()));
        let derived = (
            tenant["backup_health"]["posture"].as_str(),
            tenant["recovery_evidence"]["overview_state"].as_str(),
        );
        assert_eq!(told, derived, "{at} seconds from the export");
        seen.insert(format!("{told:?}"));
    }
    assert!(seen.len() >= 6, "the evidence has few states: {seen:?}");
}

/// TN-2: a backup that was degraded for a reason of its own is degraded on that day, also if a later one is not.
#[test]
fn a_day_on_which_a_backup_was_degraded_says_so() {
    let degraded = json!([{ "id": 1, "metadata": { "source": "metadata_only" } }]);
    let sets =
        json!([set(1, json!({ "completed_at": ago(2 * DAY + HOUR), "items": degraded })), set(2, json!({}))]);
    let document = snapshot(json!([tenant(1, json!({ "backup_sets": sets }))]));
    let trend = trend_of(&document, 3, GroupFilter::default());
    let counts = |day: usize| {
        [BackupPosture::Degraded, BackupPosture::Healthy].map(|posture| trend.days[day].posture(posture))
    };
    assert_eq!([counts(0), counts(2)], [[1, 0], [0, 1]]);
    assert_eq!(trend.days[0].unknown_postures, 0);
}

/// TN-5: a day on the last second of a verdict does not hide that the next day has another, whatever happens later.
#[test]
fn a_verdict_that_ends_with_a_day_is_another_on_the_next() {
    let removed = set(1, json!({ "completed_at": ago(2 * DAY), "deleted_at": ago(HOUR) }));
    let document = snapshot(json!([tenant(1, json!({ "backup_sets": [removed], "restore_runs": [] }))]));
    let instants =
        [-DAY, 1 - DAY, 0].map(|seconds| Timestamp::from_unix_seconds(EXPORTED_AT + seconds).unwrap());
    let trend = trend_at(&document.to_string(), &instants, GroupFilter::default(), None);
    let count = |posture| trend.days.iter().map(move |day| day.posture(posture)).collect::<Vec<_>>();
    assert_eq!(count(BackupPosture::Healthy), [1, 0, 0]);
    assert_eq!(count(BackupPosture::Stale), [0, 1, 0]);
    assert_eq!(count(BackupPosture::Absent), [0, 0, 1]);
}

/// TN-4: each note appears only if it applies.
#[test]
fn a_trend_says_what_to_know() {
    let notes = |tenants: Value, days| {
        words::trend_notes(&trend_of(&snapshot(tenants), days, GroupFilter::default()))
    };
    let old = json!({ "backup_sets": nights(&[(1, 9 * DAY)]), "restore_runs": [run(1, json!({ "completed_at": ago(9 * DAY) }))] });
    assert_eq!(notes(json!([tenant(1, old.clone())]), 2), [words::PAST_LIMITS]);
    let young = json!([tenant(1, old.clone()), tenant(2, json!({}))]);
    assert!(notes(young, 2)[1].starts_with("A tenant is not known before its first record"));
    let left_out = json!([tenant(1, old), tenant(2, json!({ "status": "draft" }))]);
    assert_eq!(notes(left_out, 2)[1], "1 tenant is not checked and not counted.");
}

/// TN-2: a day is not known if no tenant is known in either family.
#[test]
fn a_day_is_known_if_anything_is_known_of_a_tenant() {
    let young = |id: u64, more: Value| {
        tenant(id, with(json!({ "backup_sets": nights(&[(1, HOUR)]), "restore_runs": [] }), more))
    };
    let known = |tenants: Value| {
        let trend = trend_of(&snapshot(tenants), 4, GroupFilter::default());
        trend.days.iter().map(|day| day.is_known()).collect::<Vec<_>>()
    };
    assert_eq!(known(json!([young(1, json!({}))])), [false, false, false, true]);
    let older = young(2, json!({ "restore_runs": [run(1, json!({ "completed_at": ago(2 * DAY + HOUR) }))] }));
    assert_eq!(known(json!([young(1, json!({})), older])), [false, true, true, true]);
    assert_eq!(known(json!([])), [true; 4]);
}

/// TN-5: the tenants of a trend are those of a report: of this workspace, active, and the first of an identity.
#[test]
fn a_trend_counts_the_tenants_that_a_report_evaluates() {
    let document = snapshot(json!([
        tenant(1, json!({ "workspace_id": 7 })),
        tenant(2, json!({ "workspace_id": 8 })),
        tenant(6, json!({ "workspace_id": 8 })),
        tenant(3, json!({ "status": "archived" })),
        tenant(1, json!({ "external_id": "other" })),
        tenant(4, json!({ "external_id": "t-1" })),
        { "id": 5 },
    ]));
    let trend = trend_of(&document, 1, GroupFilter::default());
    assert_eq!((trend.tenants(), trend.not_evaluated), (1, 6));
    assert_eq!(report_as_of(&document, 0)["denominators"]["evaluated"], 1);
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
    assert!(words::trend_notes(&trend)[1].contains("starts at 2026-11-19 08:00 UTC"));
    assert_eq!(
        words::trend_title(&trend),
        "Backup attention: 0 tenants, 1 fewer than on 19 Nov. Recovery attention: 0 tenants, 1 fewer than on 19 Nov."
    );
}

/// TN-3: the order of a document's keys decides nothing, of a group neither.
#[test]
fn days_before_the_evidence_are_not_known_wherever_it_says_so() {
    let nights = nights(&[(1, 9 * DAY), (2, HOUR)]);
    let tenants = json!([tenant(1, json!({ "backup_sets": nights, "labels": ["north"] }))]);
    let start = r#"{"format":"recovery-posture/snapshot","version":1,"exported_at":"2026-11-20T08:00:00Z","workspace":{"id":7,"name":"W"},"policy":{}"#;
    let since = r#""since":"2026-11-19T08:00:00Z""#;
    let exported = Timestamp::from_unix_seconds(EXPORTED_AT).expect("within the calendar");
    let trend_in = |document: String| {
        trend_at(&document, &trend_instants(exported, 4), GroupFilter::default(), Some(GroupBy::Label))
    };
    let last = trend_in(format!("{start},\"tenants\":{tenants},{since}}}"));
    assert_eq!(last, trend_in(format!("{start},{since},\"tenants\":{tenants}}}")));
    let of_group = &last.groups.as_ref().expect("they were asked for").listed[0].days;
    for days in [&last.days, of_group] {
        let unknown: Vec<_> = days.iter().map(|day| (day.unknown_postures, day.unknown_states)).collect();
        assert_eq!(unknown, [(1, 1), (1, 1), (0, 0), (0, 0)]);
    }
}

/// TN-3: each family is compared with its own first known day, and a day is not compared with itself.
#[test]
fn a_family_that_is_known_for_one_day_is_not_compared() {
    let document = with(
        snapshot(json!([tenant(1, json!({ "backup_sets": nights(&[(1, 9 * DAY), (2, HOUR)]) }))])),
        json!({ "since": ago(0) }),
    );
    let title = words::trend_title(&trend_of(&document, 4, GroupFilter::default()));
    assert!(title.starts_with("Backup attention: 0 tenants; earlier days are not known."), "{title}");
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
    let lines = |separator| trend_csv(&trend, separator).lines().map(str::to_owned).collect::<Vec<_>>();
    let written = lines(Separator::Comma);
    assert_eq!(written.len(), 2);
    assert!(written[0].starts_with(&words::trend_columns().join(",")), "{written:?}");
    assert!(written[1].starts_with("2026-11-20T08:00:00Z,0,0,0,1,0,0,0,1,0,"), "{written:?}");
    assert!(written[1].ends_with(",2026-11-20T08:00:00Z"), "{written:?}");
    assert!(lines(Separator::Semicolon)[1].starts_with("2026-11-20T08:00:00Z;0;0;0;1;"));
}

/// CL-38: a group that no tenant is in is the first thing said.
#[test]
fn a_trend_of_an_unknown_group_says_so_first() {
    let document = snapshot(json!([tenant(1, json!({ "labels": ["north", "west"] }))]));
    let title = |label: &str| {
        words::trend_title(&trend_of(&document, 1, GroupFilter::of_query([("label[]", label)])))
    };
    assert_eq!(
        title("south"),
        "No checked tenant has the label “south”. Did you mean “north”? Known: “north” and “west”."
    );
    assert_eq!(title("west"), "Backup attention: 0 tenants. Recovery attention: 0 tenants.");
}

/// TN-8: a line for each group and day, tenants without a group first.
#[test]
fn a_trend_counts_its_groups() {
    let document = snapshot(json!([
        tenant(1, json!({ "labels": ["north", "=1"] })),
        tenant(2, json!({ "labels": ["north"], "backup_sets": [] })),
        tenant(3, json!({ "backup_sets": [] })),
    ]));
    let trend = trend_by(&document, 2, GroupFilter::default(), Some(GroupBy::Label));
    let groups = trend.groups.as_ref().expect("they were asked for");
    let counted = groups.listed.iter().map(|group| {
        (group.name.as_deref(), group.days.last().map(|day| (day.tenants(), day.backup_attention())))
    });
    assert_eq!(
        counted.collect::<Vec<_>>(),
        [(None, Some((1, 1))), (Some("=1"), Some((1, 0))), (Some("north"), Some((2, 1)))]
    );
    assert_eq!(trend.days.last().map(|day| day.tenants()), Some(3));
    let csv = trend_csv(&trend, Separator::Comma);
    let lines: Vec<_> = csv.lines().collect();
    assert_eq!(lines.len(), 1 + 3 * 2);
    assert!(lines[0].starts_with("Label,As of,"), "{csv}");
    assert!(lines[1].starts_with(",2026-11-19T08:00:00Z,"), "{csv}");
    assert!(lines[3].starts_with("'=1,2026-11-19"), "{csv}");
    let written: Value =
        serde_json::from_str(&trend_json(&trend).expect("it is written")).expect("it is JSON");
    assert_eq!(written["groups"]["by"], "label");
    assert_eq!(written["groups"]["listed"][2]["days"][1]["tenants"], 2);
}

/// TN-8: the groups are bounded, the same ones in any order of tenants, and the rest are counted.
#[test]
fn a_trend_lists_a_bounded_number_of_groups() {
    let all = MOST_TREND_GROUPS as u64 + 20;
    let listed = |ids: Vec<u64>| {
        let tenants: Vec<_> =
            ids.into_iter().map(|id| tenant(id, json!({ "labels": [format!("label {id:03}")] }))).collect();
        let trend = trend_by(&snapshot(json!(tenants)), 1, GroupFilter::default(), Some(GroupBy::Label));
        let groups = trend.groups.expect("they were asked for");
        assert_eq!(groups.unlisted, 20);
        groups.listed
    };
    let forwards = listed((1..=all).collect());
    assert_eq!(forwards.len(), MOST_TREND_GROUPS);
    assert_eq!(forwards.last().and_then(|group| group.name.as_deref()), Some("label 100"));
    assert_eq!(forwards, listed((1..=all).rev().collect()));
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
