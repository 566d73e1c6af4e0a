//! Work in steps, so that a page can pause between any two.

use serde_json::{Value, json};

use posture_core::policy::Frame;
use posture_core::verdicts::backup_health::BackupPosture;
use posture_core::views::attention::attention_by_tenant;
use posture_core::views::groups::GroupFilter;
use posture_core::views::overview_counts::OverviewCounting;
use posture_core::views::trend::{Trend, TrendBuilder, tenant_trend, trend_instants};
use posture_core::views::trend_steps::TrendSteps;
use posture_core::{
    Assessing, Form, Options, Refusal, Report, ReportBuilder, SnapshotReader, TenantText, Timestamp, derive,
};
use rstest::rstest;

use crate::evidence::{DAY, EXPORTED_AT, ago, run, schedule, set, snapshot, tenant, with};

/// A tenant with three backup sets, two schedules and four restore runs.
fn several() -> Value {
    json!({ "backup_sets": [set(1, json!({})), set(2, json!({})), set(3, json!({}))],
        "backup_schedules": [schedule(1, json!({})), schedule(2, json!({}))],
        "restore_runs": [run(1, json!({})), run(2, json!({})), run(3, json!({})), run(4, json!({}))] })
}

fn of_tenant(tenant_with: &Value) -> Value {
    snapshot(json!([tenant(1, tenant_with.clone())]))
}

fn read<B>(
    document: &Value,
    mut builder: B,
    mut take: impl FnMut(&mut B, &TenantText, &Frame) -> Result<(), Refusal>,
) -> (B, SnapshotReader) {
    let document = document.to_string();
    let mut reader = SnapshotReader::new(Form::Json, &Options::default()).expect("no option is refused");
    reader.push(document.as_bytes());
    reader.end();
    reader.drain(|text, frame| take(&mut builder, &text, frame)).expect("it is read");
    (builder, reader)
}

/// The report of a tenant that is assessed with so many records in a step, and the number of steps.
#[track_caller]
fn assessed(document: &Value, records: usize) -> (String, usize) {
    let mut steps = 0;
    let (builder, reader) = read(document, ReportBuilder::default(), |builder, text, frame| {
        let mut assessing = Assessing::start(text, frame);
        while assessing.step(records)? {
            steps += 1;
            assert!(steps < 100, "it does not end");
        }
        assert!(!assessing.step(records)?, "nothing is left to do");
        builder.add(assessing.finish()?)
    });
    let report = builder.finish(reader.finish().expect("it is read"));
    (report.to_json().expect("a report is always written"), steps)
}

/// A step reads and frees at most so many records of each collection, and the report is the same.
#[rstest]
#[case::several(several(), [15, 9, 6])]
#[case::empty(json!({ "backup_sets": [], "backup_schedules": [], "restore_runs": [] }), [6, 6, 6])]
#[case::absent(json!({ "backup_sets": null, "restore_runs": null }), [6, 6, 6])]
#[case::as_objects(json!({ "backup_sets": { "0": set(1, json!({})), "1": set(2, json!({})) }, "restore_runs": [] }), [7, 6, 6])]
#[case::invalid(with(several(), json!({ "restore_runs": [run(1, json!({})), run(2, json!({ "is_dry_run": 7 }))] })), [8, 5, 4])]
fn a_tenant_is_assessed_in_steps(#[case] tenant_with: Value, #[case] steps: [usize; 3]) {
    let document = of_tenant(&tenant_with);
    let whole = derive(document.to_string().as_bytes(), Form::Json, &Options::default()).expect("it is read");
    let whole = whole.to_json().expect("a report is always written");
    let found = [1, 2, usize::MAX].map(|records| {
        let (report, steps) = assessed(&document, records);
        assert_eq!(report, whole, "{records} records in a step");
        steps
    });
    assert_eq!(found, steps);
}

/// The trend of a tenant that is judged with so many records in a step, and the number of steps; no number judges it at once.
#[track_caller]
fn trend(document: &Value, days: u64, records: Option<usize>) -> (Trend, usize) {
    let instants =
        trend_instants(Timestamp::from_unix_seconds(EXPORTED_AT).expect("within the calendar"), days);
    let mut steps = 0;
    let (builder, reader) =
        read(document, TrendBuilder::new(&instants, GroupFilter::default(), None), |builder, text, frame| {
            let Some(records) = records else {
                builder.add(tenant_trend(text, frame, &instants)?);
                return Ok(());
            };
            let mut trend = TrendSteps::start(text, frame, &instants);
            while trend.step(records)? {
                steps += 1;
                assert!(steps < 100, "it does not end");
            }
            assert!(!trend.step(records)?, "nothing is left to do");
            builder.add(trend.finish()?);
            Ok(())
        });
    (builder.finish(reader.finish().expect("it is read")), steps)
}

/// So is a trend, whose every day is a step.
#[rstest]
#[case::several(several(), [21, 12])]
#[case::draft(with(several(), json!({ "status": "draft" })), [15, 6])]
#[case::invalid(json!({ "backup_sets": 7 }), [3, 3])]
fn a_tenant_is_judged_on_each_day_in_steps(#[case] tenant_with: Value, #[case] steps: [usize; 2]) {
    let document = of_tenant(&tenant_with);
    let (whole, _) = trend(&document, 5, None);
    let found = [1, usize::MAX].map(|records| {
        let (found, steps) = trend(&document, 5, Some(records));
        assert_eq!(found, whole, "{records} records in a step");
        steps
    });
    assert_eq!(found, steps);
}

/// TN-5: a backup that turns stale right after an instant of the trend is fresh at it and stale at the next one.
#[test]
fn a_day_is_judged_again_right_after_a_verdict_changes() {
    let backup = of_tenant(&json!({ "backup_sets": [set(1, json!({ "completed_at": ago(3 * DAY) }))] }));
    // Without an allowance for clocks, the verdict changes exactly at instants of the trend.
    let backup = with(backup, json!({ "policy": { "clock_skew_seconds": 0 } }));
    let stale: Vec<_> =
        trend(&backup, 4, None).0.days.iter().map(|day| day.posture(BackupPosture::Stale)).collect();
    assert_eq!(stale, [0, 0, 1, 1]);
}

/// TN-5: without any record a tenant is absent on each day, also on the first.
#[test]
fn a_tenant_without_records_is_absent_on_each_day() {
    let none = of_tenant(&json!({ "backup_sets": [], "restore_runs": [] }));
    let absent: Vec<_> =
        trend(&none, 3, None).0.days.iter().map(|day| day.posture(BackupPosture::Absent)).collect();
    assert_eq!(absent, [1, 1, 1]);
}

/// The overview is counted in steps, the last of which has nothing left to count.
#[test]
fn an_overview_is_counted_in_steps() {
    let tenants = json!([
        tenant(1, json!({ "backup_sets": [] })),
        tenant(2, json!({})),
        tenant(3, json!({ "restore_runs": [] }))
    ]);
    let report: Report = derive(snapshot(tenants).to_string().as_bytes(), Form::Json, &Options::default())
        .expect("it is read");
    let mut counting = OverviewCounting::of(&report);
    assert_eq!([2, 2, 2, 2].map(|tenants| counting.step(tenants)), [true, true, false, false]);
    let counts = counting.finish();
    assert_eq!(counts, OverviewCounting::of(&report).finish());
    let (listed, all) = (counts.listed(&report), attention_by_tenant(&report, None, 10));
    let ids = |listed: &posture_core::views::attention::AttentionByTenant<'_>| -> Vec<u64> {
        listed.listed.iter().map(|line| line.tenant.tenant_id.get()).collect()
    };
    assert_eq!((ids(&listed), listed.tenants), (ids(&all), all.tenants));
    assert_eq!(ids(&listed), [1, 3]);
}
