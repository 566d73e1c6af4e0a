//! Inputs that are too long to hold in memory, or to wait for without progress.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use posture_core::{Form, Timestamp};
use posture_synth::{Detail, Features, Plan};

use crate::support::{Files, posture};

/// A full snapshot of some fifty megabytes.
fn long_snapshot() -> Vec<u8> {
    let exported_at = Timestamp::parse("2026-04-08T06:00:00Z").unwrap();
    let plan = Plan {
        tenants: 150,
        seed: 1,
        exported_at,
        detail: Detail::Full,
        features: Features::Share,
        damage: true,
    };
    let mut document = Vec::new();
    posture_synth::write(&plan, Form::Json, &mut document).unwrap();
    document
}

/// CL-12
#[test]
fn a_long_document_is_never_held_as_a_whole() {
    let document = long_snapshot();
    let mut deriving = posture()
        .args(["derive", "-", "--digest"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = deriving.stdin.take().unwrap();
    stdin.write_all(&document).unwrap();
    // All but what the pipe holds has been read by now, and the end has not.
    let status = fs::read_to_string(format!("/proc/{}/status", deriving.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak = peak.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024;
    drop(stdin);
    assert!(deriving.wait_with_output().unwrap().status.success());
    assert!(peak < document.len(), "{peak} bytes of memory for a document of {}", document.len());
}

/// CL-11
#[test]
fn a_long_input_shows_its_progress_on_a_terminal_and_nowhere_else() {
    let files = Files::new();
    let path = files.write("long.json", long_snapshot());
    // `script` runs a command on a terminal of its own.
    let command = format!("{} derive {} --digest", env!("CARGO_BIN_EXE_posture"), path.display());
    let on_a_terminal = Command::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        // A terminal that cannot move its cursor shows no progress.
        .env("TERM", "xterm")
        .output()
        .unwrap();
    let shown = String::from_utf8(on_a_terminal.stdout).unwrap();
    assert!(
        on_a_terminal.status.success() && shown.contains("MiB of 46.80 MiB, ") && shown.contains(" tenants"),
        "{shown:?}"
    );
    let elsewhere = posture().args(["derive", "--digest"]).arg(&path).output().unwrap();
    assert_eq!((elsewhere.status.success(), elsewhere.stderr.as_slice()), (true, b"".as_slice()));
}
