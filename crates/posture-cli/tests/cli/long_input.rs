//! Inputs that are too long to hold in memory, or to wait for without progress.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::process::{Command, Stdio};

use posture_core::{Form, Timestamp};
use posture_synth::{Detail, Features, Plan};
use posture_testing::documents::case;

use crate::support::{Files, posture, run};

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

/// CL-42: what is held as a whole is bounded, and a compressed bomb is refused by its name.
#[test]
fn an_input_that_is_held_as_a_whole_is_bounded() {
    let files = Files::new();
    let snapshot = files.write("a.json", case("calm").to_string());
    let sparse = files.path("sparse.json");
    fs::File::create(&sparse).unwrap().set_len(1 << 40).unwrap();
    let output = files.path("out.html");
    let out = ["-o".as_ref(), output.as_os_str()];
    let sparse = sparse.as_os_str();
    let (smaller, fewer) =
        ("write a smaller snapshot with `posture slim`", "divide its tenants among several snapshots");
    let check = "check that it is the file that you meant";
    for (args, limit, remedy) in [
        (["report".as_ref(), sparse, out[0], out[1]], 500, smaller),
        (["bundle".as_ref(), sparse, out[0], out[1]], 500, smaller),
        (["diff".as_ref(), sparse, "--since".as_ref(), "24h".as_ref()], 2000, fewer),
        (["verify".as_ref(), sparse, snapshot.as_os_str(), "--form=json".as_ref()], 2000, check),
    ] {
        let refused = run(args);
        assert_eq!(refused.code, Some(2), "{args:?}: {}", refused.stderr);
        let says = format!("it has more than {limit} MB, the most that is read here; {remedy}.\n");
        assert!(refused.stderr.ends_with(&says), "{args:?}: {}", refused.stderr);
    }
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    io::copy(&mut io::repeat(b' ').take(100_000_000), &mut bomb).unwrap();
    let bomb = files.write("bomb.json.gz", bomb.finish().unwrap());
    let refused = run(["slim".as_ref(), bomb.as_os_str()]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(refused.stderr.contains("1000 times its size"), "{}", refused.stderr);
    assert!(!output.exists());
}
