//! What refuses a whole document, and which place is named.

use rstest::rstest;
use serde_json::json;

use posture_core::reading::refusal::Content;
use posture_core::{Form, Options, RefusalKind, SnapshotReader, SyntaxProblem};

use crate::evidence::{refused, report_of_text, set, snapshot, tenant};

pub(crate) const FIRST: &str = r#""format":"recovery-posture/snapshot","version":1,"exported_at":"2026-11-20T08:00:00Z","workspace":{"id":7,"name":"W"}"#;

/// A document that ends with these members.
pub(crate) fn document(members: &str) -> String {
    format!("{{{FIRST},\n{members}}}")
}

/// A tenant with these members.
fn tenant_text(members: &str) -> String {
    format!(r#"{{"id":1,"external_id":"t","name":"T","status":"active",{members}"z":0}}"#)
}

/// Checks a refusal whose place is marked with `¶`, and gives it.
#[track_caller]
pub(crate) fn refused_at_mark(marked: &str, form: Form) -> posture_core::Refusal {
    let before = marked.split('¶').next().expect("a document");
    let refusal = refused(marked.replace('¶', ""), form);
    let line = before.matches('\n').count() + 1;
    let column = before.len() - before.rfind('\n').map_or(0, |newline| newline + 1) + 1;
    let position = refusal.position.expect("the place is named");
    assert_eq!((position.line, position.column), (line as u64, column as u64), "{refusal}");
    let told = refusal.to_string();
    assert!(told.contains(&format!("Line {line}, column {column}.")), "{told}");
    refusal
}

#[track_caller]
fn syntax(marked: &str, form: Form, problem: SyntaxProblem) {
    assert_eq!(refused_at_mark(marked, form).kind, RefusalKind::Syntax(problem));
}

/// SN-21: text that is not JSON, with line and column, at any place.
#[rstest]
#[case::no_number_in_the_head(r#""tenants":[],"exporter":¶NaN"#, SyntaxProblem::NoValue)]
#[case::in_an_ignored_key(r#""tenants":[],"x":[1,¶Infinity]"#, SyntaxProblem::NoValue)]
#[case::no_comma(r#""tenants":[] ¶"x":1"#, SyntaxProblem::NoComma)]
#[case::no_key(r#""tenants":[],¶x:1"#, SyntaxProblem::NoKey)]
#[case::no_colon(r#""x" ¶1,"tenants":[]"#, SyntaxProblem::NoColon)]
#[case::trailing_comma(r#""tenants":[],¶"#, SyntaxProblem::NoKey)]
#[case::leading_zero(r#""x":0¶1,"tenants":[]"#, SyntaxProblem::BadNumber)]
#[case::leading_zero_of_a_known_value(
    r#""policy":{"freshness_hours":0¶1},"tenants":[]"#,
    SyntaxProblem::BadNumber
)]
#[case::bare_minus(r#""x":-¶,"tenants":[]"#, SyntaxProblem::BadNumber)]
#[case::unknown_escape(r#""x":"\¶x","tenants":[]"#, SyntaxProblem::BadEscape)]
#[case::unicode_escape_without_its_second_digit(r#""x":"\u0¶x00","tenants":[]"#, SyntaxProblem::BadEscape)]
#[case::unicode_escape_without_its_last_digit(r#""x":"\u000¶","tenants":[]"#, SyntaxProblem::BadEscape)]
#[case::control_character("\"x\":\"a¶\u{1}\",\"tenants\":[]", SyntaxProblem::ControlCharacter)]
#[case::tenants_without_a_comma(r#""tenants":[7 ¶7]"#, SyntaxProblem::NoComma)]
#[case::tenants_with_a_trailing_comma(r#""tenants":[7,¶]"#, SyntaxProblem::NoValue)]
fn a_document_that_is_not_json_is_refused_at_the_fault(
    #[case] members: &str,
    #[case] problem: SyntaxProblem,
) {
    syntax(&document(members), Form::Json, problem);
}

/// SN-21: in a tenant too, and where the tenant would not be evaluated anyway.
#[rstest]
#[case::in_a_read_key(tenant_text(r#""backup_sets":¶NaN,"#), SyntaxProblem::NoValue)]
#[case::in_an_ignored_key(tenant_text(r#""x":{"y":¶nil},"#), SyntaxProblem::NoValue)]
#[case::behind_what_does_not_fit(r#"{"id":"one","x":¶NaN}"#.to_owned(), SyntaxProblem::NoValue)]
#[case::a_word(r#"¶nope"#.to_owned(), SyntaxProblem::NoValue)]
fn a_tenant_that_is_not_json_rejects_the_document(#[case] tenant: String, #[case] problem: SyntaxProblem) {
    let marked = document(&format!("\"tenants\":[\n7,\n  {tenant}]"));
    syntax(&marked, Form::Json, problem);
    syntax(&format!("{{{FIRST}}}\n\n{tenant}\n"), Form::Ndjson, problem);
    let refusal = refused(marked.replace('¶', ""), Form::Json);
    assert!(refusal.path.is_some_and(|path| path.starts_with("tenants[1]")));
}

/// SN-21: what comes before or behind the document.
#[test]
fn a_document_is_one_object_and_nothing_else() {
    for text in ["¶[]", "¶7", " ¶\"x\"", "\n¶null", "¶nope"] {
        syntax(text, Form::Json, SyntaxProblem::NoDocument);
    }
    syntax(&format!("{}\n ¶x", document(r#""tenants":[]"#)), Form::Json, SyntaxProblem::GoesOn);
    syntax(&format!("{}¶{{}}", document(r#""tenants":[]"#)), Form::Json, SyntaxProblem::GoesOn);
    for text in ["", " \n\t\r\n"] {
        assert_eq!(refused(text, Form::Json).kind, RefusalKind::Empty);
        assert_eq!(refused(text, Form::Ndjson).kind, RefusalKind::Empty);
    }
}

/// SN-21: a document cut off anywhere gives no report.
#[test]
fn a_document_cut_off_anywhere_is_refused() {
    let whole = snapshot(json!([tenant(1, json!({ "name": "é\"\\" })), tenant(2, json!({}))])).to_string();
    for end in 0..whole.len() {
        refused(&whole.as_bytes()[..end], Form::Json);
    }
}

/// SN-21: the remedy does not name the file as it is named already.
#[test]
fn only_a_file_in_lines_is_advised_to_be_named_json() {
    let cut = [format!("{{{FIRST}"), document(r#""tenants":[{"id":1"#)];
    for text in cut.map(|text| text.trim_end_matches('}').to_owned()) {
        let refusal = refused(&text, Form::Json).to_string();
        assert!(refusal.contains("seems incomplete") && !refusal.contains(".json"), "{refusal}");
    }
    for text in ["{".to_owned(), format!("{{{FIRST}}}\n{{\n")] {
        let refusal = refused(&text, Form::Ndjson).to_string();
        assert!(refusal.contains("a line ends inside a value") && refusal.contains(".json"), "{refusal}");
    }
    for text in [format!("{{{FIRST}}} {{}}"), format!("{{{FIRST}}}\n{{}} {{}}")] {
        let refusal = refused(&text, Form::Ndjson).to_string();
        assert!(refusal.contains("a line of its own") && !refusal.contains(".ndjson"), "{refusal}");
    }
}

/// SN-21: bytes that are not UTF-8, and byte-order marks.
#[test]
fn only_utf_8_without_a_byte_order_mark_is_read() {
    let mut document_bytes = document(r#""x":"?","tenants":[]"#).into_bytes();
    let at = document_bytes.iter().position(|byte| *byte == b'?').expect("the mark");
    document_bytes[at] = 0xff;
    let refusal = refused(&document_bytes, Form::Json);
    assert_eq!(
        (refusal.kind, refusal.position.map(|at| (at.line, at.column))),
        (RefusalKind::NotUtf8, Some((2, 6)))
    );

    let mut tenant_bytes = document(&format!("\"tenants\":[\n{}]", tenant_text(r#""x":"?","#))).into_bytes();
    let at = tenant_bytes.iter().position(|byte| *byte == b'?').expect("the mark");
    tenant_bytes[at] = 0xc3;
    let refusal = refused(&tenant_bytes, Form::Json);
    assert_eq!((refusal.kind, refusal.position.map(|at| at.line)), (RefusalKind::NotUtf8, Some(3)));

    for form in [Form::Json, Form::Ndjson] {
        let refusal = refused_at_mark(&format!("¶\u{feff}{{{FIRST},\"tenants\":[]}}"), form);
        assert_eq!(refusal.kind, RefusalKind::ByteOrderMark);
    }
}

/// OR-10: told by how it begins, in both forms, wherever the chunks end.
#[rstest]
#[case::zip(b"PK\x03\x04\x14\x00", Content::Zip)]
#[case::gzip(b"\x1f\x8b\x08\x00", Content::Gzip)]
#[case::zstandard(b"\x28\xb5\x2f\xfd\x00", Content::Compressed)]
#[case::markup(b"<!doctype html>", Content::Markup)]
#[case::pdf(b"%PDF-1.7", Content::Pdf)]
#[case::sqlite(b"SQLite format 3\0", Content::Sqlite)]
#[case::utf_16_with_its_mark(b"\xff\xfe{\x00", Content::WideText)]
#[case::utf_16(b"{\x00\"\x00", Content::WideText)]
#[case::utf_16_the_other_way(b"\x00{\x00\"", Content::WideText)]
fn a_file_of_another_kind_is_refused_as_that_kind(#[case] document: &[u8], #[case] content: Content) {
    for form in [Form::Json, Form::Ndjson] {
        let whole = refused(document, form);
        assert_eq!(whole.kind, RefusalKind::OtherContent(content), "{form:?}");
        assert_eq!(whole.position.map(|at| (at.line, at.column)), Some((1, 1)));
        let mut reader = SnapshotReader::new(form, &Options::default()).expect("options that fit");
        document.iter().for_each(|byte| reader.push(&[*byte]));
        reader.end();
        assert_eq!(reader.next_tenant().expect_err("it is refused"), whole);
    }
    let below = [b"\n \n".as_slice(), b"<html>"].concat();
    assert_eq!(refused(below, Form::Json).kind, RefusalKind::OtherContent(Content::Markup));
}

/// SN-22: 64 levels are read and 65 refused, in ignored keys too.
#[rstest]
#[case::in_the_head(1, r#""x":@,"tenants":[]"#)]
#[case::in_the_policy(2, r#""policy":{"x":@},"tenants":[]"#)]
#[case::in_place_of_a_tenant(2, r#""tenants":[@]"#)]
#[case::in_a_tenant(3, r#""tenants":[{"id":1,"external_id":"t","name":"T","status":"active","x":@}]"#)]
#[case::in_a_record(
    5,
    r#""tenants":[{"id":1,"external_id":"t","name":"T","status":"active","backup_sets":[{"x":@,"id":1,"status":"failed"}]}]"#
)]
#[case::counted_in_an_array(5, r#""tenants":[{"id":1,"external_id":"t","name":"T","status":"active","restore_runs":[{"metadata":{"non_applied":@},"id":1,"status":"failed","is_dry_run":true}]}]"#)]
fn a_document_nests_64_levels_and_no_deeper(#[case] around: usize, #[case] members: &str) {
    let counted_around = if members.contains("non_applied") { around + 1 } else { around };
    let nested = |levels: usize, bracket: (&str, &str)| {
        let inner = levels - counted_around;
        document(&members.replace('@', &format!("{}{}", bracket.0.repeat(inner), bracket.1.repeat(inner))))
    };
    report_of_text(&nested(64, ("[", "]")), Form::Json, 0);
    let too_deep = RefusalKind::Syntax(SyntaxProblem::TooDeep);
    assert_eq!(refused(nested(65, ("[", "]")), Form::Json).kind, too_deep);
}

/// SN-22, SN-4: in NDJSON a tenant is at level 3.
#[test]
fn nesting_counts_in_lines_as_in_a_document() {
    let lines = |levels: usize| {
        let inner = levels - 3;
        format!(
            "{{{FIRST}}}\n{}",
            tenant_text(&format!(
                r#""x":{}{},"#,
                r#"{"y":["#.repeat(inner / 2) + &"[".repeat(inner % 2),
                "]".repeat(inner % 2) + &"]}".repeat(inner / 2)
            ))
        )
    };
    assert_eq!(report_of_text(&lines(64), Form::Ndjson, 0)["denominators"]["evaluated"], 1);
    assert_eq!(refused(lines(65), Form::Ndjson).kind, RefusalKind::Syntax(SyntaxProblem::TooDeep));
    let head =
        |levels: usize| format!("{{{FIRST},\"x\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
    report_of_text(&head(64), Form::Ndjson, 0);
    assert_eq!(refused(head(65), Form::Ndjson).kind, RefusalKind::Syntax(SyntaxProblem::TooDeep));
}

/// SN-4: one tenant a line; white space, CR LF and a missing last newline change nothing.
#[rstest]
#[case::plain("\n", "\n")]
#[case::crlf("\r\n", "\r\n")]
#[case::blank_lines("\n\n \t\n\u{a0}\u{3000}\n", "\n\r\n")]
#[case::no_last_newline("\n", "")]
fn lines_are_tenants(#[case] between: &str, #[case] last: &str) {
    let tenants = [tenant(1, json!({})), tenant(2, json!({ "backup_sets": [] }))];
    let lines = format!("{between}{{{FIRST}}}{between}{}{between}{}{last}", tenants[0], tenants[1]);
    let whole = document(&format!(r#""tenants":[{},{}]"#, tenants[0], tenants[1]));
    assert_eq!(report_of_text(&lines, Form::Ndjson, 0), report_of_text(&whole, Form::Json, 0));
}

/// SN-4, SN-25: the first line is the document without tenants.
#[test]
fn the_first_line_is_the_document_without_tenants() {
    let alone = report_of_text(&format!("{{{FIRST}}}"), Form::Ndjson, 0);
    assert_eq!((&alone["denominators"]["exported"], &alone["tenants"]), (&json!(0), &json!([])));
    assert_eq!(
        refused(format!("{{{FIRST},\"tenants\":[]}}"), Form::Ndjson).kind,
        RefusalKind::TenantsInFirstLine
    );
    assert_eq!(
        refused(format!("{{{FIRST},\"tenants\":null}}"), Form::Ndjson).kind,
        RefusalKind::TenantsInFirstLine
    );
    let not_a_tenant = report_of_text(&format!("{{{FIRST}}}\n[]\n7"), Form::Ndjson, 0);
    assert_eq!(not_a_tenant["denominators"]["unreadable"], 2);
    syntax(&format!("{{{FIRST}}}\n{{}} ¶{{}}"), Form::Ndjson, SyntaxProblem::LineGoesOn);
    syntax(&format!("{{{FIRST}}}\n{{\"id\":1¶"), Form::Ndjson, SyntaxProblem::LineEndsEarly);
}

/// SN-1: keys in any order, tenants first included.
#[test]
fn tenants_may_come_before_the_rest() {
    let tenants = format!(
        r#""tenants":[{}]"#,
        tenant(
            1,
            json!({ "workspace_id": 7, "backup_sets": [set(1, json!({ "completed_at": "2026-11-19T20:00:00Z" }))] })
        )
    );
    let policy = r#""policy":{"freshness_hours":12}"#;
    let last = report_of_text(&format!("{{{policy},{FIRST},{tenants}}}"), Form::Json, 0);
    for text in [
        format!("{{{tenants},{FIRST},{policy}}}"),
        format!("{{{FIRST},{tenants},{policy}}}"),
        format!("{{{policy},{tenants},{FIRST}}}"),
    ] {
        assert_eq!(report_of_text(&text, Form::Json, 0), last);
    }
    let wider = report_of_text(
        &format!("{{{tenants},{FIRST},\"policy\":{{\"clock_skew_seconds\":0,\"freshness_hours\":11}}}}"),
        Form::Json,
        0,
    );
    assert_eq!(
        wider["tenants"][0]["backup_health"]["posture"], "stale",
        "a policy behind the tenants still judges them"
    );
}

/// SN-23: tenants that are null are not missing.
#[test]
fn tenants_that_are_null_are_not_an_array() {
    let refusal = refused_at_mark(&format!("{{{FIRST},\n\"tenants\":¶null}}"), Form::Json);
    assert_eq!(refusal.path.as_deref(), Some("tenants"));
    let told = refusal.to_string();
    assert!(told.contains("an array is expected here, not null"), "{told}");
    let missing = refused(format!("{{{FIRST}}}"), Form::Json).to_string();
    assert!(missing.contains("the key tenants is missing"), "{missing}");
}

/// SN-1, SN-23: what follows the tenants may still refuse.
#[test]
fn keys_after_the_tenants_may_still_reject_the_document() {
    let tenant = tenant(1, json!({}));
    let text = format!(r#"{{{FIRST},"policy":{{}},"tenants":[{tenant}],"checked_domains":["odd"]}}"#);
    assert!(matches!(refused(text, Form::Json).kind, RefusalKind::Mismatch(_)));
    let text = format!(r#"{{"tenants":[{tenant}],"format":"other"}}"#);
    assert!(matches!(refused(text, Form::Json).kind, RefusalKind::WrongFormat(_)));
}

/// SN-24: a key that occurs very often costs no more than its own length.
#[test]
fn tenants_that_begin_again_and_again_are_refused() {
    let document = format!(
        r#"{{"format":"recovery-posture/snapshot",{}"version":1}}"#,
        r#""tenants":[],"#.repeat(200_000)
    );
    let refusal = posture_core::derive(document.as_bytes(), Form::Json, &Options::default()).unwrap_err();
    assert_eq!(refusal.path.as_deref(), Some("tenants"));
}
