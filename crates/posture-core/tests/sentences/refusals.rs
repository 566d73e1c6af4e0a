//! Why a document is refused, and what is wrong in one that is not.

use serde_json::{Value, json};

use posture_core::bounds::Bound;
use posture_core::{Form, Options, Refusal, derive, words};
use posture_testing::sentences::{Collected, quotes_emptied};

use crate::evidence::{DAY, at, run, schedule, set, snapshot, tenant, with};
use crate::stage::document_at;

/// Every kind of refusal, by its name: what was found, where, and what to do.
#[test]
fn refusals() {
    let mut said = Collected::default();
    for refusal in refused() {
        let name = words::refusal_name(&refusal.kind);
        said.add(name, &refusal.to_string());
    }
    for (name, limit) in words::LIMITS {
        said.add("limits", &format!("{name}: {limit}"));
    }
    insta::assert_snapshot!(said);
}

/// The same for documents that are too large to be written here.
#[test]
fn too_large() {
    let mut said = Collected::default();
    for bound in Bound::ALL {
        let kind = posture_core::RefusalKind::Beyond(*bound);
        said.add(
            words::refusal_name(&kind),
            &words::refusal(&Refusal { kind: kind.clone(), path: None, position: None, found: None }),
        );
    }
    insta::assert_snapshot!(said);
}

fn refused() -> Vec<Refusal> {
    let head = |more: Value| with(snapshot(json!([])), more).to_string();
    let texts = [
        String::new(),
        "\u{feff}{}".to_owned(),
        "PK\u{3}\u{4} and so on".to_owned(),
        "<!doctype html>".to_owned(),
        "%PDF-1.7".to_owned(),
        "SQLite format 3\u{0}".to_owned(),
        "{\u{0}\"\u{0}a\u{0}".to_owned(),
        "hello".to_owned(),
        "[]".to_owned(),
        "{\"a\": ".to_owned(),
        "{} {}".to_owned(),
        "{\"a\": }".to_owned(),
        "{a: 1}".to_owned(),
        "{\"a\" 1}".to_owned(),
        "{\"a\": 1 \"b\": 2}".to_owned(),
        "{\"a\": 01}".to_owned(),
        "{\"a\": \"\\x\"}".to_owned(),
        "{\"a\": \"\n\"}".to_owned(),
        format!("{{\"a\": {}", "[".repeat(70)),
        format!("{{\"a\": {}}}", "1".repeat(1001)),
        json!({ "format": null }).to_string(),
        head(json!({ "format": "other" })),
        head(json!({ "format": "recovery-posture/report" })),
        head(json!({ "version": 2 })),
        head(json!({ "version": 0 })),
        head(json!({ "exported_at": null })),
        head(json!({ "exported_at": "0001-01-01T00:00:00Z" })),
        head(json!({ "since": at(DAY) })),
        head(json!({ "policy": { "freshness_hours": 0 } })),
        head(json!({ "policy": [1] })),
        head(json!({ "workspace": { "id": 7, "name": "\u{1}" } })).replace("\\u0001", "\\ud800"),
        head(json!({ "checked_domains": ["odd"] })),
        head(json!({})).replace("\"version\":1", "\"version\":1,\"version\":1"),
    ];
    let mut refused: Vec<_> =
        texts.iter().map(|text| refusal(text.as_bytes(), Form::Json, Options::default())).collect();
    for bytes in [&b"{\"a\": \"\xff\"}"[..], b"\x1f\x8b\x08\x00", b"\x28\xb5\x2f\xfd"] {
        refused.push(refusal(bytes, Form::Json, Options::default()));
    }
    refused.push(refusal(head(json!({})).as_bytes(), Form::Ndjson, Options::default()));
    let odd = Options { as_of: Some("yesterday".to_owned()), ..Options::default() };
    let hours = Options { freshness_hours: Some(0), ..Options::default() };
    let before = Options { as_of: at(-2 * DAY).as_str().map(str::to_owned), ..Options::default() };
    for options in [odd, hours] {
        refused.push(refusal(head(json!({})).as_bytes(), Form::Json, options));
    }
    refused.push(refusal(head(json!({ "since": at(-DAY) })).as_bytes(), Form::Json, before));
    refused
}

#[track_caller]
fn refusal(document: &[u8], form: Form, options: Options) -> Refusal {
    derive(document, form, &options).expect_err(&String::from_utf8_lossy(document))
}

/// Findings that no case has.
#[test]
fn findings() {
    let mut said = Collected::default();
    let document = snapshot(json!([
        tenant(1, json!({ "environment": "\u{1}" })),
        tenant(1, json!({ "external_id": "other" })),
        tenant(3, json!({ "external_id": "t-1" })),
        tenant(4, json!({ "workspace_id": 8 })),
        tenant(5, json!({ "status": "odd" })),
        tenant(6, json!({ "backup_sets": [set(1, json!({ "tenant_id": 9, "completed_at": "then" }))] })),
        tenant(7, json!({
            "backup_sets": [set(1, json!({ "tenant_id": 9 })), set(2, json!({ "items": [{ "id": 1, "backup_set_id": 3 }] })), set(2, json!({}))],
            "backup_schedules": [
                schedule(1, json!({ "frequency": "hourly" })), schedule(2, json!({ "frequency": "interval", "interval_minutes": null })),
                schedule(3, json!({ "last_run_status": "odd", "name": 7 })),
            ],
            "restore_runs": [
                run(1, json!({ "results": { "odd": [1] } })), run(2, json!({ "status": "odd" })),
                run(3, json!({ "operation_run": { "status": "odd", "outcome": "odd" } })),
                run(4, json!({ "results": [{ "outcome": "odd" }], "completed_at": at(DAY) })),
                run(5, json!({ "created_at": "0001-01-01T00:00:00Z" })),
            ],
        })),
        tenant(8, json!({ "profile": "gold", "labels": [7] })),
        tenant(9, json!({ "backup_sets": [set(1, json!({ "status": "odd", "items": [{ "id": 1, "metadata": { "assignment_capture": "odd" } }] }))] })),
        7, { "id": 10 },
    ]));
    let document: Value = serde_json::from_str(&document.to_string().replace("\"\\u0001\"", "[[]]")).unwrap();
    for finding in document_at(&document, 0).report.findings {
        said.add(finding.code.as_str(), &quotes_emptied(&finding.message));
    }
    insta::assert_snapshot!(said);
}
