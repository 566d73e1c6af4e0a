//! `posture gather` and `posture init`: from other tools' files to a verdict.

mod repository;

use std::ffi::OsStr;
use std::fs;

use serde_json::{Value, json};

use crate::endpoint::Endpoint;
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

/// CL-23, CL-24
#[test]
fn one_unreadable_file_counts_and_takes_nothing_from_a_store() {
    let files = Files::new();
    let store = files.path("posture.sqlite");
    let path = files.write(
        "gather.toml",
        "[[tenant]]\nname = \"A\"\n[[tenant.source]]\nkind = \"cipp\"\npath = \"backups\"\n",
    );
    let good = r#"{ "ca": ["{\"displayName\":\"MFA\"}"] }"#;
    let write = |day: u8, content: &str| {
        fs::create_dir_all(files.path("backups")).unwrap();
        files.write(&format!("backups/contoso_2026-04-0{day}-0100.json"), content)
    };
    let gather_into = || {
        let args = [OsStr::new("--config"), path.as_os_str(), OsStr::new("--store"), store.as_os_str()];
        let outcome = gather(args);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    };
    write(7, good);
    write(8, good);
    gather_into();
    write(8, "{ cut");
    gather_into();
    let checked = gather([OsStr::new("--config"), path.as_os_str(), OsStr::new("--check")]);
    assert_eq!(checked.code, Some(3), "{}", checked.text());
    assert!(checked.text().contains("1 source cannot be read in full"), "{}", checked.text());

    let endpoint = Endpoint::start([OsStr::new("--store"), store.as_os_str()]);
    let snapshot = endpoint.get("/api/v1/workspaces/1/tenants/A/snapshot").json();
    let tenant = &snapshot["tenants"][0];
    let sets: Vec<_> = tenant["backup_sets"].as_array().unwrap().iter().map(|set| &set["name"]).collect();
    assert!(sets.contains(&&json!("contoso_2026-04-08-0100 · only in the store")), "{sets:?}");
    assert_eq!(sets.len(), 2, "{sets:?}");
    assert_eq!(tenant["signals"][0]["key"], "source_unreadable");
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

/// GA-4, CL-23
#[test]
fn a_wrong_key_names_the_line_what_was_found_and_the_nearest_key() {
    let files = Files::new();
    files.write("backups.csv", "");
    let source = "[[tenant]]\nname = \"A\"\n[[tenant.source]]\nkind = \"csv\"\npath = \"backups.csv\"\n";
    for (text, line, words) in [
        ("[workspce]\nid = 1\n".to_owned(), 1, ["\"workspce\"", "workspace?"]),
        (format!("{source}scpoe = \"x\"\n"), 6, ["\"scpoe\"", "scope?"]),
        (source.replace("csv\"\npath", "cvs\"\npath"), 4, ["\"cvs\"", "csv?"]),
        (format!("[policy]\nfreshness_hours = \"day\"\n{source}"), 2, ["\"day\"", "whole number"]),
        (
            format!("{source}{}", &source[source.find("[[tenant.source]]").unwrap()..]),
            6,
            ["two sources", "scope"],
        ),
        ("[[tenant]]\nname = A\n".to_owned(), 2, ["gather.toml", ""]),
        (source.replace("kind =", "knd ="), 4, ["\"knd\" in [[tenant.source]]", "Did you mean kind?"]),
        (source.replace("path =", "pth ="), 5, ["\"pth\" in [[tenant.source]]", "Did you mean path?"]),
        (source.replace("path = \"backups.csv\"\n", ""), 3, ["[[tenant.source]] lacks the key path", ""]),
        (source.replace("[[tenant]]", "[tenant]"), 1, ["tenant in the file is a table", "write [[tenant]]"]),
        (format!("[policy.scopes.csv]\nexpcted = true\n{source}"), 2, ["[policy.scopes.csv]", "expected?"]),
        (
            format!(
                "[policy.profiles.gold]\nfreshness_hours = 8\n{}",
                source.replace("\"A\"\n", "\"A\"\nprofile = \"glod\"\n")
            ),
            5,
            ["\"glod\"", "Did you mean gold?"],
        ),
        (source.replace("\"A\"\n", "\"A\"\nprofile = \"gold\"\n"), 3, ["\"gold\"", "[policy.profiles.NAME]"]),
        (format!("{source}expect_types = 3\n"), 6, ["\"3\"", "seen-30d"]),
        (source.replace("name = \"A\"", "name = [1]"), 2, ["is a list", "write a text"]),
    ] {
        let outcome = config(&files, &text);
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(&format!("gather.toml:{line}:")), "{text}: {}", outcome.stderr);
        assert!(words.iter().all(|word| outcome.stderr.contains(word)), "{words:?}: {}", outcome.stderr);
    }
}

/// GA-4: the values of a kind's own keys, on the line and on the command line.
#[test]
fn a_wrong_value_of_a_kind_says_what_to_write() {
    let files = Files::new();
    let of = |kind: &str, line: &str| {
        format!("[[tenant]]\nname = \"A\"\n[[tenant.source]]\nkind = \"{kind}\"\npath = \"x\"\n{line}\n")
    };
    for (kind, line, says) in [
        ("intunecd", "history_days = \"many\"", "history_days is \"many\"; write a whole number over 0."),
        ("intunecd", "restore_before = \"(\"", "restore_before is \"(\"; write a regular expression."),
        ("intunecd", "ref = \"all\"", "Unknown key \"ref\" in [[tenant.source]]. Did you mean refs?"),
        ("intunemanagement", "timezone = \"Europe/Berlin\"", "write UTC, or an offset such as +02:00."),
    ] {
        let outcome = config(&files, &of(kind, line));
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
        assert!(outcome.stderr.contains("gather.toml:6: "), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(says), "{}", outcome.stderr);
    }
    for (set, says) in [
        ("folderr=x", "--set: Unknown key \"folderr\". Did you mean folder?\n"),
        ("history_days=many", "--set: history_days is \"many\"; write a whole number over 0.\n"),
        ("folder", "--set \"folder\": write KEY=VALUE.\n"),
    ] {
        let outcome = gather(["intunecd", ".", "--tenant", "A", "--set", set]);
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
        assert!(outcome.stderr.ends_with(says), "{}", outcome.stderr);
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

/// CL-24
#[test]
fn a_store_keeps_what_an_overwritten_file_forgets() {
    let files = Files::new();
    let store = files.path("posture.sqlite");
    let path = files.write(
        "gather.toml",
        "[[tenant]]\nname = \"A\"\n[[tenant.source]]\nkind = \"csv\"\npath = \"backups.csv\"\n",
    );
    for day in 6..=8 {
        files.write("backups.csv", format!("set,completed_at,status,items,degraded_items\nDay {day},2026-04-0{day}T01:00:00Z,completed,3,0\n"));
        let at = format!("2026-04-0{day}T06:00:00Z");
        let args = [
            OsStr::new("gather"),
            OsStr::new("--config"),
            path.as_os_str(),
            OsStr::new("--store"),
            store.as_os_str(),
            OsStr::new("--exported-at"),
            OsStr::new(&at),
        ];
        let outcome = run(args);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    }
    let endpoint = Endpoint::start([OsStr::new("--store"), store.as_os_str()]);
    let snapshot = endpoint.get("/api/v1/workspaces/1/tenants/A/snapshot").json();
    let sets = snapshot["tenants"][0]["backup_sets"].as_array().unwrap();
    let names: Vec<_> = sets.iter().map(|set| set["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Day 6 · only in the store", "Day 7 · only in the store", "Day 8"]);
}

/// CL-24, GA-8
#[test]
fn a_store_marks_a_restore_that_its_source_forgot_and_keeps_good_evidence_of_one_it_cannot_read() {
    let files = Files::new();
    let store = files.path("posture.sqlite");
    let path = files.write(
        "gather.toml",
        "[[tenant]]\nname = \"A\"\n[[tenant.source]]\nkind = \"csv\"\npath = \"restores.csv\"\n",
    );
    let header = "run,completed_at,status,applied,failed\n";
    let gather_into = |content: &str, at: &str| {
        files.write("restores.csv", content);
        let args = ["gather", "--config"].map(OsStr::new).into_iter().chain([path.as_os_str()]);
        let args = args.chain([
            OsStr::new("--store"),
            store.as_os_str(),
            OsStr::new("--exported-at"),
            OsStr::new(at),
        ]);
        let outcome = run(args);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    };
    gather_into(&format!("{header}Drill,2026-04-01T01:00:00Z,completed,3,0\n"), "2026-04-06T06:00:00Z");
    gather_into(header, "2026-04-07T06:00:00Z");
    gather_into("not,a,header\n", "2026-04-08T06:00:00Z");
    let endpoint = Endpoint::start([OsStr::new("--store"), store.as_os_str()]);
    let snapshot = endpoint.get("/api/v1/workspaces/1/tenants/A/snapshot").json();
    let tenant = &snapshot["tenants"][0];
    assert_eq!(tenant["restore_runs"][0]["metadata"], json!({ "only_in_store": true }));
    assert_eq!(tenant["restore_runs"].as_array().unwrap().len(), 1);
    assert_eq!(tenant["signals"][0]["key"], "source_unreadable");
}

/// CL-25
#[test]
fn serve_gathers_before_it_listens() {
    let files = Files::new();
    files.write(
        "backups.csv",
        "set,completed_at,status,items,degraded_items\n1,2026-04-08T01:00:00Z,completed,3,0\n",
    );
    let path = files.write("gather.toml", "[workspace]\nname = \"Mine\"\n[[tenant]]\nname = \"A\"\n[[tenant.source]]\nkind = \"csv\"\npath = \"backups.csv\"\n");
    let store = files.path("posture.sqlite");
    let args = [
        OsStr::new("--gather"),
        path.as_os_str(),
        OsStr::new("--every"),
        OsStr::new("3600"),
        OsStr::new("--store"),
        store.as_os_str(),
    ];
    let endpoint = Endpoint::start(args);
    assert_eq!(endpoint.get("/api/v1/workspaces").json()["workspaces"][0]["name"], "Mine");
}

/// ES-32
#[test]
fn workspaces_are_gathered_into_one_new_store_at_once() {
    const WORKSPACES: usize = 4;
    let files = Files::new();
    files.write("backups.csv", "set,completed_at,status\n1,2026-04-08T01:00:00Z,completed\n");
    let tenant = "[[tenant]]\nname = \"A\"\n[[tenant.source]]\nkind = \"csv\"\npath = \"backups.csv\"\n";
    let configs: Vec<_> = (1..=WORKSPACES)
        .map(|id| {
            let workspace = format!("[workspace]\nid = {id}\nname = \"Workspace {id}\"\n{tenant}");
            files.write(&format!("gather-{id}.toml"), workspace)
        })
        .collect();
    for round in 0..5 {
        let store = files.path(&format!("{round}.sqlite"));
        std::thread::scope(|scope| {
            for config in &configs {
                scope.spawn(|| {
                    let args = [
                        OsStr::new("--config"),
                        config.as_os_str(),
                        OsStr::new("--store"),
                        store.as_os_str(),
                    ];
                    let outcome = gather(args);
                    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
                });
            }
        });
        let endpoint = Endpoint::start([OsStr::new("--store"), store.as_os_str()]);
        let served = endpoint.get("/api/v1/workspaces").json();
        assert_eq!(served["workspaces"].as_array().unwrap().len(), WORKSPACES, "{served}");
    }
}

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
        codes.contains(&"not_a_file".to_owned()) && codes.contains(&"name_not_utf8".to_owned()),
        "{codes:?}"
    );
    assert_eq!(verdict(&gathered.stdout)["tenants"][0]["backup_health"]["posture"], "absent");
}
