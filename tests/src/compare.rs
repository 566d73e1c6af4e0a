//! How a report is compared with a case (`specs/README.md`, "Worked examples").

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Objects that must not have more keys than expected.
const WHOLE: [&str; 5] = ["families", "unknowns", "counts", "denominators", "policy"];

/// Every difference between `actual` and what is expected, each with its JSON path.
///
/// An object may have more keys than expected, but for `families`, `unknowns`, `counts`, `denominators` and `policy`.
/// Arrays have equal length and order, but for `findings`, a set of (code, severity, tenant_id).
#[must_use]
pub fn differences(expected: &Value, actual: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("$", "", expected, actual, &mut found);
    found
}

fn compare(path: &str, key: &str, expected: &Value, actual: &Value, found: &mut Vec<String>) {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            compare_objects(path, WHOLE.contains(&key), expected, actual, found);
        }
        (Value::Array(expected), Value::Array(actual)) if key == "findings" => {
            compare_findings(path, expected, actual, found);
        }
        (Value::Array(expected), Value::Array(actual)) => {
            if expected.len() != actual.len() {
                found.push(format!("{path}: {} elements expected, {} found", expected.len(), actual.len()));
            }
            for (index, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                compare(&format!("{path}[{index}]"), "", expected, actual, found);
            }
        }
        _ if expected == actual => {}
        _ => found.push(format!("{path}: expected {expected}, found {actual}")),
    }
}

fn compare_objects(
    path: &str,
    whole: bool,
    expected: &Map<String, Value>,
    actual: &Map<String, Value>,
    found: &mut Vec<String>,
) {
    for (key, expected) in expected {
        let path = format!("{path}.{key}");
        match actual.get(key) {
            Some(actual) => compare(&path, key, expected, actual, found),
            None => found.push(format!("{path}: expected {expected}, missing")),
        }
    }
    if whole {
        for (key, actual) in actual.iter().filter(|(key, _)| !expected.contains_key(*key)) {
            found.push(format!("{path}.{key}: found {actual}, not expected"));
        }
    }
}

fn compare_findings(path: &str, expected: &[Value], actual: &[Value], found: &mut Vec<String>) {
    let pinned = |findings: &[Value]| -> BTreeSet<String> {
        findings
            .iter()
            .map(|finding| {
                format!("({}, {}, {})", finding["code"], finding["severity"], finding["tenant_id"])
            })
            .collect()
    };
    let (expected, actual) = (pinned(expected), pinned(actual));
    found.extend(expected.difference(&actual).map(|finding| format!("{path}: expected {finding}, missing")));
    found
        .extend(actual.difference(&expected).map(|finding| format!("{path}: found {finding}, not expected")));
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::differences;

    #[track_caller]
    fn check(expected: Value, actual: Value, found: &[&str]) {
        assert_eq!(differences(&expected, &actual), found);
    }

    #[test]
    fn more_keys_are_fine_in_an_object_at_any_depth() {
        check(json!({"a": {"b": 1}}), json!({"a": {"b": 1, "c": 2}, "d": 3}), &[]);
    }

    #[test]
    fn objects_compared_whole_may_have_no_more_keys() {
        check(
            json!({"quality": {"families": {"x": 1}}}),
            json!({"quality": {"families": {"x": 1, "y": 2}}}),
            &["$.quality.families.y: found 2, not expected"],
        );
        check(
            json!({"quality": {"unknowns": {}}}),
            json!({"quality": {"unknowns": {"x": 1}}}),
            &["$.quality.unknowns.x: found 1, not expected"],
        );
    }

    #[test]
    fn a_missing_key_is_a_difference_even_if_null_is_expected() {
        check(json!({"a": null}), json!({}), &["$.a: expected null, missing"]);
    }

    #[test]
    fn arrays_differ_by_length_and_by_order() {
        check(json!([1]), json!([1, 2]), &["$: 1 elements expected, 2 found"]);
        check(json!([1, 2]), json!([2, 1]), &["$[0]: expected 1, found 2", "$[1]: expected 2, found 1"]);
    }

    #[test]
    fn findings_are_a_set_of_code_severity_and_tenant() {
        let finding =
            |code: &str, path: &str| json!({"code": code, "severity": "error", "tenant_id": 7, "path": path});
        check(
            json!({"findings": [finding("a", ""), finding("b", "")]}),
            json!({"findings": [finding("b", "$.x"), finding("a", "$.y"), finding("a", "$.z")]}),
            &[],
        );
        check(
            json!({"findings": [finding("a", "")]}),
            json!({"findings": [finding("b", "")]}),
            &[
                r#"$.findings: expected ("a", "error", 7), missing"#,
                r#"$.findings: found ("b", "error", 7), not expected"#,
            ],
        );
    }
}
