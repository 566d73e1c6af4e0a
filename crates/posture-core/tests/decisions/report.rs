//! The report as it is written.

use rstest::rstest;
use serde_json::{Value, json};

use posture_core::{Form, Options, derive};

use crate::evidence::{
    DAY, HOUR, ago, at, column, report, report_as_of, run, schedule, set, snapshot, tenant, with,
};

fn busy() -> Value {
    let signals = json!([{ "domain": "alerts", "key": "k", "urgency": "low", "title": "A \u{2028}fact\u{7f} é😀\"\\" }]);
    let first = tenant(
        2,
        json!({ "name": "Zürich", "signals": signals, "backup_schedules": [schedule(1, json!({ "last_run_status": "odd" }))] }),
    );
    let families = json!({ "\u{ff5e}": 1, "😀": 2, "a": 3 });
    let summary = set(
        1,
        json!({ "items": null, "quality": { "total_items": 1, "degraded_items": 1, "families": families } }),
    );
    let second = tenant(
        1,
        json!({ "backup_sets": [summary, set(2, json!({ "status": "failed" }))], "restore_runs": [run(2, json!({ "status": "partial" })), run(1, json!({}))] }),
    );
    with(
        snapshot(json!([first, second, { "id": 3 }])),
        json!({ "checked_domains": ["alerts"], "exporter": "a test" }),
    )
}

/// RP-1, RP-2, RA-8: the keys stated, and the tenants by id.
#[test]
fn the_report_has_the_keys_that_are_stated() {
    let report = report(&busy());
    let keys = |value: &Value| {
        let mut keys: Vec<_> = value.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect();
        keys.sort();
        keys.join(" ")
    };
    assert_eq!(
        keys(&report),
        "as_of data_age_seconds denominators evidence_from exported_at findings format not_evaluated overview policy since tenants version workspace"
    );
    assert_eq!(
        keys(&report["overview"]),
        "attention_items attention_total calmness profiles summary_metrics"
    );
    assert_eq!(
        keys(&report["tenants"][0]),
        "backup_health coverage needs_attention recovery_evidence registry restore_attention tenant_id tenant_label tenant_route_key"
    );
    assert_eq!(
        keys(&report["tenants"][0]["restore_attention"][0]),
        "causes counts follow_up_required primary_next_action recovery_claim_boundary restore_run_id state summary tone"
    );
    assert_eq!((&report["format"], &report["version"]), (&json!("recovery-posture/report"), &json!(1)));
    assert_eq!(column(&report["tenants"], "tenant_id"), [1, 2]);
    assert_eq!(report["workspace"], json!({ "id": 7, "name": "A workspace", "slug": null }));
}

/// RP-4, RP-5: canonical bytes, keys of the evidence's own included, and their SHA-256.
#[test]
fn the_report_is_written_as_canonical_json() {
    use sha2::{Digest, Sha256};
    let report = derive(busy().to_string().as_bytes(), Form::Json, &Options::default()).expect("it is read");
    let written = report.to_json().expect("a report is always written");
    let value: Value = serde_json::from_str(&written).expect("it is JSON");
    assert_eq!(written, serde_json_canonicalizer::to_string(&value).expect("it can be canonicalised"));
    let digest: String = hex::encode(Sha256::digest(written.as_bytes()));
    assert_eq!(report.digest().expect("it is written"), digest);
}

/// RP-9: the parts, with several tenants and with none.
#[test]
fn the_parts_of_a_report_join_to_its_canonical_bytes_and_its_digest() {
    use posture_core::report::canonical::{Part, ReportDigest, parts};
    for document in [busy(), snapshot(json!([]))] {
        let report =
            derive(document.to_string().as_bytes(), Form::Json, &Options::default()).expect("it is read");
        let written = |part: Part<'_>| {
            let mut written = Vec::new();
            part.write(&mut written).map(|()| written).expect("a part is always written")
        };
        let parts: Vec<_> = parts(&report).map(written).collect();
        assert_eq!(
            parts.len(),
            4 + report.findings.len() + report.not_evaluated.len() + report.tenants.len()
        );
        assert_eq!(
            String::from_utf8(parts.concat()).expect("it is text"),
            report.to_json().expect("a report is always written")
        );
        let mut digest = ReportDigest::default();
        parts.iter().for_each(|part| digest.add(part));
        assert_eq!(digest.finish(), report.digest().expect("it is written"));
    }
}

/// RP-6, RP-8: the order of records changes no byte but the order of findings and of what was not evaluated.
#[test]
fn the_order_of_records_never_matters() {
    let mut turned = busy();
    let tenants = turned["tenants"].as_array_mut().expect("tenants");
    tenants.reverse();
    for tenant in tenants {
        for collection in ["backup_sets", "restore_runs"] {
            if let Some(records) = tenant[collection].as_array_mut() {
                records.reverse();
            }
        }
    }
    let (straight, turned) = (report(&busy()), report(&turned));
    for key in ["tenants", "overview", "denominators"] {
        assert_eq!(straight[key], turned[key], "{key}");
    }
}

/// TM-5: moving every instant together changes no verdict.
#[test]
fn shifting_all_instants_together_changes_no_verdict() {
    let derived = |date: &str| {
        let text = busy().to_string().replace("2026-11-20", date);
        derive(text.as_bytes(), Form::Json, &Options::default()).expect("it is read")
    };
    let (now, leap_day) = (derived("2026-11-20"), derived("2024-02-29"));
    for (now, then) in now.tenants.iter().zip(&leap_day.tenants) {
        assert_eq!(now.registry, then.registry);
        assert_eq!(
            (&now.backup_health.reasons, now.backup_health.age_seconds),
            (&then.backup_health.reasons, then.backup_health.age_seconds)
        );
    }
    assert_eq!(now.overview.attention_items.len(), leap_day.overview.attention_items.len());
    assert_ne!(now.exported_at, leap_day.exported_at);
}

/// TM-3: the age of the data.
#[test]
fn the_age_of_the_data_is_never_below_zero() {
    assert_eq!(report_as_of(&busy(), 0)["data_age_seconds"], 0);
    assert_eq!(report_as_of(&busy(), -5)["data_age_seconds"], 0);
    assert_eq!(report_as_of(&busy(), DAY)["data_age_seconds"], DAY);
}

/// RP-2: the earliest instant in the evaluated tenants' records that has happened.
#[rstest]
#[case::nothing(json!({ "backup_sets": [], "restore_runs": [] }), Value::Null)]
#[case::a_set(json!({ "restore_runs": [] }), ago(HOUR))]
#[case::a_set_that_never_completed(json!({ "backup_sets": [set(1, json!({ "completed_at": null, "created_at": ago(DAY) }))] }), ago(DAY))]
#[case::a_schedule(json!({ "backup_schedules": [schedule(1, json!({ "last_run_at": ago(3 * DAY) }))] }), ago(3 * DAY))]
#[case::a_run(json!({ "restore_runs": [run(1, json!({ "completed_at": ago(2 * DAY) })), run(2, json!({}))] }), ago(2 * DAY))]
#[case::only_ahead(json!({ "backup_sets": [set(1, json!({ "completed_at": at(DAY) }))], "restore_runs": [] }), Value::Null)]
fn the_earliest_instant_on_record_is_reported(#[case] more: Value, #[case] expected: Value) {
    let elsewhere = tenant(
        2,
        json!({ "status": "draft", "backup_sets": [set(1, json!({ "completed_at": ago(99 * DAY) }))] }),
    );
    assert_eq!(report(&snapshot(json!([tenant(1, more), elsewhere])))["evidence_from"], expected);
}
