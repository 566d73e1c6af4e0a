//! Answers held against the description of the API.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};

use axum::http::Method;
use jsonschema::Validator;
use posture_core::{Form, Options};
use posture_server::description;
use serde_json::{Value, json};

use crate::support::Answer;

static DESCRIPTION: LazyLock<Value> = LazyLock::new(description);

/// Schemas are compiled once.
static VALIDATORS: LazyLock<Mutex<BTreeMap<String, &'static Validator>>> = LazyLock::new(Mutex::default);

/// Asserts that an answer is one the description allows, where it describes the address.
#[track_caller]
pub(crate) fn assert_described(method: &Method, path: &str, answer: &Answer) {
    let path = path.split('?').next().unwrap_or_default();
    let Some((route, operations)) =
        DESCRIPTION["paths"].as_object().unwrap().iter().find(|(route, _)| is_route(route, path))
    else {
        return;
    };
    if !matches!(*method, Method::GET | Method::HEAD) {
        assert!(!answer.status.is_success(), "{method} {path} is not described");
        return;
    }
    let responses = &operations["get"]["responses"];
    let status = answer.status.as_u16();
    let range = format!("{}XX", status / 100);
    let described = [status.to_string(), range].into_iter().find(|key| responses.get(key).is_some());
    let described = described.unwrap_or_else(|| panic!("{path}: status {status} is not described"));
    let Some(content) = responses[&described]["content"].as_object() else {
        assert!(answer.body.is_empty(), "{path}: {status} is described without content");
        return;
    };
    let kind = answer.header("content-type").split(';').next().unwrap_or_default();
    let schema = content.get(kind).unwrap_or_else(|| panic!("{path}: {status} is not described as {kind}"));
    if *method == Method::HEAD || answer.headers.contains_key("content-encoding") {
        return;
    }
    if !kind.ends_with("json") {
        assert_eq!(schema["schema"]["type"], "string", "{path}: {status} is text");
        return;
    }
    let validator = validator_of(&format!("{route} {described}"), &schema["schema"]);
    let body = answer.json();
    assert_fits(validator, &body, path);
    let is_clean = posture_core::derive(&answer.body, Form::Json, &Options::default())
        .is_ok_and(|report| report.findings.is_empty());
    if is_clean {
        let tenant = validator_of("tenant", &DESCRIPTION["components"]["schemas"]["Snapshot.Tenant"]);
        body["tenants"].as_array().unwrap().iter().for_each(|text| assert_fits(tenant, text, path));
    }
}

#[track_caller]
fn assert_fits(validator: &Validator, body: &Value, path: &str) {
    let errors: Vec<_> =
        validator.iter_errors(body).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{path} is not answered as described: {errors:#?}");
}

fn validator_of(name: &str, schema: &Value) -> &'static Validator {
    let mut validators = VALIDATORS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    validators.entry(name.to_owned()).or_insert_with(|| {
        let document = json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "allOf": [schema], "components": DESCRIPTION["components"] });
        Box::leak(Box::new(jsonschema::validator_for(&document).unwrap()))
    })
}

fn is_route(route: &str, path: &str) -> bool {
    let (route, path): (Vec<_>, Vec<_>) = (route.split('/').collect(), path.split('/').collect());
    route.len() == path.len()
        && route.iter().zip(path).all(|(expected, part)| expected.starts_with('{') || *expected == part)
}
