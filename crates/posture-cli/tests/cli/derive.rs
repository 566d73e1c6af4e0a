//! `posture derive`.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Stdio;
use std::{fs, io};

use posture_core::{Form, Options};
use posture_testing::documents::{case, gzip, ndjson};
use serde_json::Value;

use crate::support::{Files, posture, run, run_with_input};

fn core_report(snapshot: &Value, options: &Options) -> posture_core::Report {
    posture_core::derive(snapshot.to_string().as_bytes(), Form::Json, options).unwrap()
}

/// CL-3
#[test]
fn every_case_gives_the_cores_report_to_the_byte_or_its_refusal() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases");
    let mut seen = 0;
    for entry in fs::read_dir(cases).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        if text.contains("\\ud8") {
            // A JSON value cannot hold text that is not Unicode.
            continue;
        }
        let case: Value = serde_json::from_str(&text).unwrap();
        let as_of = case["as_of"].as_str().map(str::to_owned);
        let document = case["snapshot"].to_string();
        let mut args = vec!["derive".to_owned(), "-".to_owned()];
        args.extend(as_of.iter().flat_map(|instant| ["--as-of".to_owned(), instant.clone()]));
        let outcome = run_with_input(&args, document.as_bytes());
        match posture_core::derive(document.as_bytes(), Form::Json, &Options { as_of, ..Options::default() })
        {
            Ok(report) => {
                assert_eq!(outcome.code, Some(0), "{}: {}", path.display(), outcome.stderr);
                assert_eq!(outcome.text(), report.to_json().unwrap(), "{}", path.display());
            }
            Err(refusal) => {
                assert_eq!(outcome.code, Some(2), "{}", path.display());
                assert!(outcome.stderr.contains(&refusal.to_string()), "{}", outcome.stderr);
                assert!(outcome.stdout.is_empty());
            }
        }
        seen += 1;
    }
    assert!(seen > 50, "{seen} cases");
}

/// CL-1
#[test]
fn every_form_of_a_snapshot_gives_the_same_digest() {
    let files = Files::new();
    let snapshot = case("workspace-order");
    let (json, lines) = (snapshot.to_string(), ndjson(&snapshot));
    let digest = core_report(&snapshot, &Options::default()).digest().unwrap();
    let written = [
        files.write("a.json", &json),
        files.write("a.json.gz", gzip(json.as_bytes())),
        files.write("a.ndjson", &lines),
        files.write("a.ndjson.gz", gzip(lines.as_bytes())),
        files.write("compressed-without-saying-so.json", gzip(json.as_bytes())),
    ];
    for path in &written {
        let outcome = run([OsStr::new("derive"), path.as_os_str(), OsStr::new("--digest")]);
        assert_eq!(
            (outcome.code, outcome.text()),
            (Some(0), format!("{digest}\n").as_str()),
            "{}",
            path.display()
        );
    }
    let from_stdin = [
        (vec!["derive", "-", "--digest"], json.as_bytes()),
        (vec!["derive", "-", "--digest", "--form", "ndjson"], lines.as_bytes()),
    ];
    for (args, input) in from_stdin {
        for input in [input.to_vec(), gzip(input)] {
            assert_eq!(run_with_input(&args, &input).text(), format!("{digest}\n"));
        }
    }
}

/// CL-2
#[test]
fn options_reach_the_core() {
    let snapshot = case("calm");
    let options = Options {
        as_of: Some("2026-11-20T12:00:00Z".to_owned()),
        freshness_hours: Some(5),
        schedule_grace_minutes: Some(0),
        ..Options::default()
    };
    let args = [
        "derive",
        "-",
        "--as-of",
        "2026-11-20T12:00:00Z",
        "--freshness-hours",
        "5",
        "--schedule-grace-minutes",
        "0",
    ];
    let outcome = run_with_input(args, snapshot.to_string().as_bytes());
    assert_eq!(outcome.text(), core_report(&snapshot, &options).to_json().unwrap());
}

/// CL-6
#[test]
fn a_refusal_says_what_where_and_what_to_do_and_exits_2() {
    let files = Files::new();
    let cut = case("calm").to_string();
    let cut = files.write("cut.json", &cut[..cut.len() / 2]);
    let outcome = run([OsStr::new("derive"), cut.as_os_str()]);
    assert_eq!(outcome.code, Some(2));
    for part in ["cut.json", "Line 1, column", "seems incomplete; copy or export it again"] {
        assert!(outcome.stderr.contains(part), "{part}: {}", outcome.stderr);
    }
}

/// CL-6
#[test]
fn unreadable_input_exits_2() {
    let files = Files::new();
    let torn = gzip(case("calm").to_string().as_bytes());
    let torn = files.write("torn.json.gz", &torn[..torn.len() / 2]);
    for path in [files.path("missing.json"), torn] {
        let outcome = run([OsStr::new("derive"), path.as_os_str()]);
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(path.to_str().unwrap()), "{}", outcome.stderr);
    }
}

/// CL-6
#[test]
fn an_option_out_of_range_exits_2_and_a_wrong_argument_exits_1() {
    let snapshot = case("calm").to_string();
    let out_of_range = run_with_input(["derive", "-", "--freshness-hours", "0"], snapshot.as_bytes());
    assert_eq!(out_of_range.code, Some(2), "{}", out_of_range.stderr);
    assert!(
        out_of_range.stderr.contains("freshness_hours must be 1 to 8760, not 0."),
        "{}",
        out_of_range.stderr
    );
    for (option, range) in [("--freshness-hours", "1 to 8760"), ("--schedule-grace-minutes", "0 to 10080")] {
        let no_number = run(["derive", "-", option, "1.5"]);
        assert_eq!(no_number.code, Some(1), "{}", no_number.stderr);
        let said = format!("'1.5' for '{option} ");
        assert!(no_number.stderr.contains(&said) && no_number.stderr.contains(range), "{}", no_number.stderr);
    }
    assert_eq!(run_with_input(["derive", "-", "--as-of", "today"], snapshot.as_bytes()).code, Some(2));
    assert_eq!(run(["derive"]).code, Some(1));
    assert_eq!(run(["derive", "-", "--unknown"]).code, Some(1));
    assert_eq!(run(["--help"]).code, Some(0));
    assert_eq!(run(["--version"]).code, Some(0));
}

/// CL-6
#[test]
fn standard_output_on_a_full_disk_exits_1() {
    let files = Files::new();
    let path = files.write("calm.json", case("calm").to_string());
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    for format in ["json", "summary"] {
        let output = posture()
            .args([OsStr::new("derive"), path.as_os_str(), OsStr::new("--format"), OsStr::new(format)])
            .stdout(Stdio::from(full.try_clone().unwrap()))
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8(output.stderr).unwrap().contains("Failed to write to standard output"));
    }
}

/// CL-6
#[test]
fn a_reader_that_closes_standard_output_early_gets_no_error_message() {
    let files = Files::new();
    let path = files.write("calm.json", case("calm").to_string());
    for command in
        [["derive", "--format", "json"], ["derive", "--format", "summary"], ["check", "--format", "json"]]
    {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let output =
            posture().args(command).arg(path.as_os_str()).stdout(Stdio::from(writer)).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{command:?}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{command:?}");
    }
}

/// CL-4
#[test]
fn the_summary_shows_the_verdicts_without_colour() {
    let snapshot = case("workspace-order");
    let report = core_report(&snapshot, &Options::default());
    let outcome = run_with_input(["derive", "-", "--format", "summary"], snapshot.to_string().as_bytes());
    assert_eq!(outcome.code, Some(0));
    let text = outcome.text();
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(&report.overview.calmness.title));
    assert!(flat.contains(&report.overview.calmness.body));
    assert!(flat.contains(&format!(
        "showing {} of {}",
        report.overview.attention_items.len(),
        report.overview.attention_total
    )));
    for tenant in &report.tenants {
        assert!(flat.contains(&tenant.tenant_label), "{}", tenant.tenant_label);
    }
    for word in ["■ Absent", "▲ Stale", "◆ Unvalidated", "no executed restore on record"] {
        assert!(flat.contains(word), "{word}\n{text}");
    }
    assert!(!text.contains('\u{1b}'));
    assert!(text.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= 100), "{text}");
}

/// CL-5
#[test]
fn the_summary_lists_what_was_not_evaluated_and_why() {
    let snapshot = case("tenants-not-evaluated");
    let outcome = run_with_input(["derive", "-", "--format", "summary"], snapshot.to_string().as_bytes());
    let text = outcome.text();
    for word in [
        "Not evaluated",
        "inactive",
        "unreadable",
        "duplicate",
        "from another workspace",
        "unreadable_tenant",
    ] {
        assert!(text.contains(word), "{word}\n{text}");
    }
}

/// CL-4
#[test]
fn names_in_the_evidence_cannot_steer_the_terminal() {
    let mut snapshot = case("no-backup-at-all");
    snapshot["workspace"]["name"] = "W\u{1b}]0;owned\u{7}".into();
    snapshot["tenants"][0]["name"] = "T\u{1b}[2J\u{202e}\n■ Healthy".into();
    let outcome = run_with_input(["derive", "-", "--format", "summary"], snapshot.to_string().as_bytes());
    let text = outcome.text();
    assert!(
        !text
            .chars()
            .any(|character| character != '\n' && (character.is_control() || character == '\u{202e}')),
        "{text}"
    );
    assert!(text.contains(r"T\u{1b}[2J\u{202e}\n■ Healthy"), "{text}");
}

/// CL-31: the report does not depend on the clock, but the operator is warned.
#[test]
fn an_export_ahead_of_this_machines_clock_is_derived_with_a_warning() {
    let mut calm = case("calm");
    calm["exported_at"] = "2126-01-01T00:00:00Z".into();
    let outcome = run_with_input(["derive", "-"], calm.to_string().as_bytes());
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.stderr.starts_with("warning: The export is dated"), "{}", outcome.stderr);
    let stated =
        run_with_input(["derive", "-", "--as-of", "2126-01-01T00:00:00Z"], calm.to_string().as_bytes());
    assert_eq!(stated.stderr, "", "an instant that is asked for is not a mistake");
    let past = run_with_input(["derive", "-"], case("calm").to_string().as_bytes());
    assert_eq!(past.stderr, "");
}

/// CL-4: usage errors quote arguments too.
#[test]
fn a_wrong_argument_never_controls_the_terminal() {
    let args = ["derive", "-", "--format", "\u{1b}]0;x\u{7}\u{202e}\u{9b}2J"];
    for args in [&["derive", "--\u{1b}[2J\u{202e}"][..], &args] {
        let outcome = run(args);
        assert_eq!(outcome.code, Some(1));
        assert!(!outcome.stderr.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}']), "{:?}", outcome.stderr);
        assert!(outcome.stderr.contains(r"\u{202e}"), "shown as an escape: {}", outcome.stderr);
    }
}
