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

/// CL-27
#[test]
fn a_policy_file_replaces_the_policy_of_the_snapshot() {
    let files = Files::new();
    let snapshot = files.write("calm.json", case("calm").to_string());
    let json =
        files.write("policy.json", r#"{"freshness_hours":3,"profiles":{"weekly":{"freshness_hours":200}}}"#);
    let toml = files.write("policy.toml", "freshness_hours = 3\n[profiles.weekly]\nfreshness_hours = 200\n");
    let derived = |policy: &Path| {
        run(["derive".as_ref(), snapshot.as_os_str(), "--policy".as_ref(), policy.as_os_str()])
    };
    let (by_json, by_toml) = (derived(&json), derived(&toml));
    assert_eq!(by_json.code, Some(0), "{}", by_json.stderr);
    assert_eq!(by_json.text(), by_toml.text());
    let report: Value = serde_json::from_str(by_json.text()).unwrap();
    assert_eq!(report["policy"]["freshness_hours"], 3);
    assert_eq!(report["policy"]["profiles"]["weekly"]["freshness_hours"], 200);
    let wrong = derived(&files.write("wrong.json", r#"{"freshness_hours":0}"#));
    assert_eq!(wrong.code, Some(1));
    assert!(
        wrong.stderr.contains("freshness_hours") && wrong.stderr.contains("wrong.json"),
        "{}",
        wrong.stderr
    );
    let broken = derived(&files.write("broken.toml", "freshness_hours = 3\nx = [\n"));
    assert_eq!(broken.code, Some(1));
    assert!(broken.stderr.contains("broken.toml: TOML parse error at line 2"), "{}", broken.stderr);
    let absent = derived(&files.path("absent.toml"));
    assert!(absent.stderr.contains("absent.toml: No such file"), "{}", absent.stderr);
}

/// CL-27: the refusal is about the policy file, not about an exporter or a snapshot.
#[test]
fn an_invalid_policy_file_is_to_be_corrected_itself() {
    let files = Files::new();
    let snapshot = files.write("calm.json", case("calm").to_string());
    let cases: [(&str, &[u8], &str); 6] = [
        (
            "range.toml",
            b"[scopes.intune]\nfreshness_hours = 0\n",
            "1 to 8760 is expected here, not 0. At scopes.intune.freshness_hours. Correct this file.",
        ),
        (
            "kind.json",
            br#"{"profiles":{"a":{"freshness_hours":"x"}}}"#,
            "not \"x\". At profiles.a.freshness_hours. Line 1, column 37. Correct this file.",
        ),
        (
            "twice.json",
            br#"{"attention_limit":3,"attention_limit":4}"#,
            "attention_limit occurs twice. At attention_limit. Line 1, column 40. Correct this file.",
        ),
        (
            "list.json",
            b"[1]",
            "The policy is invalid: an object is expected here, not [1]. Line 1, column 1. Correct this file.",
        ),
        (
            "cut.json",
            br#"{"freshness_hours":3"#,
            "The file is not JSON: it ends inside a value. Line 1, column 21. Correct this file.",
        ),
        ("marked.json", b"\xef\xbb\xbf{}", "Save it as UTF-8 without a byte-order mark."),
    ];
    for (name, content, said) in cases {
        let policy = files.write(name, content);
        let outcome = run(["derive".as_ref(), snapshot.as_os_str(), "--policy".as_ref(), policy.as_os_str()]);
        assert_eq!(outcome.code, Some(1), "{name}");
        assert!(outcome.stderr.contains(name) && outcome.stderr.contains(said), "{}", outcome.stderr);
        assert!(!outcome.stderr.contains("xporter"), "{}", outcome.stderr);
    }
}

/// CL-39
#[test]
fn an_unknown_key_of_a_policy_file_is_named_with_the_key_that_was_likely_meant() {
    let files = Files::new();
    let snapshot = files.write("calm.json", case("calm").to_string());
    let policy = files.write(
        "policy.toml",
        "freshness_hour = 1\n\
         [scopes.intune]\nexpcted = true\n\
         [profiles.weekly]\nfreshness_hours = 200\nclock_skew_seconds = 1\nwhy = 'no rule'\n\
         [profiles.weekly.scopes.entra]\nexpected_policy_type = ['a']\n",
    );
    let with = |command: &str, rest: &[&OsStr]| {
        let args = [OsStr::new(command), snapshot.as_os_str(), OsStr::new("--policy"), policy.as_os_str()];
        run(args.into_iter().chain(rest.iter().copied()))
    };
    let derived = with("derive", &[]);
    assert_eq!(derived.code, Some(0), "{}", derived.stderr);
    let report: Value = serde_json::from_str(derived.text()).unwrap();
    assert_eq!(report["policy"]["freshness_hours"], 24, "the key has no effect");
    let lines: Vec<_> =
        derived.stderr.lines().map(|line| line.split_once("policy.toml: ").unwrap().1).collect();
    let rules = "freshness_hours, schedule_grace_minutes, restore_evidence_days, scopes";
    assert_eq!(
        lines,
        [
            "Unknown key freshness_hour, which has no effect. Did you mean freshness_hours?",
            &format!(
                "Unknown key profiles.weekly.clock_skew_seconds, which has no effect. Known keys are {rules}."
            ),
            "Unknown key profiles.weekly.scopes.entra.expected_policy_type, which has no effect. Did you mean expected_policy_types?",
            &format!("Unknown key profiles.weekly.why, which has no effect. Known keys are {rules}."),
            "Unknown key scopes.intune.expcted, which has no effect. Did you mean expected?",
        ]
    );
    let html = files.path("report.json");
    let zip = files.path("bundle.zip");
    for (command, rest, code) in [
        ("check", &[][..], 0),
        ("trend", &[], 0),
        ("report", &["-o".as_ref(), html.as_os_str()], 0),
        ("bundle", &["-o".as_ref(), zip.as_os_str()], 0),
    ] {
        let outcome = with(command, rest);
        assert_eq!(outcome.code, Some(code), "{command}: {}", outcome.stderr);
        assert!(
            outcome.stderr.contains("freshness_hour, which has no effect"),
            "{command}: {}",
            outcome.stderr
        );
    }
    let whole = with("derive", &[]);
    assert_eq!(whole.stderr, derived.stderr);
    let snapshot_as_policy =
        run(["derive".as_ref(), snapshot.as_os_str(), "--policy".as_ref(), snapshot.as_os_str()]);
    assert!(snapshot_as_policy.stderr.contains("Unknown key tenants"), "{}", snapshot_as_policy.stderr);
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
