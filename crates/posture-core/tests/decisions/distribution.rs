//! How a workspace's tenants are spread over states and ages.

use posture_core::tone::Tone;
use posture_core::views::distribution::{Segment, Spread, backup_ages, backup_ages_on_scale};
use posture_core::{Form, Options, Report, derive, words};
use serde_json::{Value, json};

use crate::evidence::{FRESHNESS, HOUR, ago, run, set, snapshot, tenant};

#[track_caller]
fn report(tenants: Value) -> Report {
    derive(snapshot(tenants).to_string().as_bytes(), Form::Json, &Options::default()).expect("it is read")
}

fn completed(id: u64, age: i64) -> Value {
    tenant(id, json!({ "backup_sets": [set(1, json!({ "completed_at": ago(age) }))] }))
}

fn counted(segments: &[Segment]) -> Vec<(&str, u64, Tone)> {
    segments.iter().map(|segment| (segment.key, segment.tenants, segment.tone)).collect()
}

/// every exported tenant in exactly one segment, worst first, those not evaluated last.
#[test]
fn every_exported_tenant_is_in_one_segment() {
    let report = report(json!([
        tenant(1, json!({ "backup_sets": [], "restore_runs": [] })),
        tenant(
            2,
            json!({ "backup_sets": [set(1, json!({ "status": "partial" }))], "restore_runs": [run(1, json!({ "status": "failed" }))] })
        ),
        tenant(3, json!({ "restore_runs": [] })),
        completed(4, FRESHNESS + 1),
        completed(5, HOUR),
        tenant(6, json!({ "status": "draft" })),
        7,
    ]));
    let Spread { postures, mut states, .. } = Spread::of(&report);
    let expected = [
        ("absent", 1, Tone::Critical),
        ("stale", 1, Tone::High),
        ("degraded", 1, Tone::Medium),
        ("healthy", 2, Tone::Calm),
        ("", 2, Tone::Unknown),
    ];
    assert_eq!(counted(&postures), expected);
    let expected = [
        ("weakened", 1, Tone::High),
        ("unvalidated", 2, Tone::Medium),
        ("no_recent_issues_visible", 2, Tone::Calm),
        ("", 2, Tone::Unknown),
    ];
    states.sort_by_key(|segment| expected.iter().position(|(key, ..)| *key == segment.key));
    assert_eq!(counted(&states), expected);
}

/// WO-22: the windows that decide about a tenant and are not the workspace's are marked, each once.
#[test]
fn other_windows_are_marked() {
    let of_window = |id: u64, hours: u64| {
        tenant(
            id,
            json!({ "scopes": { "": { "freshness_hours": hours } }, "backup_sets": [set(1, json!({}))] }),
        )
    };
    let windows = |tenants: Value| backup_ages(&report(tenants)).other_windows;
    assert_eq!(windows(json!([tenant(1, json!({})), of_window(2, 24)])), [0; 0]);
    assert_eq!(windows(json!([of_window(1, 48), of_window(2, 6), of_window(3, 48)])), [6 * 3600, 48 * 3600]);
}

/// WO-29: what is degraded only because its content is unknown is counted apart, and shown as unknown.
#[test]
fn unknown_content_is_counted_apart_from_what_is_degraded() {
    let unknown = json!({ "items": null });
    let both = json!({ "items": null, "status": "partial" });
    let report = report(json!([
        tenant(1, json!({ "backup_sets": [set(1, unknown)] })),
        tenant(2, json!({ "backup_sets": [set(1, both)] })),
        completed(3, HOUR),
    ]));
    let postures = Spread::of(&report).postures;
    let degraded: Vec<_> = postures.iter().filter(|segment| segment.key == "degraded").collect();
    assert_eq!((degraded[0].tenants, degraded[0].unknown), (2, 1));
    assert!(postures.iter().filter(|segment| segment.key != "degraded").all(|segment| segment.unknown == 0));
    let tones = report.tenants.iter().map(|tenant| posture_core::report::tone::backup(&tenant.backup_health));
    assert_eq!(tones.collect::<Vec<_>>(), [Tone::Unknown, Tone::Medium, Tone::Calm]);
}

/// WO-29: as of an instant before the export, a sentence counts the tenants whose backup content the evidence no longer has.
#[test]
fn content_that_the_evidence_no_longer_has_is_named_as_of_the_past() {
    let old = set(1, json!({ "items": null, "completed_at": ago(30 * HOUR) }));
    let document = snapshot(json!([
        tenant(1, json!({ "backup_sets": [old, set(2, json!({}))] })),
        tenant(2, json!({ "backup_sets": [set(1, json!({ "completed_at": ago(30 * HOUR) }))] })),
    ]));
    let options = Options { as_of: ago(24 * HOUR).as_str().map(str::to_owned), ..Options::default() };
    let report = derive(document.to_string().as_bytes(), Form::Json, &options).expect("it is read");
    let said = words::away_from_export(&report);
    assert!(said.contains("For 1 tenant this evidence no longer has the content of the backup"), "{said}");
}

/// The bins that hold any: where they begin and end, in hours, fresh and stale.
fn bins(report: &Report, scale_hours: Option<u64>) -> Vec<(u64, Option<u64>, u64, u64)> {
    let histogram =
        scale_hours.map_or_else(|| backup_ages(report), |hours| backup_ages_on_scale(report, hours));
    let filled = histogram.bins.iter().filter(|bin| bin.fresh + bin.stale > 0);
    filled
        .map(|bin| {
            (bin.from_seconds / 3600, bin.until_seconds.map(|until| until / 3600), bin.fresh, bin.stale)
        })
        .collect()
}

/// eight bins to the window and as many again, the last one open; exactly the window's age is counted with the fresh.
#[test]
fn ages_fall_into_bins_of_an_eighth_of_the_window() {
    let ages = [
        0,
        3 * HOUR - 1,
        3 * HOUR,
        FRESHNESS - 1,
        FRESHNESS,
        FRESHNESS + 1,
        48 * HOUR - 1,
        48 * HOUR,
        1_000 * HOUR,
    ];
    let mut tenants: Vec<_> = (1..).zip(ages).map(|(id, age)| completed(id, age)).collect();
    tenants.push(tenant(99, json!({ "backup_sets": [] })));
    let report = report(json!(tenants));
    let expected = [
        (0, Some(3), 2, 0),
        (3, Some(6), 1, 0),
        (21, Some(24), 2, 0),
        (24, Some(27), 0, 1),
        (45, Some(48), 0, 1),
        (48, None, 0, 2),
    ];
    assert_eq!(bins(&report, None), expected);
    let histogram = backup_ages(&report);
    assert_eq!((histogram.window_seconds, histogram.bins.len(), histogram.without_backup), (86_400, 17, 1));
}

/// on another window's scale the window stays the report's own.
#[test]
fn another_scale_changes_bins_and_not_what_is_fresh() {
    let report =
        report(json!([completed(1, 2 * HOUR), completed(2, FRESHNESS), completed(3, FRESHNESS + 1)]));
    assert_eq!(bins(&report, Some(8)), [(2, Some(3), 1, 0), (16, None, 1, 1)]);
    assert_eq!(bins(&report, Some(48)), [(0, Some(6), 1, 0), (18, Some(24), 1, 0), (24, Some(30), 0, 1)]);
    assert_eq!(backup_ages_on_scale(&report, 48).window_seconds, 86_400);
}

/// WO-22: of what is fresh, only what may be called healthy is calm.
#[test]
fn a_bin_tells_the_healthy_from_what_is_merely_fresh() {
    let failed = json!([
        set(1, json!({ "completed_at": ago(2 * HOUR) })),
        set(2, json!({ "status": "failed", "completed_at": ago(HOUR) }))
    ]);
    let report = report(json!([
        completed(1, HOUR),
        completed(2, FRESHNESS + 1),
        tenant(
            3,
            json!({ "backup_sets": [set(1, json!({ "status": "partial", "completed_at": ago(HOUR) }))] })
        ),
        tenant(4, json!({ "backup_sets": failed })),
    ]));
    let (ages, Spread { postures, .. }) = (backup_ages(&report), Spread::of(&report));
    // The bar of postures has the same figures.
    let of =
        |key: &str| postures.iter().find(|segment| segment.key == key).map(|one| (one.tenants, one.warned));
    assert_eq!([of("healthy"), of("degraded"), of("stale")], [Some((2, 1)), Some((1, 0)), Some((1, 0))]);
    assert_eq!(ages.parts(), [(Tone::Calm, 1), (Tone::Low, 1), (Tone::Medium, 1), (Tone::High, 1)]);
    for bin in &ages.bins {
        assert_eq!(bin.parts().iter().map(|(_, tenants)| tenants).sum::<u64>(), bin.fresh + bin.stale);
    }
}
