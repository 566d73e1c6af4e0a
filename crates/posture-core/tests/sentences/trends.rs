//! A workspace day by day.

use serde_json::{Value, json};

use posture_core::export::csv::Separator;
use posture_core::export::trend_csv::trend_csv;
use posture_core::views::groups::{GroupBy, GroupFilter};
use posture_core::views::trend::{MOST_TREND_GROUPS, Trend, TrendBuilder, tenant_trend, trend_instants};
use posture_core::{Form, Options, Refusal, SnapshotReader, Timestamp, words};
use posture_testing::sentences::Collected;

use crate::evidence::{DAY, HOUR, ago, run, set, snapshot, tenant, with};
use crate::stage::instant;

/// Captions, notes and days of a trend.
#[test]
fn trends() {
    let mut said = Collected::default();
    let none = GroupFilter::default;
    let one = snapshot(json!([better(1)]));
    let since = with(one.clone(), json!({ "since": instant(-2 * DAY).to_string() }));
    let trends = [
        trend(&snapshot(json!([better(1), worse(2), tenant(3, json!({ "status": "draft" }))])), 10, none()),
        trend(&snapshot(json!([better(1), better(2)])), 10, none()),
        trend(&snapshot(json!([worse(1), worse(2), worse(3)])), 10, none()),
        trend(&one, 1, none()),
        trend(&one, 366, none()),
        trend(&since, 10, none()),
        trend(&snapshot(json!([tenant(1, json!({ "backup_sets": [], "restore_runs": [] }))])), 3, none()),
        trend(&snapshot(json!([])), 3, none()),
        trend(&snapshot(json!([emptied(1)])), 10, none()),
        trend(&snapshot(json!([better(1)])), 3, none().with(GroupBy::Label, "north")),
        trend_until(&one, instant(-20 * DAY), 3, none(), None),
        trend_until(&one, instant(-20 * DAY), 1, none(), None),
        trend(
            &snapshot(json!([
                tenant(1, json!({})),
                tenant(2, json!({ "status": "draft" })),
                tenant(3, json!({ "status": "draft" }))
            ])),
            2,
            none(),
        ),
    ];
    for trend in &trends {
        said.add("title", &words::trend_title(trend));
        words::trend_notes(trend).iter().for_each(|note| said.add("notes", note));
        for day in &trend.days {
            said.add("days of backups", &words::trend_day(day, &day.by_posture()));
            said.add("days of restores", &words::trend_day(day, &day.by_state()));
        }
        said.add("days of groups", &words::group_trend(&trend.days).join(", "));
    }
    said.add(
        "notes if the evidence starts with the first day",
        &words::trend_notes(&trend(&since, 3, none())).join(" "),
    );
    said.add("days of groups", &words::GROUP_TREND_COLUMNS.join(", "));
    said.add("days not offered", &words::days_not_offered(30));
    said.add("before the evidence", &words::evidence_starts(instant(-DAY)));
    insta::assert_snapshot!(said);
}

/// The cells of a group: how many tenants, and how much more or less attention than on the first known day.
#[test]
fn groups_of_a_trend() {
    let documents = [vec![better(1)], vec![worse(1), worse(2)], vec![tenant(1, json!({}))], vec![]];
    let cells = documents
        .map(|tenants| words::group_trend(&trend(&snapshot(json!(tenants)), 9, GroupFilter::default()).days));
    insta::assert_debug_snapshot!(cells);
}

/// A trend in a file, and groups that are too many for it.
#[test]
fn files() {
    let tenants: Vec<_> = (0..MOST_TREND_GROUPS as u64 + 2)
        .map(|id| with(better(id + 1), json!({ "labels": [id.to_string()] })))
        .collect();
    let grouped = trend_by(&snapshot(json!(tenants)), 1, GroupFilter::default(), Some(GroupBy::Label));
    let few = trend_by(&snapshot(json!([better(1)])), 1, GroupFilter::default(), Some(GroupBy::Label));
    let plain = trend(&snapshot(json!([better(1)])), 2, GroupFilter::default());
    let first_lines =
        |trend| trend_csv(trend, Separator::Semicolon).lines().take(2).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(format!(
        "{}\n\n{}\n\n{}",
        first_lines(&plain),
        first_lines(&grouped),
        [&grouped, &few].map(|trend| words::trend_notes(trend).join("\n")).join("\n\n")
    ));
}

/// A tenant that was stale and restored nothing, and now is fine.
fn better(id: u64) -> Value {
    tenant(
        id,
        json!({ "backup_sets": [set(1, json!({ "completed_at": ago(8 * DAY) })), set(2, json!({}))],
            "restore_runs": [run(1, json!({ "status": "failed", "completed_at": ago(9 * DAY) })), run(2, json!({}))] }),
    )
}

/// A tenant that was fine, and now has a stale backup and a failed restore.
fn worse(id: u64) -> Value {
    tenant(
        id,
        json!({ "backup_sets": [set(1, json!({ "completed_at": ago(8 * DAY + HOUR) }))],
            "restore_runs": [run(1, json!({ "completed_at": ago(9 * DAY) })), run(2, json!({ "status": "failed" }))] }),
    )
}

/// A tenant whose earlier backup no longer has its content.
fn emptied(id: u64) -> Value {
    let gone = json!({ "completed_at": ago(3 * DAY), "items": null, "item_count": 3 });
    tenant(id, json!({ "backup_sets": [set(1, gone), set(2, json!({}))] }))
}

fn trend(document: &Value, days: u64, filter: GroupFilter) -> Trend {
    trend_by(document, days, filter, None)
}

fn trend_by(document: &Value, days: u64, filter: GroupFilter, group_by: Option<GroupBy>) -> Trend {
    trend_until(document, instant(0), days, filter, group_by)
}

fn trend_until(
    document: &Value,
    last: Timestamp,
    days: u64,
    filter: GroupFilter,
    group_by: Option<GroupBy>,
) -> Trend {
    let instants = trend_instants(last, days);
    let mut reader = SnapshotReader::new(Form::Json, &Options::default()).unwrap();
    reader.push(document.to_string().as_bytes());
    reader.end();
    let mut builder = TrendBuilder::new(&instants, filter, group_by);
    reader
        .drain(|tenant, frame| {
            builder.add(tenant_trend(&tenant, frame, &instants)?);
            Ok::<_, Refusal>(())
        })
        .unwrap();
    builder.finish(reader.finish().unwrap())
}
