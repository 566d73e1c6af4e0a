//! `posture slim`.

use std::ffi::OsStr;
use std::fs;

use posture_core::Form;

use crate::support::{Files, case, run, run_with_input};

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
fn a_place_that_cannot_be_written_exits_1() {
    let outcome =
        run_with_input(["slim", "-", "-o", "/nowhere/slim.json"], case("calm").to_string().as_bytes());
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("/nowhere/slim.json"), "{}", outcome.stderr);
}
