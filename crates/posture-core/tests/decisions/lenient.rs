//! What is read leniently, and what that costs: lists as objects, zero times, invalid details, and the time a document covers.

use rstest::rstest;
use serde_json::{Value, json};

use posture_core::{Form, Options, RefusalKind, derive};

use crate::evidence::{
    HOUR, ago, at, derived, refused, report, report_of_text, run, schedule, set, snapshot, tenant, with,
};

fn as_object(list: Value) -> Value {
    let members = list
        .as_array()
        .into_iter()
        .flatten()
        .zip(["4", "x", ""])
        .map(|(value, key)| (key.to_owned(), value.clone()));
    Value::Object(members.collect())
}

/// SN-41: an object whose first key is a number reads as the array of its values.
#[test]
fn every_list_of_a_tenant_may_be_an_object() {
    let lists = |write: fn(Value) -> Value| {
        let item = json!({ "id": 1, "policy_type": "a", "metadata": { "warnings": write(json!(["metadata only"])) } });
        let sets = json!([set(
            1,
            json!({ "items": write(json!([item])), "confirmations": write(json!([ago(60)])) })
        )]);
        let weekly = json!({ "frequency": "weekly", "days_of_week": write(json!([1, 3])) });
        derived(json!({
            "backup_sets": write(sets),
            "backup_schedules": write(json!([schedule(1, weekly)])),
            "restore_runs": write(json!([run(1, json!({ "results": write(json!([{ "outcome": "failed" }])) }))])),
            "signals": write(json!([{ "domain": "alerts", "key": "k", "urgency": "low", "title": "A" }])),
            "capabilities": write(json!(["backup_sets.view"])),
            "labels": write(json!(["a", "b"]))
        }))
    };
    assert_eq!(lists(as_object), lists(|list| list));
}

/// SN-41, SN-42: which objects are read as an array, and that no key of one may repeat.
#[rstest]
#[case(r#"{"0":"backup_sets.view"}"#, true)]
#[case(r#"{"10":"backup_sets.view","name":"x"}"#, true)]
#[case("{}", true)]
#[case(r#"{"name":"x","0":"backup_sets.view"}"#, false)]
#[case(r#"{"":"x"}"#, false)]
#[case(r#"{"1a":"x"}"#, false)]
#[case(r#"{"٣":"x"}"#, false)]
#[case(r#"{"0":"x","0":"y"}"#, false)]
#[case(r#"{"0":"x","a":"y","a":"y"}"#, false)]
#[case(r#"{"0":7}"#, false)]
fn an_object_reads_as_a_list_by_its_first_key(#[case] list: &str, #[case] is_read: bool) {
    let text =
        snapshot(json!([tenant(1, json!({ "capabilities": "@" }))])).to_string().replace("\"@\"", list);
    assert_eq!(report_of_text(&text, Form::Json, 0)["denominators"]["evaluated"], u64::from(is_read));
}

/// SN-42: the names of profiles and scopes are known keys.
#[rstest]
#[case(r#""policy":{"scopes":{"a":{},"a":{}}}"#)]
#[case(r#""policy":{"profiles":{"a":{},"a":{}}}"#)]
#[case(r#""policy":{"profiles":{"a":{"scopes":{"b":{"expected":true,"expected":true}}}}}"#)]
fn a_rule_may_occur_only_once(#[case] member: &str) {
    let text = snapshot(json!([])).to_string();
    assert!(refused(format!("{{{member},{}", &text[1..]), Form::Json).to_string().contains("occurs twice"));
}

/// SN-43: the zero value of some program reads as absent, wherever a record has it.
#[rstest]
#[case::deleted(json!({ "backup_sets": [set(1, json!({ "deleted_at": "0001-01-01T00:00:00Z" }))] }))]
#[case::confirmed(json!({ "backup_sets": [set(1, json!({ "confirmations": ["1970-01-01T00:00:00Z"] }))] }))]
#[case::item(json!({ "backup_sets": [set(1, json!({ "items": [{ "id": 1, "deleted_at": "1970-01-01T00:00:00Z" }] }))] }))]
#[case::captured(json!({ "backup_sets": [set(1, json!({ "items": [{ "id": 1, "captured_at": "1999-12-31T23:59:59.999Z" }] }))] }))]
#[case::by_its_offset(json!({ "backup_sets": [set(1, json!({ "created_at": "2000-01-01T00:59:59+01:00" }))] }))]
#[case::schedule(json!({ "backup_schedules": [schedule(1, json!({ "next_run_at": "1970-01-01T00:00:00Z" }))] }))]
#[case::run(json!({ "restore_runs": [run(1, json!({ "deleted_at": "0001-01-01T00:00:00Z" }))] }))]
fn a_zero_time_reads_as_absent(#[case] more: Value) {
    let report = report(&snapshot(json!([tenant(1, more)])));
    assert_eq!(
        (&report["findings"][0]["code"], &report["findings"][0]["severity"]),
        (&json!("implausible_timestamp"), &json!("warning"))
    );
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1));
    let tenant = &report["tenants"][0];
    assert_eq!(
        (&tenant["backup_health"]["posture"], &tenant["restore_attention"][0]["state"]),
        (&json!("healthy"), &json!("completed"))
    );
}

/// SN-43: the first instant of the year 2000 is a time.
#[test]
fn the_year_2000_is_plausible() {
    let report = report(&snapshot(json!([tenant(
        1,
        json!({ "backup_sets": [set(1, json!({ "created_at": "2000-01-01T00:00:00Z" }))] })
    )])));
    assert_eq!(report["findings"], json!([]));
}

/// SN-44, SN-45, SN-51, BQ-8: what warnings and captures leave unknown withholds the healthy claim and degrades nothing.
#[rstest]
#[case::captured(json!({ "assignment_capture": "Captured" }), json!({}), json!({}))]
#[case::unknown(json!({ "assignment_capture": "unknown" }), json!({}), json!({ "assignments_unknown": 1 }))]
#[case::unrecognised(json!({ "assignment_capture": "maybe" }), json!({}), json!({ "assignments_unknown": 1 }))]
#[case::not_captured(json!({ "assignment_capture": "NOT_CAPTURED" }), json!({ "assignments_not_captured": 1 }), json!({}))]
#[case::warnings_as_text(json!({ "warnings": "Metadata only" }), json!({ "metadata_only": 1 }), json!({}))]
#[case::warnings_as_a_number(json!({ "warnings": 7 }), json!({}), json!({ "warnings_unread": 1 }))]
#[case::one_of_them(json!({ "warnings": ["x", { "code": 7 }] }), json!({}), json!({ "warnings_unread": 1 }))]
#[case::null_among_them(json!({ "warnings": [null] }), json!({}), json!({ "warnings_unread": 1 }))]
#[case::the_others_stay(json!({ "warnings": [7, "metadata-only"] }), json!({ "metadata_only": 1 }), json!({ "warnings_unread": 1 }))]
fn unknowns_of_an_item_are_reported(
    #[case] metadata: Value,
    #[case] families: Value,
    #[case] unknowns: Value,
) {
    let health =
        derived(json!({ "backup_sets": [set(1, json!({ "items": [{ "id": 1, "metadata": metadata }] }))] }))
            ["backup_health"]
            .clone();
    assert_eq!((&health["quality"]["families"], &health["quality"]["unknowns"]), (&families, &unknowns));
    assert_eq!(health["healthy_claim_allowed"], families == json!({}) && unknowns == json!({}));
}

/// SN-52: an interval without minutes is a frequency outside the vocabulary; with invalid ones it is not.
#[rstest]
#[case(json!({ "frequency": "interval" }), "unrecognised_status")]
#[case(json!({ "frequency": "interval", "interval_minutes": null }), "unrecognised_status")]
#[case(json!({ "frequency": "interval", "interval_minutes": "5" }), "unfit_detail")]
#[case(json!({ "frequency": "daily", "interval_minutes": 0 }), "unfit_detail")]
fn an_interval_needs_its_minutes(#[case] more: Value, #[case] code: &str) {
    let report = report(&snapshot(json!([tenant(1, json!({ "backup_schedules": [schedule(1, more)] }))])));
    assert_eq!(crate::evidence::column(&report["findings"], "code"), [code]);
}

/// SN-55: when a document's own instants are refused.
#[rstest]
#[case::zero_export(json!({ "exported_at": "0001-01-01T00:00:00Z" }), true)]
#[case::last_century(json!({ "exported_at": "1999-12-31T23:59:59Z" }), true)]
#[case::zero_since(json!({ "since": "1970-01-01T00:00:00Z" }), true)]
#[case::since_after_the_export(json!({ "since": at(1) }), true)]
#[case::since_of_another_kind(json!({ "since": 7 }), true)]
#[case::since_at_the_export(json!({ "since": at(0) }), false)]
#[case::no_since(json!({ "since": null }), false)]
fn a_documents_own_instants_are_checked(#[case] head: Value, #[case] is_refused: bool) {
    let text = with(snapshot(json!([])), head).to_string();
    assert_eq!(derive(text.as_bytes(), Form::Json, &Options::default()).is_err(), is_refused);
}

/// SN-56, RP-10: an instant before the time that the document covers is refused; the report says what time that is.
#[test]
fn an_instant_before_since_is_refused() {
    let text = with(snapshot(json!([])), json!({ "since": ago(HOUR) })).to_string();
    assert_eq!(report_of_text(&text, Form::Json, -HOUR)["since"], ago(HOUR));
    let options = Options { as_of: ago(HOUR + 1).as_str().map(str::to_owned), ..Options::default() };
    let refusal = derive(text.as_bytes(), Form::Json, &options).expect_err("it is not covered");
    assert!(matches!(refusal.kind, RefusalKind::AsOfBeforeSince { .. }), "{refusal}");
    assert_eq!(report(&snapshot(json!([])))["since"], Value::Null);
}

/// SN-56: two instants of one minute differ in the text.
#[test]
fn a_refusal_says_seconds_if_the_minutes_are_equal() {
    let text = with(snapshot(json!([])), json!({ "since": ago(HOUR - 30) })).to_string();
    let options = Options { as_of: ago(HOUR).as_str().map(str::to_owned), ..Options::default() };
    let refusal = derive(text.as_bytes(), Form::Json, &options).expect_err("it is not covered").to_string();
    assert!(refusal.contains("2026-11-20T07:00:00Z is before 2026-11-20T07:00:30Z"), "{refusal}");
}

/// SN-17, SN-26: a value that is invalid is quoted.
#[test]
fn an_invalid_value_is_quoted() {
    let report = report(&snapshot(json!([
        tenant(1, json!({ "environment": 77 })),
        tenant(2, json!({ "backup_sets": [set(1, json!({ "item_count": "many" }))] }))
    ])));
    let messages = report["findings"].to_string();
    assert!(messages.contains("not 77") && messages.contains("not \\\"many\\\""), "{messages}");
}

/// SN-17, SN-26: of a list with an invalid element, the list is quoted, so the text says which list is expected.
#[rstest]
#[case(json!({ "labels": ["a", null] }), r#"an array of strings is expected here, not ["a",null]."#)]
#[case(
    json!({ "backup_schedules": [schedule(1, json!({ "days_of_week": [8] }))] }),
    "an array of days from 0 to 7 is expected here, not [8]."
)]
fn an_invalid_list_says_which_list_is_expected(#[case] more: Value, #[case] told: &str) {
    let findings = report(&snapshot(json!([tenant(1, more)])))["findings"].clone();
    assert_eq!(findings[0]["message"], format!("Ignored an invalid value: {told}"));
}

/// WO-23, WO-24, WO-25: unsettled tenants, and schedules that are not judged, block calm on their own.
#[test]
fn unsettled_tenants_and_unjudged_schedules_block_calm() {
    let failed = json!({ "backup_schedules": [schedule(1, json!({ "last_run_status": "failed" })), schedule(2, json!({ "last_run_status": "failed" }))], "profile": "missing" });
    let overview = report(&snapshot(json!([tenant(1, json!({})), tenant(2, failed)])))["overview"].clone();
    assert_eq!(overview["calmness"]["blockers"], json!(["unsettled_tenants", "unreadable_evidence"]));
    assert_eq!(
        (&overview["summary_metrics"][3]["key"], &overview["summary_metrics"][3]["value"]),
        (&json!("unsettled_tenants"), &json!(1))
    );
    assert_eq!(overview["calmness"]["next_action"]["url"], "/admin/t/t-2");
    let before = report_of_text(&snapshot(json!([tenant(1, json!({ "backup_sets": [set(1, json!({ "completed_at": ago(4 * HOUR) }))], "restore_runs": [run(1, json!({ "completed_at": ago(4 * HOUR) }))] }))])).to_string(), Form::Json, -HOUR);
    let calmness = &before["overview"]["calmness"];
    assert_eq!(calmness["blockers"], json!(["schedules_not_evaluated"]));
    assert_eq!(calmness["title"], "Not calm: schedules are not judged");
}

/// SN-5, SN-24: a policy from elsewhere takes the place of the document's own, and is checked in the same way.
#[test]
fn another_policy_takes_the_place_of_the_documents_own() {
    let text = with(
        snapshot(json!([tenant(1, json!({ "profile": "p" }))])),
        json!({ "policy": { "freshness_hours": 48, "profiles": {} } }),
    )
    .to_string();
    let under = |policy: &str| {
        let options = Options { policy: Some(policy.to_owned()), ..Options::default() };
        derive(text.as_bytes(), Form::Json, &options)
    };
    let report = under(r#"{"profiles":{"p":{"freshness_hours":9}}}"#).expect("it is read");
    assert_eq!(
        (report.policy.freshness_hours, report.tenants[0].backup_health.scopes[0].freshness_hours),
        (24, 9)
    );
    let refusal = under(r#"{"profiles":{"p":{"freshness_hours":0}}}"#).expect_err("out of range");
    assert_eq!(refusal.path.as_deref(), Some("policy.profiles.p.freshness_hours"));
    assert!(under("{").is_err() && under("7").is_err() && under("{} {}").is_err());
}
