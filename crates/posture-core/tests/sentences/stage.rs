//! Documents with their reports and records.

use serde_json::{Value, json};

use posture_core::policy::Frame;
use posture_core::views::records::{TenantRecords, records};
use posture_core::{Form, Id, Options, Report, SnapshotReader, Timestamp, derive};

use crate::cases;
use crate::evidence::{EXPORTED_AT, snapshot, tenant};

/// Keys of a snapshot whose values are names.
const NAMES: [&str; 8] =
    ["display_name", "domain", "external_id", "label", "name", "platform", "policy_type", "title"];

/// A document that is not refused, and what is derived from it.
pub(crate) struct Derived {
    pub(crate) report: Report,
    pub(crate) frame: Frame,
    /// The records of each evaluated tenant.
    pub(crate) records: Vec<(Id, TenantRecords)>,
    /// The names in the document, longest first.
    pub(crate) names: Vec<String>,
}

/// Every case that is not refused.
pub(crate) fn cases() -> Vec<Derived> {
    let cases = cases::cases();
    assert!(cases.iter().any(|(_, case)| cases::report_of(case).is_none()), "a case is refused");
    cases.iter().filter_map(|(_, case)| derived(&case["snapshot"], case["as_of"].as_str())).collect()
}

/// Each tenant's content in a document of its own, judged so many seconds after the export.
pub(crate) fn tenants_at(contents: impl IntoIterator<Item = Value>, seconds: i64) -> Vec<Derived> {
    contents.into_iter().map(|more| document_at(&snapshot(json!([tenant(1, more)])), seconds)).collect()
}

/// A document judged so many seconds after the export.
pub(crate) fn document_at(document: &Value, seconds: i64) -> Derived {
    derived(document, Some(&instant(seconds).to_string())).unwrap()
}

/// The instant so many seconds after the export of the small documents.
pub(crate) fn instant(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(EXPORTED_AT + seconds).unwrap()
}

fn derived(document: &Value, as_of: Option<&str>) -> Option<Derived> {
    let options = Options { as_of: as_of.map(str::to_owned), ..Options::default() };
    let text = document.to_string();
    let report = derive(text.as_bytes(), Form::Json, &options).ok()?;
    let mut reader = SnapshotReader::new(Form::Json, &options).ok()?;
    reader.push(text.as_bytes());
    reader.end();
    let mut found = Vec::new();
    reader
        .drain(|tenant, frame| {
            let id = serde_json::from_slice::<Value>(&tenant.bytes).ok().and_then(|one| one["id"].as_u64());
            found.extend(id.and_then(Id::new).zip(records(&tenant, frame)?));
            Ok::<_, posture_core::Refusal>(())
        })
        .ok()?;
    Some(Derived { frame: report.frame(), report, records: found, names: names(document) })
}

/// The names in a document, longest first.
fn names(document: &Value) -> Vec<String> {
    fn collect(value: &Value, names: &mut Vec<String>) {
        match value {
            Value::Array(elements) => elements.iter().for_each(|element| collect(element, names)),
            Value::Object(members) => {
                for (key, member) in members {
                    if let Some(text) = member.as_str().filter(|_| NAMES.contains(&key.as_str()))
                        && text.len() > 2
                    {
                        names.push(text.to_owned());
                    }
                    collect(member, names);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut names = Vec::new();
    collect(document, &mut names);
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names.dedup();
    names
}
