//! JSON Schema (2020-12) of the snapshot and of the report, generated from the types that read and write them.
//!
//! The snapshot's schema says what an exporter should write. The reader accepts more: invalid details read as absent with a finding,
//! and an invalid tenant is set aside.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, json_schema};
use serde_json::{Map, Value, json};

use crate::id::GREATEST_NUMBER;
use crate::reading::decode::{Detail, ObjectOrEmpty};
use crate::reading::page_details::PageDetail;
use crate::reading::snapshot::{
    Head, IntegrityWarning, NonApplied, Outcome, Records, Results, Spanned, StatedOutcomes,
    StatedTypeOutcomes, Tenant, TenantsPlace, Warnings,
};
use crate::report::model::{REPORT_FORMAT, REPORT_VERSION, Report};
use crate::vocabulary::Word;

/// The schema of a snapshot in its JSON form.
pub fn snapshot_schema() -> Value {
    let settings = SchemaSettings::draft2020_12().for_deserialize();
    let mut schema = settings
        .with_transform(RecursiveTransform(bound_integers))
        .with_transform(RecursiveTransform(leave_nullable_keys_optional))
        .into_generator()
        .into_root_schema_for::<Head<'_>>();
    schema.insert("$id".to_owned(), json!("urn:recovery-posture:snapshot:1"));
    schema.insert("title".to_owned(), json!("Snapshot"));
    schema.insert(
        "description".to_owned(),
        json!("Backup and restore evidence of one workspace, as exported. Unknown keys are ignored."),
    );
    schema.into()
}

/// The schema of a report.
pub fn report_schema() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings
        .with_transform(RecursiveTransform(bound_integers))
        .into_generator()
        .into_root_schema_for::<Report>();
    schema.insert("$id".to_owned(), json!("urn:recovery-posture:report:1"));
    state_constant(&mut schema, "format", json!(REPORT_FORMAT));
    state_constant(&mut schema, "version", json!(REPORT_VERSION));
    schema.into()
}

fn state_constant(schema: &mut Schema, key: &str, value: Value) {
    let property = schema.get_mut("properties").and_then(|properties| properties.get_mut(key));
    if let Some(property) = property.and_then(Value::as_object_mut) {
        property.insert("const".to_owned(), value);
    }
}

/// Numbers end where every JSON reader can still distinguish them; Rust's own integer formats say nothing to other readers.
fn bound_integers(schema: &mut Schema) {
    let Some(Value::String(format)) = schema.get("format") else { return };
    if !format.starts_with("uint") {
        return;
    }
    schema.remove("format");
    if schema.get("maximum").is_none() {
        schema.insert("maximum".to_owned(), json!(GREATEST_NUMBER));
    }
}

/// In a snapshot, what may be null may be absent.
fn leave_nullable_keys_optional(schema: &mut Schema) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object).cloned() else { return };
    let is_nullable = |key: &Value| key.as_str().and_then(|key| properties.get(key)).is_some_and(allows_null);
    let Some(Value::Array(required)) = schema.get_mut("required") else { return };
    required.retain(|key| !is_nullable(key));
    if required.is_empty() {
        schema.remove("required");
    }
}

fn allows_null(schema: &Value) -> bool {
    let is_null = |kind: &Value| kind == "null";
    let by_type = schema
        .get("type")
        .is_some_and(|kind| is_null(kind) || kind.as_array().is_some_and(|kinds| kinds.iter().any(is_null)));
    by_type
        || schema
            .get("anyOf")
            .and_then(Value::as_array)
            .is_some_and(|choices| choices.iter().any(allows_null))
}

/// Implements a schema that is wholly another type's.
macro_rules! same_schema {
    ($name:ty $(where $T:ident)? => $other:ty) => {
        impl $(<$T: JsonSchema>)? JsonSchema for $name {
            fn inline_schema() -> bool {
                <$other>::inline_schema()
            }
            fn schema_name() -> Cow<'static, str> {
                <$other>::schema_name()
            }
            fn schema_id() -> Cow<'static, str> {
                <$other>::schema_id()
            }
            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                <$other>::json_schema(generator)
            }
        }
    };
}
same_schema!(Spanned<T> where T => T);
same_schema!(Records<T> where T => Vec<T>);
same_schema!(Detail<T> where T => Option<T>);
same_schema!(PageDetail<T> where T => Option<T>);
same_schema!(TenantsPlace => Vec<Tenant<'_>>);

impl<T: JsonSchema> JsonSchema for ObjectOrEmpty<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("{}OrEmpty", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let object = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [object, { "type": "array", "maxItems": 0, "description": "Reads as an empty object." }] })
    }
}

impl<T: JsonSchema> JsonSchema for Word<'_, T> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}Word", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let known = T::json_schema(generator).get("examples").cloned().unwrap_or_default();
        json_schema!({
            "type": "string",
            "description": "One of the words in the examples, in any case. Another is kept as written and never read as the good case.",
            "examples": known,
        })
    }
}

impl JsonSchema for Warnings {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Warnings".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let text = generator.subschema_for::<String>();
        json_schema!({ "anyOf": [{ "type": "array", "items": text }, { "type": "object", "additionalProperties": text }, text] })
    }
}

impl JsonSchema for IntegrityWarning {
    fn schema_name() -> Cow<'static, str> {
        "IntegrityWarning".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A doubt about an item's integrity, as a flag or in words.",
            "anyOf": [
                { "description": "Raised or not.", "type": "boolean" },
                { "description": "Raised if the text is not blank.", "type": "string" },
            ],
        })
    }
}

impl JsonSchema for Results<'_> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Results".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let rows = generator.subschema_for::<Option<Vec<Outcome<'_>>>>();
        let counts = generator.subschema_for::<Option<ObjectOrEmpty<StatedOutcomes>>>();
        let types = generator.subschema_for::<Option<BTreeMap<String, ObjectOrEmpty<StatedTypeOutcomes>>>>();
        let items = generator.subschema_for::<Vec<Outcome<'_>>>();
        json_schema!({ "anyOf": [
            {
                "type": "object",
                "description": "Outcome rows by kind, and how many outcomes there were if not every one is listed.",
                "properties": {
                    "items": rows, "foundations": rows, "assignments": rows, "counts": counts, "policy_types": types,
                },
            },
            items,
        ] })
    }
}

/// An object of counts under these keys.
fn counts_by(kinds: &[&str], generator: &mut SchemaGenerator) -> Schema {
    let count = generator.subschema_for::<Option<u64>>();
    let properties: Map<_, _> = kinds.iter().map(|kind| ((*kind).to_owned(), json!(count))).collect();
    json_schema!({ "type": "object", "properties": properties })
}

impl JsonSchema for StatedOutcomes {
    fn schema_name() -> Cow<'static, str> {
        "StatedOutcomes".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        counts_by(&["applied", "skipped", "failed", "partial", "unrecognised"], generator)
    }
}

impl JsonSchema for StatedTypeOutcomes {
    fn schema_name() -> Cow<'static, str> {
        "StatedTypeOutcomes".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        counts_by(&["applied", "skipped", "failed", "partial"], generator)
    }
}

impl JsonSchema for NonApplied {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "NonApplied".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "type": "integer", "minimum": 0, "maximum": GREATEST_NUMBER },
            { "type": "array", "description": "Its length counts." },
            { "type": "object", "description": "Its number of keys counts." },
        ] })
    }
}

impl JsonSchema for Outcome<'_> {
    fn schema_name() -> Cow<'static, str> {
        "Outcome".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let text = generator.subschema_for::<Option<String>>();
        json_schema!({
            "type": "object",
            "description": "The outcome of one item, foundation or assignment. The first of outcome, status and decision that is not null is read.",
            "properties": { "policy_type": text, "label": text, "reason": text },
            "anyOf": [word_under("outcome", &[]), word_under("status", &["outcome"]), word_under("decision", &["outcome", "status"])],
        })
    }
}

/// An outcome's word under this key, the keys looked at before it being null or absent.
fn word_under(key: &str, before: &[&str]) -> Value {
    let mut properties: Map<_, _> =
        before.iter().map(|key| ((*key).to_owned(), json!({ "type": "null" }))).collect();
    properties.insert(key.to_owned(), json!({ "type": "string" }));
    json!({ "properties": properties, "required": [key] })
}
