//! `posture gather`: from other tools' files to a verdict.

mod config;
mod init;
mod repository;
mod served;
mod store;
mod unreadable;

use std::ffi::OsStr;
use std::fs;

use serde_json::{Value, json};

use crate::support::{Files, Outcome, run, run_with_input};
use repository::Repository;

const AT: [&str; 2] = ["--exported-at", "2026-04-08T06:00:00Z"];

fn intunecd(files: &Files) -> Repository {
    let mut repository = Repository::new(&files.path("intune.git"));
    let assigned = |name: &str| json!({ "displayName": name, "assignments": [{}] }).to_string();
    repository.write("prod-backup/Settings Catalog/Baseline_mdm.json", assigned("Baseline"));
    repository.write("prod-backup/Filters/Corporate.json", assigned("Corporate"));
    repository.commit("2026-04-07T01:00:00Z", "Intune config backup");
    repository.write("prod-backup/Filters/Corporate.json", assigned("Corporate devices"));
    repository.commit("2026-04-08T01:00:00Z", "Intune config backup");
    repository
}

fn gather<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Outcome {
    let args: Vec<_> = args.into_iter().map(|arg| arg.as_ref().to_owned()).collect();
    let at = AT.into_iter().map(Into::into);
    run(std::iter::once("gather".into()).chain(args).chain(at))
}

fn verdict(snapshot: &[u8]) -> Value {
    let report = run_with_input(["derive", "-"], snapshot);
    assert_eq!(report.code, Some(0), "{}", report.stderr);
    serde_json::from_slice(&report.stdout).unwrap()
}

/// GA-10: `git replace` puts the first commit in the place of the last.
#[test]
fn a_commit_is_read_even_if_another_replaces_it() {
    let files = Files::new();
    let mut repository = intunecd(&files);
    repository.write("prod-backup/Filters/Other.json", json!({ "displayName": "Other" }).to_string());
    let last = repository.commit("2026-04-08T02:00:00Z", "Intune config backup");
    let path = repository.path();
    let gather = || {
        let gathered =
            gather([OsStr::new("intunecd"), path.as_os_str(), OsStr::new("--tenant"), OsStr::new("T")]);
        assert_eq!(gathered.code, Some(0), "{}", gathered.stderr);
        gathered.stdout
    };
    let before = gather();
    let first = repository.parent(repository.parent(last));
    let replaced = path.join("refs/replace");
    fs::create_dir(&replaced).unwrap();
    fs::write(replaced.join(last.to_string()), format!("{first}\n")).unwrap();
    assert_eq!(gather(), before);
}

/// CL-22
#[test]
fn a_repository_becomes_a_verdict_through_a_pipe() {
    let files = Files::new();
    let repository = intunecd(&files);
    let gathered = gather([
        OsStr::new("intunecd"),
        repository.path().as_os_str(),
        OsStr::new("--tenant"),
        OsStr::new("Contoso"),
    ]);
    assert_eq!(gathered.code, Some(0), "{}", gathered.stderr);
    let report = verdict(&gathered.stdout);
    let health = &report["tenants"][0]["backup_health"];
    assert_eq!(report["tenants"][0]["tenant_label"], "Contoso");
    assert_eq!(health["posture"], "healthy");
    assert_eq!(health["latest_relevant_completed_at"], "2026-04-08T01:00:00Z");
    assert!(gathered.stderr.contains("2 of 2 commits changed an item"), "{}", gathered.stderr);
}

/// A copy of a backup in somebody else's repository is not a part of its history.
#[test]
fn a_folder_that_its_repository_does_not_have_is_read_as_a_folder() {
    let files = Files::new();
    let (bare, work) = (intunecd(&files).path(), files.path("work"));
    fs::create_dir_all(&work).unwrap();
    fs::rename(bare, work.join(".git")).unwrap();
    let copy = work.join("copy");
    fs::create_dir_all(copy.join("Filters")).unwrap();
    fs::create_dir_all(copy.join("Settings Catalog")).unwrap();
    fs::write(copy.join("Filters/A.json"), r#"{ "displayName": "A" }"#).unwrap();
    fs::write(copy.join("Settings Catalog/B.json"), r#"{ "name": "B" }"#).unwrap();
    let gathered =
        gather([OsStr::new("intunecd"), copy.as_os_str(), OsStr::new("--tenant"), OsStr::new("A")]);
    assert!(gathered.stderr.contains("no file of it is committed"), "{}", gathered.stderr);
    assert!(gathered.stderr.contains("Items read: 2."), "{}", gathered.stderr);
    assert_eq!(verdict(&gathered.stdout)["tenants"][0]["backup_health"]["posture"], "absent");
}

/// GA-3
#[test]
fn the_same_files_give_the_same_bytes() {
    let files = Files::new();
    let path = intunecd(&files).path();
    let args = [OsStr::new("intunecd"), path.as_os_str(), OsStr::new("--tenant"), OsStr::new("Contoso")];
    assert_eq!(gather(args).stdout, gather(args).stdout);
}

#[test]
fn a_csv_file_gives_each_tenant_it_names() {
    let files = Files::new();
    let path = files.write("backups.csv", "tenant,set,completed_at,status,items,degraded_items\nA,1,2026-04-08T01:00:00Z,completed,3,0\nB,1,2026-04-01T01:00:00Z,completed,3,0\n");
    let gathered = gather([OsStr::new("csv"), path.as_os_str()]);
    let report = verdict(&gathered.stdout);
    let postures: Vec<_> = report["tenants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tenant| tenant["backup_health"]["posture"].as_str().unwrap())
        .collect();
    let mut sorted = postures.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, ["healthy", "stale"]);
}

#[test]
fn a_zip_archive_is_read_like_its_folder() {
    let files = Files::new();
    let path = files.path("evidence.zip");
    let mut archive = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    archive.start_file("export/backups.csv", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(
        &mut archive,
        b"set,completed_at,status,items,degraded_items\n1,2026-04-08T01:00:00Z,completed,3,0\n",
    )
    .unwrap();
    archive.finish().unwrap();
    let gathered = gather([OsStr::new("csv"), path.as_os_str(), OsStr::new("--tenant"), OsStr::new("A")]);
    assert_eq!(verdict(&gathered.stdout)["tenants"][0]["backup_health"]["posture"], "healthy");
}

fn config(files: &Files, text: &str) -> Outcome {
    let path = files.write("gather.toml", text);
    gather([OsStr::new("--config"), path.as_os_str(), OsStr::new("--check")])
}

/// A tenant of a configuration that reads one source.
fn reading(name: &str, kind: &str, path: &str) -> String {
    format!("[[tenant]]\nname = \"{name}\"\n[[tenant.source]]\nkind = \"{kind}\"\npath = \"{path}\"\n")
}

/// GA-6: a record that names no tenant is not the backup of each tenant that reads the file.
#[test]
fn a_record_without_a_tenant_counts_for_none_of_those_that_share_a_file() {
    let files = Files::new();
    files.write("backups.csv", "tenant,set,completed_at,status,items,degraded_items\n,1,2026-04-08T01:00:00Z,completed,3,0\nb,2,2026-04-08T01:00:00Z,completed,3,0\n");
    let text = reading("A", "csv", "backups.csv") + &reading("B", "csv", "./backups.csv");
    assert_eq!(config(&files, &text).code, Some(3));
    let path = files.path("gather.toml");
    let gathered = gather([OsStr::new("--config"), path.as_os_str()]);
    let report = verdict(&gathered.stdout);
    let posture = |number: usize| report["tenants"][number]["backup_health"]["posture"].clone();
    assert_eq!((posture(0), posture(1)), ("absent".into(), "healthy".into()));
    let items = report["overview"]["attention_items"].as_array().unwrap();
    assert!(items.iter().any(|item| item["key"] == "records_without_tenant"), "{items:?}");
    assert!(gathered.stderr.contains("Its records are of \"b\", not of \"A\"."), "{}", gathered.stderr);
    assert!(
        gathered.stderr.contains("1 backup set, 0 schedules, 0 restore runs name no tenant"),
        "{}",
        gathered.stderr
    );
}

/// GA-6: one tenant's records are never another's, also after a line was copied and not changed.
#[test]
fn tenants_who_would_have_the_same_records_are_refused() {
    let files = Files::new();
    let cases = [
        (
            reading("Contoso", "csv", "a.csv") + &reading("CONTOSO", "csv", "./a.csv"),
            "have the name or external id",
        ),
        (
            reading("Contoso", "csv", "a") + &reading("CONTOSO", "csv", "a/backups.csv"),
            "have the name or external id",
        ),
        (
            reading("A", "cipp", "a")
                + "tenant_filter = \"x.example\"\n"
                + &reading("X.example", "cipp", "a"),
            "have the name or external id \"x.example\"",
        ),
        (
            reading("A", "intunecd", "a") + &reading("B", "intunecd", "a/../a"),
            "both read the backups of intunecd",
        ),
        (
            reading("A", "intunecd", "a") + &reading("B", "intunecd", "a") + "history_days = 400\n",
            "both read the backups of intunecd",
        ),
        (
            reading("A", "restic", "a/s.json") + &reading("B", "restic", "a"),
            "both read the backups of restic",
        ),
    ];
    std::fs::create_dir(files.path("a")).unwrap();
    for (text, why) in cases {
        let outcome = config(&files, &text);
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(why), "{}", outcome.stderr);
    }
    let of_folder = |folder: &str| reading(folder, "intunecd", "a") + &format!("folder = \"{folder}\"\n");
    let of_branch = |branch: &str| reading(branch, "intunecd", "a") + &format!("refs = \"{branch}\"\n");
    for apart in [
        reading("Contoso", "csv", "a.csv") + &reading("CONTOSO", "csv", "b.csv"),
        of_folder("contoso") + &of_folder("fabrikam"),
        of_branch("contoso") + &of_branch("fabrikam"),
    ] {
        let outcome = config(&files, &apart);
        assert_ne!(outcome.code, Some(2), "{}", outcome.stderr);
    }
}

/// GA-2, CL-23
#[test]
fn an_unreadable_source_is_never_calm() {
    let files = Files::new();
    files.write(
        "backups.csv",
        "set,completed_at,status,items,degraded_items\n1,2026-04-08T01:00:00Z,completed,3,0\n",
    );
    let text = "[[tenant]]\nname = \"A\"\n[[tenant.source]]\nkind = \"csv\"\npath = \"backups.csv\"\n\
                [[tenant.source]]\nkind = \"intunecd\"\npath = \"missing\"\n";
    let checked = config(&files, text);
    assert_eq!(checked.code, Some(3), "{}", checked.stderr);
    assert!(checked.text().contains("1 source cannot be read in full"), "{}", checked.text());
    let path = files.path("gather.toml");
    let report = verdict(&gather([OsStr::new("--config"), path.as_os_str()]).stdout);
    assert_eq!(report["overview"]["calmness"]["is_calm"], false);
    let items = report["overview"]["attention_items"].as_array().unwrap();
    assert!(
        items.iter().any(|item| item["key"] == "source_unreadable" && item["urgency"] == "high"),
        "{items:?}"
    );
}

/// GA-2: nobody can say whose evidence an unreadable file holds.
#[test]
fn an_unreadable_file_of_an_unknown_tenant_is_bad_news_for_every_tenant() {
    let files = Files::new();
    fs::create_dir_all(files.path("all")).unwrap();
    for tenant in ["contoso", "fabrikam"] {
        let backup = format!(r#"{{ "ca": ["{{\"displayName\":\"{tenant}\"}}"] }}"#);
        files.write(&format!("all/{tenant}_2026-04-08-0100.json"), backup);
    }
    files.write("all/tasks.json", "[{ cut");
    let path = files.path("all");
    let report = verdict(&gather([OsStr::new("cipp"), path.as_os_str()]).stdout);
    let tenants = report["tenants"].as_array().unwrap();
    let labels: Vec<_> = tenants.iter().map(|tenant| tenant["tenant_label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["contoso", "fabrikam"]);
    for tenant in ["contoso", "fabrikam"] {
        let items = report["overview"]["attention_items"].as_array().unwrap();
        let is_told = |item: &Value| item["key"] == "source_unreadable" && item["tenant_label"] == tenant;
        assert!(items.iter().any(is_told), "{items:#?}");
    }
}

#[test]
fn a_missing_type_is_noticed_if_it_was_seen_before() {
    let files = Files::new();
    files.write(
        "backups.csv",
        "set,completed_at,status,items,degraded_items,policy_types\n1,2026-04-07T01:00:00Z,completed,3,0,Apps|Compliance\n2,2026-04-08T01:00:00Z,completed,3,0,Apps\n",
    );
    let text = "[[tenant]]\nname = \"A\"\n[[tenant.source]]\nkind = \"csv\"\npath = \"backups.csv\"\nexpect_types = \"seen-30d\"\n";
    let path = files.write("gather.toml", text);
    let gathered = gather([OsStr::new("--config"), path.as_os_str()]);
    let snapshot: Value = serde_json::from_slice(&gathered.stdout).unwrap();
    assert_eq!(
        snapshot["tenants"][0]["scopes"]["csv"]["expected_policy_types"],
        json!(["Apps", "Compliance"])
    );
}

/// GA-5
#[cfg(unix)]
#[test]
fn links_out_of_the_folder_and_odd_names_are_noted() {
    use std::os::unix::ffi::OsStrExt as _;
    let files = Files::new();
    let secret = files.write("secret.csv", "set,completed_at,status\n1,2026-04-08T01:00:00Z,completed\n");
    fs::create_dir(files.path("source")).unwrap();
    std::os::unix::fs::symlink(&secret, files.path("source/backups.csv")).unwrap();
    fs::write(files.path("source").join(OsStr::from_bytes(b"caf\xe9.json")), "{}").unwrap();
    let path = files.path("source");
    let gathered = gather([
        OsStr::new("csv"),
        path.as_os_str(),
        OsStr::new("--tenant"),
        OsStr::new("A"),
        OsStr::new("--format"),
        OsStr::new("json"),
    ]);
    let codes: Vec<String> = gathered
        .stderr
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["code"].as_str().unwrap().to_owned())
        .collect();
    assert!(
        codes.contains(&"not_a_file".to_owned()) && codes.contains(&"unreadable_name".to_owned()),
        "{codes:?}"
    );
    assert_eq!(verdict(&gathered.stdout)["tenants"][0]["backup_health"]["posture"], "absent");
}

/// A copy of an old export has the file times of the copy.
#[test]
fn the_name_of_the_gathered_folder_says_when_its_export_was_made() {
    let files = Files::new();
    let folder = files.path("20260101-0130");
    fs::create_dir_all(folder.join("SettingsCatalog")).unwrap();
    fs::write(folder.join("SettingsCatalog/A.json"), r#"{ "id": "1", "name": "A" }"#).unwrap();
    let of = |path: &OsStr| {
        let gathered =
            gather([OsStr::new("intunemanagement"), path, OsStr::new("--tenant"), OsStr::new("A")]);
        verdict(&gathered.stdout)["tenants"][0]["backup_health"]["latest_relevant_completed_at"].clone()
    };
    assert_eq!(of(folder.as_os_str()), "2026-01-01T01:30:00Z");
    assert_eq!(of(folder.join(".").as_os_str()), "2026-01-01T01:30:00Z");
    let below = folder.parent().unwrap();
    assert_eq!(of(below.as_os_str()), "2026-01-01T01:30:00Z");
}
