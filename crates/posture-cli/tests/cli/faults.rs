//! Faults that other tools are known for, tried on the real program (`specs/faults.md`).

use std::path::Path;
use std::process::Command;

use posture_testing::documents::{case, gzip};
use serde_json::{Value, json};

use crate::support::{Files, Outcome, run, run_with_input};

/// Asserts that a document is rejected, and that the message has each of these words.
#[track_caller]
fn rejected(outcome: &Outcome, words: &[&str]) {
    assert_eq!(outcome.code, Some(2), "{}{}", outcome.text(), outcome.stderr);
    for word in words {
        assert!(outcome.stderr.contains(word), "{word}: {}", outcome.stderr);
    }
}

fn check(snapshot: &Value) -> Outcome {
    run_with_input(["check", "-"], snapshot.to_string().as_bytes())
}

fn derive(path: &Path) -> Outcome {
    run(["derive".as_ref(), path.as_os_str()])
}

fn utf_16(text: &str) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// SN-21, FT-1: the message says what the file is, not that it is broken JSON.
#[test]
fn a_file_of_another_kind_is_named() {
    let calm = case("calm").to_string();
    let files = Files::new();
    for (name, bytes, words) in [
        ("utf-16.json", utf_16(&calm), &["UTF-16", "without a byte-order mark"][..]),
        ("mark.json", [b"\xef\xbb\xbf", calm.as_bytes()].concat(), &["byte-order mark"]),
        ("archive.json", b"PK\x03\x04 and so on".to_vec(), &["ZIP archive", "Unpack it"]),
        ("store.sqlite", b"SQLite format 3\0".to_vec(), &["a SQLite database", "posture serve --store"]),
        ("twice.json.gz", gzip(&gzip(calm.as_bytes())), &["gzip more than once"]),
        (
            "sign-in.json",
            b"<!doctype html><p>Sign in".to_vec(),
            &["a web page", "posture verify", "sign-in page"],
        ),
        ("pretty.ndjson", format!("{:#}", case("calm")).into_bytes(), &["name it .json"]),
        ("lines.json", format!("{calm}\n{calm}\n").into_bytes(), &["name the file .ndjson"]),
        ("snap.tar", b"snapshot.json\0\0\0".to_vec(), &["unpack it first", "posture gather"]),
        ("tenants.csv", b"tenant,set\nA,1\n".to_vec(), &["posture gather"]),
        ("nul.json", [calm.as_bytes(), &[0; 512]].concat(), &["line"]),
    ] {
        let outcome = derive(&files.write(name, bytes));
        rejected(&outcome, words);
        assert!(outcome.stderr.contains(name), "{}", outcome.stderr);
    }
}

/// WO-18, FT-1: rejected with a place, or nobody is evaluated; neither is calm.
#[test]
fn an_empty_export_is_never_calm() {
    for document in ["", "  \n", "null", "[]", "{}", "// nothing\n{}", "{\"tenants\":[],}"] {
        rejected(&run_with_input(["check", "-"], document.as_bytes()), &["standard input"]);
    }
    assert_eq!(check(&case("no-tenants")).code, Some(3));
}

/// SN-26, FT-1: what an exporter cut off is never read as clean, and the message quotes what was found.
#[test]
fn a_record_cut_off_by_its_exporter_is_never_calm() {
    for cut in [
        json!("System.Object[]"),
        json!(["@{id=1; status=completed}"]),
        json!("System.Collections.Hashtable"),
    ] {
        let mut snapshot = case("calm");
        snapshot["tenants"][0]["backup_sets"] = cut.clone();
        let outcome = check(&snapshot);
        assert_eq!(outcome.code, Some(3), "{cut}: {}{}", outcome.text(), outcome.stderr);
        assert!(outcome.text().contains("unreadable_tenant"), "{}", outcome.text());
        assert!(outcome.text().contains("backup_sets"), "{}", outcome.text());
    }
}

/// SN-26, FT-1: PowerShell writes a list of one record as the record, and a list of one day as its number.
#[test]
fn a_list_of_one_written_as_its_element_is_never_calm() {
    let mut flattened = case("calm");
    let set = flattened["tenants"][0]["backup_sets"][0].clone();
    flattened["tenants"][0]["backup_sets"] = set;
    let outcome = check(&flattened);
    assert_eq!(outcome.code, Some(3), "{}{}", outcome.text(), outcome.stderr);
    assert!(outcome.text().contains("unreadable_tenant"), "{}", outcome.text());
}

/// SN-21, FT-1: a report of our own is not a snapshot, and the message says what to open instead.
#[test]
fn a_report_of_our_own_is_named() {
    let files = Files::new();
    let snapshot = files.write("calm.json", case("calm").to_string());
    let saved = |name: &str| {
        let path = files.path(name);
        let arguments = ["report".as_ref(), snapshot.as_os_str(), "-o".as_ref(), path.as_os_str()];
        assert_eq!(run(arguments).code, Some(0));
        derive(&path)
    };
    rejected(&saved("report.json"), &["a Posture report", "Open the snapshot it was made from"]);
    rejected(&saved("report.html"), &["a report saved by Posture", "posture verify"]);
}

/// FT-1: every instant is shown in UTC and says so, whatever the time zone of the machine.
#[test]
fn instants_are_in_utc_whatever_the_machines_time_zone() {
    let files = Files::new();
    let snapshot = files.write("calm.json", case("calm").to_string());
    let summary = |zone: &str| {
        let outcome = Command::new(env!("CARGO_BIN_EXE_posture"))
            .args(["derive".as_ref(), snapshot.as_os_str(), "--format".as_ref(), "summary".as_ref()])
            .env("TZ", zone)
            .output()
            .unwrap();
        String::from_utf8(outcome.stdout).unwrap()
    };
    let shown = summary("Asia/Kolkata");
    assert!(shown.contains("As of 2026-11-20 08:00 UTC"), "{shown}");
    assert_eq!(shown, summary("UTC"));
}

/// SN-23, FT-1: a rejection quotes the value, so that its writer is found.
#[test]
fn a_date_of_another_kind_is_quoted() {
    for found in ["\"20.11.2026 08:00\"", "\"/Date(1795161600000)/\"", "1795161600"] {
        let mut snapshot = case("calm");
        snapshot["exported_at"] = serde_json::from_str(found).unwrap();
        rejected(&check(&snapshot), &["exported_at", found, "2026-04-08T23:21:36Z"]);
        let mut snapshot = case("calm");
        snapshot["policy"] = json!({ "freshness_hours": serde_json::from_str::<Value>(found).unwrap() });
        rejected(&check(&snapshot), &["freshness_hours", found]);
    }
}

/// SN-26, FT-1
#[test]
fn a_database_boolean_is_quoted() {
    for (value, quoted) in [(json!(1), "1"), (json!("true"), "\"true\""), (json!("0"), "\"0\"")] {
        let mut snapshot = case("schedule-within-grace");
        snapshot["tenants"][0]["backup_schedules"][0]["is_enabled"] = value;
        let outcome = check(&snapshot);
        assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
        let text = outcome.text().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("is_enabled") && text.contains(quoted), "{quoted}: {text}");
    }
}

/// SN-19, FT-1
#[test]
fn a_database_timestamp_with_half_an_offset_is_quoted() {
    let mut snapshot = case("calm");
    snapshot["tenants"][0]["backup_sets"][0]["completed_at"] = "2026-11-20 05:00:00+00".into();
    let outcome = check(&snapshot);
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    let text = outcome.text().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("2026-11-20 05:00:00+00"), "{text}");
}

/// WD-5, FT-1: a success of years ago is not shown without its age.
#[test]
fn an_old_restore_is_listed_with_its_age() {
    let mut snapshot = case("calm");
    for key in ["created_at", "started_at", "completed_at"] {
        snapshot["tenants"][0]["restore_runs"][0][key] = "2020-02-01T00:00:00Z".into();
    }
    let outcome = run_with_input(["derive", "-", "--format", "summary"], snapshot.to_string().as_bytes());
    let text = outcome.text().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("recovery evidence is 24") && text.contains(" days old"), "{text}");
}

/// FT-1: a fresh backup says nothing about the next one.
#[test]
fn paused_schedules_are_named_next_to_a_fresh_backup() {
    let mut snapshot = case("schedule-within-grace");
    let schedules = |snapshot: &Value| {
        let outcome = run_with_input(["derive", "-"], snapshot.to_string().as_bytes());
        serde_json::from_slice::<Value>(&outcome.stdout).unwrap()["tenants"][0]["backup_health"].take()
    };
    assert!(!schedules(&snapshot)["supporting_message"].as_str().unwrap().contains("No schedule is enabled"));
    snapshot["tenants"][0]["backup_schedules"][0]["is_enabled"] = false.into();
    let paused = schedules(&snapshot);
    assert_eq!(paused["posture"], "healthy");
    assert!(paused["supporting_message"].as_str().unwrap().contains("No schedule is enabled"), "{paused}");
}

/// CL-18, FT-1: PowerShell's `>` writes UTF-16.
#[test]
fn a_report_in_another_encoding_says_so() {
    let files = Files::new();
    let snapshot = files.write("a.json", case("calm").to_string());
    let report = derive(&snapshot).text().to_owned();
    for bytes in [utf_16(&report), [b"\xef\xbb\xbf", report.as_bytes()].concat()] {
        let saved = files.write("report.json", bytes);
        let outcome = run(["verify".as_ref(), saved.as_os_str(), snapshot.as_os_str()]);
        rejected(&outcome, &["byte-order mark", "posture report"]);
    }
}

/// CL-4, FT-1: only a terminal has an encoding; a file or a pipe gets UTF-8.
#[test]
fn a_terminal_without_utf_8_shows_ascii() {
    let files = Files::new();
    let snapshot = files.write("a.json", case("no-backup-at-all").to_string());
    let command = format!("{} check {}", env!("CARGO_BIN_EXE_posture"), snapshot.display());
    let on_a_terminal = |locale: &str| {
        let mut script = Command::new("script");
        script.args(["--quiet", "--return", "--command", &command, "/dev/null"]).env("LC_ALL", locale);
        script.env("NO_COLOR", "1").output().unwrap().stdout
    };
    let plain = on_a_terminal("C");
    assert!(plain.is_ascii() && plain.contains(&b'#'), "{}", String::from_utf8_lossy(&plain));
    let wide = on_a_terminal("C.UTF-8");
    assert!(String::from_utf8(wide).unwrap().contains('■'));
}
