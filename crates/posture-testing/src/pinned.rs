//! Reports without their texts.
#![expect(clippy::wildcard_enum_match_arm, reason = "only two kinds of JSON values contain others")]

use posture_core::Report;
use serde_json::{Map, Value, json};

/// Keys whose values are texts for people, not pinned.
const TEXTS: [&str; 10] = [
    "headline",
    "supporting_message",
    "title",
    "body",
    "summary",
    "message",
    "path",
    "claim_boundary",
    "positive_claim_boundary",
    "tenant_label",
];

/// The pinned part of a report: no texts, findings as a set of what is pinned of them.
pub fn pinned(report: &Report) -> Value {
    let mut value: Value = serde_json::from_str(&report.to_json().unwrap()).unwrap();
    let mut findings: Vec<String> =
        report.findings.iter().map(|f| format!("{} {} {:?}", f.code, f.severity, f.tenant_id)).collect();
    findings.sort();
    findings.dedup();
    value["findings"] = json!(findings);
    strip(&mut value);
    value
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let kept: Map<_, _> = std::mem::take(members)
                .into_iter()
                .filter(|(key, _)| !TEXTS.contains(&key.as_str()))
                .collect();
            *members = kept;
            members.values_mut().for_each(strip);
        }
        Value::Array(elements) => elements.iter_mut().for_each(strip),
        _ => {}
    }
}
