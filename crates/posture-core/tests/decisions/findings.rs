//! What is reported about the evidence itself.

use rstest::rstest;
use serde_json::{Value, json};

use posture_core::export::csv::{Separator, findings_csv};
use posture_core::{Form, Mismatch, Options, RefusalKind, derive};

use crate::documents::document;
use crate::evidence::{
    SKEW, at, findings, findings_in, refused, report, report_as_of, report_of_text, run, schedule, set,
    snapshot, tenant,
};

/// SN-36, SN-37, WD-6: each place that may have an unrecognised word, kept as it was written.
#[rstest]
#[case(json!({ "backup_sets": [set(1, json!({ "status": "Odd" }))] }), "unrecognised_status", "backup_sets[0].status")]
#[case(json!({ "restore_runs": [run(1, json!({ "status": "Odd" }))] }), "unrecognised_status", "restore_runs[0].status")]
#[case(json!({ "restore_runs": [run(1, json!({ "operation_run": { "status": "Odd" } }))] }), "unrecognised_status", "restore_runs[0].operation_run.status")]
#[case(json!({ "restore_runs": [run(1, json!({ "operation_run": { "status": "queued", "outcome": "Odd" } }))] }), "unrecognised_status", "restore_runs[0].operation_run.outcome")]
#[case(json!({ "backup_schedules": [schedule(1, json!({ "frequency": "Odd" }))] }), "unrecognised_status", "backup_schedules[0].frequency")]
#[case(json!({ "backup_schedules": [schedule(1, json!({ "last_run_status": "Odd" }))] }), "unrecognised_status", "backup_schedules[0].last_run_status")]
#[case(json!({ "restore_runs": [run(1, json!({ "results": { "assignments": [{ "outcome": "applied" }, { "decision": "Odd" }] } }))] }), "unrecognised_outcome", "restore_runs[0].results.assignments[1]")]
fn an_unrecognised_word_is_reported_at_its_place(
    #[case] more: Value,
    #[case] code: &str,
    #[case] path: &str,
) {
    assert_eq!(findings_in(more.clone()), [(code.to_owned(), format!("tenants[0].{path}"))]);
    let report = report(&snapshot(json!([tenant(1, more)])));
    assert_eq!(findings(&report), [(code.to_owned(), "warning".to_owned(), Some(1))]);
    assert!(report["findings"][0]["message"].as_str().is_some_and(|message| message.contains("\"Odd\"")));
}

/// RP-6: the compiler's version of Unicode, which calls U+0378 unassigned, changes no byte of the report.
#[test]
fn a_word_is_quoted_alike_whatever_unicode_the_compiler_knows() {
    let word = "o\u{378}d\u{202e}\u{e000}";
    let policy = json!({ "scopes": { word: { "freshness_hours": 0 } } });
    let one = tenant(1, json!({ "backup_sets": [set(1, json!({ "status": word }))], "profile": word }));
    let other = tenant(2, json!({ "status": word }));
    for finding in report(&snapshot(json!([one, other])))["findings"].as_array().into_iter().flatten() {
        let message = finding["message"].as_str().unwrap_or_default();
        assert!(message.contains("\"o\u{378}d⟨U+202E⟩\u{e000}\""), "{message}");
    }
    let document = document(&format!(r#""policy":{policy},"tenants":[]"#));
    let path = "policy.scopes[\"o\u{378}d⟨U+202E⟩\u{e000}\"].freshness_hours";
    assert_eq!(refused(document, Form::Json).path.as_deref(), Some(path));
}

/// SN-36: a frequency that says nothing is judged as a daily one, and the finding says so.
#[rstest]
#[case::unknown(json!({ "frequency": "hourly" }), "The schedule frequency \"hourly\" is not recognised, so a run is expected every day.")]
#[case::without_minutes(json!({ "frequency": "interval" }), "The schedule has the frequency \"interval\" but no interval_minutes, so a run is expected every day.")]
fn a_frequency_that_is_not_recognised_is_judged_as_daily(#[case] more: Value, #[case] said: &str) {
    let report = report(&snapshot(json!([tenant(1, json!({ "backup_schedules": [schedule(1, more)] }))])));
    assert_eq!(report["findings"][0]["message"], said);
}

/// SN-37, SN-7: words that nothing here decides by.
#[rstest]
#[case(json!({ "capabilities": ["odd"] }))]
#[case(json!({ "backup_sets": [set(1, json!({ "items": [{ "id": 1, "policy_type": "odd", "metadata": { "source": "odd" } }] }))] }))]
#[case(json!({ "signals": [{ "domain": "alerts", "key": "odd", "urgency": "low", "title": "A fact" }] }))]
fn other_words_are_not_reported(#[case] more: Value) {
    assert_eq!(findings_in(more), []);
}

/// SN-37: a timestamp later than the export and the skew.
#[rstest]
#[case::set("backup_sets", set(1, json!({})), "completed_at")]
#[case::run("restore_runs", run(1, json!({})), "completed_at")]
#[case::schedule("backup_schedules", schedule(1, json!({})), "last_run_at")]
fn a_timestamp_beyond_the_export_is_reported(
    #[case] collection: &str,
    #[case] record: Value,
    #[case] key: &str,
) {
    let told = |seconds: i64| {
        let mut record = record.clone();
        record[key] = at(seconds);
        findings_in(json!({ collection: [record] }))
    };
    assert_eq!(told(SKEW), []);
    assert_eq!(
        told(SKEW + 1),
        [("timestamp_in_future".to_owned(), format!("tenants[0].{collection}[0].{key}"))]
    );
}

/// SN-37: other timestamps may be in the future, and the as-of instant changes nothing.
#[test]
fn only_what_is_said_to_have_happened_can_be_in_the_future() {
    let more = json!({
        "backup_sets": [set(1, json!({ "created_at": at(9999), "deleted_at": at(9999) }))],
        "backup_schedules": [schedule(1, json!({ "next_run_at": at(9999), "created_at": at(9999), "deleted_at": at(9999) }))],
        "restore_runs": [run(1, json!({ "created_at": at(9999), "started_at": at(9999), "deleted_at": at(9999) }))],
    });
    assert_eq!(findings_in(more), []);
    let ahead = snapshot(json!([tenant(
        1,
        json!({ "backup_sets": [set(1, json!({ "completed_at": at(SKEW + 1) }))] })
    )]));
    for as_of in [-99_999, 0, 99_999] {
        assert_eq!(
            findings(&report_as_of(&ahead, as_of)),
            [("timestamp_in_future".to_owned(), "warning".to_owned(), Some(1))]
        );
    }
}

/// SN-37: deleted and archived records are evidence too, and are reported on.
#[test]
fn deleted_records_are_reported_on() {
    let deleted = json!({ "backup_sets": [set(1, json!({ "status": "odd", "deleted_at": at(-1) }))] });
    assert_eq!(findings_in(deleted).len(), 1);
}

/// SN-37: the severity of every code that sets something aside.
#[test]
fn a_record_set_aside_is_an_error() {
    let tenants = json!([
        tenant(1, json!({ "backup_sets": [set(1, json!({})), set(1, json!({})), set(2, json!({ "tenant_id": 9 }))] })),
        tenant(1, json!({})),
        tenant(2, json!({ "workspace_id": 9 })),
        tenant(3, json!({ "status": "odd" })),
        { "id": 4 },
    ]);
    let error = |code: &str, id: u64| (code.to_owned(), "error".to_owned(), Some(id));
    let expected = [
        error("duplicate_record", 1),
        error("cross_tenant_record", 1),
        error("duplicate_tenant", 1),
        error("foreign_workspace", 2),
        error("unrecognised_tenant_status", 3),
        error("unreadable_tenant", 4),
    ];
    assert_eq!(findings(&report(&snapshot(tenants))), expected);
}

/// SN-23, SN-28: an escape that is not a character refuses the document in a key that decides, but not in a detail.
#[rstest]
#[case::exporter(r#""name":"W""#, r#""\ud800""#, "exporter")]
#[case::slug(r#""name":"W","slug":"\udc00""#, "null", "workspace.slug")]
fn a_lone_surrogate_in_a_detail_of_the_head_reads_as_absent(
    #[case] workspace: &str,
    #[case] exporter: &str,
    #[case] path: &str,
) {
    let report = report_of_text(&head(workspace, exporter), Form::Json, 0);
    assert_eq!(findings(&report), [("unfit_detail".to_owned(), "warning".to_owned(), None)]);
    assert_eq!(report["findings"][0]["path"], path);
    let refusal = refused(head(r#""name":"\ud800""#, "null"), Form::Json);
    assert_eq!(
        (refusal.kind, refusal.path.as_deref()),
        (RefusalKind::Mismatch(Mismatch::LoneSurrogate), Some("workspace.name"))
    );
}

/// A document without tenants, as it is written.
fn head(workspace: &str, exporter: &str) -> String {
    let mut document = snapshot(json!([]));
    document["workspace"] = json!({ "id": 7 });
    document["exporter"] = json!("Exporter");
    document
        .to_string()
        .replace(r#""id":7"#, &format!(r#""id":7,{workspace}"#))
        .replace(r#""Exporter""#, exporter)
}

/// SN-38: a finding about an entry that was set aside names that entry, not the tenant that has its id.
#[test]
fn a_finding_names_its_tenant_or_the_entry_that_was_set_aside() {
    let document = snapshot(json!([
        tenant(1, json!({ "name": "One", "environment": 7 })),
        tenant(1, json!({ "name": "Again" })),
        tenant(2, json!({ "name": "Foreign", "workspace_id": 8 })),
        tenant(3, json!({ "name": "Three", "backup_sets": [set(1, json!({ "tenant_id": 9 }))] })),
        tenant(4, json!({ "name": "Odd", "status": "odd" })),
    ]));
    let report =
        derive(document.to_string().as_bytes(), Form::Json, &Options::default()).expect("it is read");
    let written = findings_csv(&report, Separator::Tab);
    let lines: Vec<Vec<_>> = written.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    let named: Vec<_> = lines.iter().map(|cells| (cells[1], cells[2], cells[3])).collect();
    let expected = [
        ("unfit_detail", "1", "One"),
        ("duplicate_tenant", "1", "Again"),
        ("foreign_workspace", "2", "Foreign"),
        ("cross_tenant_record", "3", "Three"),
        ("unrecognised_tenant_status", "4", "Odd"),
    ];
    assert_eq!(named.len(), expected.len());
    assert!(expected.iter().all(|line| named.contains(line)), "{named:?}");
}
