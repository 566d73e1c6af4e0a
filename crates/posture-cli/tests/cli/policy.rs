//! `--policy`: a file whose policy replaces the snapshot's.

use std::ffi::OsStr;
use std::path::Path;

use posture_testing::documents::case;
use serde_json::Value;

use crate::support::{Files, run};

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
    assert!(broken.stderr.contains("broken.toml: line 2, x: "), "{}", broken.stderr);
    let config = derived(&files.write("posture.toml", "database-url = \"postgres://u:hunter2@db/x\n"));
    assert!(
        config.stderr.contains("line 1, database-url") && !config.stderr.contains("hunter2"),
        "{}",
        config.stderr
    );
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
            "1 to 8760, is expected here, not 0. At scopes.intune.freshness_hours. Correct this file.",
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
