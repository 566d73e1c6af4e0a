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
        run([
            OsStr::new("synth"),
            "--tenants".as_ref(),
            "12".as_ref(),
            "--seed".as_ref(),
            "3".as_ref(),
            "-o".as_ref(),
            output,
        ])
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
fn an_invalid_export_instant_exits_1_and_says_how_to_write_it() {
    let outcome = run(["synth", "--tenants", "1", "--exported-at", "yesterday"]);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("2026-04-08T23:21:36Z"), "{}", outcome.stderr);
}

/// SY-5
#[test]
fn a_synthetic_workspace_is_imported_into_a_store() {
    let files = Files::new();
    let (store, file) = (files.path("store.sqlite"), files.path("made.json"));
    let outcome =
        run(["synth".as_ref(), "--tenants".as_ref(), "12".as_ref(), "--sqlite".as_ref(), store.as_os_str()]);
    assert_eq!(
        (outcome.code, outcome.text()),
        (Some(0), "imported 12 tenants, exported at 2026-04-08T06:00:00Z\n"),
        "{}",
        outcome.stderr
    );
    run(["synth".as_ref(), "--tenants".as_ref(), "9".as_ref(), "-o".as_ref(), file.as_os_str()]);
    let outcome = run(["import".as_ref(), file.as_os_str(), "--store".as_ref(), store.as_os_str()]);
    assert!(
        outcome.text().contains("9 tenants") && outcome.text().contains("replacing the export of 2026-04-08"),
        "{}",
        outcome.text()
    );
    let outcome = run(["synth", "--tenants", "1", "--sqlite", "/nowhere/store.sqlite"]);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("/nowhere/store.sqlite"), "{}", outcome.stderr);
}

/// SY-5
#[test]
fn an_error_about_a_database_does_not_show_its_password() {
    for address in [
        "postgres://user:secret@host:port/x",
        "postgres://user:secret@127.0.0.1:1/x",
        "mysql://user:secret@host/x",
        "postgres://user:secret@127.0.0.1:1/x?secret=secret",
        "postgres://user:secret@127.0.0.1:1/x?sslpassword=secret",
    ] {
        let outcome = run(["synth", "--tenants", "1", "--postgres", address]);
        assert_eq!(outcome.code, Some(1));
        assert!(
            outcome.stderr.contains("database") && !outcome.stderr.contains("secret"),
            "{}",
            outcome.stderr
        );
        let shown = address.replace("secret=secret", "***").replace("sslpassword=secret", "***");
        let shown = shown.replace("secret", "***");
        assert!(outcome.stderr.contains(&shown), "{}", outcome.stderr);
    }
}
