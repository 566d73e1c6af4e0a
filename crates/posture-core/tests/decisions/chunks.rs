//! However a document's bytes arrive, the result is the same.

use posture_core::report::model::Report;
use posture_core::{Form, Options, Refusal, ReportBuilder, SnapshotReader, assess_tenant, derive};
use serde_json::json;

use crate::evidence::{report, snapshot, tenant};

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

/// SN-39: of two faults the first is reported, however the bytes arrive.
#[test]
fn which_fault_refuses_does_not_depend_on_chunks() {
    let heads = [
        (r#"{"format":"other","tenants":[],"version":"1"}"#, "format"),
        (r#"{"format":"recovery-posture/snapshot","version":2,"tenants":[],"workspace":7}"#, "version"),
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
