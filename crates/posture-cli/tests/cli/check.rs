//! `posture check`.

use posture_testing::documents::case;
use serde_json::Value;

use crate::support::{run, run_with_input};

/// CL-7
#[test]
fn a_calm_workspace_exits_0() {
    let outcome = run_with_input(["check", "-"], case("calm").to_string().as_bytes());
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.text().contains("Nothing needs attention in 1 tenant"));
}

/// CL-7
#[test]
fn blockers_are_named_in_words_and_exit_3() {
    let outcome = run_with_input(["check", "-"], case("tenants-not-evaluated").to_string().as_bytes());
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    for word in [
        "unreadable_evidence",
        "the evidence has errors",
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

/// CL-7: a blocker names the tenants that it is about.
#[test]
fn unsettled_tenants_are_named_with_their_causes() {
    for (name, cause) in [("restore-stuck-in-queue", "queue"), ("schedule-overdue", "schedule")] {
        let snapshot = case(name);
        let outcome = run_with_input(["check", "-"], snapshot.to_string().as_bytes());
        assert_eq!(outcome.code, Some(3), "{name}: {}", outcome.stderr);
        let (_, unsettled) = outcome.text().split_once("\nUnsettled (").unwrap();
        let unsettled = unsettled.split("\n\n").next().unwrap();
        let tenant = snapshot["tenants"][0]["name"].as_str().unwrap();
        assert!(unsettled.contains(tenant) && unsettled.contains(cause), "{name}: {unsettled}");
        let summary = run_with_input(["derive", "-", "--format", "summary"], snapshot.to_string().as_bytes());
        let row = summary.text().split("Tenants, worst first").nth(1).unwrap();
        assert!(row.contains(cause), "the table says why: {row}");
        assert!(
            !row.lines().nth(2).unwrap().contains("○ No recent") || name != "restore-stuck-in-queue",
            "{row}"
        );
    }
}

/// CL-30: for the same evidence, the formats agree on calm.
#[test]
fn a_check_is_written_as_json() {
    for (name, is_calm, code) in [("calm", true, 0), ("tenants-not-evaluated", false, 3)] {
        let outcome = run_with_input(["check", "-", "--format", "json"], case(name).to_string().as_bytes());
        assert_eq!(outcome.code, Some(code), "{}", outcome.stderr);
        let checked: Value = serde_json::from_str(outcome.text()).unwrap();
        assert_eq!(checked["format"], "recovery-posture/check");
        assert_eq!(checked["is_calm"], is_calm);
        assert_eq!(checked["blockers"].as_array().unwrap().is_empty(), is_calm);
        assert_eq!(checked["workspace_id"], case(name)["workspace"]["id"]);
    }
    let max_age = ["check", "-", "--format", "json", "--max-age", "1h"];
    let outcome = run_with_input(max_age, case("calm").to_string().as_bytes());
    let checked: Value = serde_json::from_str(outcome.text()).unwrap();
    assert_eq!(checked["is_calm"], false, "{checked}");
    assert_eq!(checked["clock_blockers"].as_array().unwrap().len(), 1, "{checked}");
}

/// CL-30: the line and the exit codes of Nagios plugins, also if the check cannot run.
#[test]
fn a_check_is_one_line_for_nagios() {
    let aged = ["--as-of", "2026-11-23T08:00:00Z"];
    for (name, more, code, word) in [
        ("calm", &[][..], 0, "OK"),
        ("calm", &aged, 2, "CRITICAL"),
        ("no-backup-at-all", &[], 2, "CRITICAL"),
        ("schedule-overdue", &[], 1, "WARNING"),
        ("nothing-to-evaluate", &[], 3, "UNKNOWN"),
        ("refused-version", &[], 3, "UNKNOWN"),
    ] {
        let args = ["check", "-", "--format", "nagios"].iter().chain(more);
        let outcome = run_with_input(args, case(name).to_string().as_bytes());
        assert_eq!(outcome.code, Some(code), "{name}: {}{}", outcome.text(), outcome.stderr);
        let line = outcome.text();
        assert_eq!(line.matches('\n').count(), 1, "{line}");
        assert!(line.starts_with(&format!("POSTURE {word}: ")), "{line}");
        let data = line.trim_end().split_once(" | ").map(|(_, data)| data).unwrap_or_default();
        let labels: Vec<_> =
            data.split(' ').filter_map(|part| part.strip_suffix(";;;0")?.split_once('=')).collect();
        assert_eq!(labels.is_empty(), name == "refused-version", "{line}");
        assert!(
            labels.iter().all(|(_, value)| value.trim_end_matches('s').parse::<u64>().is_ok()),
            "each value is a number with a unit: {line}"
        );
    }
}

/// CL-30, TH-2: names from the evidence end neither the line nor an element.
#[test]
fn names_stay_text_in_every_format() {
    let mut snapshot = case("calm");
    snapshot["workspace"]["name"] = format!("a|b\n\u{1b}[2J<&\"'{}", "x".repeat(100_000)).into();
    snapshot["tenants"][0]["name"] = "]]><failure/>\u{0}\u{202e}\u{fffe}\u{ffff}".into();
    let checked = |format| {
        run_with_input(["check", "-", "--format", format], snapshot.to_string().as_bytes()).text().to_owned()
    };
    let line = checked("nagios");
    assert_eq!(line.matches('|').count(), 1, "{line}");
    assert_eq!(line.lines().count(), 1, "{line}");
    assert!(line.len() < 2_000, "TH-2: {}", line.len());
    let xml = checked("junit");
    assert!(!xml.contains("<failure"), "{xml}");
    for text in [line, xml] {
        assert!(!text.contains(['\u{1b}', '\u{0}', '\u{202e}', '\u{fffe}', '\u{ffff}']), "{text:?}");
    }
}

/// CL-30: the counts that continuous integration reads are those of the report.
#[test]
fn a_check_is_junit_xml_with_a_case_for_each_tenant() {
    let snapshot = case("tenants-not-evaluated");
    let outcome = run_with_input(["check", "-", "--format", "junit"], snapshot.to_string().as_bytes());
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    let xml = outcome.text();
    let cases = snapshot["tenants"].as_array().unwrap().len() + 1;
    assert_eq!(xml.matches("<testcase ").count(), cases, "{xml}");
    assert_eq!(xml.matches("<testcase ").count(), count(xml, "tests"), "{xml}");
    assert_eq!(xml.matches("<failure ").count(), count(xml, "failures"), "{xml}");
    assert_eq!(xml.matches("<error ").count(), count(xml, "errors"), "{xml}");
    assert!(count(xml, "failures") > 0 && count(xml, "errors") > 0, "{xml}");
    assert!(xml.contains("<skipped message="), "{xml}");
    let calm = run_with_input(["check", "-", "--format", "junit"], case("calm").to_string().as_bytes());
    assert_eq!((count(calm.text(), "failures"), count(calm.text(), "errors")), (0, 0), "{}", calm.text());
}

/// A count of the root element.
fn count(xml: &str, attribute: &str) -> usize {
    let root = xml.split("<testsuites ").nth(1).unwrap();
    let value = root.split(&format!("{attribute}=\"")).nth(1).unwrap();
    value.split('"').next().unwrap().parse().unwrap()
}

/// CL-30: a check that is called wrongly is unknown to Nagios, not a warning.
#[test]
fn wrong_arguments_are_unknown_to_nagios() {
    for format in [&["--format", "nagios"][..], &["--format=nagios"]] {
        let outcome = run(["check", "x.json", "--max-age", "soon"].iter().chain(format));
        assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
        assert!(outcome.text().starts_with("POSTURE UNKNOWN: "), "{}", outcome.text());
    }
    assert_eq!(run(["check", "x.json", "--max-age", "soon"]).code, Some(1));
}
