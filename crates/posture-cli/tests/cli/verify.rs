//! `posture verify`.

use std::ffi::OsStr;
use std::path::Path;

use posture_testing::documents::case;
use serde_json::{Value, json};

use crate::support::{Files, Outcome, run, run_with_input};

fn verify(report: &Path, snapshot: &Path, more: &[&str]) -> Outcome {
    run([OsStr::new("verify"), report.as_os_str(), snapshot.as_os_str()]
        .into_iter()
        .chain(more.iter().map(OsStr::new)))
}

fn derive(snapshot: &Path, more: &[&str]) -> Vec<u8> {
    let outcome =
        run([OsStr::new("derive"), snapshot.as_os_str()].into_iter().chain(more.iter().map(OsStr::new)));
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    outcome.stdout
}

/// CL-18: whatever instant and policy the report was judged under.
#[test]
fn a_report_of_the_same_snapshot_exits_0() {
    let files = Files::new();
    let snapshot = files.write("a.json", case("workspace-order").to_string());
    for more in [
        &[][..],
        &["--as-of", "2026-11-23T12:00:00Z"],
        &["--freshness-hours", "48", "--schedule-grace-minutes", "0"],
    ] {
        let report = files.write("report.json", derive(&snapshot, more));
        let outcome = verify(&report, &snapshot, &[]);
        assert_eq!(outcome.code, Some(0), "{more:?}: {}{}", outcome.text(), outcome.stderr);
        assert!(outcome.text().contains("The digest matches"), "{}", outcome.text());
    }
}

/// CL-18: an export at a fraction of a second is judged as of it, and an instant with a fraction can be stated.
#[test]
fn a_fraction_of_a_second_does_not_break_a_digest() {
    let files = Files::new();
    let mut snapshot = case("workspace-order");
    snapshot["exported_at"] = json!("2026-11-20T08:00:00.75Z");
    let snapshot = files.write("a.json", snapshot.to_string());
    let report = files.write("report.json", derive(&snapshot, &[]));
    assert_eq!(verify(&report, &snapshot, &[]).code, Some(0));
    let as_of = ["--as-of", "2026-11-21T08:00:00.5Z"];
    let report = files.write("report.json", derive(&snapshot, &as_of));
    assert_eq!(verify(&report, &snapshot, &as_of).code, Some(0));
}

/// CL-18: a changed report, a changed snapshot and another export are distinguished.
#[test]
fn a_report_of_another_snapshot_exits_3_and_names_the_likeliest_cause() {
    let files = Files::new();
    let snapshot = case("workspace-order");
    let path = files.write("a.json", snapshot.to_string());
    let report = String::from_utf8(derive(&path, &[])).unwrap();
    let kept = files.write("report.json", &report);

    let edited = files.write("edited.json", report.replacen("\"stale\"", "\"healthy\"", 1));
    let pretty: Value = serde_json::from_str(&report).unwrap();
    let rewritten = files.write("rewritten.json", serde_json::to_string_pretty(&pretty).unwrap());
    let mut later = snapshot.clone();
    later["exported_at"] = json!("2026-11-21T08:00:00Z");
    let later = files.write("later.json", later.to_string());
    let mut elsewhere = snapshot.clone();
    elsewhere["workspace"]["id"] = json!(4711);
    let elsewhere = files.write("elsewhere.json", elsewhere.to_string());
    let mut altered = snapshot;
    altered["tenants"][0]["name"] = json!("Another name");
    let altered = files.write("altered.json", altered.to_string());
    for (report, snapshot, said) in [
        (&edited, &path, "The export is the same."),
        (&rewritten, &path, "was rewritten"),
        (&kept, &later, "another export"),
        (&kept, &elsewhere, "another workspace"),
        (&kept, &altered, "The export is the same."),
    ] {
        let outcome = verify(report, snapshot, &[]);
        assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
        assert!(
            outcome.text().contains("The digest does not match") && outcome.text().contains(said),
            "{said}: {}",
            outcome.text()
        );
    }
}

/// CL-18: files that are not a report or not a snapshot.
#[test]
fn unreadable_input_exits_2() {
    let files = Files::new();
    let snapshot = files.write("a.json", case("calm").to_string());
    let report = files.write("report.json", derive(&snapshot, &[]));
    let page = files.write("page.html", "<!doctype html><title>Posture</title>");
    for (report, snapshot, said) in [
        (&snapshot, &report, "Name the report first, then the snapshot"),
        (&page, &snapshot, "page.html"),
        (&files.path("missing.json"), &snapshot, "missing.json"),
        (&report, &files.path("missing.json"), "missing.json"),
        (&report, &report, "Open the snapshot it was made from"),
    ] {
        let outcome = verify(report, snapshot, &[]);
        assert_eq!(outcome.code, Some(2), "{}", outcome.text());
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
    }
}

/// CL-18: a report's texts may hold markup, and its policy's names need not be the snapshot's. By another name, a browser runs them.
#[test]
fn json_by_the_name_of_a_page_is_not_verified() {
    let files = Files::new();
    let snapshot = files.write("a.json", case("calm").to_string());
    let policy =
        json!({ "profiles": { "<script>document.title = 'calm'</script>": { "freshness_hours": 8 } } });
    let policy = files.write("policy.json", policy.to_string());
    let report = derive(&snapshot, &["--policy", &policy.display().to_string()]);
    for name in ["report.html", "report.json.htm", "report", "report.svg"] {
        let outcome = verify(&files.write(name, &report), &snapshot, &[]);
        assert_eq!(outcome.code, Some(2), "{name}: {}", outcome.text());
        assert!(outcome.stderr.contains("does not end in .json"), "{}", outcome.stderr);
    }
    let outcome = verify(&files.write("report.JSON", &report), &snapshot, &[]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.text().contains("a policy other than the snapshot's"), "{}", outcome.text());
    let outcome = verify(&files.write("own.json", derive(&snapshot, &[])), &snapshot, &[]);
    assert!(!outcome.text().contains("a policy other than"), "{}", outcome.text());
}

/// CL-27, OR-21: a page that was written under another policy states it, and is verified under it.
#[test]
fn a_page_written_under_another_policy_is_verified_under_it() {
    let files = Files::new();
    let snapshot = files.write("a.json", case("calm").to_string());
    let policy = files.write("policy.toml", "freshness_hours = 1\n[profiles.gold]\nfreshness_hours = 2\n");
    let page = files.path("kept.html");
    let outcome = run([
        OsStr::new("report"),
        snapshot.as_os_str(),
        OsStr::new("--policy"),
        policy.as_os_str(),
        OsStr::new("-o"),
        page.as_os_str(),
    ]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let digest = |more: &[&str]| {
        String::from_utf8(derive(&snapshot, &[&["--digest"], more].concat())).unwrap().trim().to_owned()
    };
    #[cfg(unix)]
    {
        let args = ["verify".as_ref(), OsStr::new("/dev/stdin"), snapshot.as_os_str()];
        let piped = run_with_input(args, &std::fs::read(&page).unwrap());
        assert_eq!(piped.code, Some(0), "{}{}", piped.text(), piped.stderr);
    }
    let outcome = verify(&page, &snapshot, &[]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.text());
    let said = outcome.text().split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "a policy other than the snapshot's",
        "Policy of the report: backups count as fresh for 1 h;",
        "profiles with their own rules: “gold”.",
    ] {
        assert!(said.contains(words), "{said}");
    }
    assert!(outcome.text().contains(&digest(&["--policy", policy.to_str().unwrap()])), "{}", outcome.text());
    assert_ne!(digest(&[]), digest(&["--policy", policy.to_str().unwrap()]));

    // Another policy in its place, with everything else as it was, does not hold.
    let written = std::fs::read_to_string(&page).unwrap();
    assert!(written.contains(r#""policy":{"freshness_hours":1,"#), "the page states the policy");
    let changed =
        files.write("changed.html", written.replace(r#"{"freshness_hours":1,"#, r#"{"freshness_hours":3,"#));
    assert_eq!(verify(&changed, &snapshot, &[]).code, Some(3));
}

/// CL-18: either may be a pipe, as a shell's `<(…)` is.
#[cfg(unix)]
#[test]
fn a_pipe_is_read_once() {
    let files = Files::new();
    let snapshot = files.write("a.json", case("calm").to_string());
    let report = files.write("report.json", derive(&snapshot, &[]));
    let pipe = OsStr::new("/dev/stdin");
    let outcome =
        run_with_input(["verify".as_ref(), report.as_os_str(), pipe], &std::fs::read(&snapshot).unwrap());
    assert_eq!(outcome.code, Some(0), "{}{}", outcome.text(), outcome.stderr);
    let said = outcome.text().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("It was not compared with the snapshot's own"), "{said}");

    // Its name does not end in .json, so JSON is rejected once it is read.
    let outcome =
        run_with_input(["verify".as_ref(), pipe, snapshot.as_os_str()], &std::fs::read(&report).unwrap());
    assert_eq!(outcome.code, Some(2), "{}", outcome.text());
    assert!(outcome.stderr.contains("does not end in .json"), "{}", outcome.stderr);

    let outcome = verify(Path::new("/dev/zero"), &snapshot, &[]);
    assert_eq!(outcome.code, Some(2), "{}", outcome.text());
    assert!(outcome.stderr.contains("not a regular file"), "{}", outcome.stderr);
}

/// CL-19: the file's extension decides the form.
#[test]
fn the_extension_decides_the_form_of_a_report() {
    let files = Files::new();
    let snapshot = files.write("a.json", case("workspace-order").to_string());
    let report = |name: &str| {
        run([OsStr::new("report"), snapshot.as_os_str(), OsStr::new("-o"), files.path(name).as_os_str()])
    };
    assert_eq!(report("kept.json").code, Some(0));
    assert_eq!(std::fs::read(files.path("kept.json")).unwrap(), derive(&snapshot, &[]));
    assert_eq!(verify(&files.path("kept.json"), &snapshot, &[]).code, Some(0));
    let refused = report("kept.pdf");
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("written as .html or .json"), "{}", refused.stderr);
}

/// CL-18: a report may be hostile. Held as values, its text takes many times as much memory.
#[cfg(target_os = "linux")]
#[test]
fn a_report_takes_little_more_memory_than_its_text() {
    let files = Files::new();
    let snapshot = files.write("a.json", case("calm").to_string());
    let report = String::from_utf8(derive(&snapshot, &[])).unwrap();
    let zeros = format!("[{}0]", "0,".repeat(8_000_000));
    let more = format!("{},\"zzz\":{zeros}}}", report.trim_end().strip_suffix('}').unwrap());
    let stated: Value = serde_json::from_str(&report).unwrap();
    let policy = report.replace(&format!("\"policy\":{}", stated["policy"]), &format!("\"policy\":{zeros}"));
    assert_ne!(policy, report);
    let page = files.path("page.html");
    assert_eq!(run(["report".as_ref(), snapshot.as_os_str(), "-o".as_ref(), page.as_os_str()]).code, Some(0));
    let page = std::fs::read_to_string(page).unwrap();
    let marked = page.replacen("\"digest\":", &format!("\"reviews\":{},\"digest\":", zeros), 1);
    for (name, content, code) in [("more.json", more, 3), ("policy.json", policy, 2)] {
        let path = files.write(name, content);
        let script = format!(
            "ulimit -d 250000; exec '{}' verify '{}' '{}'",
            env!("CARGO_BIN_EXE_posture"),
            path.display(),
            snapshot.display()
        );
        let outcome = std::process::Command::new("bash").args(["-c", &script]).output().unwrap();
        assert_eq!(outcome.status.code(), Some(code), "{name}: {}", String::from_utf8_lossy(&outcome.stderr));
    }
    let longest =
        files.write("marked.html", marked.replacen("[0,", &format!("[{}", "0,".repeat(10_000_000)), 1));
    assert_eq!(verify(&longest, &snapshot, &[]).code, Some(3), "a manifest that is too long is not read");
}

/// CL-20, RV-14: marks dim items, and whoever writes a page can write them.
#[test]
fn a_page_with_marks_is_verified_and_says_that_they_are_not_covered() {
    let files = Files::new();
    let snapshot = files.write("a.json", case("calm").to_string());
    let page = files.path("page.html");
    assert_eq!(run(["report".as_ref(), snapshot.as_os_str(), "-o".as_ref(), page.as_os_str()]).code, Some(0));
    assert!(!verify(&page, &snapshot, &[]).text().contains("marks"));
    let mark = r#"[{"fingerprint":"ab","item":"a","tenant_id":7,"until":"2099-01-01T00:00:00Z"}]"#;
    let marked = std::fs::read_to_string(&page).unwrap();
    let marked = marked.replacen("\"digest\":", &format!("\"reviews\":{mark},\"digest\":"), 1);
    let outcome = verify(&files.write("marked.html", marked), &snapshot, &[]);
    assert_eq!(outcome.code, Some(0), "{}{}", outcome.text(), outcome.stderr);
    let said = outcome.text().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("The page shows 1 mark on attention items."), "{said}");
}
