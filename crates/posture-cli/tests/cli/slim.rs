//! `posture slim`.

use std::ffi::OsStr;
use std::fs;

use posture_core::Form;
use posture_testing::documents::case;

use crate::support::{Files, run, run_with_input};

/// CL-8
#[test]
fn the_cores_slim_export_is_written_to_a_file_or_to_standard_output() {
    let files = Files::new();
    let snapshot = case("calm").to_string();
    let expected = posture_core::export::slim::slim(snapshot.as_bytes(), Form::Json, None).unwrap();
    let input = files.write("calm.json", &snapshot);
    let output = files.path("slim.json");
    let outcome = run([OsStr::new("slim"), input.as_os_str(), OsStr::new("-o"), output.as_os_str()]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(fs::read(output).unwrap(), expected);
    assert_eq!(run_with_input(["slim", "-"], snapshot.as_bytes()).stdout, expected);
    assert_eq!(run_with_input(["slim", "-", "-o", "-"], snapshot.as_bytes()).stdout, expected);
}

/// CL-8
#[test]
fn a_refused_snapshot_exits_2_and_writes_nothing() {
    let files = Files::new();
    let input = files.write("refused.json", case("refused-version").to_string());
    let output = files.path("slim.json");
    let outcome = run([OsStr::new("slim"), input.as_os_str(), OsStr::new("-o"), output.as_os_str()]);
    assert_eq!(outcome.code, Some(2));
    assert!(!output.exists());
}

#[test]
fn an_unwritable_output_exits_1() {
    let outcome =
        run_with_input(["slim", "-", "-o", "/nowhere/slim.json"], case("calm").to_string().as_bytes());
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("/nowhere/slim.json"), "{}", outcome.stderr);
}

/// CL-8, SL-1: with `--since`, verdicts from that instant on stay the same; an instant after the export is rejected.
#[test]
fn a_slim_export_serves_verdicts_from_the_requested_instant() {
    let files = Files::new();
    let full = files.write("full.json", case("as-of-past").to_string());
    let as_of = case_as_of("as-of-past");
    let slim = files.path("slim.json");
    let outcome = run([
        OsStr::new("slim"),
        full.as_os_str(),
        OsStr::new("--since"),
        OsStr::new(&as_of),
        OsStr::new("-o"),
        slim.as_os_str(),
    ]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let judged = |file: &std::path::Path, as_of: &str| {
        let args = [OsStr::new("derive"), file.as_os_str(), OsStr::new("--as-of"), OsStr::new(as_of)];
        let outcome = run(args.into_iter().chain([OsStr::new("--format"), OsStr::new("json")]));
        (outcome.code, serde_json::from_slice::<serde_json::Value>(&outcome.stdout).unwrap_or_default())
    };
    let (code, of_slim) = judged(&slim, &as_of);
    let (_, of_full) = judged(&full, &as_of);
    assert_eq!(code, Some(0));
    assert_eq!(of_slim["tenants"][0]["backup_health"], of_full["tenants"][0]["backup_health"]);
    assert_eq!(judged(&slim, "2000-01-02T00:00:00Z").0, Some(2), "the instant is not covered");
    let after = run(["slim".as_ref(), full.as_os_str(), "--since".as_ref(), "2999-01-01T00:00:00Z".as_ref()]);
    assert_eq!(after.code, Some(2), "{}", after.stderr);
}

fn case_as_of(name: &str) -> String {
    let path = posture_testing::documents::repository().join("tests/cases").join(name).with_extension("json");
    let case: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    case["as_of"].as_str().unwrap().to_owned()
}
