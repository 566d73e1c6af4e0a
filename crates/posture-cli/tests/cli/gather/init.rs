//! `posture init`: the configuration for the backups in a folder.

use std::ffi::OsStr;
use std::fs;

use serde_json::Value;

use super::repository::Repository;
use super::{gather, verdict};
use crate::support::{Files, run};

/// CL-26
#[test]
fn init_writes_a_configuration_that_gather_accepts() {
    let files = Files::new();
    for tenant in ["contoso", "fabrikam"] {
        fs::create_dir(files.path(tenant)).unwrap();
        files.write(
            &format!("{tenant}/backups.csv"),
            "set,completed_at,status,items,degraded_items\n1,2026-04-08T01:00:00Z,completed,3,0\n",
        );
    }
    let root = files.path("");
    let init = |flags: &[&str]| {
        let flags = flags.iter().map(OsStr::new);
        run([OsStr::new("init"), root.as_os_str()].into_iter().chain(flags))
    };
    let path = files.path("gather.toml");
    let unasked = init(&[]);
    assert_eq!(unasked.code, Some(2));
    for words in ["not a terminal", "contoso (csv), fabrikam (csv)", "--yes", "--tenant NAME"] {
        assert!(unasked.stderr.contains(words), "{words}: {}", unasked.stderr);
    }
    assert_eq!(init(&["--tenant", "Contoso"]).code, Some(2), "two tenants have one name");
    assert!(!path.exists());

    let outcome = init(&["--yes"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let snapshot: Value =
        serde_json::from_slice(&gather([OsStr::new("--config"), path.as_os_str()]).stdout).unwrap();
    let names: Vec<_> = snapshot["tenants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tenant| tenant["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["contoso", "fabrikam"]);
    fs::write(&path, "mine").unwrap();
    assert_eq!(init(&["--yes"]).code, Some(2));
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine", "it overwrites nothing");
}

/// CL-26, GA-5, TH-4: whoever writes the backups can place anything in the folder.
#[cfg(unix)]
#[test]
fn init_waits_for_nothing_and_leaves_the_folder_neither_to_read_nor_to_write() {
    use std::os::unix::fs::symlink;
    let files = Files::new();
    let rows = "set,completed_at,status\n1,2026-04-08T01:00:00Z,completed\n";
    for tenant in ["all/contoso", "all/a\u{1b}]0;b", "other"] {
        fs::create_dir_all(files.path(tenant)).unwrap();
        files.write(&format!("{tenant}/backups.csv"), rows);
    }
    symlink(files.path("other"), files.path("all/fabrikam")).unwrap();
    let pipe = files.path("all/pipe.zip");
    assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
    let root = files.path("all");
    let init = || run([OsStr::new("init"), root.as_os_str(), OsStr::new("--yes")]);
    let (place, elsewhere) = (files.path("all/gather.toml"), files.path("elsewhere"));

    symlink(&elsewhere, &place).unwrap();
    let refused = init();
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(refused.stderr.contains("exists") && !elsewhere.exists(), "{}", refused.stderr);
    fs::remove_file(&place).unwrap();

    let outcome = init();
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("fabrikam is a link that leads out of the folder"), "{}", outcome.stderr);
    assert!(outcome.text().contains("a\\u{1b}]0;b (csv), contoso (csv)"), "{}", outcome.text());
    assert!(!fs::read_to_string(&place).unwrap().contains("fabrikam"));
}

/// CL-26
#[test]
fn init_takes_the_name_of_a_single_tenant_from_flags() {
    let files = Files::new();
    files.write("backups.csv", "set,completed_at,status\n1,2026-04-08T01:00:00Z,completed\n");
    let root = files.path("");
    let id = "00000000-0000-0000-0000-000000000001";
    let flags = ["--tenant", "Contoso \"Ltd\"", "--external-id", id, "--workspace", "MSP"].map(OsStr::new);
    let outcome = run([OsStr::new("init"), root.as_os_str()].into_iter().chain(flags));
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let path = files.path("gather.toml");
    let snapshot: Value =
        serde_json::from_slice(&gather([OsStr::new("--config"), path.as_os_str()]).stdout).unwrap();
    assert_eq!(snapshot["workspace"]["name"], "MSP");
    assert_eq!(snapshot["tenants"][0]["name"], "Contoso \"Ltd\"");
    assert_eq!(snapshot["tenants"][0]["external_id"], id);
}

/// CL-26
#[test]
fn init_lists_each_backup_of_a_repository_as_a_tenant() {
    let files = Files::new();
    let mut repository = Repository::new(&files.path("intune.git"));
    for tenant in ["contoso", "fabrikam"] {
        repository
            .write(&format!("{tenant}/Filters/A.json"), "{\"displayName\": \"A\", \"assignments\": []}");
        repository.write(
            &format!("{tenant}/Scripts/Shell/B.json"),
            "{\"displayName\": \"B\", \"assignments\": []}",
        );
    }
    repository.commit("2026-04-08T01:00:00Z", "Backup");
    let config = files.path("gather.toml");
    let path = files.path("");
    let outcome = run([
        OsStr::new("init"),
        path.as_os_str(),
        OsStr::new("--yes"),
        OsStr::new("--output"),
        config.as_os_str(),
    ]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let report = verdict(&gather([OsStr::new("--config"), config.as_os_str()]).stdout);
    let postures: Vec<_> = report["tenants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tenant| &tenant["backup_health"]["posture"])
        .collect();
    assert_eq!(postures, ["healthy", "healthy"]);
}

/// CL-26: what is written can be gathered. An empty name is that of a variable that is not set.
#[test]
fn a_configuration_that_gather_would_refuse_is_not_written() {
    let files = Files::new();
    std::fs::create_dir(files.path("Filters")).unwrap();
    files.write("Filters/A.json", "{\"displayName\": \"A\", \"assignments\": []}");
    let path = files.path("");
    for flags in
        [&["--tenant", ""][..], &["--tenant", "A", "--external-id", ""], &["--workspace", "", "--yes"]]
    {
        let args = [OsStr::new("init"), path.as_os_str()];
        let outcome = run(args.into_iter().chain(flags.iter().map(|flag| OsStr::new(*flag))));
        assert_eq!(outcome.code, Some(2), "{flags:?}: {}", outcome.stderr);
        assert!(!files.path("gather.toml").exists());
    }
}

/// CL-26: folders with dates in their names are the backups of one tenant, and each tool's own marks decide.
#[test]
fn init_takes_dated_folders_for_one_tenant() {
    let policy = r#"{ "id": "1", "displayName": "A", "assignments": [] }"#;
    let metadata = r#"{ "BackupDate": "2026-04-08-010000", "Status": "Success", "ItemCounts": { "CompliancePolicies": 1 } }"#;
    let of_tenuvault = [("CompliancePolicies/A.json", policy), ("metadata.json", metadata)];
    let of_intunemanagement = [("DeviceConfiguration/A.json", policy)];
    for (kind, dated, content) in [
        ("tenuvault", ["backup-2026-04-07-010000", "backup-2026-04-08-010000"], of_tenuvault.as_slice()),
        ("intunemanagement", ["20260407-0130", "20260408-0130"], of_intunemanagement.as_slice()),
    ] {
        let files = Files::new();
        for folder in dated {
            for (path, text) in content {
                let path = format!("{folder}/{path}");
                fs::create_dir_all(files.path(&path).parent().unwrap()).unwrap();
                files.write(&path, text);
            }
        }
        let root = files.path("");
        let outcome = run([OsStr::new("init"), root.as_os_str(), OsStr::new("--yes")]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        let written = fs::read_to_string(files.path("gather.toml")).unwrap();
        assert_eq!(written.matches("[[tenant]]").count(), 1, "{written}");
        assert!(written.contains(&format!("kind = \"{kind}\"")), "{written}");
    }
}

/// CL-26: a second tenant's folder must not change the name of the first.
#[test]
fn init_names_a_single_tenant_after_its_own_folder() {
    let files = Files::new();
    let write = |path: &str, text: &str| {
        fs::create_dir_all(files.path(path).parent().unwrap()).unwrap();
        files.write(path, text);
    };
    let tenants = || {
        let root = files.path("");
        let output = [OsStr::new("--yes"), OsStr::new("--output"), OsStr::new("-")];
        let outcome = run([OsStr::new("init"), root.as_os_str()].into_iter().chain(output));
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        let page: toml::Value = toml::from_str(std::str::from_utf8(&outcome.stdout).unwrap()).unwrap();
        let tenants = page["tenant"].as_array().unwrap().iter();
        tenants.map(|tenant| tenant["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    write("contoso/backups.csv", "set,completed_at,status\n1,2026-04-08T01:00:00Z,completed\n");
    write("README.md", "Ours");
    assert_eq!(tenants(), ["contoso"]);
    write(
        "fabrikam/snapshots.json",
        r#"[{ "id": "1", "time": "2026-04-08T01:00:00Z", "tree": "a", "paths": ["/"], "hostname": "a" }]"#,
    );
    assert_eq!(tenants(), ["contoso", "fabrikam"]);
    fs::remove_dir_all(files.path("fabrikam")).unwrap();
    write("backups.csv", "set,completed_at,status\n1,2026-04-08T01:00:00Z,completed\n");
    let root = files.path("").canonicalize().unwrap();
    assert_eq!(tenants(), [root.file_name().unwrap().to_str().unwrap()], "the folder has files of its own");
}

/// CL-26: rows of a name that no tenant has would be left out.
#[test]
fn init_gives_a_tenant_for_each_name_in_the_files() {
    let files = Files::new();
    let rows = |names: &[&str]| {
        let row = |name: &&str| format!("{name},2026-04-08T01:00:00Z,completed,3,0\n");
        let rows: String = names.iter().map(row).collect();
        format!("tenant,completed_at,status,items,degraded_items\n{rows}")
    };
    let account = |number: &str| {
        format!(
            r#"{{ "AccountId": "{number}", "BackupJobId": "{number}", "State": "COMPLETED", "CompletionDate": "2026-04-08T01:00:00Z" }}"#
        )
    };
    for (folder, name, text) in [
        ("all", "backups.csv", rows(&["Contoso", "Fabrikam"])),
        ("more", "backups.csv", rows(&["Contoso"])),
        (
            "aws",
            "jobs.json",
            format!(r#"{{ "BackupJobs": [{}, {}] }}"#, account("123456789012"), account("210987654321")),
        ),
        ("one", "jobs.json", format!(r#"{{ "BackupJobs": [{}] }}"#, account("123456789012"))),
    ] {
        fs::create_dir(files.path(folder)).unwrap();
        files.write(&format!("{folder}/{name}"), text);
    }
    let root = files.path("");
    let outcome = run([OsStr::new("init"), root.as_os_str(), OsStr::new("--yes")]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let path = files.path("gather.toml");
    let gathered = gather([OsStr::new("--config"), path.as_os_str()]);
    assert_eq!(gathered.code, Some(0), "{}", gathered.stderr);
    let snapshot: Value = serde_json::from_slice(&gathered.stdout).unwrap();
    let tenants: Vec<_> = snapshot["tenants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tenant| (tenant["name"].as_str().unwrap(), tenant["backup_sets"].as_array().unwrap().len()))
        .collect();
    let expected = [("Contoso", 2), ("Fabrikam", 1), ("123456789012", 1), ("210987654321", 1), ("one", 1)];
    let mut found = tenants.clone();
    found.sort_unstable();
    let mut wanted = expected.to_vec();
    wanted.sort_unstable();
    assert_eq!(found, wanted);
}
