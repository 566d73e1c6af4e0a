//! `posture import`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use futures_util::StreamExt as _;
use posture_server::sources::sqlite::SqliteSource;
use posture_server::sources::{EvidenceSource as _, Extent, Query, Reach, TenantScope};
use posture_testing::documents::case;
use serde_json::{Value, json};

use crate::support::{Files, Outcome, posture, run, runtime};

/// Imports a snapshot into the store of these files, with more arguments.
fn import(files: &Files, snapshot: &Value, more: &[&str]) -> Outcome {
    let (snapshot, store) = (files.write("next.json", snapshot.to_string()), files.path("store.sqlite"));
    let args = ["import".as_ref(), snapshot.as_os_str(), "--store".as_ref(), store.as_os_str()];
    run(args.into_iter().chain(more.iter().map(std::convert::AsRef::as_ref)))
}

/// ES-6, CL-13
#[test]
fn an_import_says_what_it_replaced() {
    let files = Files::new();
    let (snapshot, store) = (files.write("calm.json", case("calm").to_string()), files.path("store.sqlite"));
    let import = || run(["import".as_ref(), snapshot.as_os_str(), "--store".as_ref(), store.as_os_str()]);
    let first = import();
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    assert!(
        first.text().starts_with("imported workspace ") && !first.text().contains("replacing"),
        "{}",
        first.text()
    );
    assert!(import().text().contains("replacing the export of "));
}

/// ES-6, CL-13
#[test]
fn an_older_export_or_another_workspace_is_imported_only_if_allowed() {
    let files = Files::new();
    let import = |snapshot: &Value, more: &[&str]| import(&files, snapshot, more);
    let calm = case("calm");
    assert_eq!(import(&calm, &[]).code, Some(0));
    let mut older = calm.clone();
    older["exported_at"] = json!("2020-01-01T00:00:00Z");
    let mut other = calm.clone();
    other["workspace"]["name"] = json!("Fabrikam");
    let name = calm["workspace"]["name"].as_str().unwrap();
    for (wrong, words) in
        [(&older, ["2020-01-01 00:00 UTC", "before the current one"]), (&other, ["Fabrikam", name])]
    {
        let refused = import(wrong, &[]);
        assert_eq!(refused.code, Some(2), "{}", refused.stderr);
        for word in words.iter().chain(&["Nothing was imported", "--allow-replacement"]) {
            assert!(refused.stderr.contains(word), "{word}: {}", refused.stderr);
        }
    }
    assert!(import(&calm, &[]).text().contains("replacing"), "the store still has the first export");
    assert_eq!(import(&other, &["--allow-replacement"]).code, Some(0));
}

/// ES-6, CL-13: one export of a wrong clock would otherwise keep out all that follow it.
#[test]
fn an_export_ahead_of_the_clock_never_takes_the_place_of_one_that_is_not() {
    let files = Files::new();
    let import = |snapshot: &Value, more: &[&str]| import(&files, snapshot, more);
    let calm = case("calm");
    let mut ahead = calm.clone();
    ahead["exported_at"] = json!("2126-01-01T00:00:00Z");
    assert_eq!(import(&calm, &[]).stderr, "");
    let refused = import(&ahead, &[]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    for word in [
        "dated 2126-01-01 00:00 UTC",
        "ahead of this machine's clock; the current one (",
        "Nothing was imported",
    ] {
        assert!(refused.stderr.contains(word), "{word}: {}", refused.stderr);
    }
    let allowed = import(&ahead, &["--allow-replacement"]);
    assert_eq!(allowed.code, Some(0));
    assert!(allowed.stderr.starts_with("warning: The export is dated 2126-01-01"), "{}", allowed.stderr);
    let right = import(&calm, &[]);
    assert_eq!(right.code, Some(0), "what has happened replaces it: {}", right.stderr);
    assert!(right.text().contains("1 tenant, ") && right.text().contains("replacing"), "{}", right.text());
}

/// ES-7, CL-13
#[test]
fn a_refused_import_exits_2_and_one_that_cannot_be_written_exits_1() {
    let files = Files::new();
    let refused = files.write("refused.json", case("refused-version").to_string());
    let outcome = run([
        "import".as_ref(),
        refused.as_os_str(),
        "--store".as_ref(),
        files.path("store.sqlite").as_os_str(),
    ]);
    assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
    let fine = files.write("calm.json", case("calm").to_string());
    let outcome =
        run(["import".as_ref(), fine.as_os_str(), "--store".as_ref(), "/nowhere/store.sqlite".as_ref()]);
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.stderr.contains("/nowhere/store.sqlite") && outcome.stderr.contains("It is unchanged"),
        "{}",
        outcome.stderr
    );
}

/// ES-9: the process is killed in the middle of an import.
#[test]
fn an_import_that_is_killed_changes_nothing() {
    let files = Files::new();
    let store = store_of_one(&files);
    let before = state(&store);
    let whole = large().to_string();
    let mut child = posture()
        .args(["import", "-", "--store"])
        .arg(&store)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // All but a pipe's capacity has been read by now, which is more than is read ahead.
    child.stdin.as_mut().unwrap().write_all(&whole.as_bytes()[..whole.len() / 2]).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(state(&store), before);
}

/// ES-9: no file may grow beyond a limit, as on a disk that is full.
#[test]
fn an_import_that_fills_the_disk_changes_nothing() {
    let files = Files::new();
    let store = store_of_one(&files);
    let before = state(&store);
    let snapshot = files.write("large.json", large().to_string());
    let limited = "trap '' XFSZ; ulimit -f 512; exec \"$0\" import \"$1\" --store \"$2\"";
    let mut shell = Command::new("sh");
    let outcome = shell
        .args(["-c", limited, env!("CARGO_BIN_EXE_posture")])
        .arg(snapshot)
        .arg(&store)
        .output()
        .unwrap();
    let said = String::from_utf8(outcome.stderr).unwrap();
    assert_eq!(outcome.status.code(), Some(1), "{said}");
    assert!(said.contains("It is unchanged"), "{said}");
    assert_eq!(state(&store), before);
}

fn store_of_one(files: &Files) -> PathBuf {
    let (snapshot, store) = (files.write("calm.json", case("calm").to_string()), files.path("store.sqlite"));
    let outcome = run(["import".as_ref(), snapshot.as_os_str(), "--store".as_ref(), store.as_os_str()]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    store
}

/// Everything that the store serves.
fn state(store: &Path) -> Vec<String> {
    runtime().block_on(async {
        let source = SqliteSource::open(store).await.unwrap();
        let listed = source.workspaces(&Reach::Everything).await.unwrap();
        let mut state = vec![format!("{listed:?}")];
        for workspace in listed.iter().filter_map(|listing| listing.workspace_id) {
            let query = Query { workspace, tenants: TenantScope::All, extent: Extent::Verdicts(None) };
            let evidence = source.open(&query).await.unwrap();
            state.push(evidence.version.0);
            let texts: Vec<_> = evidence.tenants.collect().await;
            state.extend(texts.into_iter().map(|text| String::from_utf8(text.unwrap().to_vec()).unwrap()));
        }
        state
    })
}

/// The calm workspace, many times over.
fn large() -> Value {
    let mut snapshot = case("calm");
    let tenant = snapshot["tenants"][0].clone();
    let tenants: Vec<_> = (1..3000)
        .map(|id| {
            let mut tenant = tenant.clone();
            tenant["id"] = json!(id);
            tenant["external_id"] = json!(format!("t{id}"));
            tenant["name"] = json!("n".repeat(500));
            tenant
        })
        .collect();
    snapshot["tenants"] = Value::Array(tenants);
    snapshot
}

/// ES-56: what an import leaves next to one name is missing by another.
#[test]
fn a_store_with_two_names_is_reported() {
    let files = Files::new();
    assert_eq!(import(&files, &case("calm"), &[]).stderr, "");
    std::fs::hard_link(files.path("store.sqlite"), files.path("b.sqlite")).unwrap();
    let again = import(&files, &case("calm"), &[]);
    assert_eq!(again.code, Some(0));
    assert!(again.stderr.contains("has another name (a hard link)"), "{}", again.stderr);
}
