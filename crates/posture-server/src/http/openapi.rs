//! The OpenAPI 3.1 description: routes and answers from the handlers, the snapshot and the report from their own schemas.

use std::sync::LazyLock;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use posture_core::paths;
use serde_json::{Map, Value, json};
use utoipa::OpenApi as _;

use super::api;
use super::conditional::{etag, version};
use super::health;
use super::problem::{Problem, Problems};
use super::{reviews, sign_in};

/// The schemas of documents, by the names that handlers refer to.
const SCHEMAS: [(&str, &str); 2] = [
    ("Snapshot", include_str!("../../../../specs/schema/snapshot.schema.json")),
    ("Report", include_str!("../../../../specs/schema/report.schema.json")),
];

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Posture data endpoint",
        description = "Evidence of backups and restores, and reports derived from it. Only marks on attention items can be written."
    ),
    paths(
        api::workspaces,
        api::snapshot,
        api::tenant_snapshot,
        api::report,
        reviews::list,
        reviews::put,
        reviews::delete,
        describe,
        sign_in::current,
        health::healthz,
        health::readyz,
        health::metrics
    ),
    components(schemas(
        api::Workspaces,
        reviews::Reviews,
        reviews::StatedReview,
        sign_in::CurrentSession,
        Problem
    ))
)]
struct Api;

static DESCRIPTION: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut text = serde_json::to_vec_pretty(&description()).unwrap_or_default();
    text.push(b'\n');
    text
});

/// This description.
#[utoipa::path(
    get,
    path = paths::API_DESCRIPTION,
    operation_id = "describe",
    tag = "api",
    responses(
        (status = 200, description = "The description, OpenAPI 3.1", content_type = "application/json", body = serde_json::Value),
        (status = 304, description = "The client's copy is current"),
        Problems,
    )
)]
pub(super) async fn describe() -> Response {
    let body: &'static [u8] = &DESCRIPTION;
    (
        [
            (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
            (header::ETAG, etag(&version(&[body]))),
        ],
        body,
    )
        .into_response()
}

/// The description as JSON.
pub fn description() -> Value {
    // A description is plain data, which serde_json can always write.
    let mut api = serde_json::to_value(Api::openapi()).unwrap_or_default();
    let Some(schemas) = api.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else {
        return api;
    };
    for (name, text) in SCHEMAS {
        let schema: Value = serde_json::from_str(text).unwrap_or_default();
        add_schema(schemas, name, schema);
    }
    if let Some(tenants) =
        schemas.get_mut("Snapshot").and_then(|snapshot| snapshot.pointer_mut("/properties/tenants/items"))
    {
        let as_exported = json!({ "description": "A tenant that is invalid under this schema is returned as it was exported." });
        *tenants = json!({ "anyOf": [tenants.take(), as_exported] });
    }
    api
}

/// Adds a schema document under a name, and its definitions under that name and their own.
fn add_schema(schemas: &mut Map<String, Value>, name: &str, mut schema: Value) {
    if let Some(document) = schema.as_object_mut() {
        document.remove("$schema");
        document.remove("$id");
        if let Some(Value::Object(definitions)) = document.remove("$defs") {
            for (definition, mut schema) in definitions {
                point_to_components(&mut schema, name);
                schemas.insert(format!("{name}.{definition}"), schema);
            }
        }
    }
    point_to_components(&mut schema, name);
    schemas.insert(name.to_owned(), schema);
}

fn point_to_components(schema: &mut Value, name: &str) {
    match schema {
        Value::Object(members) => {
            for (key, member) in members {
                match member.as_str().and_then(|reference| reference.strip_prefix("#/$defs/")) {
                    Some(definition) if key == "$ref" => {
                        *member = json!(format!("#/components/schemas/{name}.{definition}"))
                    }
                    Some(_) | None => point_to_components(member, name),
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| point_to_components(element, name)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
