//! `posture synth`.

use std::ffi::OsStr;
use std::fs;

use posture_core::{Form, Options, derive};

use crate::support::{Files, run};

/// SY-4
#[test]
fn a_synthetic_workspace_is_written_to_a_file_or_to_standard_output() {
    let files = Files::new();
    let (json, ndjson) = (files.path("made.json"), files.path("made.ndjson"));
    let synth = |output: &OsStr| {
        run([OsStr::new("synth"), "--tenants".as_ref(), "12".as_ref(), "--seed".as_ref(), "3".as_ref(), "-o".as_ref(), output])
    };
    for output in [&json, &ndjson] {
        let outcome = synth(output.as_os_str());
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    }
    let report = |file, form| derive(&fs::read(file).unwrap(), form, &Options::default()).unwrap();
    assert_eq!(report(&json, Form::Json).denominators.exported, 12);
    assert_eq!(report(&json, Form::Json), report(&ndjson, Form::Ndjson));
    assert_eq!(synth("-".as_ref()).stdout, fs::read(json).unwrap());
}

/// SY-4
#[test]
fn an_export_instant_that_is_none_exits_1_and_says_how_to_write_it() {
    let outcome = run(["synth", "--tenants", "1", "--exported-at", "yesterday"]);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("2026-04-08T23:21:36Z"), "{}", outcome.stderr);
}
