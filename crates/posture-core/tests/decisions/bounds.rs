//! How much of a document is read, one unit around each bound.

use rstest::rstest;
use serde_json::json;

use posture_core::bounds::Bound;
use posture_core::{Form, Options, RefusalKind, derive};

const HEAD: &str = r#""format":"recovery-posture/snapshot","version":1,"exported_at":"2026-11-20T08:00:00Z","workspace":{"id":7,"name":"W"}"#;

/// A document with these members in its head, and in its only tenant.
fn document(head: &str, tenant: &str) -> String {
    format!(
        r#"{{{HEAD}{head},"tenants":[{{"id":1,"external_id":"t","name":"T","status":"active"{tenant}}}]}}"#
    )
}

/// The bound by which a document is refused, if it is.
#[track_caller]
fn refused_by(document: &str, form: Form) -> Option<Bound> {
    match derive(document.as_bytes(), form, &Options::default()) {
        Ok(_) => None,
        Err(refusal) => {
            let RefusalKind::Beyond(bound) = refusal.kind else { panic!("{refusal:?}") };
            assert!(refusal.position.is_some(), "the place is named: {refusal}");
            Some(bound)
        }
    }
}

/// SN-58: a string that is read, one that is ignored, a key, and one with an escape; in the head and in a tenant.
#[rstest]
#[case::at_the_bound(0, None)]
#[case::beyond(1, Some(Bound::String))]
fn a_string_may_have_4_mib_as_written(#[case] more: usize, #[case] expected: Option<Bound>) {
    let string = "a".repeat(Bound::String.most() + more);
    let escaped = format!("{}\\n", "a".repeat(Bound::String.most() + more - 2));
    for member in [
        format!(r#","domain":"{string}""#),
        format!(r#","domain":"{escaped}""#),
        format!(r#","x":"{string}""#),
        format!(r#","x":["{escaped}"]"#),
        format!(r#","{string}":0"#),
    ] {
        assert_eq!(refused_by(&document("", &member), Form::Json), expected, "{}", &member[..12]);
        assert_eq!(refused_by(&document(&member, ""), Form::Json), expected, "{}", &member[..12]);
    }
}

/// SN-58: the place that is named is where the string begins.
#[test]
fn a_string_beyond_the_bound_is_named_at_its_quote() {
    let before = format!(r#"{{{HEAD},"x":"#);
    let text = format!(r#"{before}"{}","tenants":[]}}"#, "a".repeat(Bound::String.most() + 1));
    let refusal = derive(text.as_bytes(), Form::Json, &Options::default()).expect_err("it is too long");
    assert_eq!(refusal.position.map(|at| (at.line, at.column)), Some((1, before.len() as u64 + 1)));
}

/// SN-58: a number, wherever it is.
#[rstest]
#[case::at_the_bound(0, None)]
#[case::beyond(1, Some(Bound::Number))]
fn a_number_may_have_1000_characters(#[case] more: usize, #[case] expected: Option<Bound>) {
    let member = format!(r#","x":1.{}"#, "0".repeat(Bound::Number.most() + more - 2));
    assert_eq!(refused_by(&document("", &member), Form::Json), expected);
    assert_eq!(refused_by(&document(&member, ""), Form::Json), expected);
}

/// SN-58: keys that the format does not define, in one object; those of other objects do not add up.
#[rstest]
#[case::at_the_bound(0, None)]
#[case::beyond(1, Some(Bound::IgnoredKeys))]
fn an_object_may_have_10_000_ignored_keys(#[case] more: usize, #[case] expected: Option<Bound>) {
    let members: String =
        (0..Bound::IgnoredKeys.most() + more).map(|key| format!(r#","k{key}":[1]"#)).collect();
    let results = format!(
        r#","restore_runs":[{{"id":1,"status":"failed","is_dry_run":false,"results":{{"a":1{members}}}}}]"#
    );
    assert_eq!(refused_by(&document("", &members), Form::Json), expected);
    assert_eq!(refused_by(&document(&members, ""), Form::Json), expected);
    assert_eq!(refused_by(&document("", &results.replace(r#""a":1,"#, "")), Form::Json), expected);
}

/// SN-58: everything outside the tenants; in NDJSON the first line.
#[rstest]
#[case::at_the_bound(0, None)]
#[case::beyond(1, Some(Bound::Head))]
fn the_head_may_have_16_mib(#[case] more: usize, #[case] expected: Option<Bound>) {
    let line = format!("{{{HEAD}}}");
    let padded = |length: usize| line.replacen('{', &format!("{{{}", " ".repeat(length)), 1);
    let ndjson = padded(Bound::Head.most() + more - line.len());
    assert_eq!(refused_by(&ndjson, Form::Ndjson), expected);
    let json = padded(Bound::Head.most() + more - line.len() - r#","tenants":[]"#.len());
    let json = format!(r#"{},"tenants":[]}}"#, json.strip_suffix('}').unwrap_or_default());
    assert_eq!(refused_by(&json, Form::Json), expected);
}

/// SN-58: a document without a policy keeps its tenants until its end, however short each is.
#[test]
fn a_document_may_have_a_million_tenants() {
    let document = |tenants: usize| format!("{{{HEAD},\"tenants\":[{}0]}}", "0,".repeat(tenants - 1));
    let most = Bound::Tenants.most();
    assert_eq!(refused_by(&document(most + 1), Form::Json), Some(Bound::Tenants));
    // That many pass, and are refused because none can be evaluated.
    let refusal = derive(document(most).as_bytes(), Form::Json, &Options::default()).unwrap_err();
    assert_eq!(refusal.kind, RefusalKind::Beyond(Bound::Findings));
}

/// SN-58: the refusal names what is too large, and what to do.
#[test]
fn a_refusal_names_the_bound() {
    let text = format!(r#","x":{}"#, "1".repeat(Bound::Number.most() + 1));
    let refusal = derive(document("", &text).as_bytes(), Form::Json, &Options::default()).unwrap_err();
    let told = refusal.to_string();
    assert!(told.starts_with("The document has a number of more than 1000 characters."), "{told}");
    assert!(told.contains("At tenants[0]."), "{told}");
    let bounds: Vec<_> = Bound::ALL.iter().map(|bound| bound.most()).collect();
    assert_eq!(
        json!(bounds),
        json!([
            4 << 20,
            1000,
            10_000,
            16 << 20,
            512 << 20,
            1_000_000,
            512 << 20,
            512 << 20,
            100_000,
            100_000
        ])
    );
}
