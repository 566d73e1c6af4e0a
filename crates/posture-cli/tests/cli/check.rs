//! `posture check`.

use crate::support::{case, run_with_input};

/// CL-7
#[test]
fn a_calm_workspace_exits_0() {
    let outcome = run_with_input(["check", "-"], case("calm").to_string().as_bytes());
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.text().contains("Nothing needs attention in 1 evaluated tenant"));
}

/// CL-7
#[test]
fn what_stands_against_calm_is_named_with_its_words_and_exits_3() {
    let outcome = run_with_input(["check", "-"], case("tenants-not-evaluated").to_string().as_bytes());
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    for word in [
        "unreadable_evidence",
        "some evidence was set aside",
        "Visible tenants",
        "Attention items",
        "Not evaluated: unreadable",
        "Not evaluated: of another workspace",
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
