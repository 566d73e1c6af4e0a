//! How a tenant's text is written: as the contract has it, or as another language or an imprecise exporter would.

use posture_core::export::snapshot::Tenant;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// How a tenant is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writing {
    /// As the contract has it.
    Plain,
    /// As PHP writes filtered collections: lists as objects with numbered keys, and empty objects as lists.
    /// Outcomes of restored items have the key `decision`.
    NumberedKeys,
    /// Details of other types than the contract's, some of which could have decided something.
    UnfitDetails,
}

/// A tenant in the form in which it is written.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Written {
    Plain(Box<Tenant>),
    Altered(Value),
}

impl Written {
    pub(crate) fn new(tenant: Tenant, writing: Writing) -> serde_json::Result<Self> {
        Ok(match writing {
            Writing::Plain => Self::Plain(Box::new(tenant)),
            Writing::NumberedKeys => {
                let mut tenant = serde_json::to_value(tenant)?;
                with_decisions(&mut tenant);
                Self::Altered(with_numbered_keys(tenant))
            }
            Writing::UnfitDetails => Self::Altered(with_unfit_details(serde_json::to_value(tenant)?)),
        })
    }
}

fn with_numbered_keys(value: Value) -> Value {
    match value {
        Value::Array(elements) if !elements.is_empty() => {
            let numbered = elements.into_iter().map(with_numbered_keys).zip(1_u64..);
            numbered.map(|(element, number)| (number.to_string(), element)).collect()
        }
        Value::Object(members) if members.is_empty() => json!([]),
        Value::Object(members) => Value::Object(
            members.into_iter().map(|(key, member)| (key, with_numbered_keys(member))).collect(),
        ),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
            plain
        }
    }
}

fn with_decisions(tenant: &mut Value) {
    for run in records(tenant, "restore_runs") {
        let items = run.get_mut("results").and_then(|results| results.get_mut("items")?.as_array_mut());
        for row in items.into_iter().flatten().filter_map(Value::as_object_mut) {
            if let Some(outcome) = row.remove("outcome") {
                row.insert("decision".to_owned(), outcome);
            }
        }
    }
}

/// Lists become text, as spreadsheets hold them, and of warnings one is an object.
fn with_unfit_details(mut tenant: Value) -> Value {
    for schedule in records(&mut tenant, "backup_schedules") {
        schedule.insert("days_of_week".to_owned(), json!("1 4"));
        if schedule.contains_key("interval_minutes") {
            schedule.insert("interval_minutes".to_owned(), json!("360"));
        }
    }
    for set in records(&mut tenant, "backup_sets") {
        let items = set.get_mut("items").and_then(Value::as_array_mut);
        let metadata =
            items.into_iter().flatten().filter_map(|item| item.get_mut("metadata")?.as_object_mut());
        for (number, metadata) in metadata.enumerate() {
            let warnings = match number % 3 {
                0 => json!([{ "code": 17 }, "Read again after a timeout."]),
                1 => json!("Captured as metadata only."),
                _ => json!({ "first": "Read again after a timeout." }),
            };
            metadata.insert("warnings".to_owned(), warnings);
        }
    }
    if let Some(members) = tenant.as_object_mut() {
        members.insert("labels".to_owned(), json!("gold contract, emea"));
    }
    tenant
}

fn records<'t>(tenant: &'t mut Value, collection: &str) -> impl Iterator<Item = &'t mut Map<String, Value>> {
    let records = tenant.get_mut(collection).and_then(Value::as_array_mut);
    records.into_iter().flatten().filter_map(Value::as_object_mut)
}
