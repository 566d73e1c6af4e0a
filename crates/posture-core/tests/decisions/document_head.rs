//! What the head of a document must have, and what of it refuses the document.

use rstest::rstest;
use serde_json::json;

use posture_core::{Form, Mismatch, Options, RefusalKind, derive};

use crate::documents::{document, refused_at_mark};
use crate::evidence::{column, refused, report_of_text, snapshot};

/// SN-23: another format or version, and keys that are missing.
#[test]
fn another_format_or_version_is_refused() {
    let head = |format: &str, version: &str| {
        format!(
            r#"{{"format":{format},"version":{version},"exported_at":"2026-11-20T08:00:00Z","workspace":{{"id":7,"name":"W"}},"tenants":[]}}"#
        )
    };
    let snapshot = r#""recovery-posture/snapshot""#;
    assert_eq!(
        refused(head(r#""other""#, "1"), Form::Json).kind,
        RefusalKind::WrongFormat(Some("other".to_owned()))
    );
    assert_eq!(
        refused(head(r#""Recovery-Posture/Snapshot""#, "1"), Form::Json).kind,
        RefusalKind::WrongFormat(Some("Recovery-Posture/Snapshot".to_owned()))
    );
    assert_eq!(refused(head("null", "1"), Form::Json).kind, RefusalKind::WrongFormat(None));
    for version in ["0", "2", "9007199254740991"] {
        let refusal = refused(head(snapshot, version), Form::Json);
        assert_eq!(
            (refusal.kind, refusal.path.as_deref()),
            (RefusalKind::UnsupportedVersion(version.parse().expect("a number")), Some("version"))
        );
    }
    for version in ["1.0", "1e0", "\"1\"", "true", "-1", "9007199254740992"] {
        let refusal = refused(head(snapshot, version), Form::Json);
        assert!(matches!(refusal.kind, RefusalKind::Mismatch(Mismatch::Expected(_))), "{version}: {refusal}");
        assert_eq!(refusal.path.as_deref(), Some("version"));
    }
}

/// SN-23, SN-5: each required key, missing and null.
#[rstest]
#[case("version")]
#[case("exported_at")]
#[case("workspace")]
#[case("tenants")]
fn a_missing_top_level_key_refuses(#[case] key: &str) {
    let mut absent = snapshot(json!([]));
    absent.as_object_mut().expect("a document").remove(key);
    let mut null = snapshot(json!([]));
    null[key] = json!(null);
    for document in [absent, null] {
        let refusal = refused(document.to_string(), Form::Json);
        assert!(refusal.to_string().contains(key), "{refusal}");
    }
}

/// SN-23, SN-15, SN-16, SN-24: an invalid value of the head, with its path and place.
#[rstest]
#[case(r#""exported_at":¶7"#, "exported_at")]
#[case(r#""exported_at":¶"2026-11-20""#, "exported_at")]
#[case(r#""policy":¶[1]"#, "policy")]
#[case(r#""policy":{"scopes":{"intune":¶null}}"#, "policy.scopes.intune")]
#[case(
    r#""policy":{"profiles":{"weekly":{"scopes":{"":{"expected":¶1}}}}}"#,
    "policy.profiles.weekly.scopes[\"\"].expected"
)]
#[case(
    r#""policy":{"scopes":{"a":{"expected_policy_types":["x",¶null]}}}"#,
    "policy.scopes.a.expected_policy_types[1]"
)]
#[case(r#""policy":{"freshness_hours":¶"24"}"#, "policy.freshness_hours")]
#[case(r#""policy":{"attention_limit":¶1.0}"#, "policy.attention_limit")]
#[case(r#""policy":{"clock_skew_seconds":¶-1}"#, "policy.clock_skew_seconds")]
#[case(r#""workspace":¶"W""#, "workspace")]
#[case(r#""workspace":{"id":¶0,"name":"W"}"#, "workspace.id")]
#[case(r#""workspace":{"id":7,"name":¶null}"#, "workspace.name")]
#[case(r#""workspace":¶{"id":7}"#, "workspace")]
#[case(r#""checked_domains":¶"alerts""#, "checked_domains")]
#[case(r#""checked_domains":["alerts",¶"backup_health"]"#, "checked_domains[1]")]
#[case(r#""checked_domains":[¶null]"#, "checked_domains[0]")]
#[case(r#""tenants":¶{}"#, "tenants")]
#[case(r#""workspace":{"id":7,"name":¶"\ud800"}"#, "workspace.name")]
fn an_invalid_value_in_the_head_is_refused_with_its_path(#[case] member: &str, #[case] path: &str) {
    let key = member.split(':').next().expect("a key").trim_matches('"');
    let mut others = snapshot(json!([]));
    others.as_object_mut().expect("a document").remove(key);
    let marked = format!("{{\n{member},{}", &others.to_string()[1..]);
    let refusal = refused(marked.replace('¶', ""), Form::Json);
    assert!(matches!(refusal.kind, RefusalKind::Mismatch(_)), "{refusal}");
    assert_eq!(refusal.path.as_deref(), Some(path));
    if !member.contains("ud800") {
        refused_at_mark(&marked, Form::Json);
    }
}

/// SN-23: the refusal keeps the invalid value as it is written, unless quoting it does not help.
#[test]
fn an_invalid_value_of_the_head_is_quoted() {
    let found = |member: &str| refused(document(&format!("{member},\"tenants\":[]")), Form::Json).found;
    assert_eq!(found(r#""policy":{"freshness_hours": "24 h" }"#).as_deref(), Some("\"24 h\""));
    assert_eq!(found(r#""policy":{"freshness_hours":0}"#).as_deref(), Some("0"));
    assert_eq!(found(r#""policy":{},"policy":{}"#), None);
}

/// SN-23, SN-28: of a lone surrogate the escape itself is named.
#[test]
fn a_lone_surrogate_is_named_at_its_escape() {
    let marked = snapshot(json!([])).to_string().replace("A workspace", r"A\u0020¶\ud800 workspace");
    let refusal = refused_at_mark(&marked, Form::Json);
    assert_eq!(refusal.kind, RefusalKind::Mismatch(Mismatch::LoneSurrogate));
    let marked = snapshot(json!([])).to_string().replace("A workspace", r"¶\udc00");
    refused_at_mark(&marked, Form::Json);
}

/// SN-21: what only looks like an instant is not one.
#[test]
fn an_instant_needs_its_quotes() {
    for since in [r#"[2026-11-20T07:00:00Z""#, r#""2026-11-20T07:00:00Z]"#, r#"2026-11-20T07:00:00Z"#] {
        let refusal = refused(document(&format!("\"since\":{since},\"tenants\":[]")), Form::Json);
        assert!(matches!(refusal.kind, RefusalKind::Mismatch(_) | RefusalKind::Syntax(_)), "{refusal}");
    }
}

/// SN-23, SN-17: a detail of the head reads as absent, with a finding about no tenant.
#[test]
fn a_detail_of_the_head_never_refuses() {
    let text = r#"{"exporter":[1],"format":"recovery-posture/snapshot","version":1,"exported_at":"2026-11-20T08:00:00Z","workspace":{"id":7,"slug":{},"name":"W"},"tenants":[]}"#;
    let report = report_of_text(text, Form::Json, 0);
    assert_eq!(column(&report["findings"], "path"), ["exporter", "workspace.slug"]);
    assert_eq!(column(&report["findings"], "code"), ["unfit_detail"; 2]);
    assert_eq!(column(&report["findings"], "tenant_id"), [json!(null), json!(null)]);
    assert_eq!(report["workspace"], json!({ "id": 7, "name": "W", "slug": null }));
}

/// SN-24: a known key twice, however it is spelt; unknown keys may repeat.
#[rstest]
#[case(r#""version":1"#, Some("version"))]
#[case(r#""\u0076ersion":1"#, Some("version"))]
#[case(r#""exporter":null,"exporter":null"#, Some("exporter"))]
#[case(r#""policy":{"freshness_hours":1,"freshness_hours":1}"#, Some("freshness_hours"))]
#[case(r#""policy":{"freshness_hours":null,"freshness\u005fhours":null}"#, Some("freshness_hours"))]
#[case(r#""policy":{},"policy":null"#, Some("policy"))]
#[case(r#""workspace":{"id":7,"name":"W"}"#, Some("workspace"))]
#[case(r#""checked_domains":[],"checked_domains":[]"#, Some("checked_domains"))]
#[case(r#""tenants":[]"#, Some("tenants"))]
#[case(r#""t\u0065nants":[]"#, Some("tenants"))]
#[case(r#""x":1,"x":2,"policy":{"x":1,"x":2}"#, None)]
fn a_known_key_may_occur_only_once(#[case] members: &str, #[case] twice: Option<&str>) {
    let text = document(&format!(r#""tenants":[],{members}"#));
    match twice {
        Some(key) => {
            assert_eq!(refused(text, Form::Json).kind, RefusalKind::Mismatch(Mismatch::Twice(key.to_owned())))
        }
        None => drop(report_of_text(&text, Form::Json, 0)),
    }
}

/// SN-24: in workspace too.
#[test]
fn a_key_of_the_workspace_may_occur_only_once() {
    let text = r#"{"format":"recovery-posture/snapshot","version":1,"exported_at":"2026-11-20T08:00:00Z","workspace":{"id":7,"name":"W","sl\u0075g":"w","slug":"w"},"tenants":[]}"#;
    assert_eq!(refused(text, Form::Json).kind, RefusalKind::Mismatch(Mismatch::Twice("slug".to_owned())));
}

/// SN-5, SN-24: each policy value at its ends and beyond them.
#[rstest]
#[case("freshness_hours", 1, 8760)]
#[case("schedule_grace_minutes", 0, 10080)]
#[case("clock_skew_seconds", 0, 3600)]
#[case("attention_limit", 1, 1000)]
#[case("restore_evidence_days", 1, 3650)]
fn a_policy_value_out_of_range_refuses(#[case] key: &str, #[case] least: i64, #[case] greatest: i64) {
    let text = |value: i64| document(&format!(r#""policy":{{"{key}":{value}}},"tenants":[]"#));
    report_of_text(&text(least), Form::Json, 0);
    report_of_text(&text(greatest), Form::Json, 0);
    let beyond = refused(text(greatest + 1), Form::Json);
    let range = Mismatch::OutOfRange { least: least.cast_unsigned(), greatest: greatest.cast_unsigned() };
    assert_eq!(beyond.kind, RefusalKind::Mismatch(range));
    assert_eq!(beyond.path.as_deref(), Some(format!("policy.{key}").as_str()));
    if least > 0 {
        assert!(matches!(
            refused(text(0), Form::Json).kind,
            RefusalKind::Mismatch(Mismatch::OutOfRange { .. })
        ));
    }
    for other in [r#""24""#, "24.5", "-1", "true", "[24]"] {
        let document = document(&format!(r#""policy":{{"{key}":{other}}},"tenants":[]"#));
        let refusal = refused(document, Form::Json);
        let sentence = format!(
            "a whole number in digits, from {least} to {greatest}, is expected here, not {other}. At policy.{key}. Line 2,"
        );
        assert!(refusal.to_string().contains(&sentence), "{refusal}");
    }
}

/// SN-25, TM-1: an as-of instant that is not a timestamp.
#[test]
fn an_as_of_that_is_not_a_timestamp_is_refused() {
    for as_of in ["", "now", "2026-11-20", "2026-11-20T24:00:00Z"] {
        let options = Options { as_of: Some(as_of.to_owned()), ..Options::default() };
        let refusal =
            derive(document(r#""tenants":[]"#).as_bytes(), Form::Json, &options).expect_err("no timestamp");
        assert_eq!(refusal.kind, RefusalKind::AsOf(as_of.to_owned()));
    }
}
