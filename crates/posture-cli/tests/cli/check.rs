//! `posture check`.

use crate::support::{case, run_with_input};

/// CL-7
#[test]
fn a_calm_workspace_exits_0() {
    let outcome = run_with_input(["check", "-"], case("calm").to_string().as_bytes());
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.text().contains("Nothing needs attention in 1 tenant"));
}

/// CL-7
#[test]
fn what_stands_against_calm_is_named_with_its_words_and_exits_3() {
    let outcome = run_with_input(["check", "-"], case("tenants-not-evaluated").to_string().as_bytes());
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    for word in [
        "unreadable_evidence",
        "the evidence is incomplete",
        "Tenants checked",
        "Attention items",
        "Not evaluated: unreadable",
        "Not evaluated: from another workspace",
    ] {
        assert!(outcome.text().contains(word), "{word}\n{}", outcome.text());
    }
}

#[test]
fn evidence_that_aged_is_no_longer_calm() {
    let args = ["check", "-", "--as-of", "2026-11-23T08:00:00Z"];
    let outcome = run_with_input(args, case("calm").to_string().as_bytes());
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    assert!(outcome.text().contains("data_too_old"), "{}", outcome.text());
}

/// CL-7
#[test]
fn a_refused_snapshot_exits_2() {
    let outcome = run_with_input(["check", "-"], case("refused-version").to_string().as_bytes());
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("standard input"), "{}", outcome.stderr);
}

/// CL-7
#[test]
fn an_export_is_judged_now_if_asked_and_its_age_is_limited() {
    let calm = case("calm").to_string();
    let outcome = run_with_input(["check", "-", "--as-of", "now"], calm.as_bytes());
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    assert!(outcome.text().contains("data_too_old"), "{}", outcome.text());
    let outcome = run_with_input(["check", "-", "--max-age", "26h"], calm.as_bytes());
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    assert!(outcome.text().contains("at most 26 h is allowed"), "{}", outcome.text());
    let outcome = run_with_input(["check", "-", "--max-age", "400000d"], calm.as_bytes());
    assert_eq!(outcome.code, Some(0), "{}", outcome.text());
    let outcome = run_with_input(["check", "-", "--max-age", "26"], calm.as_bytes());
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("such as 26h, 90m or 2d"), "{}", outcome.stderr);
}

/// CL-7
#[test]
fn an_export_ahead_of_this_machines_clock_is_not_calm() {
    let mut calm = case("calm");
    calm["exported_at"] = "2126-01-01T00:00:00Z".into();
    let outcome = run_with_input(["check", "-"], calm.to_string().as_bytes());
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    assert!(outcome.text().contains("ahead of this machine's"), "{}", outcome.text());
}

/// CL-7
#[test]
fn findings_that_are_warnings_are_listed_too() {
    let outcome = run_with_input(["check", "-"], case("completed-in-the-future").to_string().as_bytes());
    assert!(outcome.text().contains("timestamp_in_future"), "{}", outcome.text());
}
