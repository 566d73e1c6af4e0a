//! However a document's bytes arrive, the result is the same.

use posture_core::report::model::Report;
use posture_core::verdicts::backup_health::BackupPosture;
use posture_core::{Form, Options, Refusal, ReportBuilder, SnapshotReader, assess_tenant, derive};
use rstest::rstest;
use serde_json::{Value, json};

use crate::documents::document;
use crate::evidence::{HOUR, ago, at, report, report_of_text, set, snapshot, tenant};

/// SN-39: byte by byte the report is the same.
#[test]
fn bytes_one_at_a_time_give_the_same_report() {
    let document = snapshot(
        json!([tenant(1, json!({ "name": "é😀\"\\" })), tenant(2, json!({ "backup_sets": [] })), { "id": 3 }]),
    );
    let mut reader = SnapshotReader::new(Form::Json, &Options::default()).expect("no option is out of range");
    let mut builder = ReportBuilder::default();
    for byte in document.to_string().as_bytes() {
        reader.push(std::slice::from_ref(byte));
        take(&mut reader, &mut builder);
    }
    reader.end();
    take(&mut reader, &mut builder);
    let by_bytes: Report = builder.finish(reader.finish().expect("it is read"));
    assert_eq!(serde_json::to_value(&by_bytes).expect("a report is JSON"), report(&document));
}

/// SN-26, SN-39: a value in a tenant's place ends where it ends, even if it is a long text full of brackets.
#[test]
fn a_long_text_in_a_tenants_place_is_one_unreadable_tenant() {
    let text = "]}[{,_Y ".repeat(40);
    let report = report(&snapshot(json!([text, [text, [{}]], tenant(1, json!({ "name": text })), 7])));
    assert_eq!(report["denominators"]["exported"], 4);
    assert_eq!(
        (&report["denominators"]["unreadable"], &report["denominators"]["evaluated"]),
        (&json!(3), &json!(1))
    );
}

fn take(reader: &mut SnapshotReader, builder: &mut ReportBuilder) {
    let taken = reader.drain(|tenant, frame| {
        builder.add(assess_tenant(&tenant, frame)?)?;
        Ok::<_, Refusal>(())
    });
    taken.expect("it is read");
}

/// SN-39: a tenant comes out once all that decides about it is known, in whatever order the document states it.
#[rstest]
#[case("format")]
#[case("version")]
#[case("exported_at")]
#[case("workspace")]
#[case("policy")]
fn a_tenant_waits_for_what_decides_about_it(#[case] last: &str) {
    let (known, rest): (Vec<_>, Vec<_>) = head().into_iter().partition(|(key, _)| *key != last);
    let written = |members: Vec<(&str, Value)>| {
        let members = members.into_iter().map(|(key, value)| format!("\"{key}\":{value}"));
        members.collect::<Vec<_>>().join(",")
    };
    let mut reader = SnapshotReader::new(Form::Json, &Options::default()).unwrap();
    reader.push(format!("{{{},\"tenants\":[{}],", written(known), late_tenant()).as_bytes());
    assert!(
        reader.frame().is_none() && reader.next_tenant().is_ok_and(|tenant| tenant.is_none()),
        "{last} is not known"
    );
    reader.push(format!("{}}}", written(rest)).as_bytes());
    reader.end();
    let mut builder = ReportBuilder::default();
    take(&mut reader, &mut builder);
    let report = builder.finish(reader.finish().expect("it is read"));
    assert_eq!(report.tenants[0].backup_health.posture, BackupPosture::Stale, "by the document's own window");
}

/// SN-39: if everything is known, a tenant comes out before the document ends, however its first bytes arrive.
#[rstest]
#[case(head(), None)]
#[case(head().into_iter().filter(|(key, _)| *key != "policy").collect(), Some("{\"freshness_hours\":2}".to_owned()))]
fn a_tenant_comes_out_before_the_document_ends(
    #[case] head: Vec<(&str, Value)>,
    #[case] policy: Option<String>,
) {
    let members: Vec<_> = head.into_iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
    let begun = format!("{{{},\"tenants\":[{},", members.join(","), late_tenant());
    for first in 1..6 {
        let options = Options { policy: policy.clone(), ..Options::default() };
        let mut reader = SnapshotReader::new(Form::Json, &options).unwrap();
        reader.push(&begun.as_bytes()[..first]);
        assert_eq!((reader.tenants_seen(), reader.waiting_bytes()), (0, 0));
        reader.push(&begun.as_bytes()[first..]);
        assert_eq!((reader.tenants_seen(), reader.waiting_bytes()), (1, late_tenant().to_string().len()));
        let frame = reader.frame().expect("all is known");
        assert_eq!(frame.policy.freshness_hours, 2);
        assert!(reader.next_tenant().is_ok_and(|tenant| tenant.is_some()), "after {first} bytes");
        assert_eq!((reader.tenants_seen(), reader.waiting_bytes()), (1, 0));
    }
}

/// SN-39: escapes in the head hide no tenant.
#[rstest]
#[case(r#"W\""#)]
#[case(r#"W\\"#)]
#[case(r#"\",\"tenants\":[{"#)]
fn an_escape_in_the_head_does_not_end_its_text(#[case] written: &str) {
    let written = format!("\"{written}\"");
    let name: Value = serde_json::from_str(&written).expect("it is JSON");
    let text = document(&format!("\"exporter\":{written},\"tenants\":[{}]", tenant(1, json!({}))));
    let text = text.replace("\"W\"", &written);
    let report = report_of_text(&text, Form::Json, 0);
    assert_eq!((&report["denominators"]["evaluated"], &report["workspace"]["name"]), (&json!(1), &name));
}

/// What decides about every tenant.
fn head() -> Vec<(&'static str, Value)> {
    vec![
        ("format", json!("recovery-posture/snapshot")),
        ("version", json!(1)),
        ("exported_at", at(0)),
        ("workspace", json!({ "id": 7, "name": "W" })),
        ("policy", json!({ "freshness_hours": 2 })),
    ]
}

/// A tenant whose backup is three hours old.
fn late_tenant() -> Value {
    tenant(1, json!({ "backup_sets": [set(1, json!({ "completed_at": ago(3 * HOUR) }))] }))
}

/// SN-39: of two faults the first is reported, however the bytes arrive.
#[test]
fn which_fault_refuses_does_not_depend_on_chunks() {
    let heads = [
        (r#"{"format":"other","tenants":[],"version":"1"}"#, "format"),
        (r#"{"format":"recovery-posture/snapshot","version":2,"tenants":[],"workspace":7}"#, "version"),
        // More of the head may follow, so it is judged after the tenants.
        (r#"{"workspace":7,"tenants":[7 7]}"#, "tenants"),
    ];
    for (document, path) in heads {
        let whole = derive(document.as_bytes(), Form::Json, &Options::default()).unwrap_err();
        assert_eq!(whole.path.as_deref(), Some(path), "{document}");
        let mut reader = SnapshotReader::new(Form::Json, &Options::default()).unwrap();
        document.as_bytes().iter().for_each(|byte| reader.push(&[*byte]));
        reader.end();
        assert_eq!(reader.next_tenant().unwrap_err(), whole, "{document}");
    }
}
